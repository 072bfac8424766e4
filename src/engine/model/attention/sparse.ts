import { type Matrix, matrix } from '../matrix.ts';
import type { AttentionLayer } from './layer.ts';

/** The tokens a sparse-attention layer reads, and the indexer that picks them. */
export interface SparseSelection {
  topTokens: number;
  /** 0 = reuses the selection of an earlier layer: no indexer of its own, no index keys. */
  indexHeads: number;
  indexHeadDim: number;
}

/** What the selection costs: keys of the indexer in the cache, its scores, and how few tokens are then read. */
export function selectionOf({
  topTokens,
  indexHeads,
  indexHeadDim,
}: SparseSelection): Pick<AttentionLayer, 'indexElementsPerToken' | 'indexFlopsPerPair' | 'readTokens'> {
  return {
    indexElementsPerToken: indexHeadDim,
    indexFlopsPerPair: 2 * indexHeads * indexHeadDim,
    readTokens: topTokens,
  };
}

/**
 * Index queries (from the query's low rank where there is one), a weight per index head, and one shared index key, but
 * for compressed caches, which merge the index keys with projections of their own.
 */
export function indexerMatrices(
  { indexHeads, indexHeadDim }: SparseSelection,
  hidden: number,
  { queryRank = hidden, sharedKey }: { queryRank?: number | undefined; sharedKey: boolean },
): Matrix[] {
  if (indexHeads === 0) return [];
  return [
    matrix('attention-query', indexHeads * indexHeadDim, queryRank),
    matrix('attention-query', indexHeads, hidden),
    ...(sharedKey ? [matrix('attention-key', indexHeadDim, hidden)] : []),
  ];
}

/** Queries of `width` elements, through `rank` first where there is one. */
export function queryMatrices(width: number, hidden: number, rank: number | undefined): Matrix[] {
  if (rank === undefined) return [matrix('attention-query', width, hidden)];
  return [matrix('attention-query', rank, hidden), matrix('attention-query', width, rank)];
}
