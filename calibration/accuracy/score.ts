import type { ReportGroup } from '../page/reportGroup.ts';
import type { Point } from './points.ts';

/** A prediction of nothing at all (no sequence fits) is an error, not an infinite one. */
const LEAST_RATIO = 1e-3;

/** A prediction beside its measurement. */
export interface Scored {
  point: Point;
  predicted: number;
  /** predicted ÷ measured, of the metric as published: above 1 is too slow for a time, too fast for a rate. */
  ratio: number;
  /** Whether the 80 % interval holds the measurement; absent where no interval was given. */
  covered?: boolean;
  /** Ends of that interval, in the metric's unit. */
  interval?: readonly [number, number];
}

/** Error of a set of predictions: |ratio − 1| as fractions. */
export interface Score {
  count: number;
  median: number;
  p90: number;
  /** exp of the median log ratio: 1 = unbiased. */
  bias: number;
  /** Share of measurements inside their 80 % interval; null where no interval was given. */
  coverage: number | null;
}

export function scored(point: Point, predicted: number, interval?: readonly [number, number]): Scored {
  const result: Scored = { point, predicted, ratio: predicted / point.measured };
  if (interval !== undefined) {
    result.covered = interval[0] <= point.measured && point.measured <= interval[1];
    result.interval = interval;
  }
  return result;
}

/** ln(predicted ÷ measured). */
export function logError({ measured }: Point, predicted: number): number {
  return Math.log(Math.max(LEAST_RATIO, predicted / measured));
}

export function score(predictions: readonly Scored[]): Score {
  const errors = predictions.map(({ ratio }) => Math.abs(ratio - 1));
  const withInterval = predictions.filter(({ covered }) => covered !== undefined);
  return {
    count: predictions.length,
    median: quantile(errors, 0.5),
    p90: quantile(errors, 0.9),
    bias: quantile(
      predictions.map(({ ratio }) => ratio),
      0.5,
    ),
    coverage:
      withInterval.length === 0 ? null : withInterval.filter(({ covered }) => covered).length / withInterval.length,
  };
}

/** Linear interpolation between order statistics; NaN for an empty list. */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * `quantile` of values that count differently: each lies at the weight of those below it, as a share of the weight of all
 * but the largest.
 */
export function weightedQuantile(values: readonly number[], weights: readonly number[], fraction: number): number {
  const sorted = values.map((value, place) => ({ value, weight: weights[place] as number }));
  sorted.sort((a, b) => a.value - b.value);
  const largest = sorted.at(-1);
  if (largest === undefined) return Number.NaN;
  const place = fraction * (sorted.reduce((sum, { weight }) => sum + weight, 0) - largest.weight);
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    const above = sorted[index + 1];
    if (above === undefined) break;
    if (place <= below + weight) return value + ((above.value - value) * (place - below)) / weight;
    below += weight;
  }
  return largest.value;
}

export function byGroup(predictions: readonly Scored[]): Map<ReportGroup, Scored[]> {
  return groupBy(predictions, ({ point }) => point.group);
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The same record, its keys in order. */
export function sortedByKey<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Points of low trust are kept, but neither fitted to nor counted. */
export function isTrusted({ row }: Point): boolean {
  return row.trust !== 'low';
}
