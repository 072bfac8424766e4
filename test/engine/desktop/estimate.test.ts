import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../../src/engine/answer.ts';
import { estimateDesktop } from '../../../src/engine/desktop/estimate.ts';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import { anyWorkload, coefficients } from '../deployments.ts';
import { anyDesktopDeployment, desktopDeployment, desktopWorkload } from './machines.ts';

const answer = (deployment: Deployment, workload: Workload): Estimate =>
  estimateDesktop(deployment, workload, coefficients);

/** Rounding of sums: a thousandth of a billionth. */
const ROUNDING = 1 - 1e-12;

describe('physics that holds for every deployment', () => {
  test('no operator outruns the datasheet: bytes at peak bandwidth, FLOPs at the highest peak', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const { peaks, fp16AccumulatePeak, memoryBytesPerSecond } = deployment.hardware;
        const peak = Math.max(fp16AccumulatePeak ?? 0, ...Object.values(peaks));
        const { decodeStep, prefillStep } = answer(deployment, workload);
        for (const { seconds, flops, bytes, bound } of [...decodeStep.operations, ...prefillStep.operations]) {
          if (bound === 'interconnect') continue;
          expect(seconds).toBeGreaterThanOrEqual((bytes / memoryBytesPerSecond) * ROUNDING);
          expect(seconds).toBeGreaterThanOrEqual((flops / peak) * ROUNDING);
        }
      }),
    );
  });

  test('operators sum to their step', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const { decodeStep, prefillStep } = answer(deployment, workload);
        for (const { seconds, operations } of [decodeStep, prefillStep]) {
          const sum = operations.reduce((total, operation) => total + operation.seconds, 0);
          expect(sum).toBeCloseTo(seconds, 9);
        }
      }),
    );
  });

  test('every figure is a finite number and no time is negative', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const { latency, throughput, memory, saturation, decodeStep, prefillStep } = answer(deployment, workload);
        const { fits, perDeviceParts, ...bytes } = memory;
        expect(typeof fits).toBe('boolean');
        const operations = [...decodeStep.operations, ...prefillStep.operations];
        const figures = [latency, throughput, bytes, { ...perDeviceParts }, ...operations].flatMap((part) =>
          Object.values(part),
        );
        for (const figure of figures.filter((value) => typeof value !== 'string')) {
          expect(figure).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(figure)).toBe(true);
        }
        expect(latency.timePerOutputTokenSeconds).toBeGreaterThan(0);
        expect(latency.timeToFirstTokenSeconds).toBeGreaterThan(0);
        if (saturation !== null) expect(saturation.outputTokensPerSecond).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('latency is base + perToken × output, and first token + the others', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const { latency } = answer(deployment, workload);
        const law = latency.baseSeconds + latency.perTokenSeconds * workload.outputTokens;
        const tokens =
          latency.timeToFirstTokenSeconds + (workload.outputTokens - 1) * latency.timePerOutputTokenSeconds;
        expect(latency.baseSeconds).toBeGreaterThanOrEqual(0);
        expect(law / latency.endToEndSeconds).toBeCloseTo(1, 9);
        expect(tokens / latency.endToEndSeconds).toBeCloseTo(1, 9);
      }),
    );
  });

  test('memory parts sum to the whole', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const { memory } = answer(deployment, workload);
        const { weightBytes, kvCacheBytes, stateBytes, activationBytes, overheadBytes, totalBytes } = memory;
        const sum = weightBytes + kvCacheBytes + stateBytes + activationBytes + overheadBytes;
        expect(sum / totalBytes).toBeCloseTo(1, 12);
        expect(memory.perDeviceBytes * deployment.devices).toBeGreaterThanOrEqual(totalBytes * ROUNDING);
      }),
    );
  });

  test('a longer context never makes a token faster', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, fc.nat({ max: 20_000 }), (deployment, workload, more) => {
        const longer = { ...workload, contextTokens: workload.contextTokens + more };
        const short = answer(deployment, { ...workload, scheduling: 'static' }).latency;
        const long = answer(deployment, { ...longer, scheduling: 'static' }).latency;
        expect(long.timePerOutputTokenSeconds).toBeGreaterThanOrEqual(short.timePerOutputTokenSeconds * ROUNDING);
      }),
    );
  });

  test('a longer prompt is never read faster', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, fc.nat({ max: 5000 }), (deployment, workload, more) => {
        const longer = { ...workload, promptTokens: workload.promptTokens + more };
        const short = answer(deployment, { ...workload, scheduling: 'static' });
        const long = answer(deployment, { ...longer, scheduling: 'static' });
        expect(long.prefillStep.seconds).toBeGreaterThanOrEqual(short.prefillStep.seconds * ROUNDING);
      }),
    );
  });

  test('another sequence in a static batch never makes its step faster', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const fixed = { ...workload, scheduling: 'static' as const };
        const one = answer(deployment, fixed).latency;
        const more = answer(deployment, { ...fixed, batch: workload.batch + 1 }).latency;
        expect(more.timePerOutputTokenSeconds).toBeGreaterThanOrEqual(one.timePerOutputTokenSeconds * ROUNDING);
      }),
    );
  });

  test('more bandwidth is never slower', () => {
    fc.assert(
      fc.property(anyDesktopDeployment, anyWorkload, (deployment, workload) => {
        const { hardware } = deployment;
        const faster = { ...hardware, memoryBytesPerSecond: 1.5 * hardware.memoryBytesPerSecond };
        const slow = answer(deployment, workload).latency.endToEndSeconds;
        const fast = answer({ ...deployment, hardware: faster }, workload).latency.endToEndSeconds;
        expect(fast).toBeLessThanOrEqual(slow / ROUNDING);
      }),
    );
  });
});

describe('published speeds, within the bands that are shown', () => {
  const tokensPerSecond = (deployment: Deployment, changes: Partial<Workload> = {}) =>
    1 /
    answer(deployment, desktopWorkload({ outputTokens: 128, promptTokens: 0, ...changes })).latency
      .timePerOutputTokenSeconds;

  // Tokens per second of one sequence: so many tokens generated after so many in the cache.
  test.each([
    // https://github.com/XiongjieDai/GPU-Benchmarks-on-LLM-Inference/blob/aa72e0ec86c3/README.md
    ['llama-3-8b', 'nvidia-rtx-4090-24gb', 'gguf-q4_k_m', 2024, 0, 1024, 127.74],
    ['llama-3-8b', 'nvidia-rtx-4090-24gb', 'gguf-f16', 2024, 0, 1024, 54.34],
    ['llama-3-8b', 'nvidia-rtx-3090-24gb', 'gguf-q4_k_m', 2024, 0, 1024, 111.74],
    ['llama-3-8b', 'apple-m2-ultra', 'gguf-q4_k_m', 2024, 0, 1024, 76.28],
    // https://github.com/guruswami-ai/mlx-benchmarks/tree/2e44a7cdb5b1/results/nvidia
    ['llama-3.1-8b', 'nvidia-rtx-3080-10gb', 'gguf-q3_k_m', 2026, 632, 1, 1000 / 9.6],
    ['llama-3.1-8b', 'nvidia-rtx-3080-10gb', 'gguf-q4_k_m', 2026, 632, 1, 1000 / 8.38],
    ['llama-3.1-8b', 'nvidia-rtx-5090-32gb', 'gguf-q8_0', 2026, 632, 1, 1000 / 5.84],
  ])(
    '%s on %s in %s, build of %i, at %i + %i tokens: %f tokens/s',
    (model, hardware, format, runtimeYear, contextTokens, outputTokens, measured) => {
      const deployment = desktopDeployment(model, hardware, format, 'llama.cpp', { runtimeYear });
      expect(Math.abs(tokensPerSecond(deployment, { contextTokens, outputTokens }) / measured - 1)).toBeLessThan(0.12);
    },
  );

  test('unpacking binds a card with few FLOPs a byte: on an RTX 3080 3-bit k-quants decode slower than 4-bit ones', () => {
    // Measured 104 against 119 tokens/s (guruswami-ai/mlx-benchmarks); an RTX 5090 has the arithmetic to spare.
    const speed = (hardware: string, format: string) =>
      tokensPerSecond(desktopDeployment('llama-3.1-8b', hardware, format, 'llama.cpp'));
    expect(speed('nvidia-rtx-3080-10gb', 'gguf-q3_k_m')).toBeLessThan(speed('nvidia-rtx-3080-10gb', 'gguf-q4_k_m'));
    expect(speed('nvidia-rtx-5090-32gb', 'gguf-q3_k_m')).toBeGreaterThan(speed('nvidia-rtx-5090-32gb', 'gguf-q4_k_m'));
  });
});

describe('what the answer says', () => {
  const deployment = desktopDeployment('llama-3.1-8b', 'nvidia-rtx-4090-24gb', 'gguf-q4_k_m', 'llama.cpp');

  test('an empty prompt costs one decode step', () => {
    const { latency, decodeStep, prefillStep } = answer(
      deployment,
      desktopWorkload({ promptTokens: 0, outputTokens: 1 }),
    );
    expect(prefillStep.operations).toEqual([]);
    expect(latency.timeToFirstTokenSeconds / decodeStep.seconds).toBeCloseTo(1, 3);
    expect(latency.endToEndSeconds).toBe(latency.timeToFirstTokenSeconds);
  });

  test('cards of a layer split take turns: one sequence gains nothing', () => {
    const one = answer(deployment, desktopWorkload()).latency.timePerOutputTokenSeconds;
    const split = { ...deployment, devices: 2, parallelism: { tensor: 1, pipeline: 2, expert: 1, data: 1 } };
    const two = answer(split, desktopWorkload());
    expect(two.latency.timePerOutputTokenSeconds).toBeGreaterThan(one);
    expect(two.assumptions.map(({ code }) => code)).toContain('LAYER_SPLIT');
  });

  test('replicas share the batch', () => {
    const replicas = { ...deployment, devices: 2, parallelism: { tensor: 1, pipeline: 1, expert: 1, data: 2 } };
    const one = answer(deployment, desktopWorkload({ batch: 4 }));
    const two = answer(replicas, desktopWorkload({ batch: 8 }));
    expect(two.latency.endToEndSeconds).toBe(one.latency.endToEndSeconds);
    expect(two.throughput.outputTokensPerSecond).toBe(2 * one.throughput.outputTokensPerSecond);
    expect(two.saturation?.batch).toBe(2 * (one.saturation?.batch ?? 0));
  });

  test('the year of the build is an input: llama.cpp got faster', () => {
    const of = (runtimeYear: number) =>
      answer({ ...deployment, runtimeYear }, desktopWorkload()).latency.timePerOutputTokenSeconds;
    expect(of(2026)).toBeLessThan(of(2024));
  });

  test('flash attention is as the build has it, or as switched', () => {
    const deep = desktopWorkload({ contextTokens: 32_768, promptTokens: 0 });
    const on = answer({ ...deployment, flashAttention: true }, deep);
    const off = answer({ ...deployment, flashAttention: false }, deep);
    const standard = answer(deployment, deep);
    expect(standard.latency).toEqual(on.latency);
    expect(off.latency.timePerOutputTokenSeconds).toBeGreaterThan(on.latency.timePerOutputTokenSeconds);
    expect(standard.assumptions.map(({ code }) => code)).toContain('FLASH_ATTENTION_DEFAULT');
    expect(on.assumptions.map(({ code }) => code)).not.toContain('FLASH_ATTENTION_DEFAULT');
  });

  test('a batch beyond memory waits when requests are admitted one by one', () => {
    const estimate = answer(
      deployment,
      desktopWorkload({ batch: 4000, contextTokens: 8192, scheduling: 'continuous' }),
    );
    expect(estimate.admittedBatch).toBe(estimate.memory.maximumBatch);
    expect(estimate.warnings).toHaveLength(1);
    expect(estimate.memory.fits).toBe(true);
  });

  test('a model that does not fit is an answer', () => {
    const tooLarge = desktopDeployment('llama-3.1-70b', 'nvidia-t4-16gb', 'gguf-q8_0', 'llama.cpp');
    const estimate = answer(tooLarge, desktopWorkload());
    expect(estimate).toMatchObject({ bottleneck: 'memory-capacity', saturation: null, memory: { fits: false } });
    expect(estimate.latency.endToEndSeconds).toBeGreaterThan(0);
  });

  test('saturation beats one sequence and fits', () => {
    const { saturation, memory, throughput } = answer(deployment, desktopWorkload());
    expect(saturation?.batch).toBeLessThanOrEqual(memory.maximumBatch);
    expect(saturation?.outputTokensPerSecond).toBeGreaterThan(throughput.outputTokensPerSecond);
  });

  test('a runtime for CPUs has no figures for the CPU beside an Apple GPU', () => {
    const onApple = desktopDeployment('llama-2-7b', 'apple-m2-ultra', 'gguf-q4_0', 't-mac');
    expect(() => answer(onApple, desktopWorkload())).toThrow('peak rate of its CPU');
  });

  test('every coefficient that was used is listed with its row', () => {
    const { coefficients: uses } = answer(deployment, desktopWorkload());
    const stream = uses.find(({ name }) => name === 'local.streamFraction');
    expect(stream).toMatchObject({ row: 'nvidia-ada', known: 'fitted', inheritance: 1 });
    expect(uses.find(({ name }) => name === 'local.layerSeconds')).toMatchObject({
      row: 'llama.cpp-cuda|2026',
      inheritance: 0,
    });
  });
});
