import { buildCatalogue, type Catalogue, updateCatalogue } from '../catalogue/catalogue.ts';
import { plan, repeatedAnswer, subjectOf, type WriteRequest } from '../changes/plan.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import { inTransaction, inView, type SqliteFile } from './database.ts';
import { saying } from './sqliteFailure.ts';
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
  readonly #file: SqliteFile;
  readonly #statements: Statements;
  /** The number that moves when another connection commits. drizzle has no word for it, and every read asks. */
  readonly #readDataVersion: () => unknown;
  readonly #listeners = new Set<(catalogue: Catalogue) => void>();
  #dataVersion: unknown;
  #catalogue: Catalogue;

  constructor(file: SqliteFile, statements: Statements, estimators: Estimators) {
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
    return saying(() => {
      if (this.#isBehind() && this.#changesUnseen() <= mostRowsInRead) this.#refresh();
      return this.#catalogue;
    });
  }

  onChange(listener: (catalogue: Catalogue) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async write(request: WriteRequest): Promise<readonly ProfileRow[]> {
    return saying(() => {
      const answer = inTransaction(this.#file, () => this.#planAndWrite(request));
      this.#refresh();
      return answer;
    });
  }

  /** Looks for other processes' commits every `intervalMs`, so that no read has to; the returned function stops that. */
  watch(intervalMs: number): () => void {
    let lastWarning = '';
    const look = () => {
      try {
        if (this.#isBehind()) this.#refresh();
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

  #planAndWrite(request: WriteRequest): readonly ProfileRow[] {
    const statements = this.#statements;
    const at = new Date().toISOString();
    if (request.action === 'create' && request.idempotencyKey !== undefined) {
      const repeated = repeatedAnswer(request, statements.answer(request.actor, request.idempotencyKey), at);
      if (repeated !== null) return [repeated];
    }
    const catalogue = this.#refresh();
    const subject = subjectOf(catalogue, request);
    const row = subject === null ? null : statements.profile(subject.kind, subject.id);
    const { answer, remembered, ...writes } = plan({ catalogue, row, at }, request);
    if (request.dryRun !== true) {
      statements.write(writes);
      if (remembered !== null) statements.remember(remembered);
    }
    return answer;
  }

  /** Takes in what was committed since the last look; for after this process's own commits, and inside its transactions. */
  #refresh(): Catalogue {
    this.#dataVersion = this.#readDataVersion();
    const before = this.#catalogue;
    this.#catalogue = inView(this.#file, () => {
      const revision = this.#statements.revision();
      if (revision === before.revision) return before;
      return updateCatalogue(before, revision, this.#statements.changedSince(before.revision));
    });
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
