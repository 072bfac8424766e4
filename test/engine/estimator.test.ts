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

  test('may round its times, and an empty output takes none', () => {
    const rounded = changing((own) => {
      const { endToEndSeconds } = own.latency;
      return { ...own, latency: { ...own.latency, endToEndSeconds: endToEndSeconds * (1 + 1e-7) } };
    });
    const deployment = deploymentOf(llama70b, 4, { estimator: rounded });
    expect(() => estimate(deployment, workloadOf({}), coefficients)).not.toThrow();
  });

  test('may say that a first token takes less than the others, and that something takes no room', () => {
    const free = changing((own) => ({
      ...own,
      latency: { ...own.latency, baseSeconds: -1 },
      memory: { ...own.memory, overheadBytes: 0 },
    }));
    const deployment = deploymentOf(llama70b, 4, { estimator: free });
    expect(() => estimate(deployment, workloadOf({}), coefficients)).not.toThrow();
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
