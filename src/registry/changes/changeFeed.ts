import type { LiveCatalogue, Storage } from '../storage/storage.ts';
import type { Change } from './history.ts';

/** How far a listener has read the log: all up to `revision`, and of what follows all up to the change numbered `seq`. */
export interface Heard {
  revision: number;
  seq: number;
}

/** What follows in the log, the oldest first, and how far that goes; no changes where nothing follows yet. */
export interface ChangeBatch {
  changes: readonly Change[];
  heard: Heard;
}

/** Changes of one batch at most; the rest follows in the next. */
const mostChanges = 100;

/** Batches that are kept for listeners who have heard as much: nearly all have heard everything, a few are behind. */
const mostKept = 8;

/**
 * Reads the change log once for all who listen to it: listeners who have heard as much get the same batch, one object.
 * Each asks in its own time, so a slow one holds nothing up and misses nothing: it gets more in fewer batches.
 */
export class ChangeFeed {
  readonly #storage: Pick<Storage, 'changesFollowing'>;
  readonly #batches = new Map<string, Promise<ChangeBatch>>();

  constructor(storage: Pick<Storage, 'changesFollowing'>, catalogue: Pick<LiveCatalogue, 'onChange'>) {
    this.#storage = storage;
    catalogue.onChange(() => this.#batches.clear());
  }

  /** @throws StorageError */
  following(heard: Heard): Promise<ChangeBatch> {
    const key = `${heard.revision} ${heard.seq}`;
    const kept = this.#batches.get(key);
    if (kept !== undefined) return kept;
    const batch = this.#read(heard);
    const [oldest] = this.#batches.keys();
    if (oldest !== undefined && this.#batches.size >= mostKept) this.#batches.delete(oldest);
    this.#batches.set(key, batch);
    // The next listener tries again.
    batch.catch(() => this.#batches.delete(key));
    return batch;
  }

  async #read(heard: Heard): Promise<ChangeBatch> {
    const changes = await this.#storage.changesFollowing(heard.revision, heard.seq, mostChanges);
    const last = changes.at(-1);
    if (last === undefined) return { changes, heard };
    // A revision is committed as a whole: one that a batch has room for ends in it.
    const isWhole = changes.length < mostChanges;
    const revision = isWhole ? last.catalogueRevision : heard.revision;
    return { changes, heard: { revision, seq: isWhole ? 0 : last.seq } };
  }
}
