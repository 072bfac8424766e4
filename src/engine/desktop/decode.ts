import type { EngineStep, Operation } from '../answer.ts';
import { elementsReadPerQuery, readTokens, visibleTokens } from '../model/kvCache.ts';
import { distinctExpertFraction } from '../model/parameters.ts';
import { ATTENTION_EXPONENT, boundOf, overlapped } from '../roofline.ts';
import type { DesktopMachine, UnpackedWeights } from './machine.ts';
import { handOvers, roofedOperation, stepOf } from './operations.ts';

/** Mat-vec kernels serve so many sequences; above, llama.cpp and MLX use matrix kernels. */
const MATVEC_SEQUENCES = 8;

/** A prompt chunk this long runs at the prefill rate; a shorter batch never costs more than one. */
const FULL_CHUNK_TOKENS = 512;

/**
 * One decode step of `sequences` sequences with `contextTokens` tokens in each cache.
 *
 * seconds = Σ block types √(read² + unpack²) + cache + state + layers × overhead + hand-overs between cards.
 * Read: bytes ÷ (stream × bandwidth); every matrix once, of the embedding only rows unless it doubles as the head,
 * of the routed experts those a token visits. Unpack: weights × operations ÷ fp32 rate, because ordinary units and
 * not matrix units turn packed weights into numbers. Cards that hold consecutive layers work one after the other, so
 * one sequence gains nothing from them.
 */
export function decodeStep(machine: DesktopMachine, contextTokens: number, sequences: number): EngineStep {
  const operations: Operation[] = [];
  for (const part of machine.dense) operations.push(readWeights(machine, part, sequences));
  for (const part of machine.routed) operations.push(readExperts(machine, part, sequences));
  operations.push(readCache(machine, contextTokens, sequences));
  addState(operations, machine, sequences);
  operations.push(launches(machine), ...handOvers(machine, sequences, 1));
  return stepOf(operations);
}

function readWeights(machine: DesktopMachine, part: UnpackedWeights, sequences: number): Operation {
  const bytes = part.bytes / machine.ranks;
  const weights = part.weights / machine.ranks;
  const read = bytes / machine.bytesPerSecond;
  const unpack = (weights * operationsPerWeight(machine, part, sequences)) / machine.fp32FlopsPerSecond;
  const name = `weights ${part.blockType}`;
  const seconds = Math.hypot(read, unpack);
  return roofedOperation(machine, name, seconds, 2 * weights * sequences, bytes, boundOf(unpack, read));
}

/** Unpacking once and a multiplication per sequence; or whole tiles of a matrix kernel, full or not. */
function operationsPerWeight({ batch }: DesktopMachine, part: UnpackedWeights, sequences: number): number {
  const matvec = part.unpackOperations + batch.operationsPerSequence * (Math.min(sequences, MATVEC_SEQUENCES) - 1);
  if (sequences <= MATVEC_SEQUENCES) return matvec;
  const tiled = Math.ceil(sequences / batch.tileSequences) * batch.tileSequences;
  const matrix = (2 * tiled) / batch.matrixFraction;
  return Math.max(matvec, Math.min(matrix, Math.max(sequences, FULL_CHUNK_TOKENS) * batch.chunkOperations));
}

/**
 * Routed experts. `sequences` tokens with k choices of E each touch E (1 − (1 − k/E)^n) experts on average;
 * kernels that read an expert once a token rather than once a step read more, unbalanced routing touches fewer.
 */
function readExperts(machine: DesktopMachine, part: UnpackedWeights, sequences: number): Operation {
  const { batch, shape, ranks } = machine;
  const share = shape.activeExperts / shape.experts;
  const distinct = distinctExpertFraction(shape.experts, shape.activeExperts, sequences) / share;
  const reads = Math.max(1, Math.min(sequences, batch.expertReadFactor * distinct));
  const oneToken = share / ranks;
  const read = (reads * oneToken * part.bytes) / machine.expertBytesPerSecond;
  const perWeight = Math.max(reads * part.unpackOperations, sequences * batch.chunkOperations);
  const unpack = (oneToken * part.weights * perWeight) / machine.fp32FlopsPerSecond;
  const seconds = Math.hypot(read, unpack);
  const flops = 2 * sequences * oneToken * part.weights;
  const bytes = Math.min(reads, distinct) * oneToken * part.bytes;
  return roofedOperation(machine, `experts ${part.blockType}`, seconds, flops, bytes, boundOf(unpack, read));
}

/** Keys and values (or latents) of every sequence, up to each layer's window, and the arithmetic on them. */
function readCache(machine: DesktopMachine, contextTokens: number, sequences: number): Operation {
  let elements = 0;
  let flops = 0;
  for (const group of machine.caches) {
    elements += group.layers * elementsReadPerQuery(group, contextTokens);
    const read = group.flopsPerPair * readTokens(group, contextTokens);
    const indexed = group.indexFlopsPerPair * visibleTokens(group, contextTokens);
    flops += group.layers * (read + indexed);
  }
  const bytes = (sequences * elements * machine.cacheBytesPerElement) / machine.ranks;
  flops *= sequences / machine.ranks;
  const read = bytes / machine.cacheBytesPerSecond;
  const compute = flops / machine.attentionFlopsPerSecond;
  const seconds = overlapped(compute, read, ATTENTION_EXPONENT);
  return roofedOperation(machine, 'attention over the cache', seconds, flops, bytes, boundOf(compute, read));
}

/** Recurrent state: read and written once for every sequence. */
function addState(operations: Operation[], machine: DesktopMachine, sequences: number): void {
  let stateBytes = 0;
  let flops = 0;
  for (const group of machine.caches) {
    stateBytes += group.layers * group.stateBytes;
    flops += group.layers * group.recurrenceFlopsPerToken;
  }
  if (stateBytes === 0) return;
  const bytes = (2 * sequences * stateBytes) / machine.ranks;
  const seconds = bytes / machine.cacheBytesPerSecond;
  const work = (sequences * flops) / machine.ranks;
  operations.push(roofedOperation(machine, 'recurrent state', seconds, work, bytes, 'memory-bandwidth'));
}

/** Launches and gaps between kernels, and routing of experts. */
function launches(machine: DesktopMachine): Operation {
  const { shape } = machine;
  const seconds =
    shape.layers * machine.layerSeconds +
    shape.expertLayers * machine.expertLayerSeconds +
    shape.latentLayers * machine.latentLayerSeconds;
  return roofedOperation(machine, 'launches and gaps', seconds, 0, 0, 'overhead');
}
