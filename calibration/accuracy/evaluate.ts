import type { Estimate } from '../../src/engine/answer.ts';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { baselinePrediction } from '../baselines/predictBaseline.ts';
import type { Point, SkippedPoint } from './points.ts';
import { estimateOf, predicted } from './predict.ts';
import { type Scored, scored } from './score.ts';

/** Every point beside its estimate; points that the engine refuses are listed with its reason. */
export interface Evaluation {
  predictions: Scored[];
  estimates: Map<Point, Estimate>;
  refused: SkippedPoint[];
}

export function evaluate(points: readonly Point[], coefficients: Coefficients): Evaluation {
  const evaluation: Evaluation = { predictions: [], estimates: new Map(), refused: [] };
  for (const point of points) {
    try {
      const answer = estimateOf(point, coefficients);
      evaluation.estimates.set(point, answer);
      evaluation.predictions.push(scored(point, predicted(point, answer)));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      evaluation.refused.push({
        id: point.id,
        group: point.group,
        reason: `${error.constructor.name}: ${error.message}`,
      });
    }
  }
  return evaluation;
}

/** What a baseline says on the points that our engine answered. */
export function evaluateBaseline(baseline: Baseline, { estimates }: Evaluation): Scored[] {
  const predictions: Scored[] = [];
  for (const [point, ours] of estimates) {
    const value = baselinePrediction(baseline, point, ours);
    if (value !== null && Number.isFinite(value)) predictions.push(scored(point, value));
  }
  return predictions;
}
