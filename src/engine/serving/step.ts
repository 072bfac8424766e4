import type { Bottleneck, EngineStep, Operation } from '../answer.ts';
import { attendedPairs, elementsReadPerQuery, readTokens, visibleTokens } from '../model/kvCache.ts';
import { distinctExpertFraction } from '../model/parameters.ts';
import { ATTENTION_EXPONENT, boundOf, datasheetSecondsOf, overlapped } from '../roofline.ts';
import { allReduceSeconds, allToAllSeconds, sendSeconds } from './collectives.ts';
import type { MatmulRates, ServingPlan } from './plan.ts';

/** What one engine step works on, per replica: `decoding` sequences that each emit a token, and a piece of prompts. */
interface StepShape {
  decoding: number;
  /** Mean tokens in the cache of a decoding sequence. */
  decodeContextTokens: number;
  /** Prompt tokens in the step, over all prompts in it. */
  prefillTokens: number;
  /** Prompts the prefill tokens belong to. */
  prompts: number;
  /** Tokens of each such prompt that are already cached. */
  pastTokens: number;
}

/** Matrix and vector activations are 16 bits in every runtime covered. */
const ACTIVATION_BYTES = 2;

/**
 * One engine step of one replica: its operators over all layers on one device, and its time.
 *
 * seconds = Σ operators (weights, head, experts, cache reads, prompt attention, state, elementwise, collectives)
 *         + layers × layer overhead + expert layers × expert overhead + step overhead + sequences × sequence overhead,
 * and never less than the datasheet roofline of the bytes and FLOPs it needs. A runtime that launches kernels one by
 * one takes the longer of its launches and that. Pipeline stages run one after the other for one micro-batch.
 */
export function engineStep(plan: ServingPlan, shape: StepShape): EngineStep {
  const tokens = shape.decoding + shape.prefillTokens;
  const operations: Operation[] = [];
  addDense(operations, plan, tokens);
  addExperts(operations, plan, tokens);
  addHead(operations, plan, shape.decoding + shape.prompts);
  addCacheReads(operations, plan, shape);
  addPromptAttention(operations, plan, shape);
  addState(operations, plan, shape);
  addElementwise(operations, plan, tokens);
  addCollectives(operations, plan, tokens);
  let deviceSeconds = 0;
  for (const operation of operations) deviceSeconds += operation.seconds;
  const overhead = overheadSeconds(plan, shape, deviceSeconds);
  const roof = datasheetSecondsOf(operations, plan.matmulPeak, plan.peakBytesPerSecond);
  const seconds = Math.max(deviceSeconds + overhead, roof);
  operations.push(operation('launch and scheduling', seconds - deviceSeconds, 0, 0, 'overhead'));
  return { seconds, operations };
}

/** Launches, gaps between kernels, scheduling and sampling: what a step takes beyond its operators. */
function overheadSeconds(plan: ServingPlan, step: StepShape, deviceSeconds: number): number {
  const { decoding, prompts, decodeContextTokens } = step;
  const { shape } = plan;
  const fixed = plan.stepSeconds + (decoding + prompts) * plan.sequenceSeconds;
  const layers = shape.layers * plan.layerSeconds + shape.expertLayers * plan.expertLayerSeconds;
  if (decodeContextTokens < plan.graphContextTokens) return fixed + layers;
  const launches = shape.layers * plan.launchSeconds + shape.expertLayers * plan.expertLayerSeconds;
  const eager = overlapped(deviceSeconds, launches, plan.launchExponent) - deviceSeconds + fixed;
  // A context that outgrows captured graphs loses them: that never makes a step faster.
  return plan.graphContextTokens > 0 ? Math.max(eager, fixed + layers) : eager;
}

/** Projections, dense and shared feed-forward, router: every weight once, 2 FLOPs a weight a token. */
function addDense(operations: Operation[], plan: ServingPlan, tokens: number): void {
  const { architecture, shape, tensor } = plan;
  const flops = (2 * tokens * shape.denseParameters) / tensor;
  const activations = tokens * ACTIVATION_BYTES * 2 * (shape.mixers + shape.feedForwards) * architecture.hidden;
  const bytes = plan.denseBytes + activations / tensor;
  const { seconds, bound } = matmul('dense', flops, bytes, plan.dense);
  const mixer = shape.mixerShare;
  // One p-norm over all matrices: their shares of bytes and FLOPs are equal, so the time divides in the same way.
  operations.push(operation('attention projections', seconds * mixer, flops * mixer, bytes * mixer, bound));
  const rest = 1 - mixer;
  operations.push(operation('dense feed-forward', seconds * rest, flops * rest, bytes * rest, bound));
}

/**
 * Routed experts. Distinct experts hit by m tokens with k choices of E each, balanced and independent:
 * E (1 − (1 − k/E)^m). Only those are read; every token costs the FLOPs of its k.
 */
function addExperts(operations: Operation[], plan: ServingPlan, replicaTokens: number): void {
  const { shape } = plan;
  if (shape.expertLayers === 0) return;
  const tokens = replicaTokens * plan.replicasPerExpertGroup;
  const read = distinctExpertFraction(shape.experts, shape.activeExperts, tokens);
  const bytes = plan.expertBytes * read;
  const flops = (2 * tokens * shape.expertParameters * (shape.activeExperts / shape.experts)) / plan.expertRanks;
  operations.push(matmul('experts', flops, bytes, plan.experts));
}

/** Output matrix, on tokens that are emitted only; read in full also when it is the embedding. */
function addHead(operations: Operation[], plan: ServingPlan, emitted: number): void {
  const flops = (2 * emitted * plan.shape.headParameters) / plan.tensor;
  operations.push(matmul('output head', flops, plan.headBytes, plan.head));
}

/** Decode attention: reads every visible cached token once; latent attention with many heads can be compute-bound. */
function addCacheReads(operations: Operation[], plan: ServingPlan, shape: StepShape): void {
  if (shape.decoding === 0) return;
  const context = shape.decodeContextTokens;
  let bytes = 0;
  let flops = 0;
  let seconds = 0;
  let computeBound = false;
  for (const { group, shareOfRank, headShareOfRank, kvHeadsOfRank, reads } of plan.cache) {
    if (group.heads === 0) continue;
    const read = elementsReadPerQuery(group, context) * shareOfRank * plan.cacheBytesPerElement;
    const groupBytes = shape.decoding * group.layers * read;
    const visible = visibleTokens(group, context);
    const pairFlops = group.flopsPerPair * readTokens(group, context) + group.indexFlopsPerPair * visible;
    const groupFlops = shape.decoding * group.layers * pairFlops * headShareOfRank;
    // Fixed keys (cross-attention) do not grow with the text, so neither does the use of the processors on them.
    const piecesOf = group.fixedElements > 0 ? Number.POSITIVE_INFINITY : readTokens(group, context);
    const occupancy = cacheOccupancy(plan, shape.decoding * kvHeadsOfRank, piecesOf);
    const memory = (reads * groupBytes) / (plan.cacheBytesPerSecond * occupancy);
    const compute = groupFlops / plan.attentionFlopsPerSecond;
    seconds += overlapped(compute, memory, ATTENTION_EXPONENT);
    bytes += groupBytes;
    flops += groupFlops;
    computeBound ||= compute > memory;
  }
  operations.push(
    operation('attention over the cache', seconds, flops, bytes, computeBound ? 'compute' : 'memory-bandwidth'),
  );
}

/** Split-KV kernels cut the context into pieces of 256 tokens; fewer pieces than processors leave bandwidth unused. */
function cacheOccupancy({ hardware }: ServingPlan, headSequences: number, tokens: number): number {
  if (hardware.processors === null) return 1;
  const pieces = headSequences * Math.max(1, tokens / 256);
  return Math.min(1, pieces / hardware.processors) ** 0.5;
}

/** Causal attention of new prompt tokens over the past and themselves: the pairs they see, not the full square. */
function addPromptAttention(operations: Operation[], plan: ServingPlan, shape: StepShape): void {
  if (shape.prefillTokens === 0) return;
  const perPrompt = shape.prefillTokens / shape.prompts;
  const context = shape.pastTokens + perPrompt;
  let flops = 0;
  let scoreBytes = 0;
  for (const { group, headShareOfRank } of plan.cache) {
    const { layers } = group;
    const recurrence = (group.recurrenceFlopsPerToken * shape.prefillTokens) / plan.tensor;
    flops += layers * recurrence;
    if (group.heads === 0) continue;
    const visible = attendedPairs(perPrompt, shape.pastTokens, group.windowTokens);
    const read = attendedPairs(perPrompt, shape.pastTokens, Math.min(group.windowTokens, group.readTokens));
    const pairFlops = group.prefillFlopsPerPair * read + group.indexFlopsPerPair * visible;
    flops += shape.prompts * layers * pairFlops * headShareOfRank;
    scoreBytes += shape.prompts * layers * group.heads * headShareOfRank * perPrompt * context * 25 * ACTIVATION_BYTES;
  }
  const halfSize = 1 + plan.attentionHalfSizeTokens / context;
  let seconds = (flops / plan.attentionFlopsPerSecond) * halfSize;
  let bytes = 0;
  if (!plan.flashAttention) {
    // Without a fused kernel the score matrix goes through memory about 25 times (mask, softmax, dropout, casts).
    bytes = scoreBytes;
    seconds += scoreBytes / plan.elementwiseBytesPerSecond;
  }
  const bound: Bottleneck =
    seconds > 2 * (flops / plan.attentionFlopsPerSecond) * halfSize ? 'memory-bandwidth' : 'compute';
  operations.push(operation('attention over the prompt', seconds, flops, bytes, bound));
}

/** Recurrent state, read and written once for every sequence in the step. */
function addState(operations: Operation[], plan: ServingPlan, shape: StepShape): void {
  let stateBytes = 0;
  for (const { group } of plan.cache) stateBytes += group.layers * group.stateBytes;
  if (stateBytes === 0) return;
  const bytes = ((shape.decoding + shape.prompts) * 2 * stateBytes) / plan.tensor;
  operations.push(operation('recurrent state', bytes / plan.cacheBytesPerSecond, 0, bytes, 'memory-bandwidth'));
}

/** Norms, rotary embedding, residuals, activation functions and cache writes: the share of 10 d + 3 f a layer that moves. */
function addElementwise(operations: Operation[], plan: ServingPlan, tokens: number): void {
  const { architecture, shape, tensor } = plan;
  const elements = 10 * architecture.hidden * shape.layers + (3 * shape.intermediateWidths) / tensor;
  const bytes = plan.elementwiseShare * tokens * elements * ACTIVATION_BYTES;
  const seconds = bytes / plan.elementwiseBytesPerSecond;
  operations.push(operation('norms and activations', seconds, 0, bytes, 'memory-bandwidth'));
}

/** Two all-reduces a layer (one for parallel blocks), expert dispatch and combine, hand-overs between stages. */
function addCollectives(operations: Operation[], plan: ServingPlan, tokens: number): void {
  const { architecture, shape, tensor, tensorPath, expertPath, pipelinePath } = plan;
  const hiddenBytes = tokens * architecture.hidden * ACTIVATION_BYTES;
  if (tensorPath !== null) {
    const count = architecture.parallelBlocks
      ? Math.max(shape.mixers, shape.feedForwards)
      : shape.mixers + shape.feedForwards;
    const seconds = count * allReduceSeconds(hiddenBytes, tensor, tensorPath);
    operations.push(operation('all-reduce', seconds, 0, count * hiddenBytes, 'interconnect'));
  }
  if (expertPath !== null) {
    const sent = tokens * shape.activeExperts * architecture.hidden;
    const dispatch = allToAllSeconds(sent, plan.expertRanks, expertPath);
    const combine = allToAllSeconds(sent * ACTIVATION_BYTES, plan.expertRanks, expertPath);
    const seconds = shape.expertLayers * (dispatch + combine);
    operations.push(operation('expert all-to-all', seconds, 0, shape.expertLayers * sent * 3, 'interconnect'));
  }
  if (pipelinePath !== null) {
    const sends = plan.deployment.parallelism.pipeline - 1;
    const seconds = sends * sendSeconds(hiddenBytes / tensor, pipelinePath);
    operations.push(operation('pipeline hand-over', seconds, 0, (sends * hiddenBytes) / tensor, 'interconnect'));
  }
}

/** Every weight read once, while tokens are multiplied by them. */
function matmul(name: string, flops: number, bytes: number, rates: MatmulRates): Operation {
  const compute = flops / rates.flopsPerSecond;
  const memory = bytes / rates.bytesPerSecond;
  return operation(name, overlapped(compute, memory, rates.exponent), flops, bytes, boundOf(compute, memory));
}

function operation(name: string, seconds: number, flops: number, bytes: number, bound: Bottleneck): Operation {
  return { name, seconds, flops, bytes, bound };
}
