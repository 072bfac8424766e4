import { describe, expect, test } from 'vitest';
import { bandwidthShare } from '../../calibration/baselines/bandwidthShare.ts';
import { fixedUtilization } from '../../calibration/baselines/fixedUtilization.ts';
import { datasheetRoofline, deratedRoofline } from '../../calibration/baselines/roofline.ts';
import { weightsAndCache } from '../../calibration/baselines/weightsAndCache.ts';
import type { Deployment, Workload } from '../../src/engine/shapes.ts';

// Llama 2 7B: 6,738,415,616 parameters, of which 131,072,000 are an input embedding that a step does not read.
const READ_BYTES = 2 * (6_738_415_616 - 131_072_000);
const READ_FLOPS = 2 * (6_738_415_616 - 131_072_000);
/** 2 × 32 heads × 128 × 2 bytes × 32 layers. */
const CACHE_BYTES_PER_TOKEN = 524_288;
/** NVIDIA A100 SXM 80 GB. */
const BANDWIDTH = 2.039e12;
const PEAK = 312e12;

const deployment: Deployment = {
  model: {
    id: 'llama-2-7b',
    name: 'Llama 2 7B',
    contextTokens: 4096,
    architecture: {
      hidden: 4096,
      vocabulary: 32_000,
      tiedEmbeddings: false,
      learnedPositions: 0,
      parallelBlocks: false,
      normVectors: 1,
      blocks: [
        {
          layers: 32,
          attention: { kind: 'grouped-query', heads: 32, kvHeads: 32, headDim: 128 },
          feedForward: { kind: 'gated', intermediate: 11_008 },
        },
      ],
      extras: [],
    },
  },
  hardware: {
    id: 'a100',
    name: 'A100',
    kind: 'gpu',
    vendor: 'NVIDIA',
    family: 'nvidia-ampere',
    memoryClass: 'hbm',
    memoryBytes: 80e9,
    usableMemoryBytes: 79e9,
    memoryBytesPerSecond: BANDWIDTH,
    peaks: { fp16: PEAK },
    fp16AccumulatePeak: null,
    link: null,
    hostBytesPerSecond: null,
    processors: 108,
    unifiedMemory: false,
    cpu: null,
    powerWatts: 400,
    idleWatts: null,
  },
  devices: 1,
  parallelism: { tensor: 1, pipeline: 1, expert: 1, data: 1 },
  runtime: {
    id: 'vllm',
    name: 'vLLM',
    estimator: 'serving',
    coefficients: 'vllm',
    defaultYear: 2026,
    reservation: { kind: 'fraction', fraction: 0.92, perDeviceBytes: 2e9 },
    continuousBatching: true,
    prefillChunkTokens: 8192,
    maximumSequences: 1024,
    cachePageTokens: 16,
    cacheFollowsFp8Weights: false,
    defaultCache: 'kv-fp16',
    split: 'tensor',
    promptSums: 'fp32',
    backends: {},
    flashAttentionSince: 2022,
    eager: false,
    graphContextLimit: null,
    sharedReadLimit: null,
    windowedAttentionSince: null,
    served: true,
    windowedCacheSince: null,
  },
  runtimeYear: 2026,
  weights: {
    id: 'fp16',
    name: 'FP16',
    forWeights: true,
    cacheBitsPerElement: 16,
    packing: { kind: 'uniform', bitsPerWeight: 16, keeps16Bit: [] },
    arithmetic: ['fp16'],
    efficiencyClass: '16-bit',
  },
  kvCache: {
    id: 'kv-fp16',
    name: 'FP16 cache',
    forWeights: false,
    cacheBitsPerElement: 16,
    packing: null,
    arithmetic: [],
    efficiencyClass: '16-bit',
  },
};

/** One token out after 999 in the cache: 1,000 tokens are read in the middle of the step pair. */
const decoding: Workload = { promptTokens: 0, outputTokens: 2, contextTokens: 999, batch: 1, scheduling: 'static' };
const reading: Workload = { promptTokens: 1000, outputTokens: 1, contextTokens: 0, batch: 1, scheduling: 'static' };
const cacheBytes = 1000 * CACHE_BYTES_PER_TOKEN;

describe('one token of Llama 2 7B in 16 bits on an A100, 1,000 tokens of context', () => {
  test('datasheet roofline: every byte at the full bandwidth, 6.74 ms', () => {
    expect(datasheetRoofline.decodeSeconds(deployment, decoding)).toBeCloseTo((READ_BYTES + cacheBytes) / BANDWIDTH, 9);
    expect(datasheetRoofline.decodeSeconds(deployment, decoding)).toBeCloseTo(0.00674, 5);
  });

  test('derated roofline: the same at 0.9 of the bandwidth', () => {
    expect(deratedRoofline.decodeSeconds(deployment, decoding)).toBeCloseTo(0.00674 / 0.9, 5);
  });

  test('bandwidth share: the weights at 0.55, the cache free', () => {
    expect(bandwidthShare.decodeSeconds(deployment, decoding)).toBeCloseTo(READ_BYTES / (0.55 * BANDWIDTH), 9);
  });

  test('weights and cache, times 1.5', () => {
    const seconds = (1.5 * (READ_BYTES + cacheBytes)) / BANDWIDTH;
    expect(weightsAndCache.decodeSeconds(deployment, decoding)).toBeCloseTo(seconds, 9);
  });

  test('fixed utilization: a batch of 1,024 is compute bound at 0.30 of the peak', () => {
    const batch = 1024;
    const attention = batch * 32 * 16_384 * 10;
    expect(fixedUtilization.decodeSeconds(deployment, { ...decoding, contextTokens: 9, batch })).toBeCloseTo(
      (batch * READ_FLOPS + attention) / (0.3 * PEAK),
      9,
    );
  });
});

describe('a prompt of 1,000 tokens', () => {
  // 2 FLOPs a weight and token, and half a square of attention: 16,384 FLOPs a pair and layer.
  const flops = 1000 * READ_FLOPS + 32 * 16_384 * 1000 * 500;

  test('rooflines: at the peak, 0.7 and 0.45 of it', () => {
    expect(datasheetRoofline.prefillSeconds(deployment, reading)).toBeCloseTo(flops / PEAK, 9);
    expect(datasheetRoofline.prefillSeconds(deployment, reading)).toBeCloseTo(0.0432, 4);
    expect(deratedRoofline.prefillSeconds(deployment, reading)).toBeCloseTo(flops / (0.7 * PEAK), 9);
    expect(fixedUtilization.prefillSeconds(deployment, reading)).toBeCloseTo(flops / (0.45 * PEAK), 9);
  });

  test('bandwidth share has no formula for it', () => {
    expect(bandwidthShare.prefillSeconds(deployment, reading)).toBeNull();
  });

  test('weights and cache: 1.8 times the FLOPs at 0.85 of the peak', () => {
    const poor = 1000 * (2 * 6_738_415_616 + 4 * 32 * 4096 * 4096);
    expect(weightsAndCache.prefillSeconds(deployment, reading)).toBeCloseTo((1.8 * poor) / (0.85 * PEAK), 9);
  });
});

test('a batch beyond one sequence is out of reach of the bandwidth share', () => {
  expect(bandwidthShare.decodeSeconds(deployment, { ...decoding, batch: 2 })).toBeNull();
});
