import type { MemoryEstimate, MemoryParts } from './answer.ts';
import { cacheBytesPerElement, kvCacheBytesPerToken } from './model/kvCache.ts';
import type { Deployment, Runtime, Workload } from './shapes.ts';

/** Sequences of one replica beyond which none is looked for: a small state on a large device would hold more. */
export const LARGEST_BATCH = 1_048_576;

/** Where a model publishes no context limit, memory alone limits; beyond this no published model goes. */
const LONGEST_SEQUENCE_TOKENS = 16_777_216;

/** What it needs on the fullest device of the replica with the most sequences, batch ÷ data rounded up. */
interface DeviceMemory {
  neededBytes: number;
  usableBytes: number;
  /** What the device's monitor shows. */
  reservedBytes: number;
  /** The parts of what it needs. */
  parts: MemoryParts;
}

/**
 * The memory part of an estimate: needed by the sequences that run at once when each is longest. Of a batch that a
 * scheduler takes piece by piece, what waits needs no memory, so it fits as soon as one sequence does.
 *
 * maximumBatch: the largest batch of this workload's sequences that fits, each batch with the working space of its own
 * prompts, so it is the same whatever batch is asked. maximumContextTokens: the longest sequence that fits at this
 * batch (`lengthFits`); what it has beyond the workload's prompt is context or output, which no step reads at once.
 */
export function memoryFigures(
  { model, kvCache }: Deployment,
  parts: MemoryParts,
  { neededBytes, usableBytes, reservedBytes, parts: partsOfDevice }: DeviceMemory,
  maximumBatch: number,
  lengthFits: (tokens: number) => boolean,
): MemoryEstimate {
  const { weightBytes, kvCacheBytes, stateBytes, activationBytes, overheadBytes } = parts;
  return {
    fits: neededBytes <= usableBytes,
    // Named one by one: spreading them costs a tenth of an estimate.
    weightBytes,
    kvCacheBytes,
    stateBytes,
    activationBytes,
    overheadBytes,
    totalBytes: weightBytes + kvCacheBytes + stateBytes + activationBytes + overheadBytes,
    perDeviceBytes: neededBytes,
    perDeviceParts: partsOfDevice,
    usablePerDeviceBytes: usableBytes,
    reservedPerDeviceBytes: reservedBytes,
    kvCacheBytesPerToken: kvCacheBytesPerToken(model.architecture, cacheBytesPerElement(kvCache)),
    maximumBatch,
    maximumContextTokens: largestThatHolds(model.contextTokens ?? LONGEST_SEQUENCE_TOKENS, lengthFits),
  };
}

/**
 * The largest whole number up to `limit` for which `holds`; it holds below and fails above. 0 = not even 1.
 * Steps of four find the range and halving finds the number, so small answers cost few trials.
 */
export function largestThatHolds(limit: number, holds: (count: number) => boolean): number {
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

/**
 * The workload with sequences of `tokens`: its prompt as far as that goes, then its output, and whatever is longer than
 * both as context cached before.
 */
export function ofLength(workload: Workload, tokens: number): Workload {
  const promptTokens = Math.min(workload.promptTokens, tokens);
  const outputTokens = Math.min(workload.outputTokens, tokens - promptTokens);
  return { ...workload, promptTokens, outputTokens, contextTokens: tokens - promptTokens - outputTokens };
}

/**
 * Tokens of the largest step one replica runs with `sequences` in flight: their prompts together when the batch is
 * static (as the workload asks, or because the runtime knows nothing else), else one prompt beside the others' next
 * tokens; never more than one chunk of them where the runtime reads prompts in chunks.
 */
export function largestStepTokens(runtime: Runtime, workload: Workload, sequences: number): number {
  const together = workload.scheduling === 'static' || !runtime.continuousBatching;
  const tokens = Math.max(1, workload.promptTokens) * (together ? sequences : 1);
  return Math.max(sequences, Math.min(tokens, runtime.prefillChunkTokens ?? tokens));
}
