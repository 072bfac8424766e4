import { onTestFinished } from 'vitest';
import { ApiKeys } from '../../../src/registry/apiKeys.ts';
import { ProfileWriter } from '../../../src/registry/changes/writer.ts';
import { loadPacks } from '../../../src/registry/packs/load.ts';
import { readPack } from '../../../src/registry/packs/pack.ts';
import type { Storage } from '../../../src/registry/storage/storage.ts';
import { smallPack } from '../packs/smallPack.ts';
/** Opens one database, each time as another process would. */
export interface Open {
  (): Promise<Storage>;
  /** Writes as another program would and does not come to an end; the returned function ends it. */
  hold(): () => void;
}

export const ann = { kind: 'model', actor: 'ann' } as const;

/** A storage with the small pack in it, and all that stands on it. */
export async function opened(storage: Storage, seeds: string) {
  onTestFinished(() => storage.close());
  await loadPacks(storage, [readPack(seeds, 'seed')], async () => []);
  const live = await storage.openCatalogue();
  return {
    storage,
    catalogue: () => live.current(),
    onChange: live.onChange.bind(live),
    write: new ProfileWriter(live),
    keys: new ApiKeys(storage.keys),
    changes: storage.changes.bind(storage),
    changesFollowing: storage.changesFollowing.bind(storage),
  };
}

export const small = async (open: Open) => opened(await open(), smallPack());

/** Two storages on one database, as two processes would have it. */
export async function two(open: Open) {
  const seeds = smallPack();
  return [await opened(await open(), seeds), await opened(await open(), seeds)] as const;
}
