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
import type { Architecture } from '../../../src/engine/model/architecture.ts';
import { countParameters } from '../../../src/engine/model/parameters.ts';
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

const twiceTheLayers = { ...llama70b, blocks: llama70b.blocks.map((group) => ({ ...group, layers: 160 })) };

const activeOf = (architecture: Architecture) => countParameters(architecture).active;

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
      what: 'another model of the same size',
      other: changed({ model: { id: 'other', name: 'Other', contextTokens: null, architecture: llama70b } }),
      distance: 2,
    },
    {
      what: 'another model with twice the layers',
      other: changed({ model: { id: 'other', name: 'Other', contextTokens: null, architecture: twiceTheLayers } }),
      // Embedding and head are as before: 2 less a little.
      distance: 2 + Math.log2(activeOf(twiceTheLayers) / activeOf(llama70b)),
    },
    {
      what: 'a device of another maker and the same kind of memory',
      other: changed({ hardware: { ...h100, id: 'other', family: 'other', vendor: 'other' } }),
      distance: 6,
    },
    {
      what: 'a device with another kind of memory',
      other: changed({ hardware: { ...h100, id: 'other', family: 'other', memoryClass: 'ddr' } }),
      distance: 8,
    },
    {
      what: 'a runtime with constants of its own',
      other: changed({ runtime: { ...vllm, id: 'other', coefficients: 'other' } }),
      distance: 2,
    },
    {
      what: 'a runtime of another family of physics',
      other: changed({ runtime: { ...vllm, id: 'other', coefficients: 'other', estimator: 'local' } }),
      distance: 4,
    },
    { what: 'twice the devices', other: runOf(deploymentOf(llama70b, 8), workloadOf({ batch: 8 })), distance: 2 / 3 },
    {
      what: 'another layout on as many devices',
      other: changed({ parallelism: { tensor: 2, pipeline: 2, data: 1, expert: 1 } }),
      distance: 1 / 2.5,
    },
    {
      what: 'a format of another name and the same bits',
      other: changed({ weights: { ...bf16, id: 'fp16' } }),
      distance: 0.2 / 2.1,
    },
    {
      what: 'a format of the same kernels and other bits',
      other: changed({
        weights: { ...bf16, id: 'other', packing: { kind: 'uniform', bitsPerWeight: 12, keeps16Bit: [] } },
      }),
      distance: 1 / 2.5,
    },
    {
      what: 'a format of the same kernels that packs tensor by tensor',
      other: changed({ weights: { ...bf16, id: 'other', packing: null } }),
      distance: 1 / 2.5,
    },
    { what: 'everything queued at once', other: runOf(asked.deployment, asked.workload, true), distance: 6 / 5 },
    {
      what: 'batches that are formed before they run',
      other: changed({}, { scheduling: 'static' }),
      distance: 2 / 3,
    },
    {
      what: 'another chunk of the prompt',
      other: changed({ runtime: { ...vllm, prefillChunkTokens: 2048 } }),
      distance: 0.5 / 2.25,
    },
    { what: 'requests in process', other: changed({ runtime: { ...vllm, served: false } }), distance: 1 / 2.5 },
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

  test('one sequence alone is the same under both schedulings; of two that differ, each must be alone', () => {
    const load = (batch: number, scheduling: Workload['scheduling']) => changed({}, { batch, scheduling });
    expect(runDifferences(load(1, 'static'), load(1, 'continuous'))).toEqual([]);
    const scheduling = 'scheduling: continuous there, static here';
    expect(runDifferences(load(2, 'static'), load(2, 'continuous'))).toEqual([scheduling]);
    expect(runDifferences(load(1, 'static'), load(2, 'continuous'))).toContain(scheduling);
    expect(runDifferences(load(2, 'static'), load(1, 'continuous'))).toContain(scheduling);
  });

  test('everything queued at once has neither a batch nor a scheduling', () => {
    const queued = (batch: number, scheduling: Workload['scheduling']) => {
      const { deployment, workload } = changed({}, { batch, scheduling });
      return runOf(deployment, workload, true);
    };
    expect(runDifferences(queued(1, 'static'), queued(64, 'continuous'))).toEqual([]);
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
