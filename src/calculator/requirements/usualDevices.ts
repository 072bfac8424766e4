import { compareText } from '../../engine/compareText.ts';
import { remembered } from '../../engine/remembered.ts';
import type { Hardware } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { HardwareProfile } from '../../registry/catalogue/profiles.ts';
import { measurementsOf } from '../evidence/measurementsOf.ts';
import { offersOf } from '../prices.ts';

/** One maker's devices of one sort that people can get. */
export interface UsualDevices {
  smallestFirst: readonly HardwareProfile[];
  /** How many of them people put together. */
  counts: readonly number[];
}

/** Devices that a usual machine holds at most. */
export const largestUsualCount = 8;

/** Accelerators come by the board; of processors and whole computers one is one's own. */
const countsOf: Readonly<Record<Hardware['kind'], readonly number[]>> = {
  gpu: [1, 2, 4, largestUsualCount],
  tpu: [1, 4, largestUsualCount],
  asic: [1, 2, 4, largestUsualCount],
  npu: [1],
  apu: [1],
  cpu: [1],
};

/** Devices that somebody sells or rents out, by maker and sort; of one size, the ones that most is known about first. */
export function usualDevices({ hardware, offer, measurement }: Catalogue): readonly UsualDevices[] {
  return sortedOf(hardware)(offer)(measurement);
}

/** No shelf ever changes: a changed catalogue has new ones. */
const sortedOf = remembered((hardware: Catalogue['hardware']) =>
  remembered((offer: Catalogue['offer']) =>
    remembered((measurement: Catalogue['measurement']) => sorted({ hardware, offer, measurement })),
  ),
);

function sorted(catalogue: Pick<Catalogue, 'hardware' | 'offer' | 'measurement'>): UsualDevices[] {
  const offered = catalogue.hardware.all().filter(({ id }) => offersOf(catalogue, id).length > 0);
  const known = new Map(
    offered.map(({ id }) => [id, offersOf(catalogue, id).length + measurementsOf(catalogue, id).length]),
  );
  const groups = Map.groupBy(offered, ({ engine }) => groupOf(engine));
  return [...groups.values()].map((devices) => ({
    smallestFirst: devices.toSorted(
      (one, other) =>
        one.engine.memoryBytes - other.engine.memoryBytes ||
        (known.get(other.id) ?? 0) - (known.get(one.id) ?? 0) ||
        compareText(one.id, other.id),
    ),
    counts: countsOf[devices[0]?.engine.kind ?? 'cpu'],
  }));
}

/** Processors of all makers are one sort: a model that runs from main memory runs on any of them. */
function groupOf({ kind, vendor }: Hardware): string {
  return kind === 'cpu' ? kind : `${kind} ${vendor}`;
}
