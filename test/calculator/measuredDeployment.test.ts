import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type MeasuredProfiles,
  measuredDeployment,
  measuredWorkload,
} from '../../src/calculator/evidence/measuredDeployment.ts';
import { typicalErrorPercent } from '../../src/engine/evidence/uncertainty.ts';
import type { Deployment } from '../../src/engine/shapes.ts';
import { type Measurement, kind as measurementKind } from '../../src/registry/kinds/measurement.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

function row(stated: Partial<Record<keyof Measurement, unknown>> = {}): Measurement {
  return measurementKind.schema.parse({
    set: 'test',
    source: 'own',
    sources: { own: { title: 'A run', known: 'measured', citation: 'Measured for this test' } },
    date: '2026-11-20',
    model: 'llama-3.1-8b',
    hardware: 'nvidia-l40s-48gb',
    devices: 1,
    runtime: 'vllm',
    runtimeYear: 2026,
    weights: 'bf16',
    mode: 'served',
    metrics: { timePerOutputTokenMs: 25 },
    trust: 'high',
    ...stated,
  });
}

function deploymentOf(stated: Partial<Record<keyof Measurement, unknown>>): Deployment {
  const { hardware, model, weightFormat, runtime } = registry.catalogue();
  const profiles: MeasuredProfiles = {
    model: (id) => model.get(id).engine,
    weightFormat: (id) => weightFormat.get(id).engine,
    runtime: (id) => runtime.get(id),
  };
  const measured = row(stated);
  const deployment = measuredDeployment(measured, hardware.get(measured.hardware ?? '').engine, profiles);
  if (typeof deployment === 'string') throw new Error(deployment);
  return deployment;
}

const load = (stated: Partial<Record<keyof Measurement, unknown>>) =>
  measuredWorkload(row(stated), 'timePerOutputTokenMs');

describe('a length that nobody states', () => {
  test('is 128 tokens out where nothing at all is stated, one where a prompt is', () => {
    expect(load({})).toMatchObject({ promptTokens: 0, outputTokens: 128, batch: 1, contextTokens: 0 });
    expect(load({ promptTokens: 512 })).toMatchObject({ promptTokens: 512, outputTokens: 1 });
    expect(load({ outputTokens: 32 })).toMatchObject({ promptTokens: 0, outputTokens: 32 });
    expect(load({ promptTokens: 512, outputTokens: 64 })).toMatchObject({ promptTokens: 512, outputTokens: 64 });
  });

  test('of a memory figure is part of what was allocated', () => {
    const peak = { metrics: { peakMemoryGiB: 10 }, memoryScope: 'process' };
    const stated = row({ contextTokens: 4096, promptTokens: 1000, outputTokens: 96, ...peak });
    expect(measuredWorkload(stated, 'peakMemoryGiB')).toMatchObject({ promptTokens: 1000, contextTokens: 3000 });
    expect(measuredWorkload(stated, 'timePerOutputTokenMs')).toMatchObject({ contextTokens: 4096 });
    const alone = row({ contextTokens: 512, ...peak });
    expect(measuredWorkload(alone, 'peakMemoryGiB')).toMatchObject({ outputTokens: 1, contextTokens: 511 });
  });
});

describe('requests', () => {
  test.each([
    ['served', 'continuous'],
    ['saturated', 'continuous'],
    ['static-batch', 'static'],
    ['single-stream', 'static'],
  ])('of a %s run are scheduled as %s batches', (mode, scheduling) => {
    expect(load({ mode })).toMatchObject({ batch: 1, scheduling });
  });

  test('pay for HTTP only where they came over it', () => {
    expect(deploymentOf({ mode: 'served' }).runtime.served).toBe(true);
    expect(deploymentOf({ mode: 'static-batch' }).runtime.served).toBe(false);
  });
});

describe('what a source states about the program', () => {
  test.each([
    ['0.14.0', '0.14'],
    ['1.0.0rc3', '1.0'],
    ['Neuron 2.18.1', '2.18'],
    ['b6077', undefined],
    ['main', undefined],
  ])('of the build %s is %s', (runtimeVersion, build) => {
    expect(deploymentOf({ runtimeVersion }).runtimeVersion).toBe(build);
  });

  test('overrides what the runtime does otherwise', () => {
    const plain = deploymentOf({});
    expect(deploymentOf({ prefillChunkTokens: 512 }).runtime.prefillChunkTokens).toBe(512);
    expect(plain.runtime.prefillChunkTokens).not.toBe(512);
    expect(deploymentOf({ backend: 'vulkan' }).runtime.backends.NVIDIA).toBe('vulkan');
    expect(deploymentOf({ flashAttention: false }).flashAttention).toBe(false);
    expect(plain.flashAttention).toBeUndefined();
    expect(deploymentOf({ kvCache: 'kv-fp8-e4m3' }).kvCache.id).toBe('kv-fp8-e4m3');
    expect(plain.kvCache.id).toBe(registry.catalogue().runtime.get('vllm').engine.defaultCache);
  });

  test('spreads every layer over the devices, or consecutive layers where the runtime does that', () => {
    expect(deploymentOf({ devices: 4 }).parallelism).toEqual({ tensor: 4, pipeline: 1, expert: 1, data: 1 });
    const layers = { runtime: 'llama.cpp', weights: 'gguf-q4_k_m', hardware: 'nvidia-rtx-4090-24gb', devices: 2 };
    expect(deploymentOf(layers).parallelism).toEqual({ tensor: 1, pipeline: 2, expert: 1, data: 1 });
  });

  test('of threads is a processor with as many cores, and its arithmetic with them', () => {
    const cpu = { runtime: 'llama.cpp', weights: 'gguf-q4_0', hardware: 'amd-ryzen-9-7950x' };
    const whole = deploymentOf(cpu).hardware;
    const half = deploymentOf({ ...cpu, threads: 8 }).hardware;
    expect([whole.cpu?.cores, half.cpu?.cores]).toEqual([16, 8]);
    expect(half.peaks.fp32).toBeCloseTo((whole.peaks.fp32 ?? 0) / 2, 0);
    expect(half.memoryBytesPerSecond).toBe(whole.memoryBytesPerSecond);
    for (const threads of [16, 32]) expect(deploymentOf({ ...cpu, threads }).hardware).toEqual(whole);
    expect(deploymentOf({ threads: 2 }).hardware).toEqual(deploymentOf({}).hardware);
  });
});

test('half of all errors lie within 0.6745 standard deviations, 80 % within 1.2816', () => {
  expect(typicalErrorPercent(1.2816 * 0.1)).toBeCloseTo(100 * (Math.exp(0.6745 * 0.1) - 1), 9);
  expect(typicalErrorPercent(0)).toBe(0);
});
