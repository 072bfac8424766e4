import type { TensorClass } from '../shapes.ts';
import type {
  Architecture,
  Attention,
  BlockGroup,
  CacheCompression,
  ExpertFeedForward,
  FeedForward,
  GroupedQueryAttention,
  SparseSelection,
} from './architecture.ts';

/** `count` equal matrices of one layer. Norms and biases are vectors, not matrices. */
export interface Matrix {
  tensor: TensorClass;
  /** Rows: elements of one output. */
  outputs: number;
  /** Columns: elements of one input; the first dimension in a GGUF file. */
  inputs: number;
  /** Equal matrices in one layer: one per expert, or one per head. */
  count: number;
}

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

const countedArchitectures = new WeakMap<Architecture, ParameterCount>();
const listedGroups = new WeakMap<BlockGroup, { hidden: number; matrices: readonly Matrix[] }>();

/**
 * Parameters of a whole model, from its blocks. Exact for the architectures that the shapes express;
 * routing bias vectors and attention sinks (a few thousand elements) are ignored unless listed in `extras`.
 * Computed once per architecture object, which must not change afterwards.
 */
export function countParameters(architecture: Architecture): ParameterCount {
  const known = countedArchitectures.get(architecture);
  if (known !== undefined) return known;
  const count = sumParameters(architecture);
  countedArchitectures.set(architecture, count);
  return count;
}

/** Matrices of one layer of the group. Listed once per group object. A state-space mixer is one pseudo-matrix. */
export function matricesOfLayer(group: BlockGroup, hidden: number): readonly Matrix[] {
  const known = listedGroups.get(group);
  if (known !== undefined && known.hidden === hidden) return known.matrices;
  const matrices = [...attentionMatrices(group.attention, hidden), ...feedForwardMatrices(group.feedForward, hidden)];
  listedGroups.set(group, { hidden, matrices });
  return matrices;
}

/** Elements of the norms, biases and gates of one layer: everything that is not a matrix, and never quantised. */
export function vectorsOfLayer(group: BlockGroup, architecture: Architecture): number {
  const { hidden, normVectors } = architecture;
  const parts = (group.attention === null ? 0 : 1) + (group.feedForward === null ? 0 : 1);
  return (
    parts * normVectors * hidden +
    attentionVectors(group.attention, hidden) +
    feedForwardVectors(group.feedForward, hidden)
  );
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

function matrix(tensor: TensorClass, outputs: number, inputs: number, count = 1): Matrix {
  return { tensor, outputs, inputs, count };
}

function attentionMatrices(attention: Attention | null, hidden: number): Matrix[] {
  switch (attention?.kind) {
    case undefined:
      return [];
    case 'grouped-query': {
      const { heads, kvHeads, headDim, valueHeadDim = headDim, queryRank, sparse } = attention;
      const matrices = queryMatrices(heads * headDim, hidden, queryRank);
      if (attention.sharesKeyValue !== true) {
        matrices.push(matrix('attention-key', kvHeads * headDim, hidden));
        if (hasValueProjection(attention)) matrices.push(matrix('attention-value', kvHeads * valueHeadDim, hidden));
      }
      if (attention.outputGate === true) matrices.push(matrix('attention-query', heads * valueHeadDim, hidden));
      matrices.push(...outputMatrices(heads * valueHeadDim, hidden, attention.outputLowRank));
      if (attention.compression !== undefined) {
        // What merges tokens into an entry, and the gate that weighs them; for the indexer's keys likewise.
        const merged = (headDim + (sparse?.indexHeadDim ?? 0)) * (attention.compression.overlapping ? 2 : 1);
        matrices.push(matrix('attention-key', merged, hidden, 2));
      }
      if (sparse !== undefined) matrices.push(...indexerMatrices(sparse, hidden, attention));
      return matrices;
    }
    case 'multi-head-latent': {
      const { heads, latentDim, ropeDim, nopeDim, valueHeadDim, queryRank, sparse } = attention;
      const matrices = [
        ...queryMatrices(heads * (nopeDim + ropeDim), hidden, queryRank),
        matrix('attention-key', latentDim + ropeDim, hidden),
        // Stored and run absorbed, one matrix a head: queries into the latent space, latents out to values.
        matrix('attention-key', latentDim, nopeDim, heads),
        matrix('attention-value', valueHeadDim, latentDim, heads),
        matrix('attention-output', hidden, heads * valueHeadDim),
      ];
      if (sparse !== undefined) matrices.push(...indexerMatrices(sparse, hidden, attention));
      return matrices;
    }
    case 'state-space':
      return [matrix('mixer', attention.parameters / hidden, hidden)];
    case 'cross': {
      const { heads, kvHeads, headDim } = attention;
      return [
        matrix('attention-query', heads * headDim, hidden),
        matrix('attention-key', kvHeads * headDim, hidden),
        matrix('attention-value', kvHeads * headDim, hidden),
        matrix('attention-output', hidden, heads * headDim),
      ];
    }
  }
}

function queryMatrices(width: number, hidden: number, rank: number | undefined): Matrix[] {
  if (rank === undefined) return [matrix('attention-query', width, hidden)];
  return [matrix('attention-query', rank, hidden), matrix('attention-query', width, rank)];
}

function outputMatrices(width: number, hidden: number, lowRank?: { rank: number; groups: number }): Matrix[] {
  if (lowRank === undefined) return [matrix('attention-output', hidden, width)];
  const { rank, groups } = lowRank;
  return [matrix('attention-output', rank, width / groups, groups), matrix('attention-output', hidden, rank * groups)];
}

function hasValueProjection({ keyIsValue, valueFromKey }: GroupedQueryAttention): boolean {
  return keyIsValue !== true && valueFromKey !== true;
}

/** Index queries (from the query's low rank where there is one), one shared index key, a weight per index head. */
function indexerMatrices(
  { indexHeads, indexHeadDim }: SparseSelection,
  hidden: number,
  { queryRank = hidden, compression }: { queryRank?: number; compression?: CacheCompression },
): Matrix[] {
  if (indexHeads === 0) return [];
  const matrices = [
    matrix('attention-query', indexHeads * indexHeadDim, queryRank),
    matrix('attention-query', indexHeads, hidden),
  ];
  // Compressed caches merge the index keys with projections of their own.
  if (compression === undefined) matrices.push(matrix('attention-key', indexHeadDim, hidden));
  return matrices;
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

function attentionVectors(attention: Attention | null, hidden: number): number {
  switch (attention?.kind) {
    case undefined:
    case 'state-space':
      return 0;
    case 'grouped-query':
      return groupedQueryVectors(attention, hidden);
    case 'multi-head-latent':
      return attention.latentDim + (attention.queryRank ?? 0) + 2 * (attention.sparse?.indexHeadDim ?? 0);
    case 'cross':
      return attention.queryKeyNorm === undefined
        ? 0
        : attention.headDim * (attention.queryKeyNorm === 'head' ? 2 : attention.heads + attention.kvHeads);
  }
}

function groupedQueryVectors(attention: GroupedQueryAttention, hidden: number): number {
  const { heads, headDim, valueHeadDim = headDim, bias, queryKeyNorm, sparse, compression } = attention;
  const keys = attention.sharesKeyValue === true ? 0 : attention.kvHeads;
  const values = hasValueProjection(attention) ? keys : 0;
  let elements = attention.queryRank ?? 0;
  if (bias !== undefined) elements += heads * headDim + keys * headDim + values * valueHeadDim;
  if (bias === 'all') elements += hidden;
  if (queryKeyNorm === 'head') elements += headDim + (keys > 0 ? headDim : 0);
  if (queryKeyNorm === 'full') elements += (heads + keys) * headDim;
  if (compression === undefined) return elements + 2 * (sparse?.indexHeadDim ?? 0);
  // A norm on each kind of entry, and a learned bias for each position within one.
  const entryDim = headDim + (sparse?.indexHeadDim ?? 0);
  const positions = compression.tokensPerEntry * (compression.overlapping ? 2 : 1);
  return elements + entryDim * (1 + positions);
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
