import type { Estimate } from './answer.ts';
import type { Coefficients } from './coefficients.ts';
import type { Deployment, Workload } from './shapes.ts';

/** A way of turning a deployment and a workload into an estimate, plugged in from outside the engine. */
export interface Estimator {
  /** What runtimes call it in `estimatedBy`. */
  id: string;
  /** One sentence: what it computes, and from what. */
  title: string;
  /**
   * Pure: the same arguments give the same answer; SI units. `builtIn` is the engine's own estimate of the deployment,
   * to start from.
   *
   * @throws InvalidWorkloadError MissingFigureError as the engine's own estimators do
   */
  estimate(deployment: Deployment, workload: Workload, coefficients: Coefficients, builtIn: () => Estimate): Estimate;
}

/** A plugged-in estimator answered with a figure that is none: a bug in it. */
export class EstimatorError extends Error {
  override name = 'EstimatorError';
}

/** @throws EstimatorError a figure that is not a finite number of at least 0, or latencies that do not add up */
export function checkedEstimate(estimator: Estimator, estimate: Estimate, { outputTokens }: Workload): Estimate {
  const { latency, memory, throughput } = estimate;
  for (const [part, figures] of Object.entries({ latency, memory, throughput })) {
    for (const [name, value] of Object.entries(figures)) {
      // The base may lie below zero: a first token that takes less than the others.
      const least = name === 'baseSeconds' ? Number.NEGATIVE_INFINITY : 0;
      if (typeof value === 'boolean' || (Number.isFinite(value) && value >= least)) continue;
      throw new EstimatorError(`estimator ${estimator.id} answers ${part}.${name} = ${String(value)}`);
    }
  }
  const { timeToFirstTokenSeconds, timePerOutputTokenSeconds, endToEndSeconds } = latency;
  const sum = timeToFirstTokenSeconds + (outputTokens - 1) * timePerOutputTokenSeconds;
  if (Math.abs(sum - endToEndSeconds) > 1e-6 * Math.max(sum, 1e-9)) {
    throw new EstimatorError(`estimator ${estimator.id} answers an end-to-end time that is not the sum of its parts`);
  }
  return estimate;
}
