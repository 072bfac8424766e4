import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Change, ChangePage, ChangeRequest } from '../changes/history.ts';
import type { WriteRequest, Writes } from '../changes/plan.ts';
import type { StorageError } from '../errors.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import type { ApiKeyRow, ProfileRow } from './tables.ts';

export interface StorageOptions {
  /** Told of every failure of the database, also of those that no answer tells of. */
  onFailure?: ((failure: StorageError) => void) | undefined;
}

/**
 * A database that holds the catalogue, its history and the keys. All that SQLite and another database would do
 * differently is behind these methods; a test suite says what each must do (test/registry/storage/contract.ts).
 * Each may throw StorageError. A change waits up to five seconds for other processes' changes, in the order of asking;
 * nothing else waits meanwhile.
 */
export interface Storage {
  readonly keys: KeyStore;
  /** Which packs it holds. */
  packs(): Promise<HeldPacks>;
  /** Rows that users have written or retired, by kind and id. */
  userProfiles(): Promise<ProfileRow[]>;
  /**
   * Writes what `plan` makes of the rows as they stand, and notes the packs, in one transaction.
   *
   * @returns the plan, or null where these packs are held already: another process was faster
   */
  loadPacks<Plan extends Writes>(
    packs: { digest: string; conflicts: readonly string[] },
    plan: (rows: readonly ProfileRow[], revision: number) => Plan,
  ): Promise<Plan | null>;
  /** @throws InvalidCursorError */
  changes(request: ChangeRequest): Promise<ChangePage>;
  /** Changes after the catalogue's `revision` and after the change numbered `seq`, the oldest first. */
  changesFollowing(revision: number, seq: number, limit: number): Promise<Change[]>;
  /** Reads the catalogue into memory and keeps it in step with every process on the database. */
  openCatalogue(estimators?: Estimators): Promise<LiveCatalogue>;
  /**
   * Whether a change would be written now. Waits for nobody, and however many ask, the database is tried once a second:
   * anybody may. That another process writes at the moment is no failure.
   *
   * @throws StorageError it would not be
   */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The catalogue in memory: reads ask it and no disk. */
export interface LiveCatalogue {
  /**
   * The catalogue as it is now: with all that this process has written, and what it knows of the others. A database that
   * cannot be read leaves it as it was; `Storage.check` tells.
   */
  current(): Catalogue;
  /** Calls `listener` with each new catalogue; the returned function stops that. */
  onChange(listener: (catalogue: Catalogue) => void): () => void;
  /**
   * One transaction: brings the catalogue up to date, plans the request and writes the rows. They are on the disk, and
   * `current` shows them, when this is answered.
   *
   * @returns the profiles that the request is about, as they are then
   * @throws what `plan` throws
   */
  write(request: WriteRequest): Promise<readonly ProfileRow[]>;
}

export interface HeldPacks {
  /** Of their files; null before the first load. */
  digest: string | null;
  /** One line for each profile that a later pack replaced. */
  conflicts: readonly string[];
  /** Kind and id of each profile whose facts a user has put in front of a pack's. */
  kept: readonly string[];
}

/** Where API keys are kept. */
export interface KeyStore {
  /** False where the name is, or was, another's. */
  add(key: ApiKeyRow): Promise<boolean>;
  /** False where there is, or was, any. */
  addFirst(key: ApiKeyRow): Promise<boolean>;
  /** The oldest first. */
  list(): Promise<ApiKeyRow[]>;
  find(hash: string): Promise<ApiKeyRow | null>;
  /** Left out where another process writes at the moment, or the database cannot be written: no request fails for it. */
  noteUse(name: string, at: string): Promise<void>;
  /** False where no key in use has the name. */
  revoke(name: string, at: string): Promise<boolean>;
}
