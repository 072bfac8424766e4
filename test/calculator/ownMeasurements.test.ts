import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { movedEstimate } from '../../src/calculator/evidence/evidence.ts';
import type { Question } from '../../src/calculator/question.ts';
import { resolveDeployment } from '../../src/calculator/resolve.ts';
import { runOf } from '../../src/engine/evidence/neighbours.ts';
import { anyMachine } from '../../src/engine/evidence/uncertainty.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

/** vLLM as a question has it when nothing but the load is said: eight in flight, 1,000 in and 200 out. */
const facts = {
  set: 'own',
  source: 'own',
  sources: { own: { title: 'Our own run', known: 'measured', citation: 'Measured by us on our machine' } },
  date: '2026-11-20',
  model: 'llama-3.1-8b',
  hardware: 'nvidia-l40s-48gb',
  devices: 1,
  runtime: 'vllm',
  runtimeVersion: '0.14.1',
  runtimeYear: 2026,
  weights: 'bf16',
  mode: 'served',
  concurrency: 8,
  promptTokens: 1000,
  outputTokens: 200,
  metrics: { timeToFirstTokenMs: 333, timePerOutputTokenMs: 25.5 },
  trust: 'high',
};

function estimated(change: Partial<Question>) {
  const catalogue = registry.catalogue();
  const question = {
    ...{ model: 'llama-3.1-8b', hardware: 'nvidia-l40s-48gb', runtime: 'vllm' },
    ...{ promptTokens: 1000, outputTokens: 200, batch: 8, ...change },
  };
  const { deployment, workload } = resolveDeployment(question, catalogue.model.get(question.model), catalogue);
  return movedEstimate(runOf(deployment.engine, workload), catalogue, registry.coefficients);
}

/** Questions on the device with the runtime, and about others. */
const here = [{}, { batch: 64 }, { model: 'qwen3-8b' }, { weights: 'fp8-e4m3-per-tensor' }, { outputTokens: 1 }];
const elsewhere = [
  { hardware: 'nvidia-l4-24gb' },
  { runtime: 'sglang' },
  { hardware: 'nvidia-h100-sxm-80gb', model: 'qwen3-8b' },
];
const all = [...here, ...elsewhere];

describe('a measurement of one’s own', async () => {
  test('is met at its own point, moves its device and runtime, and nothing else; retiring it restores every answer', async () => {
    const before = all.map((change) => estimated(change).estimate);
    await registry.write.create({ kind: 'measurement', id: 'own-1', actor: 'test', facts });

    const { estimate, ownMeasurements } = estimated({});
    expect(estimate.latency.timeToFirstTokenSeconds).toBeCloseTo(0.333, 12);
    expect(estimate.latency.timePerOutputTokenSeconds).toBeCloseTo(0.0255, 12);
    expect(ownMeasurements?.measurements.map(({ id }) => id)).toEqual(['own-1']);
    expect(ownMeasurements?.timePerOutputTokenFactor).not.toBeCloseTo(1, 3);

    const scalars = new Set(
      here.slice(1, 4).map((change, index) => {
        const plain = before[index + 1]?.latency.timePerOutputTokenSeconds ?? Number.NaN;
        return (estimated(change).estimate.latency.timePerOutputTokenSeconds / plain).toFixed(9);
      }),
    );
    expect(scalars.size).toBe(1);
    expect(Number([...scalars][0])).not.toBe(1);
    elsewhere.forEach((change, index) => {
      expect(estimated(change)).toEqual({
        estimate: before[here.length + index],
        ownMeasurements: null,
        scopes: anyMachine,
      });
    });

    await registry.write.retire({ kind: 'measurement', id: 'own-1', actor: 'test' });
    expect(all.map((change) => estimated(change).estimate)).toEqual(before);
    await registry.write.restore({ kind: 'measurement', id: 'own-1', actor: 'test' });
    expect(estimated({}).estimate.latency.timePerOutputTokenSeconds).toBeCloseTo(0.0255, 12);
    await registry.write.retire({ kind: 'measurement', id: 'own-1', actor: 'test' });
  });

  test('of little trust is kept and moves nothing', async () => {
    await registry.write.create({ kind: 'measurement', id: 'own-2', actor: 'test', facts: { ...facts, trust: 'low' } });
    expect(estimated({}).ownMeasurements).toBeNull();
  });

  test('takes the part of sources out of the width of the phases it timed, and of no other', async () => {
    const metrics = { timePerOutputTokenMs: 25.5 };
    await registry.write.create({ kind: 'measurement', id: 'own-5', actor: 'test', facts: { ...facts, metrics } });
    expect(estimated({ model: 'qwen3-8b' }).scopes).toEqual({ prefill: 'any-machine', decode: 'own-machine' });
    for (const change of elsewhere) expect(estimated(change).scopes).toEqual(anyMachine);
    await registry.write.retire({ kind: 'measurement', id: 'own-5', actor: 'test' });
    expect(estimated({}).scopes).toEqual(anyMachine);
  });

  test('of a whole request is met by the whole request', async () => {
    const metrics = { outputTokensPerSecond: 200 };
    await registry.write.create({ kind: 'measurement', id: 'own-3', actor: 'test', facts: { ...facts, metrics } });
    expect(estimated({}).estimate.throughput.outputTokensPerSecond).toBeCloseTo(200, 9);
    await registry.write.retire({ kind: 'measurement', id: 'own-3', actor: 'test' });
  });

  test('faster than the datasheet allows moves the estimate to the datasheet and no further', async () => {
    const metrics = { timePerOutputTokenMs: 1 };
    await registry.write.create({ kind: 'measurement', id: 'own-4', actor: 'test', facts: { ...facts, metrics } });
    const { decodeStep } = estimated({}).estimate;
    const bytes = decodeStep.operations.reduce((sum, operation) => sum + operation.bytes, 0);
    expect(decodeStep.seconds).toBeCloseTo(bytes / 864e9, 9);
    await registry.write.retire({ kind: 'measurement', id: 'own-4', actor: 'test' });
  });
});
