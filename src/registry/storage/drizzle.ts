import { createRequire } from 'node:module';
import type { Database } from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

/**
 * The words of drizzle-orm that this room uses, loaded as CommonJS: for each of its 126 ES modules Node would read the
 * package's list of exports again, 179 kB, which takes six times as long (docs/decisions/0002-storage.md).
 */
const require = createRequire(import.meta.url);

export type { Placeholder, SQL } from 'drizzle-orm/sql';
export type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** A SQLite file, and drizzle over it. */
export type SqliteDatabase = BetterSQLite3Database & { $client: Database };

export const { drizzle } = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3');
export const { getTableColumns } = require('drizzle-orm/utils') as typeof import('drizzle-orm/utils');
export const { and, asc, desc, eq, gt, gte, isNotNull, isNull, lt, or, sql } =
  require('drizzle-orm/sql') as typeof import('drizzle-orm/sql');
export const { alias, check, index, integer, primaryKey, sqliteTable, sqliteView, text, uniqueIndex } =
  require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core');
