import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RegistryError } from '../errors.ts';
import { kindNamed } from '../kinds/kinds.ts';
import type { Storage } from '../storage/storage.ts';
import { singleEnding } from './pack.ts';

/** What an export wrote, and what it could not. */
export interface PackExport {
  /** Files written, from the folder. */
  files: readonly string[];
  /** `kind id` of retired profiles: a pack adds and replaces profiles, it cannot take one away. */
  keptOut: readonly string[];
}

/**
 * Writes the profiles that users made or changed as a pack: loaded into an empty database, it gives the same catalogue,
 * overrides of built-in profiles included. Left out: what is retired, the history, and keys.
 *
 * @param folder made when missing; must be empty, so that no file of an older export stays behind
 */
export async function exportPack(storage: Pick<Storage, 'userProfiles'>, folder: string): Promise<PackExport> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new RegistryError(`${folder} is not empty.`, 'Nothing was written. Name a new folder, or empty this one.');
  }
  const rows = await storage.userProfiles();
  const files: string[] = [];
  const keptOut: string[] = [];
  mkdirSync(folder, { recursive: true });
  for (const { kind: name, id, facts, retiredAt } of rows) {
    if (retiredAt !== null) {
      keptOut.push(`${name} ${id}`);
      continue;
    }
    const kind = kindNamed(name);
    const file = join(kind.folder, `${id}${kind.expand === undefined ? '.json' : singleEnding}`);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${JSON.stringify(JSON.parse(facts), null, 2)}\n`, { flag: 'wx' });
    files.push(file);
  }
  return { files, keptOut };
}
