import type { Architecture, Attention, BlockGroup } from './profile.ts';

/** What one layer of a group keeps per sequence; every formula on caches reads these sums. */
export interface CacheGroup {
  layers: number;
  /** Elements appended by one token: keys, values or the latent. */
  elementsPerToken: number;
  /** Elements of the indexer's keys appended by one token (sparse attention). */
  indexElementsPerToken: number;
  /** The last tokens a query can see; Infinity = all. */
  windowTokens: number;
  /** Most tokens read by one query; Infinity = all it can see. */
  readTokens: number;
  /** Elements of fixed size per sequence: cross-attention keys and values. */
  fixedElements: number;
  /** Bytes of recurrent and convolution state per sequence, whatever the cache format. */
  stateBytes: number;
  heads: number;
  kvHeads: number;
  /** FLOPs of scores and weighted values for one query token and one cached token, over all heads. */
  flopsPerPair: number;
  /** The same in the un-absorbed form used for prompts (multi-head latent attention expands the latent). */
  prefillFlopsPerPair: number;
  /** The cache is one shared latent that tensor parallelism replicates instead of splitting. */
  latent: boolean;
}

const groupsOfArchitecture = new WeakMap<Architecture, readonly CacheGroup[]>();

/** The attention and state-space groups of an architecture, summed up once per architecture object. */
export function cacheGroups(architecture: Architecture): readonly CacheGroup[] {
  const known = groupsOfArchitecture.get(architecture);
  if (known !== undefined) return known;
  const groups = architecture.blocks.flatMap((group) => {
    const cached = cacheGroup(group);
    return cached === null ? [] : [cached];
  });
  groupsOfArchitecture.set(architecture, groups);
  return groups;
}

/**
 * Bytes of KV cache added by one token of context, over all layers, before parallelism divides or replicates them.
 *
 * Grouped-query: 2 (key and value) × kvHeads × headDim elements a layer, 1 × when keys are the values, 0 for layers
 * that share another layer's. Multi-head latent: latentDim + ropeDim elements a layer, plus the indexer's key for
 * sparse attention. State-space and cross-attention: none, their state does not grow; see `stateBytesPerSequence`.
 * Windowed layers count in full: below the window every token adds to them. Ignores page rounding.
 *
 * @see arXiv:2505.09343, KV-cache comparison table
 */
export function kvCacheBytesPerToken(architecture: Architecture, bytesPerElement: number): number {
  let elements = 0;
  for (const group of cacheGroups(architecture)) {
    elements += group.layers * (group.elementsPerToken + group.indexElementsPerToken);
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
    const kept = windowed ? Math.min(tokens, group.windowTokens + windowSlackTokens) : tokens;
    const paged = pageTokens === 1 ? kept : Math.ceil(kept / pageTokens) * pageTokens;
    elements += group.layers * ((group.elementsPerToken + group.indexElementsPerToken) * paged + group.fixedElements);
  }
  return elements * bytesPerElement;
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

/** Cached elements one query token reads in one layer at a context of `tokens`, indexer keys included. */
export function elementsReadPerQuery(group: CacheGroup, tokens: number): number {
  const visible = Math.min(tokens, group.windowTokens);
  const read = Math.min(visible, group.readTokens);
  return group.elementsPerToken * read + group.indexElementsPerToken * visible + group.fixedElements;
}

function cacheGroup({ layers, attention }: BlockGroup): CacheGroup | null {
  if (attention === null) return null;
  const base: CacheGroup = {
    layers,
    elementsPerToken: 0,
    indexElementsPerToken: 0,
    windowTokens: Number.POSITIVE_INFINITY,
    readTokens: Number.POSITIVE_INFINITY,
    fixedElements: 0,
    stateBytes: 0,
    heads: 0,
    kvHeads: 0,
    flopsPerPair: 0,
    prefillFlopsPerPair: 0,
    latent: false,
  };
  return { ...base, ...cacheOf(attention) };
}

function cacheOf(attention: Attention): Partial<CacheGroup> {
  switch (attention.kind) {
    case 'grouped-query': {
      const { heads, kvHeads, headDim, valueHeadDim = headDim, windowTokens, sparse } = attention;
      const vectors = attention.keyIsValue === true ? headDim : headDim + valueHeadDim;
      const flopsPerPair = 2 * heads * (headDim + valueHeadDim);
      return {
        elementsPerToken: attention.sharesKeyValue === true ? 0 : kvHeads * vectors,
        windowTokens: windowTokens ?? Number.POSITIVE_INFINITY,
        indexElementsPerToken: sparse?.indexHeadDim ?? 0,
        readTokens: sparse?.topTokens ?? Number.POSITIVE_INFINITY,
        heads,
        kvHeads,
        flopsPerPair,
        prefillFlopsPerPair: flopsPerPair,
      };
    }
    case 'multi-head-latent': {
      const { heads, latentDim, ropeDim, nopeDim, valueHeadDim, sparse } = attention;
      return {
        elementsPerToken: latentDim + ropeDim,
        indexElementsPerToken: sparse?.indexHeadDim ?? 0,
        readTokens: sparse?.topTokens ?? Number.POSITIVE_INFINITY,
        heads,
        kvHeads: heads,
        // Absorbed: scores over latent and rope, values over the latent.
        flopsPerPair: 2 * heads * (2 * latentDim + ropeDim),
        prefillFlopsPerPair: 2 * heads * (nopeDim + ropeDim + valueHeadDim),
        latent: true,
      };
    }
    case 'state-space':
      return { stateBytes: attention.stateElements * attention.stateElementBytes + attention.convolutionElements * 2 };
    case 'cross': {
      const { heads, kvHeads, headDim, sourceTokens } = attention;
      return {
        fixedElements: 2 * kvHeads * headDim * sourceTokens,
        heads,
        kvHeads,
      };
    }
  }
}
