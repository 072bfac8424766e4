import { matrix } from '../matrix.ts';
import { type AttentionLayer, emptyLayer } from './layer.ts';

/** Attention onto a fixed set of encoder or image tokens: its cache does not grow with the text. */
export interface CrossAttention {
  kind: 'cross';
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Tokens attended to, cached once per sequence; 0 for a text-only request. */
  sourceTokens: number;
  queryKeyNorm?: 'head' | 'full';
}

export function crossLayer(attention: CrossAttention, hidden: number): AttentionLayer {
  const { heads, kvHeads, headDim, sourceTokens, queryKeyNorm } = attention;
  const normsPerElement = { none: 0, head: 2, full: heads + kvHeads };
  return {
    ...emptyLayer,
    matrices: [
      matrix('attention-query', heads * headDim, hidden),
      matrix('attention-key', kvHeads * headDim, hidden),
      matrix('attention-value', kvHeads * headDim, hidden),
      matrix('attention-output', hidden, heads * headDim),
    ],
    vectors: headDim * normsPerElement[queryKeyNorm ?? 'none'],
    fixedElements: 2 * kvHeads * headDim * sourceTokens,
    heads,
    kvHeads,
  };
}
