import type { StoredRow } from '../catalogue/storedProfile.ts';
import { rememberedSince, type Writes } from '../changes/plan.ts';
import {
  and,
  eq,
  getTableColumns,
  gt,
  lt,
  type Placeholder,
  type SQL,
  type SQLiteTable,
  type SqliteDatabase,
  sql,
} from './drizzle.ts';
import { catalogue, change, type IdempotencyKeyRow, idempotencyKey, type ProfileRow, profile } from './tables.ts';

/** Expired answers that one creation removes, a count: a change should not pay for all of them. */
const mostForgotten = 4;

type CatalogueKey = (typeof catalogue.$inferSelect)['key'];

/** What is read and written again and again, each statement compiled once for a connection. */
export function statementsOf(database: SqliteDatabase) {
  const { placeholder } = sql;
  const { packFacts, packOrigin, retiredBy, createdAt, ...inMemory } = getTableColumns(profile);

  const getValue = database
    .select({ value: catalogue.value })
    .from(catalogue)
    .where(eq(catalogue.key, placeholder('key')))
    .prepare();
  const putValue = database
    .insert(catalogue)
    .values(everyColumn(catalogue))
    .onConflictDoUpdate({ target: catalogue.key, set: asGiven(catalogue) })
    .prepare();
  const getProfile = database
    .select()
    .from(profile)
    .where(and(eq(profile.kind, placeholder('kind')), eq(profile.id, placeholder('id'))))
    .prepare();
  const putProfile = database
    .insert(profile)
    .values(everyColumn(profile))
    .onConflictDoUpdate({ target: [profile.kind, profile.id], set: asGiven(profile) })
    .prepare();
  const { seq: _seq, ...newChange } = everyColumn(change);
  const appendChange = database.insert(change).values(newChange).prepare();
  const getAnswer = database
    .select()
    .from(idempotencyKey)
    .where(and(eq(idempotencyKey.actor, placeholder('actor')), eq(idempotencyKey.key, placeholder('key'))))
    .prepare();
  const forgetAnswer = database
    .delete(idempotencyKey)
    .where(and(eq(idempotencyKey.actor, placeholder('actor')), eq(idempotencyKey.key, placeholder('key'))))
    .prepare();
  // Rows are numbered as they come: the first are the oldest, and no index of times is needed to find them.
  const oldest = sql`select rowid from ${idempotencyKey} order by rowid limit ${placeholder('most')}`;
  const forgetOldest = database
    .delete(idempotencyKey)
    .where(and(sql`rowid in (${oldest})`, lt(idempotencyKey.at, placeholder('since'))))
    .prepare();
  const putAnswer = database.insert(idempotencyKey).values(everyColumn(idempotencyKey)).prepare();
  // Read by row, the columns already called as in memory: thousands of rows at once would leave their size in garbage.
  const named = Object.entries(inMemory).map(([name, column]) => [name, sql`${column}`.as(name)] as const);
  const { sql: everything } = database.select(Object.fromEntries(named)).from(profile).toSQL();
  const getEverything = database.$client.prepare<[], StoredRow>(everything);
  const since = gt(change.catalogueRevision, placeholder('revision'));
  const changed = database.select({ kind: change.kind, id: change.id }).from(change).where(since);
  const getChanged = database
    .select(inMemory)
    .from(profile)
    .where(sql`(${profile.kind}, ${profile.id}) in ${changed}`)
    .prepare();
  const getChanges = database.select({ one: sql`1` }).from(change).where(since).limit(placeholder('most')).prepare();

  const value = (key: CatalogueKey) => getValue.get({ key })?.value ?? null;
  const setValue = (key: CatalogueKey, value: string) => void putValue.run({ key, value });
  return {
    /** A fact about the catalogue as a whole; null before the first one is written. */
    value,
    setValue,
    /** Counts the transactions that changed the catalogue. */
    revision: () => Number(value('revision') ?? 0),
    profile: (kind: string, id: string): ProfileRow | null => getProfile.get({ kind, id }) ?? null,
    everything: (): Iterable<StoredRow> => getEverything.iterate(),
    /** The profiles that were changed after the catalogue's `revision`, as they are now. */
    changedSince: (revision: number): StoredRow[] => getChanged.all({ revision }),
    /** Changes after the catalogue's `revision`, counted up to `most`. */
    countChanges: (revision: number, most: number) => getChanges.values({ revision, most }).length,
    /** The answer to a creation by the client's own key. */
    answer: (actor: string, key: string): IdempotencyKeyRow | undefined => getAnswer.get({ actor, key }),
    /** Puts it in the place of an expired one, and forgets a few others that have: more than are added. */
    remember(answer: IdempotencyKeyRow): void {
      forgetOldest.run({ since: rememberedSince(answer.at), most: mostForgotten });
      forgetAnswer.run({ actor: answer.actor, key: answer.key });
      putAnswer.run({ ...answer });
    },
    /** Must run in the transaction that planned it. */
    write({ profiles, changes }: Writes): void {
      for (const row of profiles) putProfile.run({ ...row });
      for (const line of changes) appendChange.run({ ...line });
      const last = changes.at(-1);
      if (last !== undefined) setValue('revision', String(last.catalogueRevision));
    },
  };
}

export type Statements = ReturnType<typeof statementsOf>;

/** A placeholder for each column of a table, under the column's own name. */
function everyColumn<Table extends SQLiteTable>(
  table: Table,
): Record<keyof Table['$inferSelect'] & string, Placeholder> {
  const names = Object.keys(getTableColumns(table));
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as never;
}

/** For a row that is there already: each column as the insertion gives it. */
function asGiven(table: SQLiteTable): Record<string, SQL> {
  const columns = Object.entries(getTableColumns(table));
  return Object.fromEntries(columns.map(([name, column]) => [name, sql.raw(`excluded.${column.name}`)]));
}
