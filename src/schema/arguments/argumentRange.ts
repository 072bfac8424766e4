import { invalidArgument } from '../errors.ts';

/** The values a numeric argument may take. Carried as an extension of the argument, so that every check finds it. */
export interface ArgumentRange {
  minimum: number;
  maximum: number;
  /** The minimum itself is not allowed (prices must be above zero). */
  aboveMinimum?: boolean;
  /** Whole numbers only. */
  whole: boolean;
  /** Calendar years: written without separators. */
  isYear?: boolean;
}

/** As extensions of an argument or input field: `t.arg.int({ ...ranged(range) })`. */
export function ranged(range: ArgumentRange): { extensions: { range: ArgumentRange } } {
  return { extensions: { range } };
}

/** "a whole number from 1 to 1,000,000,000": for messages and descriptions. */
export function rangeText({ minimum, maximum, aboveMinimum, whole, isYear }: ArgumentRange): string {
  const count = isYear ? String : (value: number) => format.format(value);
  const number = whole ? 'a whole number' : 'a number';
  const from = aboveMinimum ? `above ${count(minimum)} up to` : `from ${count(minimum)} to`;
  return `${number} ${from} ${count(maximum)}`;
}

/** @throws GraphQLError INVALID_ARGUMENT naming argument, value and range */
export function requireInRange(argument: string, value: number | null | undefined, range: ArgumentRange): void {
  if (value === null || value === undefined) return;
  const { minimum, maximum, aboveMinimum, whole } = range;
  const high = value <= maximum;
  const low = aboveMinimum ? value > minimum : value >= minimum;
  if (high && low && (!whole || Number.isInteger(value))) return;
  throw invalidArgument(argument, value, `must be ${rangeText(range)}`, { minimum, maximum });
}

/** @throws GraphQLError INVALID_ARGUMENT for the first argument outside its range */
export function requireAllInRange<Name extends string>(
  values: Readonly<Partial<Record<NoInfer<Name>, number | null | undefined>>>,
  ranges: Readonly<Record<Name, ArgumentRange>>,
  prefix = '',
): void {
  for (const name in ranges) requireInRange(prefix + name, values[name], ranges[name]);
}

const format = new Intl.NumberFormat('en-US');
