import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Structure } from '../fit/parameters.ts';
import { foldsOf } from './folds.ts';
import type { FoldWork, LeftOutFigures } from './foldWorker.ts';
import { nameOf, type Point } from './points.ts';

/** Enough that a fit still sees seven eighths of everything, few enough to wait for. */
export const FOLDS = 8;

/** A point predicted by coefficients that never saw its source, model and device family together. */
export interface LeftOut extends Omit<LeftOutFigures, 'place'> {
  point: Point;
  /** Number of the fold it was in. */
  fold: number;
}

/**
 * Predicts every point by coefficients fitted without its fold, one worker a fold, as many at once as there are cores.
 * The result is in the order of the points and does not depend on how many ran at once.
 */
export async function crossValidate(
  points: readonly Point[],
  structure: Structure,
  onProgress: (done: number, total: number) => void,
): Promise<LeftOut[]> {
  const places = new Map(points.map((point, place) => [point, place]));
  const folds = foldsOf(points, FOLDS).map((fold) => fold.map((point) => places.get(point) as number));
  const shared = {
    ids: points.map(nameOf),
    parameters: structure.parameters,
    rows: points.map((point) => structure.rowsOf.get(point) ?? []),
  };
  const figures: (LeftOutFigures & { fold: number })[] = [];
  const steps = folds.map(() => 0);
  const waiting = folds.entries();
  const runNext = async (): Promise<void> => {
    for (const [number, fold] of waiting) {
      const predicted = await runFold({ ...shared, fold }, (done, total) => {
        steps[number] = done / total;
        onProgress(sum(steps), folds.length);
      });
      for (const figure of predicted) figures.push({ ...figure, fold: number });
    }
  };
  await Promise.all(Array.from({ length: Math.min(folds.length, availableParallelism()) }, runNext));
  return figures
    .sort((a, b) => a.place - b.place)
    .map(({ place, ...figure }) => ({ ...figure, point: points[place] as Point }));
}

function runFold(work: FoldWork, onProgress: (done: number, total: number) => void): Promise<LeftOutFigures[]> {
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
