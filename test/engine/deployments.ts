import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import type { Architecture, BlockGroup, FeedForward } from '../../src/engine/model/architecture.ts';
import type { Attention } from '../../src/engine/model/attention/attention.ts';
import { tensorSizes } from '../../src/engine/parallelism.ts';
import type { Deployment, Hardware, Runtime, WeightFormat, Workload } from '../../src/engine/shapes.ts';

const GB = 1e9;
const GIB = 2 ** 30;

/** The committed coefficients, as the calculator uses them. */
export const coefficients: Coefficients = JSON.parse(
  readFileSync(new URL('../../seeds/coefficients.json', import.meta.url), 'utf8'),
);

/** NVIDIA H100 SXM5 80 GB, NVIDIA H100 datasheet. */
export const h100: Hardware = {
  id: 'nvidia-h100-sxm-80gb',
  name: 'NVIDIA H100 SXM5 80 GB',
  kind: 'gpu',
  vendor: 'NVIDIA',
  family: 'nvidia-hopper',
  memoryClass: 'hbm',
  memoryBytes: 80 * GB,
  usableMemoryBytes: 79.65 * GIB,
  memoryBytesPerSecond: 3350 * GB,
  peaks: { fp32: 67e12, fp16: 989.4e12, bf16: 989.4e12, fp8: 1978.9e12 },
  fp16AccumulatePeak: null,
  link: { kind: 'nvlink', bytesPerSecond: 450 * GB, domainDevices: 8 },
  hostBytesPerSecond: 63 * GB,
  processors: 132,
  unifiedMemory: false,
  cpu: null,
  powerWatts: 700,
  idleWatts: null,
};

/** A card without NVLink: everything between devices goes over PCIe. */
export const pcieCard: Hardware = {
  ...h100,
  id: 'pcie-card',
  link: { ...linkOf(h100), kind: 'pcie', bytesPerSecond: 31.5 * GB },
};

export const vllm: Runtime = {
  id: 'vllm',
  name: 'vLLM',
  estimator: 'serving',
  coefficients: 'vllm',
  defaultYear: 2026,
  reservation: { kind: 'fraction', fraction: 0.92, perDeviceBytes: 2 * GB },
  continuousBatching: true,
  prefillChunkTokens: 8192,
  maximumSequences: 1024,
  cachePageTokens: 16,
  cacheFollowsFp8Weights: false,
  defaultCache: 'kv-fp16',
  split: 'tensor',
  promptSums: 'fp32',
  backends: {},
  flashAttentionSince: 2023,
  eager: false,
  graphContextLimit: null,
  sharedReadLimit: null,
  windowedAttentionSince: null,
  served: true,
  windowedCacheSince: 2025,
};

export const transformers: Runtime = {
  ...vllm,
  id: 'transformers',
  name: 'Transformers',
  coefficients: 'transformers',
  defaultYear: 2023,
  reservation: { kind: 'as-needed', perDeviceBytes: 1 * GB },
  continuousBatching: false,
  prefillChunkTokens: null,
  cachePageTokens: 1,
  eager: true,
  graphContextLimit: null,
  sharedReadLimit: null,
  windowedAttentionSince: null,
  served: false,
  flashAttentionSince: null,
  windowedCacheSince: null,
};

export const bf16: WeightFormat = {
  id: 'bf16',
  name: 'BF16',
  forWeights: true,
  cacheBitsPerElement: 16,
  packing: { kind: 'uniform', bitsPerWeight: 16, keeps16Bit: [] },
  arithmetic: ['bf16', 'fp16', 'fp32'],
  efficiencyClass: '16-bit',
};

export const fp8: WeightFormat = {
  id: 'fp8',
  name: 'FP8',
  forWeights: true,
  cacheBitsPerElement: 8,
  packing: { kind: 'uniform', bitsPerWeight: 8, keeps16Bit: ['embedding', 'head', 'router'] },
  arithmetic: ['fp8', 'bf16', 'fp16'],
  efficiencyClass: 'fp8',
};

/** Llama 3.1 70B, from its published config.json. */
export const llama70b = architectureOf([
  {
    layers: 80,
    attention: { kind: 'grouped-query', heads: 64, kvHeads: 8, headDim: 128 },
    feedForward: { kind: 'gated', intermediate: 28672 },
  },
]);

/** DeepSeek-V3, from its published config.json: 3 dense layers, then 58 with 256 experts. */
export const deepseekV3: Architecture = {
  ...architectureOf([]),
  hidden: 7168,
  vocabulary: 129280,
  blocks: [
    { layers: 3, attention: latent(), feedForward: { kind: 'gated', intermediate: 18432 } },
    {
      layers: 58,
      attention: latent(),
      feedForward: {
        kind: 'experts',
        experts: 256,
        activeExperts: 8,
        intermediate: 2048,
        sharedIntermediate: 2048,
        gated: true,
      },
    },
  ],
};

export function deploymentOf(
  architecture: Architecture,
  devices: number,
  changes: Partial<Deployment> = {},
): Deployment {
  return {
    model: { id: 'model', name: 'Model', contextTokens: 131_072, architecture },
    hardware: h100,
    devices,
    parallelism: { tensor: devices, pipeline: 1, data: 1, expert: 1 },
    runtime: vllm,
    runtimeYear: 2026,
    weights: bf16,
    kvCache: bf16,
    ...changes,
  };
}

export function workloadOf(changes: Partial<Workload> = {}): Workload {
  return { promptTokens: 1024, outputTokens: 256, batch: 1, contextTokens: 0, scheduling: 'continuous', ...changes };
}

/** Any attention kind, any feed-forward kind, hybrids included. */
export const anyArchitecture: fc.Arbitrary<Architecture> = fc
  .record({
    hidden: fc.constantFrom(1024, 2048, 4096, 8192),
    vocabulary: fc.constantFrom(32_000, 128_256, 262_144),
    tiedEmbeddings: fc.boolean(),
    parallelBlocks: fc.boolean(),
    blocks: fc.array(anyBlockGroup(), { minLength: 1, maxLength: 4 }),
  })
  .map((parts) => ({ ...architectureOf(parts.blocks), ...parts }));

export const anyWorkload: fc.Arbitrary<Workload> = fc.record({
  promptTokens: fc.integer({ min: 0, max: 50_000 }),
  outputTokens: fc.integer({ min: 1, max: 5_000 }),
  batch: fc.integer({ min: 1, max: 2_000 }),
  contextTokens: fc.integer({ min: 0, max: 50_000 }),
  scheduling: fc.constantFrom('static' as const, 'continuous' as const),
});

export const anyDeployment: fc.Arbitrary<Deployment> = anyArchitecture.chain((architecture) =>
  fc
    .record({
      hardware: fc.constantFrom(h100, pcieCard),
      weights: fc.constantFrom(bf16, fp8),
      kvCache: fc.constantFrom(bf16, fp8),
      runtime: fc.constantFrom(vllm, transformers),
      runtimeYear: fc.integer({ min: 2021, max: 2027 }),
      tensor: fc.constantFrom(...tensorSizes(architecture, 16)),
      pipeline: fc.constantFrom(1, 2),
      data: fc.constantFrom(1, 2),
    })
    .filter(({ pipeline }) => architecture.blocks.reduce((sum, { layers }) => sum + layers, 0) >= pipeline)
    .map(({ tensor, pipeline, data, ...parts }) =>
      deploymentOf(architecture, tensor * pipeline * data, {
        ...parts,
        parallelism: { tensor, pipeline, data, expert: 1 },
      }),
    ),
);

function architectureOf(blocks: readonly BlockGroup[]): Architecture {
  return {
    hidden: 8192,
    vocabulary: 128_256,
    tiedEmbeddings: false,
    learnedPositions: 0,
    parallelBlocks: false,
    normVectors: 1,
    blocks,
    extras: [],
  };
}

function latent(): Attention {
  return {
    kind: 'multi-head-latent',
    heads: 128,
    latentDim: 512,
    ropeDim: 64,
    nopeDim: 128,
    valueHeadDim: 128,
    queryRank: 1536,
  };
}

function anyBlockGroup(): fc.Arbitrary<BlockGroup> {
  return fc
    .record({
      layers: fc.integer({ min: 1, max: 60 }),
      attention: fc.option(anyAttention()),
      feedForward: fc.option(anyFeedForward()),
    })
    .filter(({ attention, feedForward }) => attention !== null || feedForward !== null);
}

function anyAttention(): fc.Arbitrary<Attention> {
  const groupedQuery = fc
    .record({
      kvHeads: fc.constantFrom(1, 2, 4, 8, 16),
      group: fc.constantFrom(1, 4, 8),
      headDim: fc.constantFrom(64, 128, 256),
      windowTokens: fc.option(fc.constantFrom(128, 1024, 4096), { nil: undefined }),
      sharesKeyValue: fc.boolean(),
    })
    .map(({ kvHeads, group, headDim, windowTokens, sharesKeyValue }): Attention => {
      const window = windowTokens === undefined ? {} : { windowTokens };
      return { kind: 'grouped-query', heads: kvHeads * group, kvHeads, headDim, sharesKeyValue, ...window };
    });
  const stateSpace = fc.constantFrom<Attention>({
    kind: 'state-space',
    variant: 'mamba1',
    stateElements: 8192 * 16,
    stateElementBytes: 4,
    convolutionElements: 8192 * 4,
    parameters: 100_000_000,
    recurrenceFlopsPerToken: 6 * 8192 * 16,
  });
  const cross = fc.constantFrom<Attention>({ kind: 'cross', heads: 32, kvHeads: 8, headDim: 128, sourceTokens: 1601 });
  return fc.oneof({ weight: 4, arbitrary: groupedQuery }, fc.constant(latent()), stateSpace, cross);
}

function anyFeedForward(): fc.Arbitrary<FeedForward> {
  const intermediate = fc.constantFrom(2048, 8192, 28_672);
  return fc.oneof(
    intermediate.map((width): FeedForward => ({ kind: 'gated', intermediate: width })),
    intermediate.map((width): FeedForward => ({ kind: 'plain', intermediate: width })),
    fc
      .record({
        experts: fc.constantFrom(8, 64, 256),
        activeExperts: fc.constantFrom(1, 2, 8),
        sharedIntermediate: fc.constantFrom(0, 2048),
      })
      .map((parts): FeedForward => ({ kind: 'experts', ...parts, intermediate: 2048, gated: true })),
  );
}

function linkOf({ link }: Hardware) {
  if (link === null) throw new Error('this card has a link');
  return link;
}
