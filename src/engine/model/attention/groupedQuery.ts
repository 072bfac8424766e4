import { type Matrix, matrix } from '../matrix.ts';
import { type AttentionLayer, emptyLayer } from './layer.ts';
import { indexerMatrices, queryMatrices, type SparseSelection, selectionOf } from './sparse.ts';

/** Softmax attention over cached keys and values: multi-head, grouped-query and multi-query differ only in `kvHeads`. */
export interface GroupedQueryAttention {
  kind: 'grouped-query';
  heads: number;
  kvHeads: number;
  /** Elements of one query or key head. */
  headDim: number;
  /** Elements of one value head when it differs from `headDim`. */
  valueHeadDim?: number;
  /** Tokens a query can see; absent = the whole context. */
  windowTokens?: number;
  /** Reads another layer's keys and values: caches nothing and has no key and value projections. */
  sharesKeyValue?: boolean;
  /** Keys are used as values: one projection and one cached vector instead of two. */
  keyIsValue?: boolean;
  /** Values are made from the key projection: one projection, but both vectors are cached (Gemma 4). */
  valueFromKey?: boolean;
  /** An elementwise gate on the output, projected from the input (heads × headDim columns). */
  outputGate?: boolean;
  /** Learned biases: on query, key, value; or on those and the output. */
  bias?: 'qkv' | 'all';
  /** Query and key norms, per head or over the full width. */
  queryKeyNorm?: 'head' | 'full';
  /** Reads at most this many cached tokens per query, chosen by an indexer (sparse attention); stores them all. */
  sparse?: SparseSelection;
  /** Query projected through this rank first. */
  queryRank?: number;
  /** Output projected through this rank first, separately for each group of heads; absent = directly. */
  outputLowRank?: { rank: number; groups: number };
  /** What is cached of the tokens that `windowTokens` leaves behind; absent = nothing. */
  compression?: CacheCompression;
}

/** Beside the raw window, all tokens are kept merged: one cached entry for every few of them (DeepSeek V4). */
interface CacheCompression {
  tokensPerEntry: number;
  /** Neighbouring entries overlap: the projections that merge are twice as wide. */
  overlapping: boolean;
}

export function groupedQueryLayer(attention: GroupedQueryAttention, hidden: number): AttentionLayer {
  const { heads, kvHeads, headDim, valueHeadDim = headDim, windowTokens, sparse, compression } = attention;
  const cached = kvHeads * (attention.keyIsValue === true ? headDim : headDim + valueHeadDim);
  const flopsPerPair = 2 * heads * (headDim + valueHeadDim);
  return {
    ...emptyLayer,
    matrices: matrices(attention, hidden),
    vectors: vectors(attention, hidden),
    elementsPerToken: attention.sharesKeyValue === true ? 0 : cached,
    readElementsPerToken: cached,
    windowTokens: windowTokens ?? emptyLayer.windowTokens,
    compressedEntriesPerToken: compression === undefined ? 0 : 1 / compression.tokensPerEntry,
    ...(sparse === undefined ? {} : selectionOf(sparse)),
    heads,
    kvHeads,
    flopsPerPair,
    prefillFlopsPerPair: flopsPerPair,
    rotaryWidth: headDim,
    quantisedAs: 'attention',
  };
}

function matrices(attention: GroupedQueryAttention, hidden: number): Matrix[] {
  const { heads, headDim, valueHeadDim = headDim, queryRank, outputLowRank, sparse, compression } = attention;
  const list = queryMatrices(heads * headDim, hidden, queryRank);
  const { keys, values } = projectedHeads(attention);
  if (keys > 0) list.push(matrix('attention-key', keys * headDim, hidden));
  if (values > 0) list.push(matrix('attention-value', values * valueHeadDim, hidden));
  const width = heads * valueHeadDim;
  if (attention.outputGate === true) list.push(matrix('attention-query', width, hidden));
  if (outputLowRank === undefined) {
    list.push(matrix('attention-output', hidden, width));
  } else {
    const { rank, groups } = outputLowRank;
    list.push(matrix('attention-output', rank, width / groups, groups));
    list.push(matrix('attention-output', hidden, rank * groups));
  }
  if (compression !== undefined) {
    // What merges tokens into an entry, and the gate that weighs them; for the indexer's keys likewise.
    const merged = (headDim + (sparse?.indexHeadDim ?? 0)) * (compression.overlapping ? 2 : 1);
    list.push(matrix('attention-key', merged, hidden, 2));
  }
  const sharedKey = compression === undefined;
  return sparse === undefined ? list : [...list, ...indexerMatrices(sparse, hidden, { queryRank, sharedKey })];
}

function vectors(attention: GroupedQueryAttention, hidden: number): number {
  const { heads, headDim, valueHeadDim = headDim, bias, queryKeyNorm, sparse, compression } = attention;
  const { keys, values } = projectedHeads(attention);
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

/** Heads that have a key or a value projection of their own; 0 = none has. */
function projectedHeads({ kvHeads, sharesKeyValue, keyIsValue, valueFromKey }: GroupedQueryAttention) {
  const keys = sharesKeyValue === true ? 0 : kvHeads;
  return { keys, values: keyIsValue === true || valueFromKey === true ? 0 : keys };
}
