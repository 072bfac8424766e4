import type { Order } from '../../../registry/catalogue/page.ts';
import type { HardwareProfile } from '../../../registry/catalogue/profiles.ts';
import { inside, NumberRangeInput, requireOrdered, sameWord } from '../../arguments/filterRange.ts';
import { builder } from '../../builder.ts';
import { OrderDirection } from '../../enums.ts';
import { gibOf, gigabytesOf } from '../../units.ts';
import { HardwareKind, MemoryClass } from './type.ts';

export const HardwareFilter = builder.inputType('HardwareFilter', {
  description: 'Which devices to list: all conditions must hold.',
  fields: (t) => ({
    vendor: t.string({ description: 'Made by, in any case: NVIDIA, AMD, Apple.' }),
    family: t.string({ description: 'Of this family, in any case: nvidia-hopper.' }),
    kind: t.field({ type: HardwareKind, description: 'Of this sort.' }),
    memoryClass: t.field({ type: MemoryClass, description: 'With this kind of memory.' }),
    memoryGiB: t.field({ type: NumberRangeInput, description: 'Memory, in GiB.' }),
    memoryBandwidthGBPerSecond: t.field({ type: NumberRangeInput, description: 'Memory bandwidth, in GB/s.' }),
  }),
});

const HardwareOrderField = builder.enumType('HardwareOrderField', {
  description: 'What devices can be ordered by. Devices without the figure come last.',
  values: {
    NAME: { description: 'Name.' },
    MEMORY: { description: 'Memory.' },
    MEMORY_BANDWIDTH: { description: 'Memory bandwidth.' },
    COMPUTE: { description: 'Dense 16-bit peak rate.' },
    POWER: { description: 'Rated power.' },
    RELEASED: { description: 'Day of the announcement.' },
  },
});

export const HardwareOrder = builder.inputType('HardwareOrder', {
  description: 'How to order devices.',
  fields: (t) => ({
    field: t.field({ type: HardwareOrderField, required: true, description: 'What to order by.' }),
    direction: t.field({
      type: OrderDirection,
      required: true,
      defaultValue: 'ascending',
      description: 'Which end comes first.',
    }),
  }),
});

type HardwareFilterValue = typeof HardwareFilter.$inferInput;
type HardwareOrderValue = typeof HardwareOrder.$inferInput;

/** The filter as a predicate. */
export function hardwareWhere(filter: HardwareFilterValue): (hardware: HardwareProfile) => boolean {
  requireOrdered('filter.memoryGiB', filter.memoryGiB);
  requireOrdered('filter.memoryBandwidthGBPerSecond', filter.memoryBandwidthGBPerSecond);
  const { kind, memoryClass } = filter;
  return ({ engine }) =>
    sameWord(engine.vendor, filter.vendor) &&
    sameWord(engine.family, filter.family) &&
    (kind == null || engine.kind === kind) &&
    (memoryClass == null || engine.memoryClass === memoryClass) &&
    inside(gibOf(engine.memoryBytes), filter.memoryGiB) &&
    inside(gigabytesOf(engine.memoryBytesPerSecond), filter.memoryBandwidthGBPerSecond);
}

/** The order as a sort key. */
export function hardwareOrder({ field, direction }: HardwareOrderValue): Order<HardwareProfile> {
  return { name: field, direction, key: keys[field] };
}

const keys: Record<HardwareOrderValue['field'], Order<HardwareProfile>['key']> = {
  NAME: ({ name }) => name.toLowerCase(),
  MEMORY: ({ engine }) => engine.memoryBytes,
  MEMORY_BANDWIDTH: ({ engine }) => engine.memoryBytesPerSecond,
  COMPUTE: ({ engine: { peaks } }) => peaks.bf16 ?? peaks.fp16 ?? null,
  POWER: ({ engine }) => engine.powerWatts,
  RELEASED: ({ facts }) => facts.released ?? null,
};
