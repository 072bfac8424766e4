import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemoryEstimate } from '../../src/engine/answer.ts';
import { LARGEST_BATCH, largestThatHolds, ofLength } from '../../src/engine/capacity.ts';
import { lookUpInto } from '../../src/engine/coefficients.ts';
import { desktopMemory, desktopMemoryEstimate } from '../../src/engine/desktop/memory.ts';
import { memoryEstimate, memoryPlan } from '../../src/engine/serving/memory.ts';
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

type MemoryOf = (deployment: Deployment, workload: Workload) => { memory: MemoryEstimate; admitted: number };

const servingMemory: MemoryOf = (deployment, workload) => memoryEstimate(memoryPlan(deployment, look), workload);
const desktopMemoryOf: MemoryOf = (deployment, workload) =>
  desktopMemoryEstimate(desktopMemory(deployment, look), workload);

describe.each([
  ['on a server', servingMemory, anyDeployment],
  ['on a machine of its own', desktopMemoryOf, anyDesktopDeployment],
])('%s', (_, memoryOf, deployments) => {
  test('the largest batch fits and one more does not, or waits', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, (deployment, workload) => {
        const { maximumBatch } = memoryOf(deployment, workload).memory;
        if (maximumBatch > 0) expect(memoryOf(deployment, { ...workload, batch: maximumBatch }).memory.fits).toBe(true);
        if (maximumBatch >= LARGEST_BATCH) return;
        const more = memoryOf(deployment, { ...workload, batch: maximumBatch + 1 });
        const waits = workload.scheduling === 'continuous' && maximumBatch > 0;
        expect(more.memory.fits).toBe(waits);
        if (waits) expect(more.admitted).toBeLessThanOrEqual(maximumBatch);
      }),
      { numRuns: 500 },
    );
  });

  test('the largest batch does not depend on the batch asked', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, fc.integer({ min: 1, max: 100_000 }), (deployment, workload, batch) => {
        const { maximumBatch } = memoryOf(deployment, workload).memory;
        expect(memoryOf(deployment, { ...workload, batch }).memory.maximumBatch).toBe(maximumBatch);
      }),
    );
  });

  test('as many run at once with the longest sequence, and fewer with one more token', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, (deployment, anyShape) => {
        const workload = { ...anyShape, promptTokens: Math.max(1, anyShape.promptTokens) };
        const { memory, admitted } = memoryOf(deployment, workload);
        const { maximumContextTokens } = memory;
        const atOnce = (tokens: number) => memoryOf(deployment, ofLength(workload, tokens)).memory.maximumBatch;
        if (maximumContextTokens > 0) expect(atOnce(maximumContextTokens)).toBeGreaterThanOrEqual(admitted);
        const { contextTokens: limit } = deployment.model;
        if (limit === null || maximumContextTokens < limit) {
          expect(atOnce(maximumContextTokens + 1)).toBeLessThan(admitted);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the parts of a device are what it needs', () => {
    fc.assert(
      fc.property(deployments, anyWorkload, (deployment, workload) => {
        const { perDeviceParts, perDeviceBytes } = memoryOf(deployment, workload).memory;
        const sum = Object.values(perDeviceParts ?? {}).reduce((total, bytes) => total + bytes, 0);
        expect(sum / perDeviceBytes).toBeCloseTo(1, 9);
      }),
    );
  });
});

test('a static batch of long prompts holds the working space of all of them', () => {
  const deployment = deploymentOf(llama70b, 4, { runtime: transformers, weights: fp8 });
  const workload = workloadOf({ promptTokens: 30_000, scheduling: 'static' });
  const one = servingMemory(deployment, workload).memory;
  const largest = servingMemory(deployment, { ...workload, batch: one.maximumBatch }).memory;
  expect(one.maximumBatch).toBeGreaterThan(1);
  expect(largest.activationBytes / one.activationBytes).toBeCloseTo(one.maximumBatch, 6);
  // Beside the cache alone, four times as many would fit.
  const spare = largest.usablePerDeviceBytes * 4 - largest.weightBytes;
  expect(one.maximumBatch).toBeLessThan(spare / one.kvCacheBytes);
});

test('a runtime without in-flight batching reads the prompts of its batch together, however it is asked', () => {
  const deployment = deploymentOf(llama70b, 4, { runtime: transformers });
  const workload = workloadOf({ promptTokens: 30_000 });
  const { memory: together } = servingMemory(deployment, { ...workload, scheduling: 'static' });
  expect(servingMemory(deployment, workload).memory.maximumBatch).toBe(together.maximumBatch);
});

test('what saturates a server is what it holds at once at most', () => {
  fc.assert(
    fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
      const { memory, poolSequences } = memoryEstimate(memoryPlan(deployment, look), workload);
      expect(poolSequences).toBeLessThanOrEqual(memory.maximumBatch);
      if (poolSequences === 0) return;
      const full = memoryEstimate(memoryPlan(deployment, look), { ...workload, batch: poolSequences });
      expect(full.memory.fits).toBe(true);
      expect(full.admitted).toBe(poolSequences);
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
