import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTimed } from '../../src/calculator/answer.ts';
import { calculate } from '../../src/calculator/calculate.ts';
import { InvalidQuestionError } from '../../src/calculator/errors.ts';
import type { Question } from '../../src/calculator/question.ts';
import type { ResolvedDeployment } from '../../src/calculator/resolve.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

type Asked = Partial<Question> & { hardware: string };

function answerTo(asked: Asked) {
  const question = { model: 'llama-2-7b', outputTokens: 128, batch: 1, promptTokens: 0, ...asked };
  const answer = calculate(registry.catalogue(), registry.coefficients, question);
  if (!isTimed(answer)) throw new TypeError('an answer on hardware without its latency');
  return answer;
}

const deploymentOf = (asked: Asked) => answerTo(asked).deployment as ResolvedDeployment;
const decodeRate = (asked: Asked) => 1 / answerTo(asked).latency.timePerOutputTokenSeconds;
const promptRate = (asked: Asked) => answerTo({ outputTokens: 1, ...asked }).throughput.prefillTokensPerSecond;
const codes = (asked: Asked) =>
  answerTo(asked)
    .assumptions()
    .map(({ code }) => code);

function refusal(asked: Asked): InvalidQuestionError {
  try {
    answerTo(asked);
  } catch (error) {
    if (error instanceof InvalidQuestionError) return error;
    throw error;
  }
  throw new Error('was answered');
}

const strixHalo = { hardware: 'amd-ryzen-ai-max-395-128gb', runtime: 'llama.cpp', weights: 'gguf-q4_k_m' };

describe('a backend', () => {
  // llama-bench on Strix Halo, builds b6077 and b6111 of August 2025, Llama 2 7B Q4_K_M with flash attention
  // (lhl-strix-halo-1643, -1683, -1678, -1718 of seeds/measurements/lhl-strix-halo.json).
  const of2025 = { ...strixHalo, runtimeYear: 2025 };

  test('on the same chip writes as much faster as was measured: Vulkan 43.7, ROCm 38.4 tokens/s', () => {
    const ratio =
      decodeRate({ ...of2025, outputTokens: 2048, backend: 'vulkan' }) /
      decodeRate({ ...of2025, outputTokens: 2048, backend: 'rocm' });
    expect(ratio / (43.73 / 38.44)).toBeGreaterThan(0.95);
    expect(ratio / (43.73 / 38.44)).toBeLessThan(1.05);
  });

  test('reads prompts as much faster as was measured: rocWMMA 1,014, Vulkan 673 tokens/s', () => {
    const ratio =
      promptRate({ ...of2025, promptTokens: 2048, backend: 'rocm+rocwmma' }) /
      promptRate({ ...of2025, promptTokens: 2048, backend: 'vulkan' });
    expect(ratio / (1014.08 / 673.24)).toBeGreaterThan(0.9);
    expect(ratio / (1014.08 / 673.24)).toBeLessThan(1.1);
  });

  test('that is the runtime’s own changes nothing, however it is written', () => {
    const usual = answerTo(strixHalo);
    expect(answerTo({ ...strixHalo, backend: ' ROCm' }).latency).toEqual(usual.latency);
    expect(answerTo({ ...strixHalo, backend: ' ROCm' }).memory).toEqual(usual.memory);
  });

  test.each([
    { asked: { ...strixHalo, backend: 'cuda' }, allowed: ['rocm', 'vulkan', 'rocm+rocwmma'] },
    {
      asked: { hardware: 'apple-m4-max-40c', runtime: 'llama.cpp', weights: 'Q4_0', backend: 'vulkan' },
      allowed: ['metal', 'cpu'],
    },
    { asked: { hardware: 'nvidia-h100-sxm-80gb', runtime: 'vllm', backend: 'vulkan' }, allowed: [] },
  ])('that the runtime has not there is refused: $asked.backend, of $allowed', ({ asked, allowed }) => {
    expect(refusal(asked)).toMatchObject({ field: 'backend', value: asked.backend, allowed });
  });
});

describe('the CPU cores of a chip that has a GPU', () => {
  // llama.cpp b4384 on the eight fast cores of an M2 Max, Llama 3.1 8B Q4_0, 512 tokens: 114.6 tokens/s
  // (ik-llamacpp-cpu-0094), where the GPU's formula says several times that.
  test('read prompts as measured, within the width of processors', () => {
    const asked = { model: 'llama-3.1-8b', hardware: 'apple-m2-max', runtime: 'llama.cpp', weights: 'Q4_0' };
    const rate = promptRate({ ...asked, runtimeYear: 2024, backend: 'cpu', promptTokens: 512 });
    expect(rate / 114.6).toBeGreaterThan(1 / 1.7);
    expect(rate / 114.6).toBeLessThan(1.7);
    expect(promptRate({ ...asked, runtimeYear: 2024, promptTokens: 512 })).toBeGreaterThan(4 * rate);
  });

  test('have all of the memory, and say what their figures rest on', () => {
    const asked = { hardware: 'apple-m2-max', weights: 'Q4_0', backend: 'cpu' };
    const { engine, runtime } = deploymentOf(asked);
    expect(engine.hardware).toMatchObject({ kind: 'cpu', family: 'cpu-apple', usableMemoryBytes: 96 * 2 ** 30 });
    // One size is soldered to it: nothing is taken for granted as of a processor with slots.
    expect(codes({ hardware: 'nvidia-jetson-agx-orin-64gb', weights: 'Q4_0', backend: 'cpu' })).not.toContain(
      'DEFAULT_MEMORY',
    );
    expect(codes({ hardware: 'amd-epyc-9654', weights: 'Q4_0' })).toContain('DEFAULT_MEMORY');
    expect(runtime.id).toBe('llama.cpp');
    expect(codes(asked)).not.toContain('SHARED_MEMORY');
    expect(codes(asked)).not.toContain('UNMEASURED_FAMILY');
    const texts = answerTo(asked)
      .assumptions()
      .map(({ text }) => text);
    expect(texts.join(' ')).toContain('cpu side: assumed');
    expect(deploymentOf({ ...asked, usableGiB: 20 }).engine.hardware.usableMemoryBytes).toBe(20 * 2 ** 30);
  });

  test('are told apart from its GPU by measurements', () => {
    const asked = { model: 'llama-3.1-8b', hardware: 'apple-m2-max', runtime: 'llama.cpp', weights: 'Q4_0' };
    const nearest = (backend: string) =>
      answerTo({ ...asked, backend })
        .basis()
        .nearestMeasurement()?.measurement.facts.backend;
    expect(nearest('cpu')).toBe('cpu');
    expect(nearest('metal')).not.toBe('cpu');
  });

  test('of a card there are none: the processor beside it is a device of its own', () => {
    expect(refusal({ hardware: 'nvidia-rtx-4090-24gb', backend: 'cpu' })).toMatchObject({
      field: 'backend',
      value: 'cpu',
    });
  });

  test('every runtime chosen for them runs there', () => {
    const { hardware, weightFormat } = registry.catalogue();
    const chips = hardware.all().filter(({ engine }) => engine.cpuSide !== undefined);
    expect(chips.length).toBeGreaterThan(10);
    for (const { id } of chips) {
      for (const { id: weights } of weightFormat
        .all()
        .filter(({ engine }) => engine.efficiencyClass === '16-bit' || engine.efficiencyClass === 'gguf')) {
        const { runtime, engine } = deploymentOf({ hardware: id, weights, backend: 'cpu' });
        expect(engine.runtime.backends.CPU, `${runtime.id} on ${id}`).toBe('cpu');
      }
    }
  });
});

describe('flash attention', () => {
  // Builds of July and August 2025 on Strix Halo: lhl-strix-halo-1393 and -1403 (Llama 2 7B Q4_0, ROCm, 4,096 tokens written),
  // -0896 and -0906 (Qwen3 32B Q8_0, ROCm, a prompt of 2,048 tokens: slower with it).
  test.each([
    { model: 'llama-2-7b', weights: 'gguf-q4_0', outputTokens: 4096, off: 17.82, on: 39.45 },
    { model: 'qwen3-32b', weights: 'gguf-q8_0', promptTokens: 2048, off: 187.09, on: 100.86 },
  ])('changes $model as was measured on ROCm: $off tokens/s off, $on on', ({ off, on, ...asked }) => {
    const rate = asked.promptTokens === undefined ? decodeRate : promptRate;
    const of = (flashAttention: boolean) =>
      rate({ ...strixHalo, ...asked, runtimeYear: 2025, backend: 'rocm', flashAttention });
    expect(of(true) / of(false) / (on / off)).toBeGreaterThan(0.85);
    expect(of(true) / of(false) / (on / off)).toBeLessThan(1.15);
  });

  test('off needs room for the scores of a long context', () => {
    const memory = (flashAttention: boolean) =>
      answerTo({ ...strixHalo, contextTokens: 32_000, flashAttention }).memory?.activationBytes ?? 0;
    expect(memory(false)).toBeGreaterThan(2 * memory(true));
  });

  test('as the build has it changes nothing but who said so', () => {
    const usual = answerTo(strixHalo);
    const said = answerTo({ ...strixHalo, flashAttention: true });
    expect(said.latency).toEqual(usual.latency);
    expect(codes(strixHalo)).toContain('FLASH_ATTENTION_DEFAULT');
    expect(codes({ ...strixHalo, flashAttention: true })).not.toContain('FLASH_ATTENTION_DEFAULT');
  });

  test('without a switch for it is refused; with one that nobody measured, it is said to change nothing', () => {
    const h100 = { hardware: 'nvidia-h100-sxm-80gb', weights: 'fp16' };
    expect(refusal({ ...h100, runtime: 'vllm', flashAttention: false })).toMatchObject({
      ...{ field: 'flashAttention', value: false, allowed: ['true'] },
    });
    expect(codes({ ...h100, runtime: 'vllm', flashAttention: true })).toEqual(codes({ ...h100, runtime: 'vllm' }));
    const transformers = { ...h100, runtime: 'transformers' };
    expect(codes({ ...transformers, flashAttention: false })).toContain('FLASH_ATTENTION_NO_EFFECT');
    expect(answerTo({ ...transformers, flashAttention: false }).latency).toEqual(answerTo(transformers).latency);
  });
});

describe('threads', () => {
  const ryzen = { hardware: 'amd-ryzen-9-7950x', runtime: 'llama.cpp', model: 'llama-3.1-8b', weights: 'gguf-q4_0' };

  // llama.cpp b4384 on two threads: 11.23 tokens/s (ik-llamacpp-cpu-0019); four threads of an M2 Max: 23.89 (-0096).
  test.each([
    { ...ryzen, threads: 2, measured: 11.23 },
    { ...ryzen, hardware: 'apple-m2-max', backend: 'cpu', threads: 4, measured: 23.89 },
  ])('$threads of $hardware write as many tokens as measured: $measured', ({ measured, ...asked }) => {
    const rate = decodeRate({ ...asked, runtimeYear: 2024 });
    // Four in five processors are as near as that.
    expect(rate / measured).toBeGreaterThan(1 / 1.4);
    expect(rate / measured).toBeLessThan(1.4);
  });

  test('more of them are never slower, and beyond the cores gain nothing', () => {
    const prompts = [1, 2, 4, 8, 15, 16, 32].map((threads) => promptRate({ ...ryzen, promptTokens: 512, threads }));
    expect(prompts).toEqual(prompts.toSorted((one, other) => one - other));
    expect(prompts.at(-1)).toBe(promptRate({ ...ryzen, promptTokens: 512 }));
    expect(codes({ ...ryzen, threads: 32 })).toContain('THREADS_NO_EFFECT');
    expect(codes({ ...ryzen, threads: 8 })).not.toContain('ALL_PHYSICAL_CORES');
    expect(deploymentOf({ ...ryzen, threads: 8 }).engine.hardware.cpu?.cores).toBe(8);
  });

  test('beside a GPU are said to change nothing, or refused where a runtime has none', () => {
    const usual = answerTo(strixHalo);
    expect(answerTo({ ...strixHalo, threads: 4 }).latency).toEqual(usual.latency);
    expect(codes({ ...strixHalo, threads: 4 })).toContain('THREADS_NO_EFFECT');
    const mlx = { hardware: 'apple-m4-max-40c', runtime: 'mlx', threads: 4 };
    expect(refusal(mlx)).toMatchObject({ field: 'threads', value: 4 });
  });
});

describe('a micro-batch', () => {
  const ultra = { hardware: 'apple-m2-ultra', runtime: 'llama.cpp', weights: 'gguf-q4_0' };

  test('sets the working space as llama.cpp logs it, and the chunks of a prompt', () => {
    const space = (microBatch: number) =>
      answerTo({ ...ultra, promptTokens: 8192, microBatch }).memory?.activationBytes ?? 0;
    // Logits and feed-forward of so many rows: linear, but for a few small tensors.
    expect(space(2048) / space(512)).toBeGreaterThan(3.7);
    expect(space(2048) / space(512)).toBeLessThan(4);
    const rates = [64, 256, 512, 2048].map((microBatch) => promptRate({ ...ultra, promptTokens: 8192, microBatch }));
    expect(rates).toEqual(rates.toSorted((one, other) => one - other));
    expect(promptRate({ ...ultra, promptTokens: 8192, microBatch: 512 })).toBe(
      promptRate({ ...ultra, promptTokens: 8192 }),
    );
  });

  // llama.cpp b7948 with -ub 2048, Qwen2.5-Coder 7B Q8_0: llama.cpp-benches states it, and the answer now can.
  test('that measurements were made with is nearer to them than the default', () => {
    const asked = { ...ultra, model: 'qwen2.5-coder-7b', weights: 'gguf-q8_0', promptTokens: 2048, outputTokens: 32 };
    const differs = (microBatch: number | null) =>
      answerTo({ ...asked, microBatch })
        .basis()
        .nearestMeasurement()
        ?.differs.join(' ');
    expect(differs(null)).toContain('tokens of a prompt chunk: 2048 there, 512 here');
    expect(differs(2048)).not.toContain('prompt chunk');
  });

  test('of a runtime that reads a whole prompt at once is refused', () => {
    const asked = { hardware: 'nvidia-h100-sxm-80gb', runtime: 'transformers', weights: 'fp16', microBatch: 512 };
    expect(refusal(asked)).toMatchObject({ field: 'microBatch', value: 512 });
  });
});
