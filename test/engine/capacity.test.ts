import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemoryEstimate } from '../../src/engine/answer.ts';
import { LARGEST_BATCH, largestThatHolds, ofLength } from '../../src/engine/capacity.ts';
import { lookUpInto } from '../../src/engine/coefficients.ts';
import { desktopMemory, desktopMemoryEstimate } from '../../src/engine/desktop/memory.ts';
import { admittedSequences, memoryEstimate, memoryPlan } from '../../src/engine/serving/memory.ts';
import type { Deployment, Workload } from '../../src/engine/shapes.ts';
import {
  anyDeployment,
  anyWorkload,
  coefficients,
  deploymentOf,
  fp8,
  llama70b,
  transformers,
  workloadOf,
} from './deployments.ts';
import { anyDesktopDeployment } from './desktop/machines.ts';

const look = lookUpInto([], coefficients);

type MemoryOf = (deployment: Deployment, workload: Workload) => MemoryEstimate;

const servingMemory: MemoryOf = (deployment, workload) => memoryEstimate(memoryPlan(deployment, look), workload);
const desktopMemoryOf: MemoryOf = (deployment, workload) =>
  desktopMemoryEstimate(desktopMemory(deployment, look), workload);

describe.each([
  ['on a server', servingMemory, anyDeployment],
  ['on a machine of its own', desktopMemoryOf, anyDesktopDeployment],
])('%s', (_, memoryOf, deployments) => {
  test('the largest batch fits and one more does not', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, (deployment, workload) => {
        const { maximumBatch } = memoryOf(deployment, workload);
        if (maximumBatch > 0) expect(memoryOf(deployment, { ...workload, batch: maximumBatch }).fits).toBe(true);
        if (maximumBatch < LARGEST_BATCH) {
          expect(memoryOf(deployment, { ...workload, batch: maximumBatch + 1 }).fits).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the largest batch does not depend on the batch asked', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, fc.integer({ min: 1, max: 100_000 }), (deployment, workload, batch) => {
        const { maximumBatch } = memoryOf(deployment, workload);
        expect(memoryOf(deployment, { ...workload, batch }).maximumBatch).toBe(maximumBatch);
      }),
    );
  });

  test('the longest sequence fits and one more token does not', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, (deployment, anyShape) => {
        const workload = { ...anyShape, promptTokens: Math.max(1, anyShape.promptTokens) };
        const { maximumContextTokens } = memoryOf(deployment, workload);
        const { contextTokens: limit } = deployment.model;
        if (maximumContextTokens > 0) {
          expect(memoryOf(deployment, ofLength(workload, maximumContextTokens)).fits).toBe(true);
        }
        if (limit === null || maximumContextTokens < limit) {
          expect(memoryOf(deployment, ofLength(workload, maximumContextTokens + 1)).fits).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a static batch of long prompts holds the working space of all of them', () => {
  const deployment = deploymentOf(llama70b, 4, { runtime: transformers, weights: fp8 });
  const workload = workloadOf({ promptTokens: 30_000, scheduling: 'static' });
  const one = servingMemory(deployment, workload);
  const largest = servingMemory(deployment, { ...workload, batch: one.maximumBatch });
  expect(one.maximumBatch).toBeGreaterThan(1);
  expect(largest.activationBytes / one.activationBytes).toBeCloseTo(one.maximumBatch, 6);
  // Beside the cache alone, four times as many would fit.
  const spare = largest.usablePerDeviceBytes * 4 - largest.weightBytes;
  expect(one.maximumBatch).toBeLessThan(spare / one.kvCacheBytes);
});

test('a runtime without in-flight batching reads the prompts of its batch together, however it is asked', () => {
  const deployment = deploymentOf(llama70b, 4, { runtime: transformers });
  const workload = workloadOf({ promptTokens: 30_000 });
  const asked = servingMemory(deployment, workload);
  expect(asked.maximumBatch).toBe(servingMemory(deployment, { ...workload, scheduling: 'static' }).maximumBatch);
});

test('what a runtime without optimistic admission admits fits', () => {
  fc.assert(
    fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
      if (deployment.runtime.reservation.kind === 'fraction') return;
      const plan = memoryPlan(deployment, look);
      const admitted = admittedSequences(plan, workload);
      expect(admitted).toBeLessThanOrEqual(memoryEstimate(plan, workload).maximumBatch);
      if (admitted > 0) expect(memoryEstimate(plan, { ...workload, batch: admitted }).fits).toBe(true);
    }),
  );
});

test('the largest number that holds is found wherever it lies, 0 and the limit included', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 6000 }), (limit, most) => {
      expect(largestThatHolds(limit, (count) => count <= most)).toBe(Math.min(limit, most));
    }),
  );
  for (const limit of [0, 1, 2, 3, 4, 5]) expect(largestThatHolds(limit, () => true)).toBe(limit);
});
