import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../src/engine/answer.ts';
import { EstimatorError, estimate } from '../../src/engine/estimate.ts';
import type { Estimator } from '../../src/engine/shapes.ts';
import { anyDeployment, anyWorkload, coefficients, deploymentOf, llama70b, workloadOf } from './deployments.ts';

/** An estimator that changes the engine's own answer. */
function changing(change: (builtIn: Estimate) => Estimate): Estimator {
  return { id: 'changed', title: 'The engine’s own, changed.', estimate: (_d, _w, _c, builtIn) => change(builtIn()) };
}

describe('a plugged-in estimator', () => {
  test('answers instead of the engine, and may start from its answer', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const own = estimate(deployment, workload, coefficients);
        const same = estimate({ ...deployment, estimator: changing((builtIn) => builtIn) }, workload, coefficients);
        expect(same).toEqual(own);
      }),
      { numRuns: 50 },
    );
  });

  test.each<[string, (builtIn: Estimate) => Estimate]>([
    ['no number', (own) => ({ ...own, memory: { ...own.memory, totalBytes: Number.NaN } })],
    ['a time below zero', (own) => ({ ...own, latency: { ...own.latency, timePerOutputTokenSeconds: -1 } })],
    ['a total that is not the sum', (own) => ({ ...own, latency: { ...own.latency, endToEndSeconds: 1e6 } })],
  ])('is stopped when it answers %s', (_, change) => {
    const deployment = deploymentOf(llama70b, 4, { estimator: changing(change) });
    expect(() => estimate(deployment, workloadOf({}), coefficients)).toThrow(EstimatorError);
  });
});
