import { buildCatalogue, type Catalogue, updateCatalogue } from '../catalogue/catalogue.ts';
import { type StoredRow, storedColumns } from '../catalogue/storedProfile.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import type { SqliteDatabase } from './database.ts';

/**
 * Rows that a read may take in itself, a few microseconds each. More, a pack that another process has loaded, are left to
 * the watcher: until it has them, reads are answered from the revision before.
 */
const mostRowsInRead = 100;

/** Keeps the catalogue in memory in step with the database, other processes' commits included. */
export class CatalogueStore {
  readonly #database: SqliteDatabase;
  readonly #readDataVersion: () => unknown;
  readonly #readRevision: () => number;
  readonly #countChanges: (since: number) => number;
  readonly #readChanged: (since: number) => StoredRow[];
  readonly #listeners = new Set<(catalogue: Catalogue) => void>();
  #dataVersion: unknown;
  #catalogue: Catalogue;

  constructor(database: SqliteDatabase, estimators: Estimators = new Map()) {
    this.#database = database;
    const dataVersion = database.prepare('PRAGMA data_version').pluck();
    const revision = database.prepare("SELECT value FROM catalogue WHERE key = 'revision'").pluck();
    const everything = database.prepare<[], StoredRow>(`SELECT ${storedColumns} FROM profile`);
    const count = database
      .prepare<[number]>(
        `SELECT count(*) FROM (SELECT 1 FROM change WHERE catalogue_revision > ? LIMIT ${mostRowsInRead + 1})`,
      )
      .pluck();
    const changed = database.prepare<[number], StoredRow>(
      `SELECT ${storedColumns} FROM profile
       WHERE (kind, id) IN (SELECT kind, id FROM change WHERE catalogue_revision > ?)`,
    );
    this.#readDataVersion = () => dataVersion.get();
    this.#readRevision = () => Number(revision.get() ?? 0);
    this.#countChanges = (since) => Number(count.get(since));
    this.#readChanged = (since) => changed.all(since);
    this.#dataVersion = this.#readDataVersion();
    this.#catalogue = this.#read(() => buildCatalogue(this.#readRevision(), everything.iterate(), estimators));
  }

  /**
   * The catalogue for a read. Asking SQLite whether another process has committed takes a few microseconds; a few changed
   * rows are taken in at once, so that what one process acknowledged the others know.
   */
  current(): Catalogue {
    if (this.#isBehind() && this.#countChanges(this.#catalogue.revision) <= mostRowsInRead) this.refresh();
    return this.#catalogue;
  }

  /** Reads what was committed since the last look; for after this process's own commits, and inside its transactions. */
  refresh(): Catalogue {
    this.#dataVersion = this.#readDataVersion();
    const before = this.#catalogue;
    this.#catalogue = this.#read(() => {
      const revision = this.#readRevision();
      if (revision === before.revision) return before;
      return updateCatalogue(before, revision, this.#readChanged(before.revision));
    });
    if (this.#catalogue !== before) for (const listener of this.#listeners) listener(this.#catalogue);
    return this.#catalogue;
  }

  /** Calls `listener` with each new catalogue; the returned function stops that. */
  onChange(listener: (catalogue: Catalogue) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks for other processes' commits every `intervalMs`, so that no read has to; the returned function stops that. */
  watch(intervalMs: number): () => void {
    let lastWarning = '';
    const look = () => {
      try {
        if (this.#isBehind()) this.refresh();
      } catch (error) {
        // The next question will meet the same failure and answer for it; a timer must not end the process.
        const warning = error instanceof Error ? error.message : String(error);
        if (warning !== lastWarning) process.emitWarning(`the database cannot be read: ${warning}`);
        lastWarning = warning;
      }
    };
    const timer = setInterval(look, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Whether another process has committed since the last look. */
  #isBehind(): boolean {
    return this.#readDataVersion() !== this.#dataVersion;
  }

  /** One consistent view over several statements. */
  #read<Result>(work: () => Result): Result {
    return this.#database.inTransaction ? work() : this.#database.transaction(work).deferred();
  }
}
