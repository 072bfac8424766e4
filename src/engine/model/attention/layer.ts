import type { Matrix } from '../matrix.ts';

/**
 * One layer of some kind of attention, as counts: all that the formulas on parameters, weights, caches, memory and time
 * ask of it, so that none of them knows the kinds. Elements and FLOPs are of one layer and one sequence.
 */
export interface AttentionLayer {
  /** A state-space mixer is one pseudo-matrix. */
  matrices: readonly Matrix[];
  /** Elements of norms, biases and gates, which are never quantised; the norms of the block itself excluded. */
  vectors: number;
  /** Elements appended by one token: keys, values or the latent. */
  elementsPerToken: number;
  /** Elements read per visible token; not 0 for a layer that reads another layer's cache. */
  readElementsPerToken: number;
  /** Elements of the indexer's keys appended by one token (sparse attention). */
  indexElementsPerToken: number;
  /** The last tokens a query can see; Infinity = all. */
  windowTokens: number;
  /** Cached entries a token outside the window leaves behind, merged with its neighbours; 0 = none. */
  compressedEntriesPerToken: number;
  /** Most tokens read by one query, counted before they are merged; Infinity = all it can see. */
  readTokens: number;
  /** Elements of fixed size per sequence: cross-attention keys and values. */
  fixedElements: number;
  /** Bytes of recurrent and convolution state per sequence, whatever the cache format. */
  stateBytes: number;
  /** Query heads; 0 = attends over nothing. */
  heads: number;
  kvHeads: number;
  /** FLOPs of scores and weighted values for one query token and one cached token, over all heads. */
  flopsPerPair: number;
  /** The same in the un-absorbed form used for prompts (multi-head latent attention expands the latent). */
  prefillFlopsPerPair: number;
  /** FLOPs of the indexer's score of one query token and one visible token (sparse attention). */
  indexFlopsPerPair: number;
  /** FLOPs of the recurrence for one token, projections excluded (state-space). */
  recurrenceFlopsPerToken: number;
  /** The cache is one shared latent that tensor parallelism replicates instead of splitting. */
  latent: boolean;
  /** Elements of a rotary table for one position: those of one head. */
  rotaryWidth: number;
  /**
   * What llama.cpp's quantiser takes the projections for. attention: it counts the layers that have them, and its rules
   * name them. latent: names that no rule mentions. other: counted among all layers.
   */
  quantisedAs: 'attention' | 'latent' | 'other';
}

/** A layer that has and keeps nothing: what a kind does not say of itself. */
export const emptyLayer: AttentionLayer = {
  matrices: [],
  vectors: 0,
  elementsPerToken: 0,
  readElementsPerToken: 0,
  indexElementsPerToken: 0,
  windowTokens: Number.POSITIVE_INFINITY,
  compressedEntriesPerToken: 0,
  readTokens: Number.POSITIVE_INFINITY,
  fixedElements: 0,
  stateBytes: 0,
  heads: 0,
  kvHeads: 0,
  flopsPerPair: 0,
  prefillFlopsPerPair: 0,
  indexFlopsPerPair: 0,
  recurrenceFlopsPerToken: 0,
  latent: false,
  rotaryWidth: 0,
  quantisedAs: 'other',
};
