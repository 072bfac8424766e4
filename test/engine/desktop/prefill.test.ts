import { describe, expect, test } from 'vitest';
import { type Coefficients, lookUpInto } from '../../../src/engine/coefficients.ts';
import { desktopMachine } from '../../../src/engine/desktop/machine.ts';
import { expertMatrixPeak, matrixPeak } from '../../../src/engine/desktop/peaks.ts';
import { prefillStep } from '../../../src/engine/desktop/prefill.ts';
import { weightBytes } from '../../../src/engine/model/weights.ts';
import { desktopRows } from '../../../src/engine/rows.ts';
import type { Deployment } from '../../../src/engine/shapes.ts';
import { coefficients } from '../deployments.ts';
import { desktopDeployment, seedRuntime } from './machines.ts';

const TERA = 1e12;

/** The committed tables, some of them replaced by one round value for everything. */
function withValues(values: Readonly<Record<string, number>>): Coefficients {
  const replaced = Object.entries(values).map(([table, value]) => {
    return [table, { all: { value, spread: 0, count: 0, known: 'assumed', data: 'test' } }] as const;
  });
  return { ...coefficients, tables: { ...coefficients.tables, ...Object.fromEntries(replaced) } };
}

function operation(deployment: Deployment, tables: Coefficients, promptTokens: number, name: string) {
  const { operations } = prefillStep(desktopMachine(deployment, lookUpInto([], tables), []), promptTokens, 0, 1);
  const found = operations.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${operations.map(({ name }) => name).join(', ')}`);
  return found;
}

describe('the peak that prompts are multiplied at', () => {
  const peakOf = (hardware: string, format: string, runtime: string) => {
    const deployment = desktopDeployment('llama-2-7b', hardware, format, runtime);
    return matrixPeak(deployment, deployment.hardware.peaks.fp32 ?? 0) / TERA;
  };

  // Dense rates of NVIDIA's architecture whitepapers: RTX 3090 int8 284.7, fp16 with fp16 sums 142.3, with fp32 sums 71.16.
  test.each([
    ['nvidia-rtx-3090-24gb', 'gguf-q4_k_m', 'llama.cpp', 284.7 / 2],
    ['nvidia-rtx-3090-24gb', 'gguf-f16', 'llama.cpp', 142.3],
    ['nvidia-rtx-3090-24gb', 'bf16', 'exllamav2', 71.16],
    ['nvidia-rtx-3090-24gb', 'awq-int4-g128', 'tinychat', 142.3],
    ['nvidia-rtx-3090-24gb', 'awq-int4-g128', 'transformers', 71.16],
    // No int8 rate is listed: half of fp8's 250.
    ['nvidia-gb10-128gb', 'gguf-q4_k_m', 'llama.cpp', 125],
    // 16-bit rate 1/64 of the 32-bit one: libraries compute in 32 bits.
    ['nvidia-p40-24gb', 'gguf-f16', 'llama.cpp', 11.76],
    ['apple-m2-ultra', 'gguf-q4_k_m', 'llama.cpp', 27.2],
    ['amd-ryzen-ai-max-395-128gb', 'gguf-q4_k_m', 'llama.cpp', 59.4],
    // Bytes at half of 9.216, 16-bit floats as bf16.
    ['amd-ryzen-9-7950x', 'gguf-q4_0', 'llama.cpp', 4.608],
  ])('%s, %s in %s: %f TFLOP/s', (hardware, format, runtime, teraflops) => {
    expect(peakOf(hardware, format, runtime)).toBeCloseTo(teraflops, 6);
  });

  // Blackwell whitepaper: RTX 5090 fp4 1676, int8 838. llama.cpp multiplies MXFP4 as fp4 since December 2025.
  test.each([
    ['nvidia-rtx-5090-32gb', 'gguf-mxfp4_moe', 2026, 838],
    ['nvidia-rtx-5090-32gb', 'gguf-mxfp4_moe', 2025, 419],
    ['nvidia-rtx-5090-32gb', 'gguf-q4_k_m', 2026, 419],
    ['nvidia-rtx-4090-24gb', 'gguf-mxfp4_moe', 2026, 330.3],
  ])('experts of gpt-oss-20b on %s, %s, build of %i: %f TFLOP/s', (hardware, format, runtimeYear, teraflops) => {
    const deployment = desktopDeployment('gpt-oss-20b', hardware, format, 'llama.cpp', { runtimeYear });
    const { routed } = weightBytes(deployment.model.architecture, deployment.weights);
    const peak = expertMatrixPeak(deployment, routed, matrixPeak(deployment, deployment.hardware.peaks.fp32 ?? 0));
    expect(peak / TERA).toBeCloseTo(teraflops, 6);
  });
});

describe('attention kernels that a build option brings', () => {
  const llamaCpp = seedRuntime('llama.cpp');
  const on = (amd: string) =>
    desktopDeployment('llama-2-7b', 'amd-ryzen-ai-max-395-128gb', 'gguf-q4_0', 'llama.cpp', {
      runtime: { ...llamaCpp, backends: { ...llamaCpp.backends, AMD: amd } },
    });

  test('serve prompts only, and lean on no kernel without them', () => {
    const withOption = desktopRows(on('rocm+rocwmma'));
    const without = desktopRows(on('rocm'));
    expect(withOption.promptAttention.rows).toEqual(['rocm+rocwmma|flash', 'flash', 'all']);
    expect(withOption.attention).toEqual(without.attention);
    expect(without.promptAttention).toEqual(without.attention);
  });
});

describe('activations', () => {
  test('are so many passes of fp32 values over two model widths and one inner width a layer', () => {
    // Llama 2 7B: 2 × 4096 + 11,008 values of 4 bytes, 32 layers, 512 tokens, 6 passes; RTX 3090: 936.2 GB/s.
    const bytes = 6 * 4 * (2 * 4096 + 11_008) * 32 * 512;
    const tables = withValues({ 'local.prefillActivationPasses': 6, 'local.prefillStreamFraction': 0.8 });
    const deployment = desktopDeployment('llama-2-7b', 'nvidia-rtx-3090-24gb', 'gguf-q4_0', 'llama.cpp');
    const { seconds, ...traffic } = operation(deployment, tables, 512, 'activations');
    expect(traffic.bytes).toBe(bytes);
    expect(seconds / (bytes / (0.8 * deployment.hardware.memoryBytesPerSecond))).toBeCloseTo(1, 12);
  });
});

describe('unpacking on processors', () => {
  const tables = {
    'local.prefillComputeFraction': 1,
    'local.prefillRuntimeFactor': 1,
    'local.prefillFormatFactor': 1,
    // Never the bound.
    'local.prefillStreamFraction': 1e6,
    'local.operationsPerWeight': 5,
    'local.unpackFactor': 0.5,
  };
  const projections = (hardware: string, unpackTokens: number) => {
    const deployment = desktopDeployment('llama-2-7b', hardware, 'gguf-q4_0', 'llama.cpp');
    const values = withValues({ ...tables, 'local.prefillUnpackTokens': unpackTokens });
    return operation(deployment, values, 512, 'projections and feed-forward');
  };

  test('recurs for every few tokens of a prompt', () => {
    // Ryzen 9 7950X: bytes at half of 9.216 T/s, unpacking at 2.304 T/s; a weight and token take 2 FLOPs and 2.5 operations.
    const { flops, seconds } = projections('amd-ryzen-9-7950x', 1);
    expect(seconds / (flops / 4.608e12 + ((flops / 2) * 2.5) / 2.304e12)).toBeCloseTo(1, 9);
    const shared = projections('amd-ryzen-9-7950x', 4);
    expect(shared.seconds / (flops / 4.608e12 + ((flops / 2) * 2.5) / 4 / 2.304e12)).toBeCloseTo(1, 9);
  });

  test('is nothing on a GPU, whose matrix kernels unpack for many tokens', () => {
    expect(projections('nvidia-rtx-3090-24gb', 1)).toEqual(projections('nvidia-rtx-3090-24gb', 4));
  });
});
