import type { Point } from './points.ts';
import { groupBy, type Score, type Scored, score } from './score.ts';

/** Ways to split a group's residuals, to find what a formula misses. */
export const splits: Readonly<Record<string, (point: Point) => string>> = {
  source: ({ source }) => source,
  'runtime and year': ({ row }) =>
    [row.runtime, row.backend, row.runtimeYear].filter((part) => part !== null).join(' '),
  device: ({ row }) => row.hardware ?? 'file',
  model: ({ row }) => row.model,
  weights: ({ row }) => row.weights,
  batch: ({ workload }) => powerOfTwo(workload.batch),
  prompt: ({ workload }) => powerOfTwo(workload.promptTokens + workload.contextTokens),
  output: ({ workload }) => powerOfTwo(workload.outputTokens),
  'tensor × pipeline': ({ deployment: { parallelism } }) => `${parallelism.tensor} × ${parallelism.pipeline}`,
  'flash attention': ({ row }) => String(row.flashAttention),
};

export interface SubGroup {
  split: string;
  key: string;
  score: Score;
}

/** Scores of every value of a split, the largest groups first. */
export function splitBy(predictions: readonly Scored[], split: string): SubGroup[] {
  const keyOf = splits[split];
  if (keyOf === undefined) throw new RangeError(`no split ${split}; there are ${Object.keys(splits).join(', ')}`);
  return [...groupBy(predictions, ({ point }) => keyOf(point))]
    .map(([key, members]) => ({ split, key, score: score(members) }))
    .sort((a, b) => b.score.count - a.score.count);
}

/** The sources with the largest median error in a group, of those with at least `atLeast` points there. */
export function worstSources(predictions: readonly Scored[], atLeast: number): { key: string; score: Score }[] {
  return [...groupBy(predictions, ({ point }) => `${point.group}: ${point.source}`)]
    .filter(([, members]) => members.length >= atLeast)
    .map(([key, members]) => ({ key, score: score(members) }))
    .sort((a, b) => b.score.median - a.score.median);
}

function powerOfTwo(value: number): string {
  if (value < 1) return '0';
  const lower = 2 ** Math.floor(Math.log2(value));
  return lower === 1 ? '1' : `${lower} to ${2 * lower - 1}`;
}
