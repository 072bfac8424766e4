import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { PackError, RegistryError } from '../errors.ts';
import type { Kind } from '../kinds/kind.ts';
import { allKinds } from '../kinds/kinds.ts';

/** One file of a pack, as it lies on the disk. */
export interface PackFile {
  kind: Kind;
  /** The file's name without `.json` or `.profile.json`: the profile's id, or the list's. */
  id: string;
  /** Of a kind kept as lists: one profile as it is stored, under its own id, in a file called `<id>.profile.json`. */
  single: boolean;
  /** For messages: from the working folder where that is shorter. */
  path: string;
  /** UTF-8; decoded only when there is something to load. */
  bytes: Buffer;
}

/** A folder of profile files: one folder a kind (`models/`, `hardware/`, `prices/`, ...), one file a profile or list. */
export interface Pack {
  /** Who wrote its rows, in the change log. */
  name: string;
  origin: 'seed' | 'pack';
  files: readonly PackFile[];
}

/** How the file of one profile ends where the kind's other files are lists. */
export const singleEnding = '.profile.json';

/** Folders that a pack may have beside those of the kinds: JSON schemas for editors, documentation. */
const otherFolders = new Set(['schemas', 'docs', 'node_modules', 'src', 'test', 'dist']);

/**
 * Reads a pack's files, in order of their names.
 *
 * @throws PackError a folder of no kind or a file that is not JSON: most likely a typing error, so nothing is skipped silently
 */
export function readPack(folder: string, origin: Pack['origin'], packName = basename(folder)): Pack {
  const name = origin === 'seed' ? 'seeds' : `pack ${packName}`;
  const kindOfFolder = new Map(allKinds.map((kind) => [kind.folder, kind]));
  const files: PackFile[] = [];
  for (const entry of entriesOf(folder)) {
    if (!entry.isDirectory() || isHidden(entry.name) || otherFolders.has(entry.name)) continue;
    const kind = kindOfFolder.get(entry.name);
    if (kind === undefined) {
      const known = [...kindOfFolder.keys()].join(', ');
      throw new PackError(shownPath(join(folder, entry.name)), null, [
        { path: '', message: `not a folder of a pack; those are ${known}` },
      ]);
    }
    files.push(...filesOfKind(join(folder, entry.name), kind));
  }
  return { name, origin, files };
}

function filesOfKind(folder: string, kind: Kind): PackFile[] {
  const files: PackFile[] = [];
  for (const { name } of entriesOf(folder)) {
    if (isHidden(name) || name.endsWith('.md')) continue;
    const path = join(folder, name);
    if (!name.endsWith('.json')) {
      throw new PackError(shownPath(path), null, [
        { path: '', message: 'not a profile: its name does not end in .json' },
      ]);
    }
    const single = kind.expand !== undefined && name.endsWith(singleEnding);
    const id = basename(name, single ? singleEnding : '.json');
    files.push({ kind, id, single, path: shownPath(path), bytes: readFileSync(path) });
  }
  return files;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new RegistryError(
      `The pack ${shownPath(folder)} cannot be read (${reason}).`,
      'Nothing was loaded. Correct PROFILE_PACKS, or the folder.',
      { cause: error },
    );
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('_');
}

function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
