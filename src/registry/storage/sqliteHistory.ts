import {
  type Change,
  type ChangePage,
  type ChangeRequest,
  changeOf,
  changePage,
  placeSeen,
} from '../changes/history.ts';
import { alias, and, asc, desc, eq, getTableColumns, gt, gte, lt, type SqliteDatabase, sql } from './drizzle.ts';
import type { SqliteConnection } from './sqliteConnection.ts';
import { change, profile } from './tables.ts';

const { placeholder } = sql;

/** What a page of changes may be asked for; only what is asked for is in the statement, or SQLite would use no index. */
const filters = {
  kind: eq(change.kind, placeholder('kind')),
  id: eq(change.id, placeholder('id')),
  actor: eq(change.actor, placeholder('actor')),
  since: gte(change.at, placeholder('since')),
};

type Filter = keyof typeof filters;

/** Reads the change log. */
export class SqliteHistory {
  readonly #connection: SqliteConnection;
  readonly #following;
  readonly #statements = new Map<string, ReturnType<typeof prepared>>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    const after = and(gt(change.catalogueRevision, placeholder('revision')), gt(change.seq, placeholder('seq')));
    this.#following = told(connection.database)
      .where(after)
      .orderBy(asc(change.seq))
      .limit(placeholder('limit'))
      .prepare();
  }

  async page(request: ChangeRequest): Promise<ChangePage> {
    const below = placeSeen(request) ?? Number.MAX_SAFE_INTEGER;
    const names = (Object.keys(filters) as Filter[]).filter((name) => request[name] != null);
    const key = names.join();
    let statements = this.#statements.get(key);
    if (statements === undefined) {
      statements = prepared(this.#connection.database, names);
      this.#statements.set(key, statements);
    }
    const { page, count } = statements;
    // One more than asked for says whether there is a next page.
    const rows = await this.#connection.reading(() => page.all({ ...request, below, limit: request.first + 1 }));
    return changePage(request, rows, () => this.#connection.reading(() => count.get({ ...request })?.changes ?? 0));
  }

  following(revision: number, seq: number, limit: number): Promise<Change[]> {
    return this.#connection.reading(() => this.#following.all({ revision, seq, limit }).map(changeOf));
  }
}

function prepared(database: SqliteDatabase, names: readonly Filter[]) {
  const matching = and(...names.map((name) => filters[name]));
  return {
    page: told(database)
      .where(and(matching, lt(change.seq, placeholder('below'))))
      .orderBy(desc(change.seq))
      .limit(placeholder('limit'))
      .prepare(),
    count: database.select({ changes: sql<number>`count(*)` }).from(change).where(matching).prepare(),
  };
}

/**
 * Changes with the facts after them, which are stored only where nothing else has them: else the next change knows what
 * was before it, and the newest left what the profile holds.
 */
function told(database: SqliteDatabase) {
  const next = alias(change, 'next');
  const beforeNext = database
    .select({ before: next.before })
    .from(next)
    .where(and(eq(next.kind, change.kind), eq(next.id, change.id), eq(next.revision, sql`${change.revision} + 1`)));
  const now = database
    .select({ facts: profile.facts })
    .from(profile)
    .where(and(eq(profile.kind, change.kind), eq(profile.id, change.id)));
  const after = sql<string>`coalesce(${change.after}, ${beforeNext}, ${now})`;
  return database.select({ ...getTableColumns(change), after }).from(change);
}
