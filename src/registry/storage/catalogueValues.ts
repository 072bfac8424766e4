import { prepared, type SqliteDatabase } from './database.ts';

type CatalogueKey = 'revision' | 'pack_digest' | 'pack_conflicts';

/** A fact about the catalogue as a whole; null before the first one is written. */
export function readCatalogueValue(database: SqliteDatabase, key: CatalogueKey): string | null {
  const row = prepared<[string], { value: string }>(database, 'SELECT value FROM catalogue WHERE key = ?').get(key);
  return row?.value ?? null;
}

export function writeCatalogueValue(database: SqliteDatabase, key: CatalogueKey, value: string): void {
  prepared(
    database,
    'INSERT INTO catalogue (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value);
}

/** Counts one more transaction that changes profiles; every change of the transaction carries the number. */
export function nextCatalogueRevision(database: SqliteDatabase): number {
  const revision = Number(readCatalogueValue(database, 'revision') ?? 0) + 1;
  writeCatalogueValue(database, 'revision', String(revision));
  return revision;
}
