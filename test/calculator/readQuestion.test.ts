import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calculate } from '../../src/calculator/calculate.ts';
import type { Question } from '../../src/calculator/question.ts';
import { readQuestion } from '../../src/calculator/readQuestion.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

const question = { model: 'llama-3.1-8b', hardware: 'L40S', outputTokens: 100, batch: 1, promptTokens: 0 };

const read = (change: Partial<Question>) => readQuestion({ ...question, ...change }, registry.catalogue());

const texts = (change: Partial<Question>) => read(change).readings.map(({ text }) => text);

describe('a question in other words', () => {
  test('is answered as the same in ids, and says how each name was taken', () => {
    const plain = { ...question, model: 'llama-3.3-70b', hardware: 'nvidia-h100-sxm-80gb', devices: 8, weights: 'fp8' };
    const asked = { ...question, model: 'RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic', hardware: '8xH100' };
    const { catalogue, coefficients } = { catalogue: registry.catalogue(), coefficients: registry.coefficients };
    const said = calculate(catalogue, coefficients, asked);
    const meant = calculate(catalogue, coefficients, plain);
    expect(said.latency).toEqual(meant.latency);
    expect(said.assumptions()).toEqual([
      {
        code: 'NAME_READ',
        text: '"RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic" is read as Llama 3.3 70B, weights in FP8-dynamic.',
      },
      { code: 'NAME_READ', text: '"8xH100" is read as 8 × NVIDIA H100 SXM 80GB.' },
      { code: 'WEIGHTS_READ', text: '"FP8-dynamic" is read as weights in FP8 E4M3, one scale a tensor.' },
      ...meant.assumptions(),
    ]);
  });

  test('a size alone is the best known open model of it, and the answer says so', () => {
    expect(texts({ model: '8b' })).toEqual(['"8b" is read as Llama 3.1 8B, the best known open model of that size.']);
  });

  test('in ids, aliases and names says nothing of the sort', () => {
    expect(texts({})).toEqual([]);
    expect(texts({ model: 'Llama 3.1 8B', hardware: 'NVIDIA L40S', runtime: 'vLLM', weights: 'FP8' })).toEqual([]);
  });

  test('a count in a name and another in the question contradict each other', () => {
    expect(() => read({ hardware: '8xH100', devices: 4 })).toThrow(
      'devices contradicts hardware "8xH100", which means 8 devices: leave one of them out; got 4',
    );
    expect(read({ hardware: '8xH100', devices: 8 }).question.devices).toBe(8);
    expect(() => read({ hardware: 'MacBook Pro M4 Max 64GB', memoryGiB: 128 })).toThrow('which means 64 GiB');
    expect(read({ hardware: 'MacBook Pro M4 Max 64GB' }).question.memoryGiB).toBe(64);
  });

  test('what the question says of the weights goes before what the model’s name says', () => {
    expect(read({ model: 'Qwen/Qwen3-32B-AWQ' }).question.weights).toBe('awq-int4-g128');
    expect(read({ model: 'Qwen/Qwen3-32B-AWQ', weights: 'bf16' }).question.weights).toBe('bf16');
  });

  test('behind an API only the model is looked up', () => {
    expect(read({ model: 'openai/gpt-4o', hardware: 'no such thing' }).question.hardware).toBe('no such thing');
  });

  test.each([
    ['4bit', { hardware: 'RTX 4090' }, 'gguf-q4_k_m'],
    ['4-bit', { hardware: 'H100' }, 'awq-int4-g128'],
    ['4bit', { hardware: 'M4 Max' }, 'mlx-4bit-g64'],
    ['4bit', { hardware: 'RTX 4090', runtime: 'vllm' }, 'awq-int4-g128'],
    ['int4', { hardware: 'RTX 4090', runtime: 'ollama' }, 'gguf-q4_k_m'],
    // What a runtime says people mean by so many bits with it comes before what others do.
    ['4bit', { hardware: 'H100', runtime: 'transformers' }, 'nf4'],
    ['8bit', { hardware: 'H100', runtime: 'tgi' }, 'bnb-int8'],
    ['5bit', { hardware: 'RTX 4090', runtime: 'exllamav2' }, 'exl2-5.0bpw'],
    ['6bit', { hardware: 'MI300X' }, 'gguf-q6_k'],
    ['q4', { hardware: 'RTX 4090' }, 'gguf-q4_k_m'],
    ['q4', { hardware: 'M4 Max', runtime: 'mlx' }, 'mlx-4bit-g64'],
    ['q8', { hardware: 'RTX 4090' }, 'gguf-q8_0'],
    ['8bit', { hardware: 'M2 Ultra', runtime: 'mlx' }, 'mlx-8bit-g64'],
    ['gguf', { hardware: 'RTX 3060' }, 'gguf-q4_k_m'],
    ['bnb', { hardware: 'RTX 4090', runtime: 'transformers' }, 'nf4'],
    ['bnb-4bit', { hardware: 'RTX 4090' }, 'nf4'],
    ['UD-Q4_K_XL', { hardware: 'RTX 4090' }, 'gguf-q4_k_m'],
    ['UD-IQ2_M', { hardware: 'RTX 4090' }, 'gguf-iq2_m'],
    ['Q6_K_L', { hardware: 'RTX 4090' }, 'gguf-q6_k'],
    ['q4_K_M', { hardware: 'RTX 4090' }, 'gguf-q4_k_m'],
    ['fp8', { hardware: 'H100' }, 'fp8-e4m3-per-tensor'],
    ['fp8', { hardware: 'RTX 4090', runtime: 'llama.cpp' }, 'gguf-q8_0'],
    ['fp8', { hardware: 'M4 Max' }, 'mlx-8bit-g64'],
    ['int4', { hardware: 'M4 Max' }, 'mlx-4bit-g64'],
    ['int4', { hardware: 'L40S' }, 'gptq-int4-g128-sym'],
    ['awq', { hardware: 'L40S' }, 'awq-int4-g128'],
    ['w4a16', { hardware: 'H100' }, 'gptq-int4-g128-sym'],
    ['int8', { hardware: 'RTX 4090', runtime: 'llama.cpp' }, 'gguf-q8_0'],
    // What nothing there runs is refused under the name that was asked for.
    ['int4', { hardware: 'Jetson Orin Nano Super', runtime: 'sglang' }, 'gptq-int4-g128-sym'],
  ])('weights "%s" on %o are %s', (weights, where, id) => {
    const { question: meant, readings } = read({ weights, ...where });
    expect(meant.weights).toBe(id);
    const literal = registry.catalogue().weightFormat.find(weights)?.id === id;
    expect(readings.some(({ code }) => code === 'WEIGHTS_READ')).toBe(!literal);
  });

  test.each([
    ['fp8', 'vllm', 'kv-fp8-e4m3'],
    ['fp8_e5m2', 'vllm', 'kv-fp8-e5m2'],
    ['int8', 'lmdeploy', 'kv-fp8-e4m3'],
    ['q8_0', 'llama.cpp', 'kv-q8_0'],
    ['q4_0', 'llama.cpp', 'kv-q4_0'],
    ['int8', 'llama.cpp', 'kv-q8_0'],
    ['f16', 'llama.cpp', 'kv-fp16'],
    ['auto', 'vllm', null],
  ])('a cache in "%s" of %s is %s', (kvCache, runtime, id) => {
    expect(read({ kvCache, runtime }).question.kvCache).toBe(id);
  });

  test('a program that runs a runtime inside is that runtime, and the answer says so', () => {
    expect(texts({ runtime: 'LM Studio' })).toEqual(['"LM Studio" is read as llama.cpp.']);
    expect(texts({ runtime: 'NIM' })).toEqual(['"NIM" is read as TensorRT-LLM.']);
  });
});
