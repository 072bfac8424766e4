import { compareText } from '../../engine/compareText.ts';
import { remembered } from '../../engine/remembered.ts';
import type { Hardware } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { HardwareProfile } from '../../registry/catalogue/profiles.ts';
import { popularityIn } from '../../registry/names/popularity.ts';
import { offersOf } from '../prices.ts';
import { CARDS_PER_HOST, countsOf, isOrdinary } from '../suggestions/candidates.ts';

/** How many devices of a usual machine are tried, the fewest first. */
export const usualCounts = [1, 2, 4, CARDS_PER_HOST];

/**
 * Devices that somebody sells or rents out and that are no odd ones, by maker and sort; the smallest first, of one size the
 * ones that most is known about.
 */
export function usualDevices({ hardware, offer, measurement }: Catalogue): readonly (readonly HardwareProfile[])[] {
  return sortedOf(hardware)(offer)(measurement);
}

/** People put so many of it together. */
export function isUsualCount(hardware: HardwareProfile, devices: number): boolean {
  return devices === 1 || countsOf(hardware).includes(devices);
}

/** No shelf ever changes: a changed catalogue has new ones. */
const sortedOf = remembered((hardware: Catalogue['hardware']) =>
  remembered((offer: Catalogue['offer']) =>
    remembered((measurement: Catalogue['measurement']) => sorted(hardware, { offer, measurement })),
  ),
);

function sorted(hardware: Catalogue['hardware'], known: Pick<Catalogue, 'offer' | 'measurement'>): HardwareProfile[][] {
  const offered = hardware.all().filter((device) => isOrdinary(device) && offersOf(known, device.id).length > 0);
  const popularity = popularityIn(known);
  const groups = Map.groupBy(offered, ({ engine }) => groupOf(engine));
  return Array.from(groups.values(), (devices) =>
    devices.toSorted(
      (one, other) =>
        one.engine.memoryBytes - other.engine.memoryBytes ||
        popularity(other) - popularity(one) ||
        compareText(one.id, other.id),
    ),
  );
}

/** Processors of all makers are one sort: a model that runs from main memory runs on any of them. */
function groupOf({ kind, vendor }: Hardware): string {
  return kind === 'cpu' ? kind : `${kind} ${vendor}`;
}
