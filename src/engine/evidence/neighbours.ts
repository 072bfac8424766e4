import { usesFlashAttention } from '../builds.ts';
import { countParameters } from '../model/parameters.ts';
import { backendOn } from '../rows.ts';
import type { Deployment, WeightFormat, Workload } from '../shapes.ts';

/**
 * A deployment and a workload, asked about or measured, with what comparisons need of them worked out once.
 *
 * distance = subject + 2 d ÷ (2 + d), where
 * subject = model + device + runtime: 0 when all three are the same, at least 2 when one is not (½ for programs that
 *           share their constants, as Ollama and llama.cpp do);
 * d       = everything else: build, formats, layout and load, mostly in doublings.
 * So d counts for less than 2, and a run of the same model on the same device by the same program is always nearer than
 * any other. Symmetric; 0 between equal runs; grows with every difference.
 */
export type Run = ReturnType<typeof runOf>;

/** Lengths are compared with this many tokens added: 0 and 16 are nearly the same prompt, 2,000 and 4,000 are not. */
const lengthOffset = 64;

export function runOf(deployment: Deployment, workload: Workload, saturated = false) {
  const { runtime, runtimeYear, hardware, model } = deployment;
  return {
    deployment,
    workload,
    /** Everything queued at once, as many sequences in flight as fit: the batch then says nothing. */
    saturated,
    /** Build year as the constants know it: a build newer than the newest calibrated one counts as that. */
    buildYear: Math.min(runtimeYear, runtime.defaultYear),
    backend: backendOn(runtime, hardware) ?? '',
    flashAttention: usesFlashAttention(deployment),
    /** Cores that a CPU computes on; 0 for another device. */
    cores: hardware.kind === 'cpu' ? (hardware.cpu?.cores ?? 0) : 0,
    /** Binary logarithms: their difference is a number of doublings. */
    log: {
      activeParameters: Math.log2(countParameters(model.architecture).active),
      memoryBytesPerSecond: Math.log2(hardware.memoryBytesPerSecond),
      devices: Math.log2(deployment.devices),
      cacheBits: Math.log2(deployment.kvCache.cacheBitsPerElement ?? 16),
      batch: Math.log2(workload.batch),
      promptTokens: Math.log2(workload.promptTokens + lengthOffset),
      contextTokens: Math.log2(workload.contextTokens + lengthOffset),
      outputTokens: Math.log2(workload.outputTokens + lengthOffset),
    },
  };
}

/** What two runs may differ in: how much, and how it reads. */
interface Axis {
  name: string;
  /** Symmetric, never negative, 0 = no difference. */
  distance(one: Run, other: Run): number;
  show(run: Run): string;
}

const subjectAxes: readonly Axis[] = [
  {
    name: 'model',
    distance: (one, other) =>
      one.deployment.model.id === other.deployment.model.id ? 0 : 2 + doublings('activeParameters', one, other),
    show: ({ deployment }) => deployment.model.name,
  },
  {
    name: 'device',
    distance: (one, other) => {
      const { id, family, memoryClass, vendor } = one.deployment.hardware;
      const device = other.deployment.hardware;
      if (id === device.id) return 0;
      const speed = doublings('memoryBytesPerSecond', one, other);
      if (family === device.family) return 2 + speed;
      if (memoryClass !== device.memoryClass) return 8 + speed;
      return (vendor === device.vendor ? 4 : 6) + speed;
    },
    show: ({ deployment }) => deployment.hardware.name,
  },
  {
    name: 'runtime',
    distance: (one, other) => {
      const { id, coefficients, estimator } = one.deployment.runtime;
      const runtime = other.deployment.runtime;
      if (id === runtime.id) return 0;
      if (coefficients === runtime.coefficients) return 0.5;
      return estimator === runtime.estimator ? 2 : 4;
    },
    show: ({ deployment }) => deployment.runtime.name,
  },
];

/** Distance of formats of another name and the same bits, which no step can tell apart. */
const alike = 0.1;

const setupAxes: readonly Axis[] = [
  {
    name: 'kernels',
    distance: (one, other) => {
      const { id, coefficients } = one.deployment.runtime;
      const runtime = other.deployment.runtime;
      return id === runtime.id && coefficients !== runtime.coefficients ? 1 : 0;
    },
    show: ({ deployment }) => deployment.runtime.coefficients,
  },
  {
    name: 'year of the build',
    distance: (one, other) => 0.5 * Math.abs(one.buildYear - other.buildYear),
    show: ({ deployment }) => String(deployment.runtimeYear),
  },
  {
    name: 'backend',
    distance: (one, other) => (one.backend === other.backend ? 0 : 1),
    show: ({ backend }) => backend || 'its own',
  },
  {
    name: 'flash attention',
    distance: (one, other) => (one.flashAttention === other.flashAttention ? 0 : 0.5),
    show: ({ flashAttention }) => (flashAttention ? 'on' : 'off'),
  },
  {
    name: 'weights',
    distance: (one, other) => formatDistance(one.deployment.weights, other.deployment.weights),
    show: ({ deployment }) => deployment.weights.name,
  },
  {
    name: 'KV cache',
    distance: (one, other) => 0.5 * doublings('cacheBits', one, other),
    show: ({ deployment }) => deployment.kvCache.name,
  },
  {
    name: 'devices',
    distance: (one, other) => doublings('devices', one, other),
    show: ({ deployment }) => String(deployment.devices),
  },
  {
    name: 'parallelism',
    distance: (one, other) => {
      const { tensor, pipeline, expert, data } = one.deployment.parallelism;
      const layout = other.deployment.parallelism;
      // With other devices the layout differs anyhow, and the devices have been counted.
      if (one.deployment.devices !== other.deployment.devices) return 0;
      const splits = tensor === layout.tensor && pipeline === layout.pipeline;
      return splits && expert === layout.expert && data === layout.data ? 0 : 0.5;
    },
    show: ({ deployment: { parallelism } }) =>
      Object.entries(parallelism)
        .filter(([, ranks]) => ranks > 1)
        .map(([name, ranks]) => `${name} ${ranks}`)
        .join(' × ') || 'none',
  },
  {
    name: 'processor cores used',
    distance: (one, other) => {
      const sameDevice = one.deployment.hardware.id === other.deployment.hardware.id;
      return sameDevice && one.cores !== other.cores ? 1 : 0;
    },
    show: ({ cores }) => String(cores),
  },
  {
    name: 'tokens of a prompt chunk',
    distance: (one, other) =>
      one.deployment.runtime.prefillChunkTokens === other.deployment.runtime.prefillChunkTokens ? 0 : 0.25,
    show: ({ deployment }) => String(deployment.runtime.prefillChunkTokens ?? 'the whole prompt'),
  },
  {
    name: 'requests arrive',
    distance: (one, other) => (one.deployment.runtime.served === other.deployment.runtime.served ? 0 : 0.5),
    show: ({ deployment }) => (deployment.runtime.served ? 'over HTTP' : 'in process'),
  },
  {
    name: 'load',
    distance: (one, other) => (one.saturated === other.saturated ? 0 : 3),
    show: ({ saturated }) => (saturated ? 'everything queued at once' : 'a fixed number in flight'),
  },
  {
    name: 'scheduling',
    distance: (one, other) => {
      // One sequence alone is read and written in the same way by both.
      if (one.saturated || other.saturated || (one.workload.batch === 1 && other.workload.batch === 1)) return 0;
      return one.workload.scheduling === other.workload.scheduling ? 0 : 1;
    },
    show: ({ workload }) => workload.scheduling,
  },
];

const loadAxes: readonly Axis[] = [
  {
    name: 'batch',
    distance: (one, other) => (one.saturated || other.saturated ? 0 : doublings('batch', one, other)),
    show: ({ workload }) => String(workload.batch),
  },
  lengthAxis('prompt tokens', 'promptTokens'),
  lengthAxis('context tokens', 'contextTokens'),
  lengthAxis('output tokens', 'outputTokens'),
];

/** Model, device and runtime alone: no run of such a subject is nearer than this. */
export function subjectDistance(one: Run, other: Run): number {
  let sum = 0;
  for (const { distance } of subjectAxes) sum += distance(one, other);
  return sum;
}

/** The distance, or infinity as soon as it is known to be `limit` or more. */
export function runDistance(one: Run, other: Run, limit = Number.POSITIVE_INFINITY): number {
  const subject = subjectDistance(one, other);
  let rest = 0;
  // The load is what runs of one subject mostly differ in, so it is looked at first.
  for (const axes of [loadAxes, setupAxes]) {
    for (const { distance } of axes) {
      rest += distance(one, other);
      if (subject + counted(rest) >= limit) return Number.POSITIVE_INFINITY;
    }
  }
  return subject + counted(rest);
}

/** All but the subject counts for less than 2. */
function counted(rest: number): number {
  return (2 * rest) / (2 + rest);
}

/** What is different, each as "device: NVIDIA L4 there, NVIDIA T4 here"; empty exactly when the distance is 0. */
export function runDifferences(here: Run, there: Run): string[] {
  return [...subjectAxes, ...setupAxes, ...loadAxes]
    .filter(({ distance }) => distance(here, there) > 0)
    .map(({ name, show }) => `${name}: ${show(there)} there, ${show(here)} here`);
}

/** The same model, device, runtime, build, layout and formats (BF16 counts as FP16); the load may differ. */
export function sameDeployment(one: Run, other: Run): boolean {
  for (const { distance } of subjectAxes) if (distance(one, other) > 0) return false;
  for (const { distance } of setupAxes) if (distance(one, other) > alike) return false;
  return true;
}

/**
 * The largest difference in load, in doublings: of the batch, or of the prompt, context or output with 64 tokens added.
 * 0 = the same load; 1 = something is twice as much.
 */
export function loadDoublings(one: Run, other: Run): number {
  let most = 0;
  for (const { distance } of loadAxes) most = Math.max(most, distance(one, other));
  return most;
}

/** Neighbours: the same deployment, and nothing in the load more than twice as much. */
export function areNeighbours(one: Run, other: Run): boolean {
  return sameDeployment(one, other) && loadDoublings(one, other) <= 1;
}

function lengthAxis(name: string, length: 'promptTokens' | 'contextTokens' | 'outputTokens'): Axis {
  return {
    name,
    distance: (one, other) => doublings(length, one, other),
    show: ({ workload }) => String(workload[length]),
  };
}

function formatDistance(one: WeightFormat, other: WeightFormat): number {
  if (one.id === other.id) return 0;
  if (one.efficiencyClass !== other.efficiencyClass) return 1.5;
  if (one.packing?.kind !== 'uniform' || other.packing?.kind !== 'uniform') return 0.5;
  return one.packing.bitsPerWeight === other.packing.bitsPerWeight ? alike : 0.5;
}

function doublings(quantity: keyof Run['log'], one: Run, other: Run): number {
  return Math.abs(one.log[quantity] - other.log[quantity]);
}
