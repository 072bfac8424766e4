import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import { cachedBytesOfSequence, kvCacheBytesPerToken, stateBytesPerSequence } from '../kvCache.ts';
import type { CoefficientUse, Deployment, MemoryEstimate, Workload } from '../profile.ts';
import { type WeightBytes, weightBytes } from '../weights.ts';
import { type ActivationModel, activationModel } from './activations.ts';
import { engineOf } from './rows.ts';
import { localShape } from './shape.ts';

/** Memory of one replica of a deployment, apart from its sequences. */
export interface LocalMemory {
  deployment: Deployment;
  /** Cards of one replica. */
  cards: number;
  /** Share of the replica's weights and cache on its fullest card. */
  fullestShare: number;
  weightBytes: number;
  overheadBytesPerCard: number;
  activations: ActivationModel;
  cacheBytesPerElement: number;
  windowed: boolean;
  chunkTokens: number;
  stateBytesPerSequence: number;
}

/**
 * A discrete card holds everything but an input embedding of its own, which llama.cpp looks up on the host. Where CPU
 * and GPU share the memory, the host's part counts too: an embedding that doubles as the head is then there twice.
 */
export function localMemory(deployment: Deployment, coefficients: Coefficients, uses: CoefficientUse[]): LocalMemory {
  const { hardware, runtime, runtimeYear, parallelism } = deployment;
  const architecture = deployment.model.architecture;
  const weights = weightBytes(architecture, deployment.weights, deployment.weightFileBytes);
  const cards = parallelism.tensor * parallelism.pipeline;
  const { layers } = localShape(architecture);
  const look = (row: string) => lookUpCoefficient(coefficients, 'local.memory', [row], uses);
  const activations = activationModel(deployment, look);
  const sharedHost = hardware.unifiedMemory && engineOf(deployment).backend !== 'metal' && activations.splitsHost;
  return {
    deployment,
    cards,
    fullestShare: runtime.split === 'tensor' ? 1 / cards : Math.ceil(layers / cards) / layers,
    weightBytes: residentWeightBytes(deployment, weights, activations.splitsHost, sharedHost),
    overheadBytesPerCard: runtime.reservation.perDeviceBytes + (sharedHost ? look('unified-host-bytes') : 0),
    activations,
    cacheBytesPerElement: (deployment.kvCache.cacheBitsPerElement ?? 16) / 8,
    windowed: runtime.windowedCacheSince !== null && runtimeYear >= runtime.windowedCacheSince,
    chunkTokens: runtime.prefillChunkTokens ?? 0,
    stateBytesPerSequence: stateBytesPerSequence(architecture),
  };
}

/** The memory part of an estimate: needed when every sequence is longest. */
export function localMemoryEstimate(memory: LocalMemory, workload: Workload): MemoryEstimate {
  const { deployment, cards } = memory;
  const { hardware, parallelism } = deployment;
  const { data } = parallelism;
  const sequences = Math.ceil(workload.batch / data);
  const tokens = workload.contextTokens + workload.promptTokens + workload.outputTokens;
  const usable = hardware.usableMemoryBytes;
  const cache = cacheBytes(memory, tokens) * sequences;
  const state = memory.stateBytesPerSequence * sequences;
  const activation = activationBytes(memory, tokens, sequences) * cards;
  const overhead = memory.overheadBytesPerCard * cards;
  const perDeviceBytes = perCardBytes(memory, tokens, sequences);
  const fits = (contextTokens: number, batch: number) => perCardBytes(memory, contextTokens, batch) <= usable;
  const batchLimit = LARGEST_BATCH;
  const contextLimit = deployment.model.contextTokens ?? LONGEST_SEQUENCE_TOKENS;
  return {
    fits: perDeviceBytes <= usable,
    weightBytes: memory.weightBytes * data,
    kvCacheBytes: cache * data,
    stateBytes: state * data,
    activationBytes: activation * data,
    overheadBytes: overhead * data,
    totalBytes: (memory.weightBytes + cache + state + activation + overhead) * data,
    perDeviceBytes,
    usablePerDeviceBytes: usable,
    reservedPerDeviceBytes: perDeviceBytes,
    kvCacheBytesPerToken: kvCacheBytesPerToken(deployment.model.architecture, memory.cacheBytesPerElement),
    maximumBatch: largestThatHolds(batchLimit, (batch) => fits(tokens, batch)) * data,
    maximumContextTokens: largestThatHolds(contextLimit, (contextTokens) => fits(contextTokens, sequences)),
  };
}

/** Where a model publishes no context limit, memory alone limits; beyond this no published model goes. */
const LONGEST_SEQUENCE_TOKENS = 16_777_216;

/** A model without a growing cache would admit any batch; schedulers stop far earlier. */
const LARGEST_BATCH = 65_536;

function residentWeightBytes(
  { model, hardware }: Deployment,
  weights: WeightBytes,
  splitsHost: boolean,
  sharedHost: boolean,
): number {
  if (!splitsHost) return weights.total;
  const { tiedEmbeddings } = model.architecture;
  const onDevice = weights.total - weights.header;
  if (sharedHost) return onDevice + (tiedEmbeddings ? weights.embedding : 0);
  return hardware.unifiedMemory || hardware.kind === 'cpu' || tiedEmbeddings ? onDevice : onDevice - weights.embedding;
}

function perCardBytes(memory: LocalMemory, tokens: number, sequences: number): number {
  const held = memory.weightBytes + (cacheBytes(memory, tokens) + memory.stateBytesPerSequence) * sequences;
  return held * memory.fullestShare + activationBytes(memory, tokens, sequences) + memory.overheadBytesPerCard;
}

function cacheBytes(memory: LocalMemory, tokens: number): number {
  const { deployment, cacheBytesPerElement, windowed, chunkTokens } = memory;
  return cachedBytesOfSequence(deployment.model.architecture, tokens, cacheBytesPerElement, {
    windowed,
    windowSlackTokens: chunkTokens,
    pageTokens: deployment.runtime.cachePageTokens,
  });
}

function activationBytes(memory: LocalMemory, tokens: number, sequences: number): number {
  return memory.activations.bytesPerCard({
    tokens,
    sequences,
    cacheBytesOfLayer:
      (cacheBytes(memory, tokens) * sequences) / localShape(memory.deployment.model.architecture).layers,
  });
}

/** The largest whole number up to `limit` for which `holds`; it holds below and fails above. 0 = not even 1. */
function largestThatHolds(limit: number, holds: (count: number) => boolean): number {
  if (limit < 1 || !holds(1)) return 0;
  let held = 1;
  let failed = limit + 1;
  for (let count = 4; count <= limit; count *= 4) {
    if (holds(count)) {
      held = count;
    } else {
      failed = count;
      break;
    }
  }
  while (failed - held > 1) {
    const middle = Math.floor((held + failed) / 2);
    if (holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}
