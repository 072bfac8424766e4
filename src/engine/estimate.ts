import type { Estimate } from './answer.ts';
import type { Coefficients } from './coefficients.ts';
import { estimateDesktop } from './desktop/estimate.ts';
import { estimateServing } from './serving/estimate.ts';
import type { Deployment, Estimator, Workload } from './shapes.ts';

/**
 * How fast and how big: one model on one kind of hardware under one runtime, for one workload.
 *
 * Pure: the same arguments give the same answer. The layout is taken as it is: what somebody asks for is checked where a
 * question becomes a deployment (`checkParallelism`), what was measured is a fact (Neuron pads heads to run 32 of them
 * on 24 cores).
 *
 * @throws MissingFigureError the device publishes no peak that the format could run in
 * @throws EstimatorError a plugged-in estimator answered with a figure that is none
 */
export function estimate(deployment: Deployment, workload: Workload, coefficients: Coefficients): Estimate {
  const { estimator, runtime } = deployment;
  const family = runtime.estimator === 'serving' ? estimateServing : estimateDesktop;
  if (estimator === undefined) return family(deployment, workload, coefficients);
  const builtIn = () => family(deployment, workload, coefficients);
  return checkedEstimate(estimator, estimator.estimate(deployment, workload, coefficients, builtIn), workload);
}

/** A plugged-in estimator answered with a figure that is none: a bug in it. */
export class EstimatorError extends Error {
  override name = 'EstimatorError';
}

/** @throws EstimatorError a figure that is not a finite number of at least 0, or latencies that do not add up */
function checkedEstimate(estimator: Estimator, estimate: Estimate, { outputTokens }: Workload): Estimate {
  const { latency, memory, throughput } = estimate;
  for (const [part, figures] of Object.entries({ latency, memory, throughput })) {
    for (const [name, value] of Object.entries(figures)) {
      // The base may lie below zero: a first token that takes less than the others.
      const least = name === 'baseSeconds' ? Number.NEGATIVE_INFINITY : 0;
      if (typeof value === 'boolean' || typeof value === 'object' || (Number.isFinite(value) && value >= least))
        continue;
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
