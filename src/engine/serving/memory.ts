import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import {
  cachedBytesOfSequence,
  cacheGroups,
  cacheShareOfRank,
  kvCacheBytesPerToken,
  stateBytesPerSequence,
} from '../kvCache.ts';
import type { CoefficientUse, Deployment, MemoryEstimate, Workload } from '../profile.ts';
import { weightBytes } from '../weights.ts';

/** Memory of one device of a deployment, apart from the sequences in flight. */
export interface MemoryPlan {
  deployment: Deployment;
  weightBytesPerDevice: number;
  /** What the runtime may use of one device. */
  budgetBytesPerDevice: number;
  activationBytesPerDevice: number;
  overheadBytesPerDevice: number;
  /** Cached bytes on one device, over the cached bytes of one sequence; more than 1 ÷ devices when heads replicate. */
  cacheShareOfDevice: number;
  stateBytesPerSequencePerDevice: number;
  /** Sequences of a batch that one device holds cache for. */
  sequenceShareOfDevice: number;
}

/**
 * Weights: dense ÷ (tensor × pipeline), experts ÷ (max(tensor, expert) × pipeline), replicated over data-parallel
 * replicas. Activations: tokens of the largest step × (4 hidden + 6 widest feed-forward ÷ tensor) × 2 bytes, and
 * fp32 logits of emitted tokens. Overhead: context, captured graphs and communication buffers of the runtime.
 */
export function memoryPlan(
  deployment: Deployment,
  workload: Workload,
  coefficients: Coefficients,
  uses: CoefficientUse[],
): MemoryPlan {
  const { hardware, parallelism, runtime, weights } = deployment;
  const architecture = deployment.model.architecture;
  const { tensor, pipeline, expert, data } = parallelism;
  const bytes = weightBytes(architecture, weights, deployment.weightFileBytes);
  const shards = tensor * pipeline;
  const expertShards = Math.max(tensor, expert) * pipeline;
  const weightBytesPerDevice = (bytes.total - bytes.experts) / shards + bytes.experts / expertShards;

  const rows = [runtime.coefficients, 'all'];
  const widths = lookUpCoefficient(coefficients, 'serving.activationWidths', rows, uses);
  const logitBytes = lookUpCoefficient(coefficients, 'serving.logitBytes', rows, uses);
  const stepTokens = largestStepTokens(deployment, workload);
  const activations = stepTokens * 2 * widths * (architecture.hidden + widestFeedForward(deployment) / tensor);
  const logits =
    Math.min(stepTokens, Math.ceil(workload.batch / data), runtime.maximumSequences) *
    architecture.vocabulary *
    logitBytes;
  const activationBytesPerDevice = activations + logits / tensor;
  const overheadBytesPerDevice = Math.max(
    runtime.reservation.perDeviceBytes - activationBytesPerDevice,
    // The part no activation can share: driver context and, across devices, communication buffers.
    runtime.reservation.perDeviceBytes / 3,
  );
  return {
    deployment,
    weightBytesPerDevice,
    budgetBytesPerDevice: budgetBytes(deployment),
    activationBytesPerDevice,
    overheadBytesPerDevice,
    cacheShareOfDevice: cacheShare(deployment) / pipeline,
    stateBytesPerSequencePerDevice: stateBytesPerSequence(architecture) / shards,
    sequenceShareOfDevice: 1 / data,
  };

  function budgetBytes({ hardware: { usableMemoryBytes } }: Deployment): number {
    const { reservation } = runtime;
    return reservation.kind === 'fraction' ? reservation.fraction * hardware.usableMemoryBytes : usableMemoryBytes;
  }
}

/** The memory part of an estimate: needed at the end of the workload, when every sequence is longest. */
export function memoryEstimate(plan: MemoryPlan, workload: Workload): MemoryEstimate {
  const { deployment } = plan;
  const { devices } = deployment;
  const architecture = deployment.model.architecture;
  const sequenceTokens = workload.contextTokens + Math.max(1, workload.promptTokens) + workload.outputTokens;
  const fixed = plan.weightBytesPerDevice + plan.activationBytesPerDevice + plan.overheadBytesPerDevice;
  const cache = cacheBytesPerDevice(plan, sequenceTokens, workload.batch);
  const state = workload.batch * plan.sequenceShareOfDevice * plan.stateBytesPerSequencePerDevice;
  const perDeviceBytes = fixed + cache + state;
  return {
    fits: perDeviceBytes <= plan.budgetBytesPerDevice,
    weightBytes: plan.weightBytesPerDevice * devices,
    kvCacheBytes: cache * devices,
    stateBytes: state * devices,
    activationBytes: plan.activationBytesPerDevice * devices,
    overheadBytes: plan.overheadBytesPerDevice * devices,
    totalBytes: perDeviceBytes * devices,
    perDeviceBytes,
    usablePerDeviceBytes: plan.budgetBytesPerDevice,
    reservedPerDeviceBytes: reservedBytes(plan, perDeviceBytes),
    kvCacheBytesPerToken: kvCacheBytesPerToken(architecture, cacheBytesPerElement(deployment)),
    maximumBatch: maximumBatch(plan, sequenceTokens, plan.budgetBytesPerDevice - fixed),
    maximumContextTokens: maximumContextTokens(plan, workload.batch, plan.budgetBytesPerDevice - fixed),
  };
}

/**
 * Sequences in flight that the runtime's cache pool admits at once, over all replicas. Runtimes that never evict reserve
 * prompt + output for each; optimistic ones hold the average, prompt + output ÷ 2, and preempt when wrong.
 */
export function admittedSequences(plan: MemoryPlan, workload: Workload): number {
  const { reservation, maximumSequences } = plan.deployment.runtime;
  const { data } = plan.deployment.parallelism;
  const tokens = workload.contextTokens + Math.max(1, workload.promptTokens);
  const full = tokens + workload.outputTokens;
  const held = reservation.kind === 'fraction' ? tokens + workload.outputTokens / 2 : full;
  const free = plan.budgetBytesPerDevice - plan.weightBytesPerDevice - reservation.perDeviceBytes;
  const pool = reservation.kind === 'pool' ? reservation.fraction * free : free;
  return Math.min(maximumBatch(plan, held, pool), maximumSequences * data);
}

function maximumBatch(plan: MemoryPlan, sequenceTokens: number, freeBytesPerDevice: number): number {
  const oneSequence =
    cacheBytesPerDevice(plan, sequenceTokens, 1) + plan.stateBytesPerSequencePerDevice * plan.sequenceShareOfDevice;
  if (freeBytesPerDevice <= 0) return 0;
  // A model without cache or state (none exists) would admit any batch; the scheduler's limit stands for it.
  if (oneSequence === 0) return plan.deployment.runtime.maximumSequences;
  return Math.floor(freeBytesPerDevice / oneSequence);
}

/** Longest sequence whose cache fits at this batch; cache grows with every token, so bisection finds it. */
function maximumContextTokens(plan: MemoryPlan, batch: number, freeBytesPerDevice: number): number {
  const free = freeBytesPerDevice - batch * plan.sequenceShareOfDevice * plan.stateBytesPerSequencePerDevice;
  if (free <= 0) return 0;
  const limit = plan.deployment.model.contextTokens ?? LONGEST_SEQUENCE_TOKENS;
  if (cacheBytesPerDevice(plan, limit, batch) <= free) return limit;
  let fits = 0;
  let exceeds = limit;
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (cacheBytesPerDevice(plan, middle, batch) <= free) fits = middle;
    else exceeds = middle;
  }
  return fits;
}

/** Where a model publishes no context limit, memory alone limits; beyond this no published model goes. */
const LONGEST_SEQUENCE_TOKENS = 16_777_216;

function cacheBytesPerDevice(plan: MemoryPlan, sequenceTokens: number, sequences: number): number {
  const { deployment } = plan;
  const { runtime, runtimeYear, model } = deployment;
  const windowed = runtime.windowedCacheSince !== null && runtimeYear >= runtime.windowedCacheSince;
  const bytes = cachedBytesOfSequence(model.architecture, sequenceTokens, cacheBytesPerElement(deployment), {
    windowed,
    pageTokens: runtime.cachePageTokens,
  });
  return bytes * sequences * plan.sequenceShareOfDevice * plan.cacheShareOfDevice;
}

function cacheBytesPerElement(deployment: Deployment): number {
  return (deployment.kvCache.cacheBitsPerElement ?? 16) / 8;
}

/** Share of one sequence's cache on one tensor rank, over all groups, weighted by what they hold. */
function cacheShare(deployment: Deployment): number {
  const { tensor } = deployment.parallelism;
  if (tensor === 1) return 1;
  let whole = 0;
  let onRank = 0;
  for (const group of cacheGroups(deployment.model.architecture)) {
    const elements = group.layers * (group.elementsPerToken + group.fixedElements);
    whole += elements;
    onRank += elements * cacheShareOfRank(group, tensor);
  }
  return whole === 0 ? 1 / tensor : onRank / whole;
}

/** Tokens of the largest step one replica runs: the prompts of its sequences, or one chunk of them. */
function largestStepTokens({ runtime, parallelism }: Deployment, workload: Workload): number {
  // The scheduler never runs more than its limit at once, however many are asked for.
  const sequences = Math.min(Math.ceil(workload.batch / parallelism.data), runtime.maximumSequences);
  const tokens = Math.max(1, workload.promptTokens) * (workload.scheduling === 'static' ? sequences : 1);
  return Math.max(sequences, Math.min(tokens, runtime.prefillChunkTokens ?? tokens));
}

function widestFeedForward(deployment: Deployment): number {
  let widest = 0;
  for (const { feedForward } of deployment.model.architecture.blocks) {
    if (feedForward === null) continue;
    const width =
      feedForward.kind === 'experts'
        ? feedForward.activeExperts * feedForward.intermediate + feedForward.sharedIntermediate
        : feedForward.intermediate;
    widest = Math.max(widest, width);
  }
  return widest;
}

/** What the device's monitor shows: runtimes that reserve up front fill their share whatever the need. */
function reservedBytes(plan: MemoryPlan, neededBytes: number): number {
  const { reservation } = plan.deployment.runtime;
  switch (reservation.kind) {
    case 'fraction':
      return Math.max(plan.budgetBytesPerDevice, neededBytes);
    case 'pool': {
      const free = plan.budgetBytesPerDevice - plan.weightBytesPerDevice - reservation.perDeviceBytes;
      const pooled = plan.weightBytesPerDevice + reservation.perDeviceBytes + reservation.fraction * Math.max(0, free);
      return Math.max(pooled, neededBytes);
    }
    case 'as-needed':
      return neededBytes;
  }
}
