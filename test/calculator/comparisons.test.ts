import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTimed } from '../../src/calculator/answer.ts';
import { calculate } from '../../src/calculator/calculate.ts';
import type { Question } from '../../src/calculator/question.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

function answerTo(asked: Partial<Question> & { model: string; hardware: string }) {
  const question = { outputTokens: 100, batch: 1, promptTokens: 1024, ...asked };
  const answer = calculate(registry.catalogue(), registry.coefficients, question);
  if (!isTimed(answer)) throw new TypeError('an answer on hardware without its latency');
  return answer;
}

describe('one device beside another', () => {
  // Apple states 3.3 to 4.1 times the M4 for the first token under MLX (machinelearning.apple.com, November 2025).
  test.each([
    { runtime: 'mlx', weights: 'mlx-4bit' },
    { runtime: 'llama.cpp', weights: 'Q4_0' },
  ])(
    'the matrix units of the M5 read prompts three to four and a half times as fast as the M4 under $runtime',
    (options) => {
      const rate = (hardware: string) =>
        answerTo({ model: 'llama-3.1-8b', hardware, promptTokens: 4096, ...options }).throughput.prefillTokensPerSecond;
      expect(rate('apple-m5-max-40c') / rate('apple-m4-max-40c')).toBeGreaterThan(2.8);
      expect(rate('apple-m5-max-40c') / rate('apple-m4-max-40c')).toBeLessThan(4.5);
    },
  );

  test('a build from before the matrix units does not use them', () => {
    const rate = (runtimeYear: number) =>
      answerTo({
        model: 'llama-3.1-8b',
        hardware: 'apple-m5-max-40c',
        runtime: 'llama.cpp',
        weights: 'Q4_0',
        runtimeYear,
      }).throughput.prefillTokensPerSecond;
    expect(rate(2025)).toBeLessThan(rate(2026) / 2);
  });

  test('a rate of prompts that rests on few measurements says so', () => {
    const warnings = (hardware: string) =>
      answerTo({ model: 'llama-3.1-8b', hardware, runtime: 'llama.cpp', weights: 'Q4_K_M' }).warnings.join(' ');
    expect(warnings('amd-rx-9070-xt-16gb')).toMatch(/rests on \d measurements of its family/);
    expect(warnings('nvidia-rtx-4090-24gb')).not.toContain('of its family');
  });
});

describe('several devices', () => {
  test('beyond one machine no runtime’s own kernels make sums quicker', () => {
    const time = (runtime: string) =>
      answerTo({ model: 'deepseek-v3', hardware: 'nvidia-h100-sxm-80gb', devices: 16, runtime }).latency
        .timePerOutputTokenSeconds;
    expect(time('vllm') / time('sglang')).toBeGreaterThan(0.8);
  });

  test('PCIe cards of two machines do not bring the first token sooner than those of one, and the network is named', () => {
    const of = (devices: number) =>
      answerTo({ model: 'llama-3.1-70b', hardware: 'RTX 4090', devices, runtime: 'vllm', promptTokens: 2048 });
    expect(of(16).latency.timeToFirstTokenSeconds).toBeGreaterThan(of(8).latency.timeToFirstTokenSeconds);
    expect(of(16).warnings.join(' ')).toContain('over the network between machines');
    expect(of(8).warnings.join(' ')).not.toContain('over the network');
  });

  test('sharing every layer over a link nobody measured is said, and widens the range', () => {
    const of = (tensor: number) =>
      answerTo({
        ...{ model: 'llama-3.1-8b', hardware: 'apple-m3-ultra', runtime: 'mlx', weights: 'mlx-4bit' },
        ...{ devices: tensor, parallelism: { tensor } },
      });
    const width = (tensor: number) => {
      const { low, high } = of(tensor).intervals().timePerOutputTokenSeconds;
      return high / low;
    };
    expect(of(2).warnings.join(' ')).toContain('Thunderbolt');
    expect(of(1).warnings.join(' ')).not.toContain('Thunderbolt');
    expect(width(2)).toBeGreaterThan(width(1) * 1.05);
  });

  test('MXFP4 weights on a V100 run under a runtime that unpacks them there', () => {
    const asked = { model: 'gpt-oss-20b', hardware: 'nvidia-v100-sxm2-32gb' };
    const { deployment } = answerTo(asked);
    expect(deployment.mode === 'local' && deployment.runtime.id).not.toBe('vllm');
    expect(() => answerTo({ ...asked, runtime: 'vllm', weights: 'mxfp4' })).toThrow('runtime is vllm');
  });
});
