import { writeFileSync } from 'node:fs';

interface Destination {
  databaseUrl: string;
  /** Whether the line is read in a terminal; elsewhere it ends in a log, which many can read and which is kept. */
  terminal: boolean;
}

const others = 'npm run key makes and revokes others';

/**
 * The line that tells an operator of the first key. Where no terminal shows it, the key goes into a file beside the
 * database that only its owner may read. A file that is in the way stays as it is. The key of a database in memory can
 * be told in no other way: no other process can make one there.
 */
export function firstKeyLine(key: string, { databaseUrl, terminal }: Destination): string {
  if (terminal || databaseUrl === ':memory:') return `Key for writing, shown only this once (${others}): ${key}`;
  const path = `${databaseUrl}.first-key`;
  try {
    writeFileSync(path, `${key}\n`, { flag: 'wx', mode: 0o600 });
    return `Key for writing: in ${path}; read it and delete the file (${others})`;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    return `The first key for writing could not be written to ${path} (${reason}) and is lost: make one with npm run key -- create NAME`;
  }
}
