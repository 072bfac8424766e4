import type { MemoryEstimate } from '../answer.ts';
import { hasSince } from '../builds.ts';
import { LARGEST_BATCH, largestThatHolds, memoryFigures, ofLength } from '../capacity.ts';
import type { LookUp } from '../coefficients.ts';
import {
  cacheBytesPerElement,
  cachedBytesOfSequence,
  cacheGroups,
  cacheShareOfRank,
  stateBytesPerSequence,
} from '../model/kvCache.ts';
import { weightBytes } from '../model/weights.ts';
import { admittedBatch } from '../queue.ts';
import type { Deployment, Workload } from '../shapes.ts';
import { type Running, workingBytes, workingBytesPerDevice, workingSpace } from './workingSpace.ts';

/** Memory of one device of a deployment, whatever is asked of it. */
type MemoryPlan = ReturnType<typeof memoryPlan>;

/**
 * Weights: dense ÷ (tensor × pipeline), experts ÷ (max(tensor, expert) × pipeline), replicated over data-parallel
 * replicas; some runtimes keep parts of them twice.
 */
export function memoryPlan(deployment: Deployment, look: LookUp) {
  const { parallelism, runtime, weights, hardware } = deployment;
  const { reservation } = runtime;
  const architecture = deployment.model.architecture;
  const { tensor, pipeline, expert } = parallelism;
  const bytes = weightBytes(architecture, weights, deployment.weightFileBytes);
  const shards = tensor * pipeline;
  const expertShards = Math.max(tensor, expert) * pipeline;
  const copies = look('serving.weightFactor', [runtime.coefficients, 'all']);
  return {
    deployment,
    weightBytesPerDevice: copies * ((bytes.total - bytes.experts) / shards + bytes.experts / expertShards),
    /** What the runtime may use of one device. */
    budgetBytesPerDevice: hardware.usableMemoryBytes * (reservation.kind === 'fraction' ? reservation.fraction : 1),
    workingSpace: workingSpace(deployment, look),
    /** Cached bytes on one device, over the cached bytes of one sequence; more than 1 ÷ devices when heads replicate. */
    cacheShareOfDevice: cacheShare(deployment) / pipeline,
    stateBytesPerSequencePerDevice: stateBytesPerSequence(architecture) / shards,
  };
}

/**
 * The memory part of an estimate, of the sequences that run at once; see `memoryFigures`. With in-flight batching they
 * are at different stages of their answers: where more are admitted (`poolSequences`) than fit at their longest, they
 * fill the cache, and one or another is preempted.
 */
export function memoryEstimate(
  plan: MemoryPlan,
  workload: Workload,
): { memory: MemoryEstimate; admitted: number; poolSequences: number } {
  const { deployment } = plan;
  const { devices } = deployment;
  const { data } = deployment.parallelism;
  const budget = plan.budgetBytesPerDevice;
  const longest = sequencesThatFit(plan, workload, sequenceTokens(workload), 1);
  const pool = sequencesOfPool(plan, workload);
  const inFlight = workload.scheduling === 'continuous' && deployment.runtime.continuousBatching;
  const maximum = inFlight && longest > 0 ? Math.max(longest, pool) : longest;
  const admitted = admittedBatch(deployment, workload, data * maximum);
  const mixes = maximum > longest && admitted > data * longest;
  const oneSequence = cacheBytesPerDevice(plan, mixes ? heldTokens(plan, workload) : sequenceTokens(workload));
  const runningAt = (sequences: number): Running => {
    const running = runningOf(workload, sequences, oneSequence);
    if (!mixes) return running;
    const room = budget - fixedBytesPerDevice(plan, running) - heldBytes(plan, running);
    return { ...running, cacheBytes: running.cacheBytes + Math.max(0, room) };
  };
  const running = runningAt(Math.ceil(admitted / data));
  const mean = runningAt(admitted / data);
  const working = workingBytesPerDevice(plan.workingSpace, running);
  const overhead = overheadBytesPerDevice(plan, working);
  const fixed = fixedBytesPerDevice(plan, running);
  const needed = mixes ? budget : fixed + heldBytes(plan, running);
  const memory = memoryFigures(
    deployment,
    {
      weightBytes: plan.weightBytesPerDevice * devices,
      kvCacheBytes: mean.cacheBytes * devices,
      stateBytes: plan.stateBytesPerSequencePerDevice * mean.sequences * devices,
      activationBytes: workingBytes(plan.workingSpace, running),
      overheadBytes: overhead * devices,
    },
    {
      neededBytes: needed,
      usableBytes: budget,
      reservedBytes: reservedBytes(plan, fixed, needed),
      parts: {
        weightBytes: plan.weightBytesPerDevice,
        kvCacheBytes: running.cacheBytes,
        stateBytes: running.sequences * plan.stateBytesPerSequencePerDevice,
        activationBytes: working,
        overheadBytes: overhead,
      },
    },
    data * maximum,
    (length) => {
      const longer = ofLength(workload, length);
      const holds = (sequences: number, tokens: number) =>
        fitsInBudget(plan, runningOf(longer, sequences, cacheBytesPerDevice(plan, tokens)), 1);
      if (!inFlight) return holds(running.sequences, length);
      return holds(1, length) && holds(running.sequences, length - sequenceTokens(longer) + heldTokens(plan, longer));
    },
  );
  const { maximumSequences } = deployment.runtime;
  return { memory, admitted, poolSequences: data * Math.min(pool, maximum, maximumSequences) };
}

/** Sequences in flight that the runtime's cache pool of one replica holds. */
function sequencesOfPool(plan: MemoryPlan, workload: Workload): number {
  const { reservation } = plan.deployment.runtime;
  const share = reservation.kind === 'pool' ? reservation.fraction : 1;
  return sequencesThatFit(plan, workload, heldTokens(plan, workload), share);
}

/**
 * Tokens a sequence in flight takes of the pool. Runtimes that never evict reserve prompt + output for each; optimistic
 * ones hold the average, prompt + output ÷ 2, and preempt when wrong.
 */
function heldTokens({ deployment }: MemoryPlan, workload: Workload): number {
  const full = sequenceTokens(workload);
  return deployment.runtime.reservation.kind === 'fraction' ? full - workload.outputTokens / 2 : full;
}

/** Most sequences on one replica for which their cache is at most `poolShare` of what weights and working space leave. */
function sequencesThatFit(plan: MemoryPlan, workload: Workload, tokens: number, poolShare: number): number {
  const oneSequence = cacheBytesPerDevice(plan, tokens);
  return largestThatHolds(LARGEST_BATCH, (sequences) =>
    fitsInBudget(plan, runningOf(workload, sequences, oneSequence), poolShare),
  );
}

function fitsInBudget(plan: MemoryPlan, running: Running, poolShare: number): boolean {
  return fixedBytesPerDevice(plan, running) + heldBytes(plan, running) / poolShare <= plan.budgetBytesPerDevice;
}

function runningOf(workload: Workload, sequences: number, cacheBytesOfOne: number): Running {
  return { workload, sequences, cacheBytes: sequences * cacheBytesOfOne };
}

/** Cache and state of the sequences on one device. */
function heldBytes(plan: MemoryPlan, { sequences, cacheBytes }: Running): number {
  return cacheBytes + sequences * plan.stateBytesPerSequencePerDevice;
}

/** Everything else on the fullest device. */
function fixedBytesPerDevice(plan: MemoryPlan, running: Running): number {
  const working = workingBytesPerDevice(plan.workingSpace, running);
  return plan.weightBytesPerDevice + working + overheadBytesPerDevice(plan, working);
}

/**
 * Driver context, captured graphs and communication buffers. Where a share is reserved up front, working space is part
 * of it, but for a third that nothing can share.
 */
function overheadBytesPerDevice({ deployment }: MemoryPlan, workingBytes: number): number {
  const { kind, perDeviceBytes } = deployment.runtime.reservation;
  return kind === 'as-needed' ? perDeviceBytes : Math.max(perDeviceBytes - workingBytes, perDeviceBytes / 3);
}

function sequenceTokens({ contextTokens, promptTokens, outputTokens }: Workload): number {
  return contextTokens + Math.max(1, promptTokens) + outputTokens;
}

/** Cache of one sequence on one device that holds it. */
function cacheBytesPerDevice({ deployment, cacheShareOfDevice }: MemoryPlan, tokens: number): number {
  const { runtime, model } = deployment;
  const bytes = cachedBytesOfSequence(model.architecture, tokens, cacheBytesPerElement(deployment.kvCache), {
    windowed: hasSince(deployment, runtime.windowedCacheSince),
    pageTokens: runtime.cachePageTokens,
  });
  return bytes * cacheShareOfDevice;
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
