import { remembered } from '../remembered.ts';
import type { Architecture, BlockGroup, ExpertFeedForward, FeedForward } from './architecture.ts';
import { attentionLayer } from './attention/attention.ts';
import { type Matrix, matrix } from './matrix.ts';

/** Parameters by the part they belong to. */
export interface ParameterCount {
  /** Everything stored: embedding, head when untied, positions, norms, blocks, extras. */
  total: number;
  /** What one token passes through: routed experts × the share chosen, and only the extras that every step reads. */
  active: number;
  embedding: number;
  /** 0 when the embedding doubles as the head. */
  head: number;
  /** Routed experts, all of them. Part of `blocks`. */
  experts: number;
  blocks: number;
  extras: number;
}

/**
 * Parameters of a whole model, from its blocks. Exact for the architectures that the shapes express;
 * routing bias vectors and attention sinks (a few thousand elements) are ignored unless listed in `extras`.
 * Computed once per architecture object, which must not change afterwards.
 */
export const countParameters = remembered(sumParameters);

/** Matrices of one layer of the group, attention first. */
export function matricesOfLayer({ attention, feedForward }: BlockGroup, hidden: number): readonly Matrix[] {
  const mixer = attention === null ? [] : attentionLayer(attention, hidden).matrices;
  return [...mixer, ...feedForwardMatrices(feedForward, hidden)];
}

/** Elements of the norms, biases and gates of one layer: everything that is not a matrix, and never quantised. */
export function vectorsOfLayer(group: BlockGroup, architecture: Architecture): number {
  const { hidden, normVectors } = architecture;
  const parts = (group.attention === null ? 0 : 1) + (group.feedForward === null ? 0 : 1);
  const ofAttention = group.attention === null ? 0 : attentionLayer(group.attention, hidden).vectors;
  return parts * normVectors * hidden + ofAttention + feedForwardVectors(group.feedForward, hidden);
}

/** Real experts a token visits: routing slots that fall on zero experts compute nothing. Balanced routing assumed. */
export function expertsPerToken(feedForward: ExpertFeedForward): number {
  const { experts, activeExperts, zeroExperts = 0 } = feedForward;
  return (activeExperts * experts) / (experts + zeroExperts);
}

/** Share of all experts that `tokens` tokens touch on average, with `active` choices each, balanced and independent. */
export function distinctExpertFraction(experts: number, active: number, tokens: number): number {
  return 1 - (1 - active / experts) ** tokens;
}

/** Intermediate width that one token passes through: of experts, those it chooses and the shared ones. */
export function feedForwardWidth(feedForward: FeedForward): number {
  if (feedForward.kind !== 'experts') return feedForward.intermediate;
  return feedForward.activeExperts * feedForward.intermediate + feedForward.sharedIntermediate;
}

function sumParameters(architecture: Architecture): ParameterCount {
  const { hidden, vocabulary, tiedEmbeddings, learnedPositions, outerNormVectors = 1 } = architecture;
  const embedding = vocabulary * hidden;
  const head = tiedEmbeddings ? 0 : embedding;
  let blocks = 0;
  let experts = 0;
  let idleExperts = 0;
  for (const group of architecture.blocks) {
    let layer = vectorsOfLayer(group, architecture);
    for (const { outputs, inputs, count } of matricesOfLayer(group, hidden)) layer += outputs * inputs * count;
    blocks += group.layers * Math.round(layer);
    if (group.feedForward?.kind !== 'experts') continue;
    const routed = group.layers * routedParametersOfLayer(group.feedForward, hidden);
    experts += routed;
    idleExperts += routed * (1 - expertsPerToken(group.feedForward) / group.feedForward.experts);
  }
  let extras = 0;
  let idleExtras = 0;
  for (const extra of architecture.extras) {
    extras += extra.parameters;
    if (!extra.readEachStep) idleExtras += extra.parameters;
  }
  const total = embedding + head + (learnedPositions + outerNormVectors) * hidden + blocks + extras;
  return { total, active: Math.round(total - idleExperts - idleExtras), embedding, head, experts, blocks, extras };
}

function routedParametersOfLayer(feedForward: ExpertFeedForward, hidden: number): number {
  const { experts, intermediate, gated, expertHidden = hidden, bias } = feedForward;
  const matrices = (gated ? 3 : 2) * expertHidden * intermediate;
  const biases = bias === true ? (gated ? 2 : 1) * intermediate + expertHidden : 0;
  return experts * (matrices + biases);
}

function feedForwardMatrices(feedForward: FeedForward | null, hidden: number): Matrix[] {
  switch (feedForward?.kind) {
    case undefined:
      return [];
    case 'gated':
      return gatedMatrices(feedForward.intermediate, hidden);
    case 'plain':
      return plainMatrices(feedForward.intermediate, hidden);
    case 'experts': {
      const { experts, intermediate, sharedIntermediate, gated, expertHidden = hidden, zeroExperts = 0 } = feedForward;
      const matrices = [matrix('router', experts + zeroExperts, hidden)];
      if (gated) matrices.push(matrix('expert-gate', intermediate, expertHidden, experts));
      matrices.push(matrix('expert-up', intermediate, expertHidden, experts));
      matrices.push(matrix('expert-down', expertHidden, intermediate, experts));
      if (expertHidden !== hidden) {
        // Into and out of the experts' narrower space, once per token.
        matrices.push(matrix('ffn-up', expertHidden, hidden), matrix('ffn-down', hidden, expertHidden));
      }
      if (sharedIntermediate > 0) {
        matrices.push(...(gated ? gatedMatrices : plainMatrices)(sharedIntermediate, hidden));
      }
      return matrices;
    }
  }
}

function gatedMatrices(intermediate: number, hidden: number): Matrix[] {
  return [matrix('ffn-gate', intermediate, hidden), ...plainMatrices(intermediate, hidden)];
}

function plainMatrices(intermediate: number, hidden: number): Matrix[] {
  return [matrix('ffn-up', intermediate, hidden), matrix('ffn-down', hidden, intermediate)];
}

function feedForwardVectors(feedForward: FeedForward | null, hidden: number): number {
  switch (feedForward?.kind) {
    case undefined:
      return 0;
    case 'gated':
      return feedForward.bias === true ? 2 * feedForward.intermediate + hidden : 0;
    case 'plain':
      return feedForward.bias === true ? feedForward.intermediate + hidden : 0;
    case 'experts': {
      const { experts, intermediate, gated, expertHidden = hidden, bias, sharedGate } = feedForward;
      const biases = bias === true ? experts * ((gated ? 2 : 1) * intermediate + expertHidden + 1) : 0;
      return biases + (sharedGate === true ? hidden : 0);
    }
  }
}
