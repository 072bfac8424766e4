/** The values a number in a question may take. */
export interface NumberRange {
  minimum: number;
  maximum: number;
  /** The minimum itself is not allowed (prices must be above zero). */
  aboveMinimum?: boolean;
  /** Whole numbers only. */
  whole: boolean;
  /** Calendar years: written without separators. */
  isYear?: boolean;
}

/** Whether a number that was given lies in the range; one that was left out does. */
export function isInRange(value: number | null | undefined, range: NumberRange): boolean {
  if (value === null || value === undefined) return true;
  const { minimum, maximum, aboveMinimum, whole } = range;
  const high = value <= maximum;
  const low = aboveMinimum ? value > minimum : value >= minimum;
  return high && low && (!whole || Number.isInteger(value));
}

/** "a whole number from 1 to 1,000,000,000": for messages and descriptions. */
export function rangeText({ minimum, maximum, aboveMinimum, whole, isYear }: NumberRange): string {
  const count = isYear ? String : (value: number) => format.format(value);
  const number = whole ? 'a whole number' : 'a number';
  const from = aboveMinimum ? `above ${count(minimum)} up to` : `from ${count(minimum)} to`;
  return `${number} ${from} ${count(maximum)}`;
}

const format = new Intl.NumberFormat('en-US');
