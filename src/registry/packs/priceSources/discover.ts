import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PackError } from '../../errors.ts';
import { kinds } from '../../kinds/kinds.ts';
import { type PackProfile, packProfile } from '../profiles.ts';
import type { PriceSource } from './priceSource.ts';

const folder = import.meta.dirname;

/** Every file of `priceSources/` that exports a `priceSource`. Loaded only when there is something to load. */
export async function discoverPriceSources(): Promise<readonly PriceSource[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const modules: { priceSource?: PriceSource }[] = await Promise.all(
    names.sort().map((name) => import(pathToFileURL(join(folder, name)).href)),
  );
  return modules.map(({ priceSource }) => priceSource).filter((source) => source !== undefined);
}

/** The offers of a price source as profiles of the built-in pack. */
export function profilesOfPriceSource(source: PriceSource): PackProfile[] {
  return source
    .offers()
    .map(({ id, facts }) =>
      packProfile(
        { name: 'seeds', origin: 'seed', file: `price source ${source.id}` },
        kinds.offer,
        id,
        facts,
        (problems) => new PackError(`price source ${source.id}, ${id}`, null, problems),
      ),
    );
}
