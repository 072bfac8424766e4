import { join } from 'node:path';
import type { Coefficients } from '../engine/coefficients.ts';
import { type Accuracy, loadAccuracy } from './accuracy.ts';
import { ApiKeys } from './apiKeys.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { ChangeFeed } from './changes/changeFeed.ts';
import { ProfileWriter } from './changes/writer.ts';
import { loadCoefficients } from './coefficients.ts';
import { StorageError } from './errors.ts';
import { loadPacks, type PackLoad } from './packs/load.ts';
import { readPack } from './packs/pack.ts';
import { loadPack } from './packs/package.ts';
import { discoverPriceSources } from './packs/priceSources/discover.ts';
import { gatherEstimators } from './pluggedEstimator.ts';
import { releaseMemory } from './releaseMemory.ts';
import { openStorage } from './storage/open.ts';
import type { LiveCatalogue, Storage, StorageOptions } from './storage/storage.ts';

/** The documented data that comes with the calculator. */
export const seedsFolder = join(import.meta.dirname, '../../seeds');

export interface RegistryOptions {
  /** The SQLite file, created when missing; ":memory:" for one that vanishes. */
  databasePath: string;
  /** Folders of profile files and packages of them beside the built-in ones, the weakest first. */
  packs?: readonly string[];
  /** The built-in pack; another folder also leaves the price sources out. */
  seeds?: string;
  /** Told of every failure of the database, also of those that no answer tells of. */
  onStorageFailure?: StorageOptions['onFailure'];
}

export interface Registry extends Pick<Storage, 'changes' | 'check' | 'close'>, Pick<LiveCatalogue, 'onChange'> {
  /** The catalogue as it is now. Take it once for a request, so that its answers agree. */
  catalogue(): Catalogue;
  readonly coefficients: Coefficients;
  /** How well measurements are predicted; read when it is first asked for, which hardly anybody does. */
  accuracy(): Accuracy;
  /** The change log for those who listen. */
  readonly feed: ChangeFeed;
  readonly write: ProfileWriter;
  readonly keys: ApiKeys;
  /** What loading the packs did at start. */
  readonly packLoad: PackLoad;
  /** Names of the packs, the weakest first. */
  readonly packNames: readonly string[];
}

/** Profiles from which on a load leaves enough behind to be worth a collection. */
const largeLoad = 1000;

/**
 * Opens the database, brings it in step with the packs and holds the catalogue in memory.
 *
 * @throws RegistryError one line and a hint: the database or a pack cannot be used; nothing is written then
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { databasePath, packs = [], seeds = seedsFolder, onStorageFailure: onFailure } = options;
  // Read first: a folder or file that cannot be read should not even create a database.
  const coefficients = loadCoefficients(join(seedsFolder, 'coefficients.json'));
  const loaded = await Promise.all(packs.map((entry) => loadPack(entry)));
  const { estimators, conflicts } = gatherEstimators(loaded);
  const folders = [readPack(seeds, 'seed'), ...loaded.map(({ pack }) => pack)];
  const storage = await openStorage(databasePath, { onFailure });
  try {
    const packLoad = await loadPacks(storage, folders, seeds === seedsFolder ? discoverPriceSources : async () => []);
    if (packLoad.created + packLoad.updated > largeLoad) releaseMemory();
    const catalogue = await storage.openCatalogue(estimators);
    let accuracy: Accuracy | null = null;
    return {
      catalogue: () => catalogue.current(),
      coefficients,
      accuracy: () => {
        accuracy ??= loadAccuracy(join(seedsFolder, 'accuracy.json'));
        return accuracy;
      },
      write: new ProfileWriter(catalogue),
      keys: new ApiKeys(storage.keys),
      changes: (request) => storage.changes(request),
      feed: new ChangeFeed(storage, catalogue),
      check: () => storage.check(),
      packLoad: { ...packLoad, conflicts: [...packLoad.conflicts, ...conflicts] },
      packNames: folders.map(({ name }) => name),
      onChange: (listener) => catalogue.onChange(listener),
      close: () => storage.close(),
    };
  } catch (error) {
    await storage.close();
    throw error instanceof StorageError ? error.naming(databasePath) : error;
  }
}
