import { existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { RegistryError } from '../errors.ts';
import { asRegistryError, createPrivate } from './database.ts';
import { drizzle, sql } from './drizzle.ts';
import { statementsOf } from './statements.ts';
import { profile } from './tables.ts';

/** What a copy holds. */
export interface Backup {
  catalogueRevision: number;
  profiles: number;
}

/**
 * Copies the database to `destination` while servers go on reading and writing: one consistent moment, everything
 * acknowledged before the copy began included. The copy gets its name only when it is whole and sound. Its owner alone
 * may read it.
 *
 * @throws RegistryError there is no such database, the destination exists or cannot be written, the copy is damaged
 */
export async function backupDatabase(path: string, destination: string): Promise<Backup> {
  if (!existsSync(path))
    throw new RegistryError(`There is no database ${path}.`, 'Set DATABASE_URL to the one to copy.');
  if (existsSync(destination)) {
    throw new RegistryError(`${destination} exists already.`, 'Nothing was changed. Choose another name for the copy.');
  }
  const partial = `${destination}.partial`;
  let source: Database.Database | null = null;
  try {
    source = new Database(path, { readonly: true, fileMustExist: true });
    rmSync(partial, { force: true });
    createPrivate(partial);
    // Everything in one step: between steps a writer would make the copy begin again.
    await source.backup(partial, { progress: ({ totalPages }) => totalPages + 1 });
    const backup = inspect(partial);
    renameSync(partial, destination);
    return backup;
  } catch (error) {
    rmSync(partial, { force: true });
    throw cannotBeMade(error, destination) ?? asRegistryError(error, destination);
  } finally {
    source?.close();
  }
}

/** Where the system, and not SQLite, says no. */
function cannotBeMade(error: unknown, destination: string): RegistryError | null {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return null;
  const hint = 'Choose a folder that exists and is writable.';
  return new RegistryError(`${destination} cannot be written (${error.code}).`, hint, { cause: error });
}

function inspect(path: string): Backup {
  const copy = new Database(path);
  try {
    // One file and no companions, so that it can be moved as it is.
    copy.pragma('journal_mode = DELETE');
    const finding = copy.pragma('quick_check(1)', { simple: true });
    if (finding !== 'ok')
      throw new RegistryError(`The copy would be damaged: ${finding}.`, 'The database itself may be.');
    const database = drizzle(copy);
    const profiles = database.select({ count: sql<number>`count(*)` }).from(profile).get()?.count ?? 0;
    return { catalogueRevision: statementsOf(database).revision(), profiles };
  } finally {
    copy.close();
  }
}
