import { remembered } from '../remembered.ts';
import type { WeightFormat } from '../shapes.ts';
import type { Architecture } from './architecture.ts';
import { attentionLayer } from './attention/attention.ts';
import type { AttentionLayer } from './attention/layer.ts';

/** A group of equal layers with the counts of one of them; every formula on caches reads these. */
export interface CacheGroup extends AttentionLayer {
  layers: number;
}

/** The attention and state-space groups of an architecture, worked out once per architecture object. */
export const cacheGroups = remembered(({ blocks, hidden }: Architecture): readonly CacheGroup[] =>
  blocks.flatMap(({ layers, attention }) =>
    attention === null ? [] : [{ ...attentionLayer(attention, hidden), layers }],
  ),
);

/** Bytes of one cached element; 2 where the format says nothing. */
export function cacheBytesPerElement({ cacheBitsPerElement }: WeightFormat): number {
  return (cacheBitsPerElement ?? 16) / 8;
}

/**
 * Bytes of KV cache added by one token of context, over all layers, before parallelism divides or replicates them.
 *
 * Grouped-query: 2 (key and value) × kvHeads × headDim elements a layer, 1 × when keys are the values, 0 for layers
 * that share another layer's. Multi-head latent: latentDim + ropeDim elements a layer, plus the indexer's key for
 * sparse attention. State-space and cross-attention: none, their state does not grow; see `stateBytesPerSequence`.
 * Windowed layers count in full: below the window every token adds to them. Compressed layers add the share of an
 * entry that one token leaves behind. Ignores page rounding.
 *
 * @see arXiv:2505.09343, KV-cache comparison table
 */
export function kvCacheBytesPerToken(architecture: Architecture, bytesPerElement: number): number {
  let elements = 0;
  for (const group of cacheGroups(architecture)) {
    elements += group.layers * cachedElements(group, 1, 1);
  }
  return elements * bytesPerElement;
}

/**
 * Bytes of KV cache of one sequence of `tokens`, over all layers, before parallelism.
 * With `windowed`, windowed layers keep only their window (`windowSlackTokens` more where a runtime keeps a batch of
 * new tokens beside it); without, every layer keeps the whole sequence. Pages of `pageTokens` are filled up.
 */
export function cachedBytesOfSequence(
  architecture: Architecture,
  tokens: number,
  bytesPerElement: number,
  options: { windowed: boolean; windowSlackTokens?: number; pageTokens?: number },
): number {
  const { windowed, windowSlackTokens = 0, pageTokens = 1 } = options;
  let elements = 0;
  for (const group of cacheGroups(architecture)) {
    const raw = windowed ? Math.min(tokens, group.windowTokens + windowSlackTokens) : tokens;
    const paged = pageTokens === 1 ? raw : Math.ceil(raw / pageTokens) * pageTokens;
    elements += group.layers * (cachedElements(group, paged, tokens) + group.fixedElements);
  }
  return elements * bytesPerElement;
}

/** Elements of `rawTokens` kept as they are and of `tokens` merged into entries; the indexer's keys follow what it picks. */
function cachedElements(group: CacheGroup, rawTokens: number, tokens: number): number {
  const { elementsPerToken, indexElementsPerToken, compressedEntriesPerToken } = group;
  const entries = tokens * compressedEntriesPerToken;
  const indexed = compressedEntriesPerToken === 0 ? rawTokens : entries;
  return elementsPerToken * (rawTokens + entries) + indexElementsPerToken * indexed;
}

/** Bytes of recurrent and convolution state of one sequence, over all layers: fixed, read and written at every step. */
export function stateBytesPerSequence(architecture: Architecture): number {
  let bytes = 0;
  for (const group of cacheGroups(architecture)) bytes += group.layers * group.stateBytes;
  return bytes;
}

/**
 * Share of a group's cache that one of `tensor` ranks holds. Heads divide among ranks until there is one a rank;
 * beyond that they are replicated. A latent is replicated from the start.
 */
export function cacheShareOfRank(group: CacheGroup, tensor: number): number {
  if (group.latent) return 1;
  if (group.kvHeads === 0) return 1 / tensor;
  return Math.ceil(group.kvHeads / tensor) / group.kvHeads;
}

/** Cached entries one query token sees at a context of `tokens`: its window and the compressed rest. */
export function visibleTokens(group: CacheGroup, tokens: number): number {
  return Math.min(tokens, group.windowTokens) + tokens * group.compressedEntriesPerToken;
}

/** Cached entries one query token reads: what it sees, or the most that sparse selection lets through. */
export function readTokens(group: CacheGroup, tokens: number): number {
  // Selection works on the compressed entries where there are any; the raw window is always read.
  if (group.compressedEntriesPerToken === 0) return Math.min(tokens, group.windowTokens, group.readTokens);
  return Math.min(tokens, group.windowTokens) + Math.min(tokens, group.readTokens) * group.compressedEntriesPerToken;
}

/** Cached elements one query token reads in one layer at a context of `tokens`, indexer keys included. */
export function elementsReadPerQuery(group: CacheGroup, tokens: number): number {
  const indexed = group.compressedEntriesPerToken === 0 ? tokens : tokens * group.compressedEntriesPerToken;
  return (
    group.readElementsPerToken * readTokens(group, tokens) +
    group.indexElementsPerToken * Math.min(indexed, visibleTokens(group, tokens)) +
    group.fixedElements
  );
}

/**
 * Query-key pairs of `newTokens` queries that follow `pastTokens` cached ones, each query seeing at most `limitTokens`:
 * Σ min(past + i, limit) for i in 1..new, as an integral (causal: half of the square, not the whole).
 */
export function attendedPairs(newTokens: number, pastTokens: number, limitTokens: number): number {
  const unlimited = Math.min(newTokens, Math.max(0, limitTokens - pastTokens));
  const limited = newTokens - unlimited;
  return unlimited * (pastTokens + unlimited / 2) + (limited === 0 ? 0 : limited * limitTokens);
}
