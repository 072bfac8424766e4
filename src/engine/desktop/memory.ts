import type { MemoryEstimate, MemoryParts } from '../answer.ts';
import { hasSince } from '../builds.ts';
import { LARGEST_BATCH, largestStepTokens, largestThatHolds, memoryFigures, ofLength } from '../capacity.ts';
import type { LookUp } from '../coefficients.ts';
import { blockSums } from '../model/blocks.ts';
import { cacheBytesPerElement, cachedBytesOfSequence, stateBytesPerSequence } from '../model/kvCache.ts';
import { type WeightBytes, weightBytes } from '../model/weights.ts';
import { admittedBatch } from '../queue.ts';
import { desktopRows } from '../rows.ts';
import type { Deployment, Workload } from '../shapes.ts';
import { activationModel, type Load } from './activations.ts';

/** Memory of one replica of a deployment, apart from its sequences. */
type DesktopMemory = ReturnType<typeof desktopMemory>;

/**
 * A discrete card holds everything but an input embedding of its own, which llama.cpp looks up on the host. Where CPU
 * and GPU share the memory, the host's part counts too: an embedding that doubles as the head is then there twice.
 */
export function desktopMemory(deployment: Deployment, look: LookUp) {
  const { hardware, runtime, parallelism } = deployment;
  const architecture = deployment.model.architecture;
  const weights = weightBytes(architecture, deployment.weights, deployment.weightFileBytes);
  const cards = parallelism.tensor * parallelism.pipeline;
  const { layers } = blockSums(architecture);
  const rows = desktopRows(deployment);
  const lookMemory = (row: string) => look('local.memory', [row]);
  const activations = activationModel(deployment, lookMemory);
  const sharedHost = hardware.unifiedMemory && rows.backend !== 'metal' && activations.splitsHost;
  return {
    deployment,
    /** Cards of one replica. */
    cards,
    /** Share of the replica's weights and cache on its fullest card. */
    fullestShare: runtime.split === 'tensor' ? 1 / cards : Math.ceil(layers / cards) / layers,
    weightBytes: residentWeightBytes(deployment, weights, activations.splitsHost, sharedHost),
    overheadBytesPerCard: sharedHost ? lookMemory('unified-host-bytes') : runtime.reservation.perDeviceBytes,
    /** Working space is there so many times: once a card, or once where the first card works for the others. */
    cardsWithBuffers: 1 + (cards - 1) * look('local.buffersPerFurtherCard', rows.build),
    activations,
    cacheBytesPerElement: cacheBytesPerElement(deployment.kvCache),
    windowed: hasSince(deployment, runtime.windowedCacheSince),
    chunkTokens: runtime.prefillChunkTokens ?? 0,
    stateBytesPerSequence: stateBytesPerSequence(architecture),
  };
}

/** The memory part of an estimate, of the sequences that run at once; see `memoryFigures`. */
export function desktopMemoryEstimate(
  memory: DesktopMemory,
  workload: Workload,
): { memory: MemoryEstimate; admitted: number } {
  const { deployment, cards } = memory;
  const { data } = deployment.parallelism;
  const usable = deployment.hardware.usableMemoryBytes;
  const tokens = workload.contextTokens + workload.promptTokens + workload.outputTokens;
  const loadOf = (running: number, length: number): Load => ({
    tokens: length,
    sequences: running,
    stepTokens: largestStepTokens(deployment.runtime, ofLength(workload, length), running),
    cacheBytes: cacheBytesOfSequence(memory, length) * running,
  });
  const fits = (load: Load) => perCardBytes(memory, load) <= usable;
  const maximumBatch = data * largestThatHolds(LARGEST_BATCH, (running) => fits(loadOf(running, tokens)));
  const admitted = admittedBatch(deployment, workload, maximumBatch);
  const sequences = Math.ceil(admitted / data);
  const load = loadOf(sequences, tokens);
  const parts = partsOfCard(memory, load);
  const needed = perCardBytes(memory, load);
  const figures = memoryFigures(
    deployment,
    {
      weightBytes: memory.weightBytes * data,
      kvCacheBytes: cacheBytesOfSequence(memory, tokens) * admitted,
      stateBytes: memory.stateBytesPerSequence * admitted,
      activationBytes: memory.activations.bytesPerCard(load) * memory.cardsWithBuffers * data,
      overheadBytes: memory.overheadBytesPerCard * cards * data,
    },
    { neededBytes: needed, usableBytes: usable, reservedBytes: needed, parts },
    maximumBatch,
    (length) => fits(loadOf(sequences, length)),
  );
  return { memory: figures, admitted };
}

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

function partsOfCard(memory: DesktopMemory, load: Load): MemoryParts {
  const { fullestShare } = memory;
  return {
    weightBytes: memory.weightBytes * fullestShare,
    kvCacheBytes: load.cacheBytes * fullestShare,
    stateBytes: memory.stateBytesPerSequence * load.sequences * fullestShare,
    activationBytes: memory.activations.bytesPerCard(load),
    overheadBytes: memory.overheadBytesPerCard,
  };
}

function perCardBytes(memory: DesktopMemory, load: Load): number {
  const held = memory.weightBytes + load.cacheBytes + memory.stateBytesPerSequence * load.sequences;
  return held * memory.fullestShare + memory.activations.bytesPerCard(load) + memory.overheadBytesPerCard;
}

function cacheBytesOfSequence(memory: DesktopMemory, tokens: number): number {
  const { deployment, windowed, chunkTokens } = memory;
  return cachedBytesOfSequence(deployment.model.architecture, tokens, memory.cacheBytesPerElement, {
    windowed,
    windowSlackTokens: chunkTokens,
    pageTokens: deployment.runtime.cachePageTokens,
  });
}
