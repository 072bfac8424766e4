import { buildCatalogue, type Catalogue, updateCatalogue } from '../catalogue/catalogue.ts';
import { type Plan, plan, repeatedAnswer, subjectOf, type WriteRequest } from '../changes/plan.ts';
import { StorageError } from '../errors.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import { inView, type SqliteFile } from './database.ts';
import type { SqliteConnection } from './sqliteConnection.ts';
import { isBusy, saying } from './sqliteFailure.ts';
import type { Statements } from './statements.ts';
import type { LiveCatalogue } from './storage.ts';
import type { ProfileRow } from './tables.ts';

/**
 * Rows that a read may take in itself, a few microseconds each. More, a pack that another process has loaded, are left to
 * the watcher: until it has them, reads are answered from the revision before.
 */
const mostRowsInRead = 100;

/** Keeps the catalogue in memory in step with the file, other processes' commits included. */
export class SqliteCatalogue implements LiveCatalogue {
  readonly #connection: SqliteConnection;
  readonly #file: SqliteFile;
  readonly #statements: Statements;
  /** The number that moves when another connection commits. drizzle has no word for it, and every read asks. */
  readonly #readDataVersion: () => unknown;
  readonly #listeners = new Set<(catalogue: Catalogue) => void>();
  #dataVersion: unknown;
  #catalogue: Catalogue;

  constructor(connection: SqliteConnection, statements: Statements, estimators: Estimators) {
    const file = connection.database.$client;
    this.#connection = connection;
    this.#file = file;
    this.#statements = statements;
    const dataVersion = file.prepare('PRAGMA data_version').pluck();
    this.#readDataVersion = () => dataVersion.get();
    this.#dataVersion = this.#readDataVersion();
    this.#catalogue = inView(file, () => buildCatalogue(statements.revision(), statements.everything(), estimators));
  }

  /**
   * Asking SQLite whether another process has committed takes a few microseconds; a few changed rows are taken in at
   * once, so that what one process acknowledged the others know.
   */
  current(): Catalogue {
    this.#look(mostRowsInRead);
    return this.#catalogue;
  }

  onChange(listener: (catalogue: Catalogue) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A dry run only reads: it waits for nobody's writing, and nobody waits for it. */
  async write(request: WriteRequest): Promise<readonly ProfileRow[]> {
    if (request.dryRun === true) {
      const planned = () => inView(this.#file, () => this.#plan(request).answer);
      return this.#connection.reading(planned);
    }
    const answer = await this.#connection.writing(() => this.#planAndWrite(request));
    await this.#connection.reading(() => this.#refresh());
    return answer;
  }

  /** Looks for other processes' commits every `intervalMs`, so that no read has to; the returned function stops that. */
  watch(intervalMs: number): () => void {
    let lastWarning = '';
    const look = () => {
      try {
        this.#look(Number.POSITIVE_INFINITY);
      } catch (error) {
        // A bug: the next question will meet it and answer for it. A timer must not end the process.
        const warning = error instanceof Error ? error.message : String(error);
        if (warning !== lastWarning) process.emitWarning(`the catalogue cannot be brought up to date: ${warning}`);
        lastWarning = warning;
      }
    };
    const timer = setInterval(look, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Takes in what others have committed, up to so many changes. Where the file cannot be read, the catalogue stays. */
  #look(mostRows: number): void {
    try {
      saying(() => {
        if (this.#isBehind() && this.#changesUnseen() <= mostRows) this.#refresh();
      });
    } catch (error) {
      if (!isBusy(error)) this.#connection.report(error);
      if (!(error instanceof StorageError)) throw error;
    }
  }

  #planAndWrite(request: WriteRequest): readonly ProfileRow[] {
    const { answer, remembered, ...writes } = this.#plan(request);
    this.#statements.write(writes);
    if (remembered !== null) this.#statements.remember(remembered);
    return answer;
  }

  /** What the request changes as things stand; a repeated creation changes nothing. */
  #plan(request: WriteRequest): Plan {
    const statements = this.#statements;
    const at = new Date().toISOString();
    if (request.action === 'create' && request.idempotencyKey !== undefined) {
      const repeated = repeatedAnswer(request, statements.answer(request.actor, request.idempotencyKey), at);
      if (repeated !== null) return { answer: [repeated], remembered: null, profiles: [], changes: [] };
    }
    const catalogue = this.#refresh();
    const subject = subjectOf(catalogue, request);
    const row = subject === null ? null : statements.profile(subject.kind, subject.id);
    return plan({ catalogue, row, at }, request);
  }

  /** Takes in what was committed since the last look; for after this process's own commits, and inside its transactions. */
  #refresh(): Catalogue {
    const dataVersion = this.#readDataVersion();
    const before = this.#catalogue;
    this.#catalogue = inView(this.#file, () => {
      const revision = this.#statements.revision();
      if (revision === before.revision) return before;
      return updateCatalogue(before, revision, this.#statements.changedSince(before.revision));
    });
    this.#dataVersion = dataVersion;
    if (this.#catalogue !== before) for (const listener of this.#listeners) listener(this.#catalogue);
    return this.#catalogue;
  }

  /** Whether another process has committed since the last look. */
  #isBehind(): boolean {
    return this.#readDataVersion() !== this.#dataVersion;
  }

  /** Counted no further than decides the matter. */
  #changesUnseen(): number {
    return this.#statements.countChanges(this.#catalogue.revision, mostRowsInRead + 1);
  }
}
