import { builder } from '../builder.ts';
import { invalidArgument } from '../errors.ts';

/** Both ends included; an end left out is open. */
export interface FilterRange {
  min?: number | null | undefined;
  max?: number | null | undefined;
}

export const CountRangeInput = builder.inputType('CountRange', {
  description: 'A range of whole numbers, both ends included; an end left out is open.',
  fields: (t) => ({
    min: t.field({ type: 'SafeInt', description: 'Lowest value, in the unit of the field that takes the range.' }),
    max: t.field({ type: 'SafeInt', description: 'Highest value, in the unit of the field that takes the range.' }),
  }),
});

export const NumberRangeInput = builder.inputType('NumberRange', {
  description: 'A range of numbers, both ends included; an end left out is open.',
  fields: (t) => ({
    min: t.float({ description: 'Lowest value, in the unit of the field that takes the range.' }),
    max: t.float({ description: 'Highest value, in the unit of the field that takes the range.' }),
  }),
});

/** True for a value inside; a missing value is in no range that was asked for. */
export function inside(value: number | undefined, range: FilterRange | null | undefined): boolean {
  if (range === null || range === undefined) return true;
  return (
    value !== undefined &&
    value >= (range.min ?? Number.NEGATIVE_INFINITY) &&
    value <= (range.max ?? Number.POSITIVE_INFINITY)
  );
}

/** True for the same word in any case; an absent word asks for nothing. */
export function sameWord(value: string | undefined, asked: string | null | undefined): boolean {
  return asked === null || asked === undefined || value?.toLowerCase() === asked.trim().toLowerCase();
}

/** @throws GraphQLError INVALID_ARGUMENT when a range is the wrong way round */
export function requireOrdered(argument: string, range: FilterRange | null | undefined): void {
  if (range?.min == null || range.max == null || range.min <= range.max) return;
  throw invalidArgument(argument, `${range.min} to ${range.max}`, 'must have a min of at most its max');
}
