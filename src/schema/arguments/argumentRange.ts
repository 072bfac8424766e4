import { isInRange, type NumberRange, rangeText } from '../../calculator/numberRange.ts';
import { invalidArgument } from '../errors.ts';

/** As extensions of an argument or input field, so that every check finds the range: `t.arg.int({ ...ranged(range) })`. */
export function ranged(range: NumberRange): { extensions: { range: NumberRange } } {
  return { extensions: { range } };
}

/** @throws GraphQLError INVALID_ARGUMENT naming argument, value and range */
export function requireInRange(argument: string, value: number | null | undefined, range: NumberRange): void {
  if (isInRange(value, range)) return;
  const { minimum, maximum } = range;
  throw invalidArgument(argument, value, `must be ${rangeText(range)}`, { minimum, maximum });
}
