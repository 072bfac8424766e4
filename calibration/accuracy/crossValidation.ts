import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Structure } from '../fit/parameters.ts';
import { foldsOf } from './folds.ts';
import type { FoldWork, LeftOutFigures } from './foldWorker.ts';
import { nameOf, type Point } from './points.ts';
import { groupBy } from './score.ts';

/** Enough that a fit still sees seven eighths of everything, few enough to wait for. */
export const FOLDS = 8;

/** A point predicted by coefficients that never saw what was left out with it. */
export interface LeftOut extends Omit<LeftOutFigures, 'place'> {
  point: Point;
  /** What was left out: the number of a fold, or a source. */
  part: string;
}

type Progress = (done: number, total: number) => void;

/** Every point predicted without its source, model and device family together: what its source measured else is known. */
export function withoutFolds(points: readonly Point[], structure: Structure, onProgress: Progress): Promise<LeftOut[]> {
  const folds = foldsOf(points, FOLDS).map((fold, number): [string, Point[]] => [String(number), fold]);
  return predictWithout(points, structure, new Map(folds), onProgress);
}

/** Every point predicted without anything its source published, as a newcomer's would be. */
export function withoutSources(
  points: readonly Point[],
  structure: Structure,
  onProgress: Progress,
): Promise<LeftOut[]> {
  const sources = [...groupBy(points, ({ source }) => source)];
  // The longest first, so that no core waits for one at the end.
  sources.sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
  return predictWithout(points, structure, new Map(sources), onProgress);
}

/**
 * Predicts every point by coefficients fitted without its part, one worker a part, as many at once as there are cores.
 * The result is in the order of the points and does not depend on how many ran at once.
 */
async function predictWithout(
  points: readonly Point[],
  structure: Structure,
  parts: ReadonlyMap<string, readonly Point[]>,
  onProgress: Progress,
): Promise<LeftOut[]> {
  const places = new Map(points.map((point, place) => [point, place]));
  const shared = {
    ids: points.map(nameOf),
    parameters: structure.parameters,
    rows: points.map((point) => structure.rowsOf.get(point) ?? []),
  };
  const figures: (LeftOutFigures & { part: string })[] = [];
  const steps = new Map<string, number>();
  const waiting = parts.entries();
  const runNext = async (): Promise<void> => {
    for (const [part, members] of waiting) {
      const fold = members.map((point) => places.get(point) as number);
      const predicted = await runFold({ ...shared, fold }, (done, total) => {
        steps.set(part, done / total);
        onProgress(sum([...steps.values()]), parts.size);
      });
      for (const figure of predicted) figures.push({ ...figure, part });
    }
  };
  await Promise.all(Array.from({ length: Math.min(parts.size, availableParallelism()) }, runNext));
  return figures
    .sort((a, b) => a.place - b.place)
    .map(({ place, ...figure }) => ({ ...figure, point: points[place] as Point }));
}

function runFold(work: FoldWork, onProgress: Progress): Promise<LeftOutFigures[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./foldWorker.ts', import.meta.url), { workerData: work });
    worker.on('message', (message: { done: number; total: number } | LeftOutFigures[]) => {
      if (Array.isArray(message)) resolve(message);
      else onProgress(message.done, message.total);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a fold ended with code ${code} before its answer`)));
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
