import { describe, expect, test } from 'vitest';
import type { MemoryEstimate } from '../../../src/engine/answer.ts';
import { lookUpInto } from '../../../src/engine/coefficients.ts';
import { memoryEstimate, memoryPlan } from '../../../src/engine/serving/memory.ts';
import type { Deployment } from '../../../src/engine/shapes.ts';
import { coefficients } from '../deployments.ts';
import { desktopDeployment, desktopWorkload } from '../desktop/machines.ts';

const GIB = 2 ** 30;
const A100 = 'nvidia-a100-sxm4-80gb';

function memoryOf(deployment: Deployment, batch: number, promptTokens: number, outputTokens: number): MemoryEstimate {
  const plan = memoryPlan(deployment, lookUpInto([], coefficients));
  return memoryEstimate(plan, desktopWorkload({ batch, promptTokens, outputTokens })).memory;
}

/** Up to the context of the published configuration, which rotary tables cover. */
function nativeTo(contextTokens: number, deployment: Deployment): Deployment {
  return { ...deployment, model: { ...deployment.model, contextTokens } };
}

/** What torch.cuda.max_memory_allocated counts: everything but the driver's context. */
function allocated({ totalBytes, overheadBytes }: MemoryEstimate): number {
  return totalBytes - overheadBytes;
}

describe('Transformers 4.35.2, eager, A100 80 GB: max_memory_allocated', () => {
  // https://github.com/huggingface/optimum-benchmark/tree/f75d9f93/examples/running-llamas/artifacts, full_report.csv:
  // forward.max_memory_allocated(MB) of one pass over 256 tokens, generate.max_memory_allocated(MB) of 512 tokens more.
  test.each([
    { model: 'llama-2-7b', weights: 'fp16', batch: 1, outputTokens: 1, megabytes: 13_738 },
    { model: 'llama-2-7b', weights: 'fp16', batch: 64, outputTokens: 1, megabytes: 25_422 },
    { model: 'llama-2-7b', weights: 'fp16', batch: 64, outputTokens: 512, megabytes: 65_112 },
    { model: 'llama-2-7b', weights: 'gptq-int4-g128-sym', batch: 64, outputTokens: 1, megabytes: 15_949 },
    { model: 'llama-2-13b', weights: 'fp16', batch: 16, outputTokens: 1, megabytes: 30_433 },
    { model: 'llama-2-13b', weights: 'fp16', batch: 32, outputTokens: 512, megabytes: 66_527 },
  ])('$model in $weights, batch $batch, $outputTokens out: $megabytes MB', (run) => {
    const build = { runtimeYear: 2023, runtimeVersion: '4.35' };
    const deployment = desktopDeployment(run.model, A100, run.weights, 'transformers', build);
    const bytes = allocated(memoryOf(nativeTo(4096, deployment), run.batch, 256, run.outputTokens));
    expect(Math.abs(bytes / 1e6 / run.megabytes - 1)).toBeLessThan(0.01);
  });
});

describe('Transformers on an A100 80 GB, 2,048 tokens after the prompt: summed max_memory_allocated', () => {
  // Before 4.45 the logits of the whole prompt are kept, after it those of one token. Qwen2:
  // https://github.com/QwenLM/Qwen3/blob/5c4e69c/docs/source/benchmark/speed_benchmark.rst, Qwen2.5:
  // https://github.com/QwenLM/Qwen3/blob/a912d23/docs/source/benchmark/speed_benchmark.rst
  test.each([
    { model: 'qwen2-0.5b', version: '4.38', devices: 1, promptTokens: 30_720, gib: 27.61 },
    { model: 'qwen2-1.5b', version: '4.38', devices: 1, promptTokens: 30_720, gib: 30.31 },
    { model: 'qwen2-57b-a14b', version: '4.38', devices: 2, promptTokens: 14_336, gib: 128.17 },
    { model: 'qwen2-72b', version: '4.38', devices: 3, promptTokens: 14_336, gib: 169.93 },
    { model: 'qwen2.5-7b', version: '4.46', devices: 1, promptTokens: 30_720, gib: 19.97 },
    { model: 'qwen2.5-72b', version: '4.46', devices: 3, promptTokens: 30_720, gib: 164.79 },
  ])('$model in $version after $promptTokens tokens on $devices: $gib GiB', (run) => {
    const deployment = desktopDeployment(run.model, A100, 'bf16', 'transformers', {
      runtimeYear: 2024,
      runtimeVersion: run.version,
      devices: run.devices,
    });
    const bytes = allocated(memoryOf(nativeTo(32_768, deployment), 1, run.promptTokens, 2048));
    // Where layers go on several cards is Accelerate's choice.
    expect(Math.abs(bytes / GIB / run.gib - 1)).toBeLessThan(run.devices === 1 ? 0.01 : 0.03);
  });
});

describe('FasterTransformer on an A100 80 GB: memory of the process', () => {
  // https://github.com/NVIDIA/FasterTransformer/blob/df4a753/docs/gpt_guide.md, performance tables. One width a token
  // stands for all its buffers, which leaves 4 %.
  test.each([
    { model: 'ft-gpt-6.7b', batch: 1, promptTokens: 128, outputTokens: 8, gib: 15.55 },
    { model: 'ft-gpt-6.7b', batch: 64, promptTokens: 128, outputTokens: 8, gib: 22.17 },
    { model: 'ft-gpt-6.7b', batch: 64, promptTokens: 512, outputTokens: 32, gib: 41.84 },
    { model: 'ft-gpt-1.3b', batch: 64, promptTokens: 512, outputTokens: 32, gib: 15.61 },
    { model: 'ft-gpt-350m', batch: 32, promptTokens: 512, outputTokens: 32, gib: 6.09 },
  ])('$model, batch $batch, $promptTokens + $outputTokens tokens: $gib GiB', (run) => {
    const deployment = desktopDeployment(run.model, A100, 'fp16', 'fastertransformer');
    const { totalBytes } = memoryOf(deployment, run.batch, run.promptTokens, run.outputTokens);
    expect(Math.abs(totalBytes / GIB / run.gib - 1)).toBeLessThan(0.04);
  });
});

test('a pipeline peaks stage by stage: logits at its ends, layers between', () => {
  const on = (devices: number) =>
    memoryOf(desktopDeployment('llama-2-70b', A100, 'fp16', 'transformers', { runtimeYear: 2023, devices }), 1, 4096, 1)
      .activationBytes;
  const layer = 4096 * 6 * (28_672 + 8192);
  const logits = 32_000 * 6;
  // The prompt's tokens, and the next token's logits once a stage.
  expect(on(4) - on(3)).toBeCloseTo(layer + logits, -3);
});

test('builds older than any measured one keep the logits of the prompt too', () => {
  const inYear = (runtimeYear: number) =>
    memoryOf(desktopDeployment('llama-2-7b', A100, 'fp16', 'transformers', { runtimeYear }), 1, 4096, 1)
      .activationBytes;
  expect(inYear(2021)).toBe(inYear(2023));
  expect(inYear(2023)).toBeGreaterThan(2 * inYear(2024));
});
