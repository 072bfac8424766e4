import { hasSince, isBefore } from '../builds.ts';
import type { LookUp } from '../coefficients.ts';
import { MissingFigureError } from '../errors.ts';
import { blockSums } from '../model/blocks.ts';
import { type CacheGroup, cacheBytesPerElement, cacheGroups, cacheShareOfRank } from '../model/kvCache.ts';
import { weightBytes } from '../model/weights.ts';
import { arithmeticOn, attentionPeak } from '../roofline.ts';
import { expertRows, formatRows, kernelRows, runtimeRows, type ServingMode } from '../rows.ts';
import type { Deployment } from '../shapes.ts';
import { type Interconnect, interconnectAmong } from './collectives.ts';

/** What multiplication by one kind of weights attains, and how its reads and arithmetic overlap. */
export interface MatmulRates {
  bytesPerSecond: number;
  flopsPerSecond: number;
  exponent: number;
}

/** What the steps of a workload have in common. Per rank means per tensor-parallel device of one replica. */
export type ServingPlan = ReturnType<typeof servingPlan>;

/**
 * Resolves shape, weights, peaks and coefficients of a deployment whose sequences have `decodeContextTokens` tokens in
 * their caches while they decode.
 */
export function servingPlan(deployment: Deployment, mode: ServingMode, decodeContextTokens: number, look: LookUp) {
  const { hardware, weights, runtime, parallelism } = deployment;
  const architecture = deployment.model.architecture;
  const { tensor, expert, pipeline } = parallelism;
  const shape = blockSums(architecture);
  const arithmetic = arithmeticOn(hardware, weights);
  const sixteenBitPeak = attentionPeak(hardware);
  if (arithmetic === null)
    throw new MissingFigureError(`peak rate for ${weights.arithmetic.join(', ')}`, hardware.id, 'hardware');
  if (sixteenBitPeak === null) throw new MissingFigureError('16-bit or fp32 peak rate', hardware.id, 'hardware');

  const { efficiencyClass } = weights;
  const builds = runtimeRows(deployment);
  const kernels = kernelRows(builds, efficiencyClass);
  const experts = expertRows(builds, efficiencyClass);
  const lookBuild = (table: string) => look(table, builds);
  const lookKernel = (table: string) => look(table, kernels);
  const lookExperts = (table: string) => look(table, experts);
  const format = formatRows(hardware, efficiencyClass, arithmetic.native);
  const sixteenBit = formatRows(hardware, '16-bit', true);
  const formatName = arithmetic.native ? efficiencyClass : 'weight-only';
  const bytes = weightBytes(architecture, weights, deployment.weightFileBytes);
  const expertRanks = Math.max(tensor, expert);
  const path = (ranks: number, latencyFactor: number): Interconnect => {
    const interconnect = interconnectAmong(hardware, ranks, look);
    // Kernels of a runtime's own that are quicker than NCCL's (vLLM, TensorRT-LLM, SGLang) reach memory of other devices
    // directly: they work inside a machine only.
    const factor = interconnect.network ? Math.max(1, latencyFactor) : latencyFactor;
    return { ...interconnect, latencySeconds: interconnect.latencySeconds * factor };
  };

  const stream = look('serving.streamFraction', format);
  const compute = look('serving.computeFraction', format);
  const B = hardware.memoryBytesPerSecond;
  const expertLayers = shape.expertLayers > 0;
  const graphContextTokens = capturedContextTokens(deployment);
  // What no step will use is not looked up: it would count as inherited.
  const launchesKernels = graphContextTokens <= decodeContextTokens;
  const replaysGraphs = graphContextTokens > 0;
  const yearRow = `${deployment.runtimeYear}|${formatName}`;
  return {
    deployment,
    mode,
    /** Rows of the constants of the runtime's build. */
    builds,
    architecture,
    hardware,
    shape,
    cache: cacheGroups(architecture).map((group) => cacheOfRank(group, deployment, look)),
    tensor,
    /** Ranks the experts are spread over. */
    expertRanks,
    /** Replicas whose tokens meet in one expert group (data-parallel attention). */
    replicasPerExpertGroup: Math.max(1, expert / tensor),
    /** Bytes of one device's dense weights (all pipeline stages), head and experts, and FLOPs of one token through them. */
    denseBytes: bytes.denseBlocks / tensor,
    headBytes: (architecture.tiedEmbeddings ? bytes.embedding : bytes.head) / tensor,
    expertBytes: bytes.experts / expertRanks,
    cacheBytesPerElement: cacheBytesPerElement(deployment.kvCache),
    peakBytesPerSecond: B,
    matmulFormat: arithmetic.numberFormat,
    matmulPeak: arithmetic.flopsPerSecond,
    dense: {
      bytesPerSecond: Math.min(0.98, stream * lookKernel('serving.kernelStreamFactor')) * B,
      flopsPerSecond: Math.min(0.98, compute * lookKernel('serving.kernelComputeFactor')) * arithmetic.flopsPerSecond,
      exponent: look('serving.overlapExponent', [formatName, 'all']),
    },
    head: {
      bytesPerSecond: look('serving.streamFraction', sixteenBit) * B,
      flopsPerSecond: look('serving.computeFraction', sixteenBit) * sixteenBitPeak,
      exponent: look('serving.overlapExponent', ['16-bit', 'all']),
    },
    experts: expertLayers
      ? {
          bytesPerSecond: Math.min(0.98, stream * lookExperts('serving.expertStreamFactor')) * B,
          flopsPerSecond: compute * lookExperts('serving.expertComputeFactor') * arithmetic.flopsPerSecond,
          exponent: look('serving.overlapExponent', ['experts', 'all']),
        }
      : { bytesPerSecond: B, flopsPerSecond: arithmetic.flopsPerSecond, exponent: 1 },
    cacheBytesPerSecond: lookBuild('serving.cacheStreamFraction') * B,
    attentionFlopsPerSecond: lookBuild('serving.attentionComputeFraction') * sixteenBitPeak,
    attentionHalfSizeTokens: look('serving.attentionHalfSizeTokens', ['all']),
    elementwiseBytesPerSecond: look('serving.elementwiseStreamFraction', ['all']) * B,
    /** Of the 10 d + 3 f elements a layer that unfused kernels move, the share that fused ones still do. */
    elementwiseShare: look('serving.elementwiseShare', ['all']),
    /** Overhead of a layer in captured graphs; 0 where nothing is captured. */
    layerSeconds: replaysGraphs
      ? lookBuild('serving.layerSeconds') +
        look('serving.formatLayerSeconds', [`${runtime.coefficients}|${yearRow}`, yearRow, formatName, 'all']) +
        (tensor > 1 ? lookBuild('serving.tensorLayerSeconds') * Math.log2(tensor) : 0)
      : 0,
    expertLayerSeconds: expertLayers ? lookExperts('serving.expertLayerSeconds') : 0,
    stepSeconds: lookBuild('serving.stepSeconds'),
    sequenceSeconds: look('serving.sequenceSeconds', runtimeRows(deployment, mode)),
    /** Launching a layer's kernels one by one; 0 where every step of the workload is captured. */
    launchSeconds: launchesKernels ? lookBuild('serving.launchSeconds') : 0,
    /** How far host launches overlap the device's work: large = the longer of the two. */
    launchExponent: launchesKernels ? look('serving.overlapExponent', ['launch', 'all']) : 1,
    /** Context up to which decode steps are captured graphs; 0 = none is. */
    graphContextTokens,
    flashAttention: hasSince(deployment, runtime.flashAttentionSince),
    /** null for a single rank. */
    tensorPath: tensor > 1 ? path(tensor, lookBuild('serving.latencyFactor')) : null,
    expertPath: expert > tensor ? path(expert, lookBuild('serving.latencyFactor')) : null,
    pipelinePath: pipeline > 1 ? path(tensor * pipeline, 1) : null,
  };
}

/** The same deployment with its requests arriving in another way: only what a sequence costs a step differs. */
export function planInMode(plan: ServingPlan, mode: ServingMode, look: LookUp): ServingPlan {
  return { ...plan, mode, sequenceSeconds: look('serving.sequenceSeconds', runtimeRows(plan.deployment, mode)) };
}

function capturedContextTokens(deployment: Deployment): number {
  const { eager, graphContextLimit: limit } = deployment.runtime;
  if (eager) return 0;
  return limit !== null && isBefore(deployment, limit.before) ? limit.tokens : Number.POSITIVE_INFINITY;
}

/** A group's cache as one tensor rank holds and reads it. */
function cacheOfRank(group: CacheGroup, deployment: Deployment, look: LookUp) {
  const { runtime, runtimeYear, parallelism } = deployment;
  const { tensor } = parallelism;
  const ignoresWindow = runtime.windowedAttentionSince !== null && runtimeYear < runtime.windowedAttentionSince;
  return {
    group: ignoresWindow ? { ...group, windowTokens: Number.POSITIVE_INFINITY } : group,
    shareOfRank: cacheShareOfRank(group, tensor),
    headShareOfRank: group.heads === 0 ? 1 / tensor : Math.ceil(group.heads / tensor) / group.heads,
    kvHeadsOfRank: group.latent ? Math.ceil(group.heads / tensor) : Math.max(1, Math.ceil(group.kvHeads / tensor)),
    /** Times a decode step reads each cached element: 1, or more where query heads do not share a read. */
    reads: cacheReads(),
  };

  function cacheReads(): number {
    const limit = runtime.sharedReadLimit;
    const queryHeads = group.kvHeads === 0 ? 1 : group.heads / group.kvHeads;
    if (limit === null || queryHeads <= limit.queryHeads || !isBefore(deployment, limit.before)) return 1;
    // The second-level cache answers some of the repeats.
    const share = look('serving.repeatedReadShare', ['all']);
    return Math.max(1, share * queryHeads);
  }
}
