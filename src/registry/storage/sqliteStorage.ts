import {
  type Change,
  type ChangePage,
  type ChangeRequest,
  changeOf,
  changePage,
  placeSeen,
} from '../changes/history.ts';
import type { Writes } from '../changes/plan.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import { inTransaction } from './database.ts';
import {
  alias,
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  isNotNull,
  lt,
  or,
  type SQL,
  type SqliteDatabase,
  sql,
} from './drizzle.ts';
import { SqliteCatalogue } from './sqliteCatalogue.ts';
import { saying } from './sqliteFailure.ts';
import { SqliteKeys } from './sqliteKeys.ts';
import { Statements } from './statements.ts';
import type { HeldPacks, Storage } from './storage.ts';
import { change, type ProfileRow, profile } from './tables.ts';

/** How soon another process's change is noticed without anybody asking. */
const watchIntervalMs = 50;

/** The catalogue in a SQLite file. Each method is done when it returns; the promises are for databases further away. */
export class SqliteStorage implements Storage {
  readonly keys: SqliteKeys;
  readonly #database: SqliteDatabase;
  readonly #statements: Statements;
  readonly #stops: (() => void)[] = [];

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.keys = new SqliteKeys(database);
  }

  async packs(): Promise<HeldPacks> {
    return saying(() => ({
      digest: this.#statements.value('pack_digest'),
      conflicts: JSON.parse(this.#statements.value('pack_conflicts') ?? '[]'),
      kept: this.#database
        .select({ kind: profile.kind, id: profile.id })
        .from(profile)
        .where(isNotNull(profile.packFacts))
        .orderBy(asc(profile.kind), asc(profile.id))
        .all()
        .map(({ kind, id }) => `${kind} ${id}`),
    }));
  }

  async userProfiles(): Promise<ProfileRow[]> {
    return saying(() =>
      this.#database
        .select()
        .from(profile)
        .where(or(eq(profile.origin, 'user'), eq(profile.retiredBy, 'user')))
        .orderBy(asc(profile.kind), asc(profile.id))
        .all(),
    );
  }

  async loadPacks<Plan extends Writes>(
    { digest, conflicts }: Pick<HeldPacks, 'digest' | 'conflicts'>,
    plan: (rows: readonly ProfileRow[], revision: number) => Plan,
  ): Promise<Plan | null> {
    return this.#transaction(() => {
      if (this.#statements.value('pack_digest') === digest) return null;
      const planned = plan(this.#database.select().from(profile).all(), this.#statements.revision());
      this.#statements.write(planned);
      this.#statements.setValue('pack_digest', digest ?? '');
      this.#statements.setValue('pack_conflicts', JSON.stringify(conflicts));
      return planned;
    });
  }

  async changes(request: ChangeRequest): Promise<ChangePage> {
    const { kind, id, actor, since, first } = request;
    const below = placeSeen(request);
    const matching = and(
      kind == null ? undefined : eq(change.kind, kind),
      id == null ? undefined : eq(change.id, id),
      actor == null ? undefined : eq(change.actor, actor),
      since == null ? undefined : gte(change.at, since),
    );
    return saying(() => {
      const rows = this.#told()
        .where(and(matching, below === null ? undefined : lt(change.seq, below)))
        .orderBy(desc(change.seq))
        .limit(first + 1)
        .all();
      return changePage(request, rows, async () => this.#countOf(matching));
    });
  }

  async changesFollowing(revision: number, seq: number, limit: number): Promise<Change[]> {
    return saying(() =>
      this.#told()
        .where(and(gt(change.catalogueRevision, revision), gt(change.seq, seq)))
        .orderBy(asc(change.seq))
        .limit(limit)
        .all()
        .map(changeOf),
    );
  }

  async openCatalogue(estimators: Estimators = new Map()): Promise<SqliteCatalogue> {
    return saying(() => {
      const catalogue = new SqliteCatalogue(this.#database.$client, this.#statements, estimators);
      this.#stops.push(catalogue.watch(watchIntervalMs));
      return catalogue;
    });
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#database.$client.close();
  }

  /**
   * Changes with the facts after them, which are stored only where nothing else has them: else the next change knows what
   * was before it, and the newest left what the profile holds.
   */
  #told() {
    const next = alias(change, 'next');
    const beforeNext = this.#database
      .select({ before: next.before })
      .from(next)
      .where(and(eq(next.kind, change.kind), eq(next.id, change.id), eq(next.revision, sql`${change.revision} + 1`)));
    const now = this.#database
      .select({ facts: profile.facts })
      .from(profile)
      .where(and(eq(profile.kind, change.kind), eq(profile.id, change.id)));
    const after = sql<string>`coalesce(${change.after}, ${beforeNext}, ${now})`;
    return this.#database
      .select({ ...getTableColumns(change), after })
      .from(change)
      .$dynamic();
  }

  #countOf(matching: SQL | undefined): number {
    const count = this.#database.select({ changes: sql<number>`count(*)` }).from(change).where(matching);
    return saying(() => count.get()?.changes ?? 0);
  }

  #transaction<Result>(work: () => Result): Result {
    return saying(() => inTransaction(this.#database.$client, work));
  }
}
