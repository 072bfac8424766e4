import type { Change, ChangePage, ChangeRequest } from '../changes/history.ts';
import { changeOf, newRow, type Writes } from '../changes/plan.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import { asc, eq, isNotNull, or, type SqliteDatabase } from './drizzle.ts';
import { SqliteCatalogue } from './sqliteCatalogue.ts';
import { SqliteConnection } from './sqliteConnection.ts';
import { SqliteHistory } from './sqliteHistory.ts';
import { SqliteKeys } from './sqliteKeys.ts';
import { type Statements, statementsOf } from './statements.ts';
import type { HeldPacks, Storage, StorageOptions } from './storage.ts';
import { type ProfileRow, profile } from './tables.ts';

/** How soon another process's change is noticed without anybody asking. */
const watchIntervalMs = 50;

/** The catalogue in a SQLite file. */
export class SqliteStorage implements Storage {
  readonly keys: SqliteKeys;
  readonly #connection: SqliteConnection;
  readonly #database: SqliteDatabase;
  readonly #statements: Statements;
  readonly #history: SqliteHistory;
  readonly #stops: (() => void)[] = [];

  constructor(database: SqliteDatabase, options?: StorageOptions) {
    this.#connection = new SqliteConnection(database, options);
    this.#database = database;
    this.#statements = statementsOf(database);
    this.#history = new SqliteHistory(this.#connection);
    this.keys = new SqliteKeys(this.#connection);
  }

  packs(): Promise<HeldPacks> {
    return this.#connection.reading(() => ({
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

  userProfiles(): Promise<ProfileRow[]> {
    return this.#connection.reading(() =>
      this.#database
        .select()
        .from(profile)
        .where(or(eq(profile.origin, 'user'), eq(profile.retiredBy, 'user')))
        .orderBy(asc(profile.kind), asc(profile.id))
        .all(),
    );
  }

  loadPacks<Plan extends Writes>(
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
    return this.#connection.writing(load);
  }

  changes(request: ChangeRequest): Promise<ChangePage> {
    return this.#history.page(request);
  }

  changesFollowing(revision: number, seq: number, limit: number): Promise<Change[]> {
    return this.#history.following(revision, seq, limit);
  }

  openCatalogue(estimators: Estimators = new Map()): Promise<SqliteCatalogue> {
    return this.#connection.reading(() => {
      const catalogue = new SqliteCatalogue(this.#connection, this.#statements, estimators);
      this.#stops.push(catalogue.watch(watchIntervalMs));
      return catalogue;
    });
  }

  async check(): Promise<void> {
    this.#connection.check(() => this.#statements.write(triedWrites));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#connection.close();
  }
}

const triedAt = '2000-01-01T00:00:00.000Z';

/** What a check writes and undoes: as much as a large creation, through every table and index of one. */
const triedProfile = newRow(
  { kind: 'check', id: 'check', name: 'check', origin: 'user', facts: JSON.stringify({ check: ' '.repeat(20_000) }) },
  triedAt,
);
const triedWrites: Writes = { profiles: [triedProfile], changes: [changeOf(triedProfile, null, 'create', 'check', 1)] };
