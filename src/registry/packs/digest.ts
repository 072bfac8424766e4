import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pack } from './pack.ts';

const lockfile = join(import.meta.dirname, '../../../package-lock.json');

/**
 * SHA-256 over everything that decides what the packs' rows are: their files, the code that reads them, and the
 * versions of the packages that bring prices. The same digest in the database means that there is nothing to load.
 * Contents, not times: a fresh clone has new times.
 */
export function packDigest(packs: readonly Pack[]): string {
  const hash = createHash('sha256');
  add(hash, readFileSync(lockfile));
  for (const path of codeFiles(join(import.meta.dirname, '..'))) add(hash, readFileSync(path));
  for (const { name, origin, files } of packs) {
    add(hash, `${origin} ${name}`);
    for (const { kind, id, single, bytes } of files) {
      add(hash, `${kind.folder}/${id}${single ? ' alone' : ''}`);
      add(hash, bytes);
    }
  }
  return hash.digest('hex');
}

/** Lengths in between, so that no two sequences of texts run together to the same bytes. */
function add(hash: Hash, content: string | Buffer): void {
  hash.update(`${content.length}\n`).update(content);
}

function codeFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}
