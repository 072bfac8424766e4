/** Fits without one fold and predicts it: a worker of `crossValidation.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Phase } from '../../src/engine/answer.ts';
import { inheritanceOf, uncertainMemory } from '../../src/engine/evidence/uncertainty.ts';
import type { Parameter, RowKey } from '../fit/parameters.ts';
import { fittedWithout } from './folds.ts';
import { nameOf, type Point } from './points.ts';
import { estimateOf, predicted } from './predict.ts';
import { readCoefficients, readPoints, readProfiles } from './seeds.ts';

export interface FoldWork {
  /** Every point by its name, in the order that the places count. */
  ids: readonly string[];
  parameters: ReadonlyMap<RowKey, Parameter>;
  /** Rows that each point depends on. */
  rows: readonly (readonly RowKey[])[];
  /** Places of the points to leave out. */
  fold: readonly number[];
}

export interface LeftOutFigures {
  place: number;
  predicted: number;
  /** Steps of inheritance of its estimate, by phase. */
  inheritance: Readonly<Record<Phase, number>>;
  /** Share of the first token in the time of the whole request. */
  firstShare: number;
  /** Half-width of what is uncertain in its memory; see `uncertainMemory`. */
  uncertainMemory: number;
}

if (parentPort !== null) answer(workerData, (message) => parentPort?.postMessage(message));

function answer({ ids, parameters, rows, fold }: FoldWork, post: (message: unknown) => void): void {
  const byId = new Map(readPoints(readProfiles()).points.map((point) => [nameOf(point), point]));
  const points = ids.map((id) => byId.get(id) as Point);
  const rowsOf = new Map(points.map((point, place) => [point, rows[place] ?? []]));
  const structure = { parameters, rowsOf, withoutPrior: new Set<RowKey>() };
  const left = fold.map((place) => points[place] as Point);
  const coefficients = fittedWithout(left, points, structure, readCoefficients(), (done, total) =>
    post({ done, total }),
  );
  const figures = fold.map((place): LeftOutFigures => {
    const point = points[place] as Point;
    const estimate = estimateOf(point, coefficients);
    const { timeToFirstTokenSeconds, endToEndSeconds } = estimate.latency;
    return {
      place,
      predicted: predicted(point, estimate),
      inheritance: { prefill: inheritanceOf(estimate, 'prefill'), decode: inheritanceOf(estimate, 'decode') },
      firstShare: timeToFirstTokenSeconds / endToEndSeconds,
      uncertainMemory: uncertainMemory(estimate.memory),
    };
  });
  post(figures);
}
