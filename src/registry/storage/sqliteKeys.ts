import { and, asc, eq, isNull, sql } from './drizzle.ts';
import type { SqliteConnection } from './sqliteConnection.ts';
import type { KeyStore } from './storage.ts';
import { type ApiKeyRow, apiKey } from './tables.ts';

export class SqliteKeys implements KeyStore {
  readonly #connection: SqliteConnection;
  readonly #database;
  /** Asked by every mutation. */
  readonly #find;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.#database = connection.database;
    this.#find = this.#database
      .select()
      .from(apiKey)
      .where(eq(apiKey.hash, sql.placeholder('hash')))
      .prepare();
  }

  add(key: ApiKeyRow): Promise<boolean> {
    const insertion = this.#database.insert(apiKey).values(key).onConflictDoNothing({ target: apiKey.name });
    return this.#connection.writing(() => insertion.run().changes === 1);
  }

  async addFirst(key: ApiKeyRow): Promise<boolean> {
    const hasNone = () => this.#database.select().from(apiKey).limit(1).get() === undefined;
    // Most have one: a start should not wait for whoever writes to find that out.
    if (!(await this.#connection.reading(hasNone))) return false;
    return this.#connection.writing(() => {
      const isFirst = hasNone();
      if (isFirst) this.#database.insert(apiKey).values(key).run();
      return isFirst;
    });
  }

  list(): Promise<ApiKeyRow[]> {
    const all = this.#database.select().from(apiKey).orderBy(asc(apiKey.createdAt), asc(apiKey.name));
    return this.#connection.reading(() => all.all());
  }

  find(hash: string): Promise<ApiKeyRow | null> {
    return this.#connection.reading(() => this.#find.get({ hash }) ?? null);
  }

  async noteUse(name: string, at: string): Promise<void> {
    const update = this.#database.update(apiKey).set({ lastUsedAt: at }).where(eq(apiKey.name, name));
    this.#connection.writingIfPossible(() => void update.run());
  }

  revoke(name: string, at: string): Promise<boolean> {
    const inUse = and(eq(apiKey.name, name), isNull(apiKey.revokedAt));
    const update = this.#database.update(apiKey).set({ revokedAt: at }).where(inUse);
    return this.#connection.writing(() => update.run().changes === 1);
  }
}
