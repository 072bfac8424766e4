import { describe, expect, test } from 'vitest';
import type { MemoryEstimate } from '../../../src/engine/answer.ts';
import { lookUpInto } from '../../../src/engine/coefficients.ts';
import { desktopMemory, desktopMemoryEstimate } from '../../../src/engine/desktop/memory.ts';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import { coefficients } from '../deployments.ts';
import { desktopDeployment, desktopWorkload, seedFormat, seedRuntime } from './machines.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Logs count no driver context. */
const llamaCpp = { ...seedRuntime('llama.cpp'), reservation: { kind: 'as-needed', perDeviceBytes: 0 } } as const;

function memoryOf(deployment: Deployment, workload: Workload): MemoryEstimate {
  return desktopMemoryEstimate(desktopMemory(deployment, lookUpInto([], coefficients)), workload).memory;
}

/** Memory of a context of so many tokens. */
function atContext(deployment: Deployment, contextTokens: number): MemoryEstimate {
  return memoryOf(deployment, desktopWorkload({ promptTokens: 0, outputTokens: 0, contextTokens }));
}

describe('llama.cpp load logs, flash attention off', () => {
  // "compute buffer size" and "KV buffer size" lines; builds b1685, b1691 and b2824.
  // https://github.com/XiongjieDai/GPU-Benchmarks-on-LLM-Inference/tree/aa72e0ec86c3
  test.each([
    ['llama-2-7b', 'gguf-q4_0', 512, 73.69, 256],
    ['llama-2-13b', 'gguf-q4_0', 512, 78.19, 400],
    ['llama-2-70b', 'gguf-q4_0', 512, 148.19, 160],
    ['llama-3-8b', 'gguf-q4_k_m', 8192, 560, 1024],
  ])('%s in %s at %i tokens: compute buffer %f MiB, KV %f MiB', (model, weights, context, buffer, cache) => {
    const deployment = desktopDeployment(model, 'nvidia-rtx-3090-24gb', weights, 'llama.cpp', {
      runtime: llamaCpp,
      flashAttention: false,
    });
    const memory = atContext(deployment, context);
    expect(Math.abs(memory.activationBytes / MIB / buffer - 1)).toBeLessThan(0.01);
    expect(memory.kvCacheBytes / MIB).toBe(cache);
  });

  // "total VRAM used": weights without the input embedding, KV and compute buffer. Same notebooks, RTX 3090.
  test.each([
    ['llama-2-7b', 'gguf-q4_0', 3.8125],
    ['llama-2-7b', 'gguf-f16', 12.6265],
    ['llama-2-13b', 'gguf-q4_0', 7.2373],
  ])('%s in %s takes %f GiB of video memory', (model, weights, gib) => {
    const deployment = desktopDeployment(model, 'nvidia-rtx-3090-24gb', weights, 'llama.cpp', {
      runtime: llamaCpp,
      flashAttention: false,
    });
    expect(Math.abs(atContext(deployment, 512).totalBytes / GIB / gib - 1)).toBeLessThan(0.005);
  });
});

test.each([
  [2, 7.2373],
  [6, 7.2373],
])('builds of 2023 keep one compute buffer: llama-2-13b on %i cards takes %f GiB, as on one', (devices, gib) => {
  // "total VRAM used" of builds b1671 to b1691, same notebooks.
  const deployment = desktopDeployment('llama-2-13b', 'nvidia-rtx-4000-ada-20gb', 'gguf-q4_0', 'llama.cpp', {
    runtime: llamaCpp,
    flashAttention: false,
    runtimeYear: 2023,
    devices,
  });
  expect(Math.abs(atContext(deployment, 512).totalBytes / GIB / gib - 1)).toBeLessThan(0.005);
  const later = atContext({ ...deployment, runtimeYear: 2024 }, 512);
  expect(later.totalBytes / GIB - gib).toBeCloseTo((devices - 1) * (78.19 / 1024), 2);
});

// Growth of VRAM and GTT during llama-bench, build b5863 over Vulkan with flash attention.
// https://github.com/lhl/strix-halo-testing/tree/5ee14b5b0ecf/llm-bench
test.each([
  ['llama-3.1-8b', 512, 4.5755, 5.0391],
  ['llama-3.1-8b', 4096, 4.5755, 5.4834],
  ['llama-3.3-70b', 4096, 39.5929, 41.416],
])('%s on a Strix Halo, %i tokens: file %f GiB, peak %f GiB', (model, tokens, fileGiB, gib) => {
  const deployment = desktopDeployment(model, 'amd-ryzen-ai-max-395-128gb', 'gguf-q4_k_m', 'llama.cpp', {
    runtimeYear: 2025,
    flashAttention: true,
    weightFileBytes: fileGiB * GIB,
  });
  expect(Math.abs(atContext(deployment, tokens).totalBytes / GIB / gib - 1)).toBeLessThan(0.03);
});

describe('peak memory of mlx_lm.benchmark', () => {
  // M3 Ultra; 100 tokens generated after the prompt.
  // https://github.com/guruswami-ai/mlx-benchmarks/tree/2e44a7cdb5b1/results
  test.each([
    ['llama-3.1-8b', 1024, 5.0291],
    ['llama-3.1-8b', 16_384, 6.7987],
    ['llama-3.1-8b', 131_072, 21.5136],
    ['qwen2.5-32b', 4096, 18.999],
    ['qwen2.5-32b', 131_072, 50.5708],
  ])('%s in 4 bits after %i tokens peaks at %f GiB', (model, promptTokens, gib) => {
    const deployment = desktopDeployment(model, 'apple-m3-ultra', 'mlx-4bit-g64', 'mlx');
    const memory = memoryOf(deployment, desktopWorkload({ promptTokens, outputTokens: 100 }));
    expect(Math.abs(memory.totalBytes / GIB / gib - 1)).toBeLessThan(0.02);
  });
});

test('a discrete card leaves the input embedding on the host; shared memory holds it', () => {
  const embedding = 128_256 * 4096 * 2;
  const on = (hardware: string) =>
    atContext(desktopDeployment('llama-3.1-8b', hardware, 'gguf-f16', 'llama.cpp'), 512).weightBytes;
  expect(on('apple-m2-ultra') - on('nvidia-rtx-4090-24gb')).toBeCloseTo(embedding, 0);
  expect(on('amd-ryzen-9-7950x')).toBe(on('apple-m2-ultra'));
});

test('an embedding that doubles as the head is there twice where CPU and GPU share the memory', () => {
  const strix = atContext(desktopDeployment('gemma-3-4b', 'amd-ryzen-ai-max-395-128gb', 'gguf-q4_0', 'llama.cpp'), 512);
  const card = atContext(desktopDeployment('gemma-3-4b', 'nvidia-rtx-4090-24gb', 'gguf-q4_0', 'llama.cpp'), 512);
  expect(strix.weightBytes - card.weightBytes).toBeCloseTo((262_208 * 2560 * 6.5625) / 8, 0);
});

test('windowed layers keep their window and one chunk from the build that introduced it', () => {
  const before = desktopDeployment('gemma-3-27b', 'nvidia-rtx-5090-32gb', 'gguf-q4_0', 'llama.cpp', {
    runtimeYear: 2024,
  });
  const after = { ...before, runtimeYear: 2026 };
  const perToken = 2 * 16 * 128 * 2;
  expect(atContext(before, 32_768).kvCacheBytes).toBe(62 * 32_768 * perToken);
  expect(atContext(after, 32_768).kvCacheBytes).toBe((10 * 32_768 + 52 * (1024 + 512)) * perToken);
});

test('a quantised cache takes its bits', () => {
  const deployment = desktopDeployment('llama-3.1-8b', 'nvidia-rtx-4090-24gb', 'gguf-q4_k_m', 'llama.cpp');
  const ratio =
    atContext({ ...deployment, kvCache: seedFormat('kv-q8_0') }, 4096).kvCacheBytes /
    atContext(deployment, 4096).kvCacheBytes;
  expect(ratio).toBe(8.5 / 16);
});

describe('what fits', () => {
  test("a context that fits whole is the model's own", () => {
    const roomy = desktopDeployment('llama-3.1-8b', 'apple-m2-ultra', 'gguf-q4_k_m', 'llama.cpp');
    expect(atContext(roomy, 512).maximumContextTokens).toBe(131_072);
  });

  test('weights that do not fit leave room for no sequence', () => {
    const memory = atContext(desktopDeployment('llama-2-70b', 'nvidia-t4-16gb', 'gguf-f16', 'llama.cpp'), 512);
    expect(memory).toMatchObject({ fits: false, maximumBatch: 0, maximumContextTokens: 0 });
  });
});
