import { setTimeout as pause } from 'node:timers/promises';
import { StorageError } from '../errors.ts';
import { cacheKilobytes, inTransaction, lookAt, undone } from './database.ts';
import type { SqliteDatabase } from './drizzle.ts';
import { isBusy, isDamage, saying } from './sqliteFailure.ts';
import type { StorageOptions } from './storage.ts';

/** How long a change waits for another process's transaction. */
const longestWaitMs = 5000;

/** Longest pause between two attempts of one that waits. */
const longestPauseMs = 32;

/** How long the answer of a check holds, however many ask. */
const checkHoldsMs = 1000;

/**
 * The one connection of a process to a SQLite file. SQLite itself waits for no lock: it would hold the thread. Whoever
 * has to wait does so between attempts.
 */
export class SqliteConnection {
  readonly database: SqliteDatabase;
  readonly #onFailure: (error: StorageError) => void;
  /** The file and its companions as they were when it was opened. */
  readonly #look: () => string;
  readonly #opened: string;
  /** The last of those that wait to write. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Pages do not heal: damage once met is there until somebody has looked. */
  #damage: StorageError | null = null;
  #checked: { at: number; failure: unknown } = { at: Number.NEGATIVE_INFINITY, failure: null };

  constructor(database: SqliteDatabase, { onFailure = () => undefined }: StorageOptions = {}) {
    this.database = database;
    this.#onFailure = onFailure;
    this.#look = lookAt(database.$client);
    this.#opened = this.#look();
  }

  /**
   * Does `work` as one write transaction, after those that asked before. While another process writes it is tried again
   * and again, and other work goes on.
   *
   * @throws StorageError another process has written for more than five seconds; the file cannot be written, or is gone
   */
  writing<Result>(work: () => Result): Promise<Result> {
    const until = performance.now() + longestWaitMs;
    const turn = this.#queue.then(() => this.#patiently(() => this.#transaction(work), until));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Does `work`, which only reads. @throws StorageError */
  reading<Result>(work: () => Result): Promise<Result> {
    return this.#patiently(work, performance.now() + longestWaitMs);
  }

  /** Writes what may as well be left out: nothing where another process writes or the file cannot be written. */
  writingIfPossible(work: () => void): void {
    try {
      saying(() => this.#transaction(work));
    } catch (error) {
      if (!isBusy(error)) this.report(error);
      if (!(error instanceof StorageError)) throw error;
    }
  }

  /**
   * Finds out whether a change would be written: by writing one, to the file, that is undone. A file that another
   * process writes to at this moment is left alone.
   *
   * @param change writes as a change would
   * @throws StorageError
   */
  check(change: () => void): void {
    const now = performance.now();
    if (now - this.#checked.at > checkHoldsMs) this.#checked = { at: now, failure: this.#findFailure(change) };
    if (this.#checked.failure !== null) throw this.#checked.failure;
  }

  /** For failures that nobody is told of otherwise. */
  report(error: unknown): void {
    if (!(error instanceof StorageError)) return;
    if (isDamage(error)) this.#damage ??= error;
    this.#onFailure(error);
  }

  close(): void {
    this.database.$client.close();
  }

  #transaction<Result>(work: () => Result): Result {
    return inTransaction(this.database.$client, () => {
      const result = work();
      // As late as can be: what is committed after this is on the disk under the name that the next start will open.
      this.#expectSameFile();
      return result;
    });
  }

  async #patiently<Result>(work: () => Result, until: number): Promise<Result> {
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        return saying(() => this.#whileOpen(work));
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) {
          this.report(error);
          throw error;
        }
      }
      await pause(pauseMs);
    }
  }

  #whileOpen<Result>(work: () => Result): Result {
    if (!this.database.$client.open) throw new StorageError('has been closed', 'The server is stopping: ask another.');
    return work();
  }

  #findFailure(change: () => void): unknown {
    if (this.#damage !== null) return this.#damage;
    try {
      this.#expectSameFile();
      saying(() => this.#writeWithoutCache(change));
    } catch (error) {
      if (isBusy(error)) return null;
      this.report(error);
      return error;
    }
    return null;
  }

  /** Pages are read from the file, and written to it, even by a transaction that is undone. */
  #writeWithoutCache(change: () => void): void {
    const file = this.database.$client;
    file.pragma('cache_size = 1');
    try {
      undone(file, change);
    } finally {
      file.pragma(`cache_size = -${cacheKilobytes}`);
    }
  }

  #expectSameFile(): void {
    if (this.#look() === this.#opened) return;
    throw new StorageError(
      'was deleted, moved or replaced while in use',
      'Nothing was changed. Put the file back, or start again with the one to use.',
    );
  }
}
