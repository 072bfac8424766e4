import { matrix } from '../matrix.ts';
import { type AttentionLayer, emptyLayer } from './layer.ts';
import { indexerMatrices, queryMatrices, type SparseSelection, selectionOf } from './sparse.ts';

/** Multi-head latent attention (DeepSeek): key and value share one cached latent. */
export interface LatentAttention {
  kind: 'multi-head-latent';
  heads: number;
  /** Cached latent elements a token a layer (kv_lora_rank). */
  latentDim: number;
  /** Cached rotary elements a token a layer, shared by the heads (qk_rope_head_dim). */
  ropeDim: number;
  nopeDim: number;
  valueHeadDim: number;
  /** Query projected through this rank first; absent = directly. */
  queryRank?: number;
  sparse?: SparseSelection;
}

export function latentLayer(attention: LatentAttention, hidden: number): AttentionLayer {
  const { heads, latentDim, ropeDim, nopeDim, valueHeadDim, queryRank, sparse } = attention;
  return {
    ...emptyLayer,
    matrices: [
      ...queryMatrices(heads * (nopeDim + ropeDim), hidden, queryRank),
      matrix('attention-key', latentDim + ropeDim, hidden),
      // Stored and run absorbed, one matrix a head: queries into the latent space, latents out to values.
      matrix('attention-key', latentDim, nopeDim, heads),
      matrix('attention-value', valueHeadDim, latentDim, heads),
      matrix('attention-output', hidden, heads * valueHeadDim),
      ...(sparse === undefined ? [] : indexerMatrices(sparse, hidden, { queryRank, sharedKey: true })),
    ],
    vectors: latentDim + (queryRank ?? 0) + 2 * (sparse?.indexHeadDim ?? 0),
    elementsPerToken: latentDim + ropeDim,
    readElementsPerToken: latentDim + ropeDim,
    ...(sparse === undefined ? {} : selectionOf(sparse)),
    heads,
    kvHeads: heads,
    // Absorbed: scores over latent and rope, values over the latent.
    flopsPerPair: 2 * heads * (2 * latentDim + ropeDim),
    prefillFlopsPerPair: 2 * heads * (nopeDim + ropeDim + valueHeadDim),
    latent: true,
    rotaryWidth: ropeDim,
    quantisedAs: 'latent',
  };
}
