import type { Interval } from '../engine/hosted.ts';
import { builder } from './builder.ts';

export const RangeType = builder.objectRef<Interval>('Range').implement({
  description: 'An interval, both ends included, in the unit of the field that holds it.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'Lower end, in the unit of the field that holds the range.' }),
    high: t.exposeFloat('high', { description: 'Upper end, in the unit of the field that holds the range.' }),
  }),
});

/** The interval in another unit. */
export function scaledRange({ low, high }: Interval, factor: number): Interval {
  return { low: low * factor, high: high * factor };
}
