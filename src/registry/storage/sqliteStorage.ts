import type { Change, ChangePage, ChangeRequest } from '../changes/history.ts';
import type { Writes } from '../changes/plan.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import { inTransaction } from './database.ts';
import { asc, eq, isNotNull, or, type SqliteDatabase } from './drizzle.ts';
import { SqliteCatalogue } from './sqliteCatalogue.ts';
import { saying } from './sqliteFailure.ts';
import { SqliteHistory } from './sqliteHistory.ts';
import { SqliteKeys } from './sqliteKeys.ts';
import { type Statements, statementsOf } from './statements.ts';
import type { HeldPacks, Storage } from './storage.ts';
import { type ProfileRow, profile } from './tables.ts';

/** How soon another process's change is noticed without anybody asking. */
const watchIntervalMs = 50;

/** The catalogue in a SQLite file. Each method is done when it returns; the promises are for databases further away. */
export class SqliteStorage implements Storage {
  readonly keys: SqliteKeys;
  readonly #database: SqliteDatabase;
  readonly #statements: Statements;
  readonly #history: SqliteHistory;
  readonly #stops: (() => void)[] = [];

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#statements = statementsOf(database);
    this.#history = new SqliteHistory(database);
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
    { digest, conflicts }: { digest: string; conflicts: readonly string[] },
    plan: (rows: readonly ProfileRow[], revision: number) => Plan,
  ): Promise<Plan | null> {
    const statements = this.#statements;
    const load = () => {
      if (statements.value('pack_digest') === digest) return null;
      const planned = plan(this.#database.select().from(profile).all(), statements.revision());
      statements.write(planned);
      statements.setValue('pack_digest', digest);
      statements.setValue('pack_conflicts', JSON.stringify(conflicts));
      return planned;
    };
    return saying(() => inTransaction(this.#database.$client, load));
  }

  async changes(request: ChangeRequest): Promise<ChangePage> {
    return saying(() => this.#history.page(request));
  }

  async changesFollowing(revision: number, seq: number, limit: number): Promise<Change[]> {
    return saying(() => this.#history.following(revision, seq, limit));
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
}
