import { describe, expect, test } from 'vitest';
import { llamaBenchCsv, llamaBenchTests } from './benchmarkFiles.ts';
import { refused, runsOf } from './benchmarkRuns.ts';

describe('llama-bench', () => {
  const shared = {
    model: 'Qwen2.5-7B-Instruct',
    runtime: 'llama.cpp',
    runtimeVersion: 'b5163',
    date: '2025-04-24',
    weights: 'gguf-q4_k_m',
    kvCache: 'kv-fp16',
    mode: 'single-stream',
    concurrency: 1,
    backend: 'cuda',
    prefillChunkTokens: 512,
  };

  test('JSON: pp reads a prompt, tg generates without one', () => {
    expect(runsOf('llama-bench-json', llamaBenchTests)).toMatchObject([
      {
        ...shared,
        promptTokens: 512,
        outputTokens: 0,
        flashAttention: false,
        metrics: { prefillTokensPerSecond: 7100.002165 },
      },
      { ...shared, promptTokens: 0, outputTokens: 128, metrics: { decodeTokensPerSecondPerSequence: 118.881588 } },
    ]);
  });

  test('CSV: the same fields as text, flash attention left to the build', () => {
    expect(runsOf('llama-bench-csv', llamaBenchCsv)).toMatchObject([
      {
        ...shared,
        promptTokens: 512,
        flashAttention: null,
        gpuLayers: null,
        metrics: { prefillTokensPerSecond: 7285.676949 },
      },
      { ...shared, outputTokens: 128, metrics: { decodeTokensPerSecondPerSequence: 119.915244 } },
    ]);
  });

  test.each([
    ['one card', {}, 'NVIDIA GeForce RTX 4080', 1],
    [
      'the driver beside the name',
      { gpu_info: 'AMD Radeon RX 7900 XTX (RADV NAVI31)', backends: 'Vulkan' },
      'AMD Radeon RX 7900 XTX',
      1,
    ],
    [
      'two alike, layers split',
      { gpu_info: 'NVIDIA GeForce RTX 3090, NVIDIA GeForce RTX 3090' },
      'NVIDIA GeForce RTX 3090',
      2,
    ],
    [
      'two alike, as old builds write it',
      { gpu_info: 'NVIDIA GeForce RTX 3090/NVIDIA GeForce RTX 3090' },
      'NVIDIA GeForce RTX 3090',
      2,
    ],
    ['two alike, one used', { gpu_info: 'A, A', split_mode: 'none' }, 'A', 1],
    ['two alike, some chosen', { gpu_info: 'A, A', devices: 'CUDA1' }, null, null],
    ['two unlike', { gpu_info: 'NVIDIA GeForce RTX 3090, NVIDIA GeForce RTX 4090' }, null, null],
    ['Apple, whose cores vary', { gpu_info: 'Apple M2 Ultra', backends: 'Metal' }, null, null],
    ['a build without GPUs', { gpu_info: '', backends: 'CPU' }, null, null],
  ])('devices: %s', (_what, change, hardware, devices) => {
    const [run] = runsOf('llama-bench-json', [{ ...llamaBenchTests[0], ...change }]);
    expect(run).toMatchObject({ hardware, devices });
  });

  test('pg is one request: (prompt + generated) ÷ speed', () => {
    const [run] = runsOf('llama-bench-json', [{ ...llamaBenchTests[0], n_gen: 128, avg_ts: 320 }]);
    expect(run?.metrics).toEqual({ endToEndMs: 2000 });
  });

  test.each([
    ['qwen2 7B Q4_K - Medium', 'x.gguf', 'gguf-q4_k_m'],
    ['llama 7B Q8_0', 'model.gguf', 'gguf-q8_0'],
    ['llama 7B mostly Q4_0', 'ggml-model.gguf', 'gguf-q4_0'],
    ['anything', 'Llama-3.1-8B-Instruct.IQ4_XS.gguf', 'gguf-iq4_xs'],
    ['anything', 'Model-BF16-00001-of-00002.gguf', 'gguf-bf16'],
    ['anything', 'no-tag.gguf', null],
  ])('format of %s in %s is %s', (model_type, model_filename, weights) => {
    const [run] = runsOf('llama-bench-json', [{ ...llamaBenchTests[0], model_type, model_filename }]);
    expect(run?.weights).toBe(weights);
  });

  test.each([
    ['keys and values of two formats', { type_v: 'q8_0' }, 'UNKNOWN_KIND [0].type_v'],
    ['experts on the CPU', { n_cpu_moe: 10 }, 'UNKNOWN_KIND [0].n_cpu_moe'],
    ['embeddings', { embeddings: true }, 'UNKNOWN_KIND [0].embeddings'],
    ['a backend nobody knows', { backends: 'Abacus' }, 'UNKNOWN_KIND [0].backends'],
    ['a test without a speed', { avg_ts: 0 }, 'MISSING_KEY [0].avg_ts'],
    ['a test that did nothing', { n_prompt: 0 }, 'MISSING_KEY [0].n_prompt'],
  ])('refuses %s', (_what, change, problem) => {
    expect(refused('llama-bench-json', [{ ...llamaBenchTests[0], ...change }])).toEqual([problem]);
  });

  test('names every problem of every test at once', () => {
    expect(
      refused(
        'llama-bench-json',
        llamaBenchTests.map((one) => ({ ...one, avg_ts: 0 })),
      ),
    ).toHaveLength(2);
  });

  test('a CSV without the columns is refused by their names', () => {
    expect(refused('llama-bench-csv', 'n_prompt,n_gen\n1,2\n')).toEqual(['MISSING_KEY header']);
  });
});
