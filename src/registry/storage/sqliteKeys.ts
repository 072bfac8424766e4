import { inTransaction } from './database.ts';
import { and, asc, eq, isNull, type SqliteDatabase, sql } from './drizzle.ts';
import { saying } from './sqliteFailure.ts';
import type { KeyStore } from './storage.ts';
import { type ApiKeyRow, apiKey } from './tables.ts';

export class SqliteKeys implements KeyStore {
  readonly #database: SqliteDatabase;
  /** Asked by every mutation. */
  readonly #find;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#find = database
      .select()
      .from(apiKey)
      .where(eq(apiKey.hash, sql.placeholder('hash')))
      .prepare();
  }

  async add(key: ApiKeyRow): Promise<boolean> {
    return saying(
      () => this.#database.insert(apiKey).values(key).onConflictDoNothing({ target: apiKey.name }).run().changes === 1,
    );
  }

  async addFirst(key: ApiKeyRow): Promise<boolean> {
    return saying(() =>
      inTransaction(this.#database.$client, () => {
        const isFirst = this.#database.select().from(apiKey).limit(1).get() === undefined;
        if (isFirst) this.#database.insert(apiKey).values(key).run();
        return isFirst;
      }),
    );
  }

  async list(): Promise<ApiKeyRow[]> {
    return saying(() => this.#database.select().from(apiKey).orderBy(asc(apiKey.createdAt), asc(apiKey.name)).all());
  }

  async find(hash: string): Promise<ApiKeyRow | null> {
    return saying(() => this.#find.get({ hash }) ?? null);
  }

  async noteUse(name: string, at: string): Promise<void> {
    saying(() => this.#database.update(apiKey).set({ lastUsedAt: at }).where(eq(apiKey.name, name)).run());
  }

  async revoke(name: string, at: string): Promise<boolean> {
    const inUse = and(eq(apiKey.name, name), isNull(apiKey.revokedAt));
    return saying(() => this.#database.update(apiKey).set({ revokedAt: at }).where(inUse).run().changes === 1);
  }
}
