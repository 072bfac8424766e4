import { openDatabase } from './database.ts';
import { drizzle } from './drizzle.ts';
import { SqliteStorage } from './sqliteStorage.ts';
import type { Storage, StorageOptions } from './storage.ts';

/**
 * Opens the database, creating or migrating it when needed.
 *
 * @param url path of a SQLite file, or ":memory:" for one that vanishes
 * @throws RegistryError one line: it cannot be used; nothing was changed then
 */
export async function openStorage(url: string, options?: StorageOptions): Promise<Storage> {
  return new SqliteStorage(drizzle(openDatabase(url)), options);
}
