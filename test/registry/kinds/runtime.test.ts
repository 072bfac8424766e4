import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Hardware } from '../../../src/engine/shapes.ts';
import { runtimeKind as kind, preferenceFor, runtimeOnDevice } from '../../../src/registry/kinds/runtime.ts';

const ids = readdirSync('seeds/runtimes').map((file) => file.replace(/\.json$/, ''));

function read(id: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`seeds/runtimes/${id}.json`, 'utf8'));
}

function facts(id: string) {
  return kind.schema.parse(read(id));
}

function runtime(id: string) {
  return kind.toEngine(id, facts(id));
}

function device(change: Partial<Hardware>): Hardware {
  return {
    id: 'some-device',
    name: 'Some device',
    kind: 'gpu',
    vendor: 'NVIDIA',
    family: 'nvidia-hopper',
    memoryClass: 'hbm',
    memoryBytes: 80 * 2 ** 30,
    usableMemoryBytes: 80 * 2 ** 30,
    memoryBytesPerSecond: 3.35e12,
    peaks: {},
    fp16AccumulatePeak: null,
    link: null,
    hostBytesPerSecond: null,
    processors: null,
    unifiedMemory: false,
    cpu: null,
    powerWatts: null,
    idleWatts: null,
    ...change,
  };
}

function usualRuntime(hardware: Hardware, efficiencyClass: string): string | undefined {
  const ranked = ids
    .map((id) => ({ id, preference: preferenceFor(facts(id), hardware, efficiencyClass) ?? 0 }))
    .filter(({ preference }) => preference > 0)
    .sort((a, b) => b.preference - a.preference);
  const [first, second] = ranked;
  if (second !== undefined)
    expect(first?.preference, `${hardware.family} ${efficiencyClass}: a tie`).not.toBe(second.preference);
  return first?.id;
}

describe('every runtime', () => {
  test('ids and aliases are unique', () => {
    const names = ids.flatMap((id) => [id, ...facts(id).aliases]).map((name) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(ids)('%s converts to positive figures', (id) => {
    const { reservation, maximumSequences, prefillChunkTokens, cachePageTokens, defaultYear } = runtime(id);
    expect(reservation.perDeviceBytes).toBeGreaterThanOrEqual(0);
    for (const figure of [maximumSequences, prefillChunkTokens ?? 1, cachePageTokens, defaultYear]) {
      expect(figure).toBeGreaterThan(0);
    }
    expect(existsAsFormat(runtime(id).defaultCache)).toBe(true);
  });

  test('local runtimes name a backend for every vendor they support by name', () => {
    for (const id of ids.filter((id) => facts(id).estimator === 'local')) {
      const vendors = facts(id).supports.flatMap((support) => support.vendors ?? []);
      for (const vendor of vendors) expect(facts(id).execution.backends, `${id} on ${vendor}`).toHaveProperty(vendor);
    }
  });
});

describe('known runtimes', () => {
  test('vLLM reserves 92 % and preempts; TensorRT-LLM fills 95 % of the rest and never evicts', () => {
    expect(runtime('vllm').reservation).toEqual({
      kind: 'fraction',
      fraction: 0.92,
      perDeviceBytes: 2e9,
    });
    expect(runtime('tensorrt-llm').reservation).toEqual({
      kind: 'pool',
      fraction: 0.95,
      perDeviceBytes: 2e9,
    });
    expect(runtime('tensorrt-llm').cacheFollowsFp8Weights).toBe(true);
    expect(runtime('vllm').cacheFollowsFp8Weights).toBe(false);
  });

  test.each([
    ['nvidia-h100-sxm-80gb', 80, 8192, 1024],
    ['nvidia-a100-sxm4-80gb', 80, 2048, 256],
    ['nvidia-t4-16gb', 15, 2048, 256],
  ])('vLLM on %s with %d GiB: steps of %d tokens, %d sequences', (id, gibibytes, tokens, sequences) => {
    const hardware = device({ id, usableMemoryBytes: gibibytes * 2 ** 30 });
    const here = runtimeOnDevice(runtime('vllm'), facts('vllm'), hardware);
    expect([here.prefillChunkTokens, here.maximumSequences]).toEqual([tokens, sequences]);
  });

  test.each([
    [device({}), '16-bit', 'vllm'],
    [device({ family: 'nvidia-turing', memoryClass: 'gddr' }), '16-bit', 'vllm'],
    [device({ family: 'nvidia-pascal' }), '16-bit', 'llama.cpp'],
    [device({ family: 'nvidia-ada', memoryClass: 'gddr' }), 'gguf', 'llama.cpp'],
    [device({ family: 'nvidia-ada', memoryClass: 'gddr' }), 'awq', 'vllm'],
    [device({ family: 'nvidia-ada', memoryClass: 'gddr' }), 'nf4', 'transformers'],
    [device({ family: 'nvidia-ampere', memoryClass: 'gddr' }), 'exl2', 'exllamav2'],
    [device({ family: 'apple-m2', vendor: 'Apple', kind: 'apu' }), 'gguf', 'llama.cpp'],
    [device({ family: 'apple-m2', vendor: 'Apple', kind: 'apu' }), 'mlx', 'mlx'],
    [device({ family: 'apple-m2', vendor: 'Apple', kind: 'apu' }), '16-bit', 'mlx'],
    [device({ family: 'cpu-x86', vendor: 'AMD', kind: 'cpu' }), 'gguf', 'llama.cpp'],
    [device({ family: 'cpu-x86', vendor: 'Intel', kind: 'cpu' }), '16-bit', 'llama.cpp'],
    [device({ family: 'amd-cdna3', vendor: 'AMD' }), 'fp8', 'vllm'],
    [device({ family: 'amd-strix-halo', vendor: 'AMD', kind: 'apu' }), '16-bit', 'llama.cpp'],
    [device({ family: 'intel-arc-battlemage', vendor: 'Intel' }), 'gguf', 'llama.cpp'],
    [device({ family: 'aws-neuron-v2', vendor: 'AWS', kind: 'asic' }), '16-bit', 'neuron'],
    [device({ family: 'intel-gaudi3', vendor: 'Intel', kind: 'asic' }), 'fp8', 'optimum-habana'],
    [device({ family: 'google-tpu-v5e', vendor: 'Google', kind: 'tpu' }), '16-bit', 'vllm'],
    [device({ family: 'groq-tsp', vendor: 'Groq', kind: 'asic' }), '16-bit', undefined],
  ])('$0.family runs $1 weights with $2', (hardware, efficiencyClass, expected) => {
    expect(usualRuntime(hardware, efficiencyClass)).toBe(expected);
  });
});

describe('a runtime is refused', () => {
  const vllm = facts('vllm');
  test.each([
    ['a share over the whole device', { memory: { ...vllm.memory, fraction: 1.2 } }, 'memory.fraction'],
    ['a share it does not reserve', { memory: { ...vllm.memory, reservation: 'as-needed' } }, 'memory.fraction'],
    ['a source that is not listed', { scheduling: { ...vllm.scheduling, source: 'nowhere' } }, 'scheduling.source'],
    ['an unknown key', { estimater: 'serving' }, ''],
  ])('with %s, naming the field', (_what, change, path) => {
    const result = kind.schema.safeParse({ ...read('vllm'), ...change });
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});

function existsAsFormat(id: string): boolean {
  return readdirSync('seeds/weight-formats').includes(`${id}.json`);
}
