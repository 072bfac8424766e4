import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/calculator/answer.ts';
import { calculate } from '../../src/calculator/calculate.ts';
import type { Question } from '../../src/calculator/question.ts';
import { summarise } from '../../src/calculator/summary.ts';
import { InvalidWorkloadError, MissingFigureError } from '../../src/engine/errors.ts';
import { UnsupportedError } from '../../src/registry/errors.ts';
import { RARE_PREFERENCE } from '../../src/registry/kinds/runtime.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

function answer(model: string, hardware: string, more: Partial<Question> = {}): Answer {
  const question = { model, hardware, outputTokens: 1000, batch: 1, promptTokens: 0, ...more };
  return calculate(registry.catalogue(), registry.coefficients, question);
}

function local({ deployment }: Answer) {
  if (deployment.mode !== 'local') throw new Error('it runs behind an API');
  return deployment;
}

/** `answer`, or the refusal a client would read; anything else is a bug. */
function answerOrRefusal(...asked: Parameters<typeof answer>): Answer | Error {
  try {
    return answer(...asked);
  } catch (error) {
    const isTyped = [InvalidWorkloadError, MissingFigureError, UnsupportedError].some((type) => error instanceof type);
    if (isTyped) return error as Error;
    throw error;
  }
}

const textOf = (answered: Answer, code: string) => answered.assumptions().find((line) => line.code === code)?.text;

describe('weights that were left out', () => {
  test.each<[model: string, hardware: string, more: Partial<Question>, runtime: string, weights: string]>([
    // The published format does.
    ['llama-3.1-8b', 'rtx-4090', {}, 'vllm', 'bf16'],
    ['7B', 'T4', {}, 'lmdeploy', 'fp16'],
    ['gpt-oss-20b', 'rtx-4090', { runtime: 'ollama' }, 'ollama', 'mxfp4'],
    ['llama-3.1-8b', 'rtx-4090', { runtime: 'llama.cpp' }, 'llama.cpp', 'bf16'],
    // The runtime does not read it, or hardly anybody has it do so.
    ['llama-3.1-8b', 'rtx-4090', { runtime: 'ollama' }, 'ollama', 'gguf-q4_k_m'],
    ['deepseek-v3', 'h200', { runtime: 'ollama', devices: 8 }, 'ollama', 'gguf-q4_k_m'],
    ['deepseek-v3', 'apple-m3-ultra', { runtime: 'mlx' }, 'mlx', 'mlx-4bit-g64'],
    ['llama-3.1-8b', 'rtx-4090', { runtime: 'exllamav2' }, 'exllamav2', 'exl2-4.0bpw'],
    // No runtime reads it there.
    ['deepseek-v3', 'amd-epyc-9654', {}, 'llama.cpp', 'gguf-q4_k_m'],
    ['deepseek-v3', 'apple-m3-ultra', {}, 'mlx', 'mlx-4bit-g64'],
    // It does not go into the memory.
    ['llama-3.1-8b', 'rtx-4060', {}, 'llama.cpp', 'gguf-q4_k_m'],
    ['llama-3.1-70b', 'rtx-4090', { devices: 2 }, 'llama.cpp', 'gguf-q4_k_m'],
    ['llama-3.1-70b', 'h100', {}, 'vllm', 'fp8-e4m3-per-tensor'],
    // Nothing usual goes into the memory, or nothing that serves into that of a server: the published format stays.
    ['llama-3.1-70b', 'rtx-4090', {}, 'vllm', 'bf16'],
    ['mixtral-8x7b', 'rtx-3090', {}, 'vllm', 'bf16'],
    ['deepseek-v3', 'h100', { devices: 8 }, 'vllm', 'fp8-e4m3-block128'],
  ])('of %s on %s with %j: %s with %s', (model, hardware, more, runtime, weights) => {
    const deployment = local(answer(model, hardware, more));
    expect([deployment.runtime.id, deployment.weights.id]).toEqual([runtime, weights]);
  });

  test('are said, with what was wrong with the published ones, where they are others', () => {
    const memory = answer('llama-3.1-8b', 'rtx-4060');
    expect(textOf(memory, 'USUAL_WEIGHTS')).toBe(
      'Weights in GGUF Q4_K_M, the usual ones for llama.cpp there: BF16, the format Llama 3.1 8B is published in, ' +
        'leaves no room for a cache in the memory of one NVIDIA GeForce RTX 4060.',
    );
    expect(textOf(memory, 'DEFAULT_RUNTIME')).toContain('llama.cpp runs it');
    expect(summarise(memory)).toMatch(/^Llama 3\.1 8B \(GGUF Q4_K_M instead of BF16\) on one NVIDIA GeForce RTX 4060/);
    const cpu = textOf(answer('deepseek-v3', 'amd-epyc-9654'), 'USUAL_WEIGHTS');
    expect(cpu).toMatch(/the format DeepSeek V3 is published in, is not run on AMD EPYC 9654\.$/);
    const ollama = textOf(answer('llama-3.1-8b', 'rtx-4090', { runtime: 'ollama' }), 'USUAL_WEIGHTS');
    expect(ollama).toMatch(/hardly anybody runs BF16, the format Llama 3\.1 8B is published in, with it\.$/);
  });

  test('say nothing of the kind where the question names them', () => {
    const named = answer('llama-3.1-70b', 'rtx-4090', { weights: 'gguf-q4_k_m', devices: 2 });
    expect(textOf(named, 'USUAL_WEIGHTS')).toBeUndefined();
    expect(summarise(named)).toMatch(/^Llama 3\.1 70B \(GGUF Q4_K_M\) on/);
  });
});

test('Ollama answers for every model with an architecture, wherever it runs', () => {
  const { model } = registry.catalogue();
  const open = model
    .all()
    .filter(({ engine, facts }) => engine.architecture !== null && facts.nativeFormat && facts.generates !== false);
  for (const hardware of ['rtx-4090', 'apple-m4-max', 'amd-epyc-9654', 'amd-rx-7900-xtx-24gb']) {
    const refused = open.filter(({ id }) => answerOrRefusal(id, hardware, { runtime: 'ollama' }) instanceof Error);
    expect(
      refused.map(({ id }) => id),
      hardware,
    ).toEqual([]);
  }
});

test('every runtime answers, or refuses with a typed error, on every device that it claims', () => {
  const { runtime, hardware } = registry.catalogue();
  for (const { id, facts } of runtime.all()) {
    const claims = (device: (typeof devices)[number]) =>
      facts.supports.some(
        ({ vendors, deviceKinds, families }) =>
          (vendors?.includes(device.engine.vendor) ?? true) &&
          (deviceKinds?.includes(device.engine.kind) ?? true) &&
          (families?.includes(device.engine.family) ?? true),
      );
    const devices = hardware.all();
    for (const device of devices.filter(claims)) {
      for (const model of ['llama-3.1-8b', 'deepseek-v3', 'gpt-oss-20b']) {
        const answered = answerOrRefusal(model, device.id, { runtime: id });
        if (!(answered instanceof Error)) expect(local(answered).runtime.id).toBe(id);
      }
    }
  }
});

describe('a demonstration', () => {
  test('is never chosen, nor named in a refusal, unasked', () => {
    const { hardware } = registry.catalogue();
    for (const { id } of hardware.all()) {
      for (const model of ['llama-3.1-8b', 'deepseek-v3', 'gpt-oss-20b']) {
        const answered = answerOrRefusal(model, id);
        if (answered instanceof Error) expect(answered.message).not.toContain('calm');
        else expect(local(answered).runtime.facts.demonstration, `${model} on ${id}`).toBeUndefined();
      }
    }
  });

  test('answers where it is asked for, and says what it is', () => {
    const asked = answer('llama-3.1-8b', 'rtx-4090', { runtime: 'calm' });
    expect(asked.warnings).toContain(
      'calm is a demonstration, not a runtime for daily use; vLLM is what people use there.',
    );
  });
});

describe('what hardly anybody does', () => {
  test('is answered with a warning that says what people do', () => {
    expect(answer('llama-3.1-8b', 'rtx-4090', { runtime: 'ollama', weights: 'bf16' }).warnings).toEqual([
      'Hardly anybody runs BF16 weights with Ollama on NVIDIA GeForce RTX 4090; vLLM is what people use there.',
    ]);
    expect(answer('llama-3.1-8b', 'rtx-4090', { runtime: 'vllm', weights: 'gguf-q4_k_m' }).warnings).toHaveLength(1);
  });

  test('is never chosen unasked', () => {
    for (const { id, engine } of registry.catalogue().hardware.all()) {
      const answered = answerOrRefusal('llama-3.1-8b', id);
      if (answered instanceof Error) continue;
      const { runtime, weights } = local(answered);
      const preferences = runtime.facts.supports
        .filter(({ formats }) => formats.some((format) => format === weights.engine.efficiencyClass))
        .map(({ preference }) => preference);
      expect(Math.max(...preferences), `${runtime.id} on ${engine.id}`).toBeGreaterThan(RARE_PREFERENCE);
    }
  });
});

describe('memory of one device', () => {
  const usableGiB = (answered: Answer) => (answered.memory?.usablePerDeviceBytes ?? 0) / 2 ** 30;

  test('is the largest size it is sold with, of which the system keeps a part, and both are said', () => {
    const asked = answer('llama-3.1-8b', 'apple-m4-max');
    expect(usableGiB(asked)).toBe(96);
    expect(textOf(asked, 'DEFAULT_MEMORY')).toBe(
      'Apple M4 Max (40-core GPU) with 128 GiB of memory, the largest it is sold with (48, 64, 128).',
    );
    expect(textOf(asked, 'SHARED_MEMORY')).toBe(
      'macOS lets the GPU take 96.0 of 128 GiB of shared memory, unless sysctl iogpu.wired_limit_mb says otherwise ' +
        '(options.usableGiB).',
    );
  });

  test('can be another size it is sold with', () => {
    const asked = answer('llama-3.1-8b', 'apple-m4', { memoryGiB: 16 });
    expect(usableGiB(asked)).toBeCloseTo(10.667, 3);
    expect(local(asked).weights.id).toBe('mlx-4bit-g64');
    expect(local(asked).hardware.engine.memoryBytes).toBe(16 * 2 ** 30);
    expect(textOf(asked, 'DEFAULT_MEMORY')).toBeUndefined();
  });

  test('a processor is taken to have the most memory it takes, and says so', () => {
    const asked = answer('llama-3.1-8b', 'EPYC 9654');
    expect(textOf(asked, 'DEFAULT_MEMORY')).toMatch(/^AMD EPYC 9654 with 6,144 GiB of memory .+ the most it takes/);
    const stated = answer('llama-3.1-8b', 'EPYC 9654', { usableGiB: 512 });
    expect(textOf(stated, 'DEFAULT_MEMORY')).toBeUndefined();
  });

  test('is used as far as the question says', () => {
    const asked = answer('llama-3.1-70b', 'apple-m4-max', { memoryGiB: 48, usableGiB: 46 });
    expect(usableGiB(asked)).toBe(46);
    expect(textOf(asked, 'SHARED_MEMORY')).toBeUndefined();
  });

  test.each([
    ['memoryGiB', 40, /^memoryGiB must be a size that Apple M4 Max \(40-core GPU\) is sold with \(48, 64, 128\)/],
    ['usableGiB', 200, /^usableGiB must be at most the memory, 128 GiB/],
    ['usableGiB', 0, /^usableGiB must be a number above 0/],
  ])('is refused where %s is %d', (field, value, message) => {
    expect(() => answer('llama-3.1-8b', 'apple-m4-max', { [field]: value })).toThrow(message);
  });
});

test('MXFP4 on an Intel Arc B card is llama.cpp’s unasked, and answered for vLLM where that is named', () => {
  const card = 'intel-arc-pro-b60-24gb';
  expect(local(answer('gpt-oss-20b', card)).runtime.id).toBe('llama.cpp');
  const { weights, runtime } = local(answer('gpt-oss-20b', card, { runtime: 'vllm' }));
  expect([runtime.id, weights.id]).toEqual(['vllm', 'mxfp4']);
});
