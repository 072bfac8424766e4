import { StorageError } from '../errors.ts';

export const anotherFile = 'Nothing was changed. Set DATABASE_URL to another file, or restore a backup of this one.';

/** Does `work`; what SQLite says is wrong with its file is thrown as a StorageError. */
export function saying<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asStorageError(error);
  }
}

/** Another process is at it: worth another attempt. */
export function isBusy(error: unknown): boolean {
  return error instanceof StorageError && isBusyCode(codeOf(error.cause));
}

/** Pages of the file do not hold what they should. */
export function isDamage(error: unknown): boolean {
  return error instanceof StorageError && /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error.cause));
}

/** SQLite's own words for what is wrong with a file, in ours; other errors pass unchanged. */
export function asStorageError(error: unknown): unknown {
  const code = codeOf(error);
  const say = (what: string, hint: string) => new StorageError(what, hint, { cause: error });
  if (code === 'SQLITE_NOTADB') return say('is not a SQLite database', anotherFile);
  if (code.startsWith('SQLITE_CORRUPT')) return say('is damaged', anotherFile);
  if (code === 'SQLITE_FULL') return say('cannot grow: the disk is full', 'Make room and try again.');
  if (code.startsWith('SQLITE_READONLY')) return say('cannot be written', 'Make the file and its folder writable.');
  if (code.startsWith('SQLITE_CANTOPEN')) return say('cannot be opened', 'Make the file and its folder writable.');
  if (isBusyCode(code)) return say('is held by another process', 'Wait for it, or stop it, and try again.');
  if (code.startsWith('SQLITE_IOERR')) return say('cannot be read or written (input/output error)', 'Check the disk.');
  return error;
}

function isBusyCode(code: string): boolean {
  return code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
