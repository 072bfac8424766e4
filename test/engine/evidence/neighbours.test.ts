import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areNeighbours,
  loadDoublings,
  type Run,
  runDifferences,
  runDistance,
  runOf,
  sameDeployment,
} from '../../../src/engine/evidence/neighbours.ts';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import {
  anyDeployment,
  anyWorkload,
  bf16,
  deploymentOf,
  fp8,
  h100,
  llama70b,
  pcieCard,
  transformers,
  vllm,
  workloadOf,
} from '../deployments.ts';

const anyRun: fc.Arbitrary<Run> = fc
  .tuple(anyDeployment, anyWorkload, fc.boolean())
  .map(([deployment, workload, saturated]) => runOf(deployment, workload, saturated));

const asked = runOf(deploymentOf(llama70b, 4), workloadOf({ batch: 8 }));

function changed(deployment: Partial<Deployment>, workload: Partial<Workload> = {}): Run {
  return runOf(deploymentOf(llama70b, 4, deployment), workloadOf({ batch: 8, ...workload }));
}

describe('distance', () => {
  test('a run is at distance 0 from itself and nothing differs', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const again = runOf({ ...run.deployment }, { ...run.workload }, run.saturated);
        expect(runDistance(run, again)).toBe(0);
        expect(runDifferences(run, again)).toEqual([]);
        expect(areNeighbours(run, again)).toBe(true);
      }),
    );
  });

  test('it is symmetric, and something differs exactly when it is not 0', () => {
    fc.assert(
      fc.property(anyRun, anyRun, (one, other) => {
        expect(runDistance(one, other)).toBe(runDistance(other, one));
        expect(sameDeployment(one, other)).toBe(sameDeployment(other, one));
        expect(loadDoublings(one, other)).toBe(loadDoublings(other, one));
        expect(runDifferences(one, other).length > 0).toBe(runDistance(one, other) > 0);
      }),
    );
  });

  test('one more difference in load is never nearer', () => {
    const lengths = fc.constantFrom('batch', 'promptTokens', 'contextTokens', 'outputTokens');
    fc.assert(
      fc.property(
        anyRun,
        lengths,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (run, name, one, two) => {
          const times = (factor: number) =>
            runOf(run.deployment, { ...run.workload, [name]: (run.workload[name] + 1) * factor }, run.saturated);
          const start = times(1);
          const [near, far] = [times(1 + Math.min(one, two)), times(1 + Math.max(one, two))];
          expect(runDistance(start, far)).toBeGreaterThanOrEqual(runDistance(start, near));
        },
      ),
    );
  });

  test('the same model, device and runtime are nearer than any other, whatever else differs', () => {
    fc.assert(
      fc.property(anyRun, anyRun, anyRun, (run, one, other) => {
        const same = runOf(
          {
            ...one.deployment,
            model: run.deployment.model,
            hardware: run.deployment.hardware,
            runtime: run.deployment.runtime,
          },
          one.workload,
          one.saturated,
        );
        fc.pre(other.deployment.hardware.id !== run.deployment.hardware.id);
        expect(runDistance(run, same)).toBeLessThan(runDistance(run, other));
      }),
    );
  });

  test('a limit cuts the comparison short and changes nothing below it', () => {
    fc.assert(
      fc.property(anyRun, anyRun, fc.double({ min: 0.1, max: 20, noNaN: true }), (one, other, limit) => {
        const distance = runDistance(one, other);
        expect(runDistance(one, other, limit)).toBe(distance < limit ? distance : Number.POSITIVE_INFINITY);
      }),
    );
  });

  // By the definition: d doublings of anything but the subject count 2 d ÷ (2 + d).
  test.each([
    { what: 'twice the batch', other: changed({}, { batch: 16 }), distance: 2 / 3 },
    { what: 'four times the batch', other: changed({}, { batch: 32 }), distance: 1 },
    { what: 'a build a year older', other: changed({ runtimeYear: 2025 }), distance: 1 / 2.5 },
    { what: 'another format', other: changed({ weights: fp8 }), distance: 3 / 3.5 },
    { what: 'an fp8 cache', other: changed({ kvCache: fp8 }), distance: 1 / 2.5 },
    { what: 'another device of the family', other: changed({ hardware: pcieCard }), distance: 2 },
    {
      what: 'another device of the maker, a quarter of the bandwidth',
      other: changed({
        hardware: { ...h100, id: 'other', family: 'other', memoryBytesPerSecond: h100.memoryBytesPerSecond / 4 },
      }),
      distance: 6,
    },
    {
      what: 'a program with the same constants',
      other: changed({ runtime: { ...vllm, id: 'vllm-fork' } }),
      distance: 0.5,
    },
  ])('$what is $distance away', ({ other, distance }) => {
    expect(runDistance(asked, other)).toBeCloseTo(distance, 12);
  });
});

describe('what differs', () => {
  test('is said with both values', () => {
    const there = runOf(
      deploymentOf(llama70b, 8, {
        hardware: { ...h100, id: 'l4', name: 'NVIDIA L4' },
        runtime: transformers,
        runtimeYear: 2023,
      }),
      workloadOf({ batch: 1, promptTokens: 2048, scheduling: 'static' }),
    );
    expect(runDifferences(asked, there)).toEqual([
      'device: NVIDIA L4 there, NVIDIA H100 SXM5 80 GB here',
      'runtime: Transformers there, vLLM here',
      'year of the build: 2023 there, 2026 here',
      'flash attention: off there, on here',
      'devices: 8 there, 4 here',
      'tokens of a prompt chunk: the whole prompt there, 8192 here',
      'requests arrive: in process there, over HTTP here',
      'scheduling: static there, continuous here',
      'batch: 1 there, 8 here',
      'prompt tokens: 2048 there, 1024 here',
    ]);
  });

  test('one sequence alone is the same under both schedulings', () => {
    const alone = (scheduling: Workload['scheduling']) => changed({}, { batch: 1, scheduling });
    expect(runDifferences(alone('static'), alone('continuous'))).toEqual([]);
  });

  test('a build newer than the newest calibrated one counts as that', () => {
    expect(runDifferences(asked, changed({ runtimeYear: 2027 }))).toEqual([]);
  });
});

describe('neighbours', () => {
  test.each([
    { what: 'twice the batch', other: changed({}, { batch: 16 }), near: true },
    { what: 'more than twice the batch', other: changed({}, { batch: 17 }), near: false },
    { what: 'twice the prompt', other: changed({}, { promptTokens: 2048 }), near: true },
    { what: 'three times the answer', other: changed({}, { outputTokens: 768 }), near: false },
    { what: 'no context against 64 tokens of it', other: changed({}, { contextTokens: 64 }), near: true },
    { what: 'FP16 for BF16', other: changed({ weights: { ...bf16, id: 'fp16' } }), near: true },
    { what: 'FP8 for BF16', other: changed({ weights: fp8 }), near: false },
    {
      what: 'another layout',
      other: changed({ parallelism: { tensor: 2, pipeline: 2, data: 1, expert: 1 } }),
      near: false,
    },
    { what: 'a device of the same family', other: changed({ hardware: pcieCard }), near: false },
  ])('$what: $near', ({ other, near }) => {
    expect(areNeighbours(asked, other)).toBe(near);
  });
});
