/** Half-width of an 80 % interval over the median absolute deviation, for a normal distribution: 1.2816 ÷ 0.6745. */
const eightyOverMedian = 1.2816 / 0.6745;

/**
 * Median absolute error in percent that belongs to an 80 % interval of value × e^±halfWidth, taking the logarithm of
 * predicted ÷ measured to be normally distributed.
 */
export function typicalErrorPercent(halfWidth: number): number {
  return 100 * Math.expm1(halfWidth / eightyOverMedian);
}
