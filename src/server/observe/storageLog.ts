import type { StorageError } from '../../registry/errors.ts';

/** The same failure is told again after this long: while it lasts, each request meets it. */
const toldAgainMs = 60_000;

/** Writes a line on standard error for each failure of the database, with what SQLite said. Clients are never told the path. */
export function storageLog(
  database: string,
  write: (line: string) => void = console.error,
): (failure: StorageError) => void {
  const told = new Map<string, number>();
  return (failure) => {
    const now = performance.now();
    if (now - (told.get(failure.what) ?? Number.NEGATIVE_INFINITY) < toldAgainMs) return;
    told.set(failure.what, now);
    const { cause } = failure;
    const reason = cause instanceof Error ? ` (${'code' in cause ? `${cause.code}: ` : ''}${cause.message})` : '';
    write(`${failure.naming(database).message}${reason}`);
  };
}
