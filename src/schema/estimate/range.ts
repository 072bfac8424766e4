import { builder } from '../builder.ts';

export interface Range {
  low: number;
  high: number;
}

export const RangeType = builder.objectRef<Range>('Range').implement({
  description: 'An interval, both ends included, in the unit of the field that holds it.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'Lower end, in the unit of the field that holds the range.' }),
    high: t.exposeFloat('high', { description: 'Upper end, in the unit of the field that holds the range.' }),
  }),
});
