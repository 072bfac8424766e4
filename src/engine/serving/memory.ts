import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import {
  cachedBytesOfSequence,
  cacheGroups,
  cacheShareOfRank,
  kvCacheBytesPerToken,
  stateBytesPerSequence,
} from '../kvCache.ts';
import { largestStepTokens } from '../largestStep.ts';
import { LARGEST_BATCH, LONGEST_SEQUENCE_TOKENS, largestThatHolds } from '../largestThatHolds.ts';
import type { CoefficientUse, Deployment, MemoryEstimate, Workload } from '../profile.ts';
import { weightBytes } from '../weights.ts';

/** Memory of one device of a deployment, whatever is asked of it. */
export interface MemoryPlan {
  deployment: Deployment;
  weightBytesPerDevice: number;
  /** What the runtime may use of one device. */
  budgetBytesPerDevice: number;
  /** Working space of one token of a step, and the logits of one token that is emitted. */
  activationBytesPerToken: number;
  logitBytesPerSequence: number;
  /** Cached bytes on one device, over the cached bytes of one sequence; more than 1 ÷ devices when heads replicate. */
  cacheShareOfDevice: number;
  stateBytesPerSequencePerDevice: number;
}

/**
 * Weights: dense ÷ (tensor × pipeline), experts ÷ (max(tensor, expert) × pipeline), replicated over data-parallel
 * replicas. Activations: tokens of the largest step × (4 hidden + 6 widest feed-forward ÷ tensor) × 2 bytes, and
 * fp32 logits of emitted tokens. Overhead: context, captured graphs and communication buffers of the runtime.
 */
export function memoryPlan(deployment: Deployment, coefficients: Coefficients, uses: CoefficientUse[]): MemoryPlan {
  const { parallelism, runtime, weights, hardware } = deployment;
  const { reservation } = runtime;
  const architecture = deployment.model.architecture;
  const { tensor, pipeline, expert } = parallelism;
  const bytes = weightBytes(architecture, weights, deployment.weightFileBytes);
  const shards = tensor * pipeline;
  const expertShards = Math.max(tensor, expert) * pipeline;
  const rows = [runtime.coefficients, 'all'];
  const widths = lookUpCoefficient(coefficients, 'serving.activationWidths', rows, uses);
  const logitBytes = lookUpCoefficient(coefficients, 'serving.logitBytes', rows, uses);
  return {
    deployment,
    weightBytesPerDevice: (bytes.total - bytes.experts) / shards + bytes.experts / expertShards,
    budgetBytesPerDevice: hardware.usableMemoryBytes * (reservation.kind === 'fraction' ? reservation.fraction : 1),
    activationBytesPerToken: 2 * widths * (architecture.hidden + widestFeedForward(deployment) / tensor),
    logitBytesPerSequence: (logitBytes * architecture.vocabulary) / tensor,
    cacheShareOfDevice: cacheShare(deployment) / pipeline,
    stateBytesPerSequencePerDevice: stateBytesPerSequence(architecture) / shards,
  };
}

/**
 * The memory part of an estimate: needed at the end of the workload, when every sequence is longest. Per-device figures
 * are for a device of the replica with the most sequences, batch ÷ data rounded up.
 *
 * maximumBatch: the largest batch of this workload's sequences that fits, each batch with the working space of its own
 * prompts, so it is the same whatever batch is asked. maximumContextTokens: the longest sequence that fits at this
 * batch; what it has beyond the workload's prompt is context or output, which needs no working space of its own.
 */
export function memoryEstimate(plan: MemoryPlan, workload: Workload): MemoryEstimate {
  const { deployment } = plan;
  const { devices } = deployment;
  const { data } = deployment.parallelism;
  const budget = plan.budgetBytesPerDevice;
  const sequences = sequencesOfReplica(deployment, workload);
  const tokens = sequenceTokens(workload);
  const activation = activationBytesPerDevice(plan, workload, sequences);
  const overhead = overheadBytesPerDevice(plan, activation);
  const cache = cacheBytesPerDevice(plan, tokens);
  const fixed = plan.weightBytesPerDevice + activation + overhead;
  const perDeviceBytes = bytesPerDevice(fixed, sequences, cache + plan.stateBytesPerSequencePerDevice);
  const shares = (workload.batch / data) * devices;
  const contextLimit = deployment.model.contextTokens ?? LONGEST_SEQUENCE_TOKENS;
  return {
    fits: perDeviceBytes <= budget,
    weightBytes: plan.weightBytesPerDevice * devices,
    kvCacheBytes: cache * shares,
    stateBytes: plan.stateBytesPerSequencePerDevice * shares,
    activationBytes: activation * devices,
    overheadBytes: overhead * devices,
    totalBytes: fixed * devices + (cache + plan.stateBytesPerSequencePerDevice) * shares,
    perDeviceBytes,
    usablePerDeviceBytes: budget,
    reservedPerDeviceBytes: reservedBytes(plan, fixed, perDeviceBytes),
    kvCacheBytesPerToken: kvCacheBytesPerToken(deployment.model.architecture, cacheBytesPerElement(deployment)),
    maximumBatch: data * sequencesThatFit(plan, workload, tokens, 1),
    maximumContextTokens: largestThatHolds(contextLimit, (contextTokens) => {
      const promptTokens = Math.min(workload.promptTokens, contextTokens);
      const oneSequence = cacheBytesPerDevice(plan, contextTokens) + plan.stateBytesPerSequencePerDevice;
      const around = fixedBytesPerDevice(plan, { ...workload, promptTokens }, sequences);
      return bytesPerDevice(around, sequences, oneSequence) <= budget;
    }),
  };
}

/**
 * Sequences in flight that the runtime's cache pool admits at once, over all replicas. Runtimes that never evict reserve
 * prompt + output for each; optimistic ones hold the average, prompt + output ÷ 2, and preempt when wrong.
 */
export function admittedSequences(plan: MemoryPlan, workload: Workload): number {
  const { reservation, maximumSequences } = plan.deployment.runtime;
  const { data } = plan.deployment.parallelism;
  const full = sequenceTokens(workload);
  const held = reservation.kind === 'fraction' ? full - workload.outputTokens / 2 : full;
  const share = reservation.kind === 'pool' ? reservation.fraction : 1;
  return data * Math.min(sequencesThatFit(plan, workload, held, share), maximumSequences);
}

/** Most sequences on one replica for which their cache is at most `poolShare` of what weights and working space leave. */
function sequencesThatFit(plan: MemoryPlan, workload: Workload, tokens: number, poolShare: number): number {
  const oneSequence = (cacheBytesPerDevice(plan, tokens) + plan.stateBytesPerSequencePerDevice) / poolShare;
  return largestThatHolds(LARGEST_BATCH, (sequences) => {
    const fixed = fixedBytesPerDevice(plan, workload, sequences);
    return bytesPerDevice(fixed, sequences, oneSequence) <= plan.budgetBytesPerDevice;
  });
}

function bytesPerDevice(fixed: number, sequences: number, oneSequence: number): number {
  return fixed + sequences * oneSequence;
}

function fixedBytesPerDevice(plan: MemoryPlan, workload: Workload, sequences: number): number {
  const activation = activationBytesPerDevice(plan, workload, sequences);
  return plan.weightBytesPerDevice + activation + overheadBytesPerDevice(plan, activation);
}

function activationBytesPerDevice(plan: MemoryPlan, workload: Workload, sequences: number): number {
  // The scheduler never runs more than its limit at once, however many are asked for.
  const running = Math.min(sequences, plan.deployment.runtime.maximumSequences);
  const stepTokens = largestStepTokens(plan.deployment.runtime, workload, running);
  return stepTokens * plan.activationBytesPerToken + running * plan.logitBytesPerSequence;
}

/** What the runtime takes beside weights and cache; activations share it but for a third. */
function overheadBytesPerDevice({ deployment }: MemoryPlan, activationBytes: number): number {
  const { perDeviceBytes } = deployment.runtime.reservation;
  // The part no activation can share: driver context and, across devices, communication buffers.
  return Math.max(perDeviceBytes - activationBytes, perDeviceBytes / 3);
}

function sequencesOfReplica({ parallelism }: Deployment, { batch }: Workload): number {
  return Math.ceil(batch / parallelism.data);
}

function sequenceTokens({ contextTokens, promptTokens, outputTokens }: Workload): number {
  return contextTokens + Math.max(1, promptTokens) + outputTokens;
}

/** Cache of one sequence on one device that holds it. */
function cacheBytesPerDevice({ deployment, cacheShareOfDevice }: MemoryPlan, tokens: number): number {
  const { runtime, runtimeYear, model } = deployment;
  const windowed = runtime.windowedCacheSince !== null && runtimeYear >= runtime.windowedCacheSince;
  const bytes = cachedBytesOfSequence(model.architecture, tokens, cacheBytesPerElement(deployment), {
    windowed,
    pageTokens: runtime.cachePageTokens,
  });
  return bytes * cacheShareOfDevice;
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
function reservedBytes(plan: MemoryPlan, fixedBytes: number, neededBytes: number): number {
  const { reservation } = plan.deployment.runtime;
  switch (reservation.kind) {
    case 'fraction':
      return Math.max(plan.budgetBytesPerDevice, neededBytes);
    case 'pool': {
      const free = Math.max(0, plan.budgetBytesPerDevice - fixedBytes);
      return Math.max(fixedBytes + reservation.fraction * free, neededBytes);
    }
    case 'as-needed':
      return neededBytes;
  }
}
