// A model as a stack of blocks: what attends, what feeds forward, how often and how wide, in counts of elements.

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
export interface CacheCompression {
  tokensPerEntry: number;
  /** Neighbouring entries overlap: the projections that merge are twice as wide. */
  overlapping: boolean;
}

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

/** The tokens a sparse-attention layer reads, and the indexer that picks them. */
export interface SparseSelection {
  topTokens: number;
  /** 0 = reuses the selection of an earlier layer: no indexer of its own, no index keys. */
  indexHeads: number;
  indexHeadDim: number;
}

/** Linear attention or a state-space mixer: a state of fixed size per sequence, read and written at every step. */
export interface StateSpaceMixer {
  kind: 'state-space';
  /** gated-delta-net, kimi-delta, lightning, mamba1, mamba2, ...: for people; no formula reads it. */
  variant: string;
  /** Recurrent state elements of one sequence in one layer. */
  stateElements: number;
  /** Bytes of one recurrent state element (4 where kernels keep it in fp32). */
  stateElementBytes: number;
  /** Convolution state elements of one sequence in one layer, at 2 bytes. */
  convolutionElements: number;
  /** Parameters of one layer's mixer, projections included, norms excluded. */
  parameters: number;
  /** FLOPs of the recurrence for one token in one layer, projections (2 × parameters) excluded. */
  recurrenceFlopsPerToken: number;
}

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

export type Attention = GroupedQueryAttention | LatentAttention | StateSpaceMixer | CrossAttention;

/** Gate, up and down projections (SwiGLU, GeGLU): 3 × hidden × intermediate parameters. */
export interface GatedFeedForward {
  kind: 'gated';
  intermediate: number;
  bias?: boolean;
}

/** Up and down projections (GELU, ReLU²): 2 × hidden × intermediate parameters. */
export interface PlainFeedForward {
  kind: 'plain';
  intermediate: number;
  bias?: boolean;
}

/** Mixture of experts: a router sends each token to `activeExperts` of `experts`; shared experts see every token. */
export interface ExpertFeedForward {
  kind: 'experts';
  experts: number;
  activeExperts: number;
  /** Intermediate width of one routed expert. */
  intermediate: number;
  /** Whole intermediate width of all shared experts together; 0 = none. */
  sharedIntermediate: number;
  /** True: each expert has gate, up and down matrices; false: up and down only. */
  gated: boolean;
  /** Width the routed experts work in when tokens are projected down first (latent experts); absent = hidden. */
  expertHidden?: number;
  /** Router outputs that compute nothing ("zero experts"); they take routing slots, not weights. */
  zeroExperts?: number;
  /** A sigmoid or softmax gate of hidden parameters on the shared expert. */
  sharedGate?: boolean;
  bias?: boolean;
}

export type FeedForward = GatedFeedForward | PlainFeedForward | ExpertFeedForward;

/** `layers` equal residual blocks. A group may hold only the mixer or only the feed-forward (Nemotron-H, pure Mamba). */
export interface BlockGroup {
  layers: number;
  attention: Attention | null;
  feedForward: FeedForward | null;
}

/** Parameters outside blocks, embedding and head: a vision tower, multi-token-prediction layers, per-layer embeddings. */
export interface ExtraParameters {
  name: string;
  parameters: number;
  /** Loaded with the model by common runtimes (counts in memory). */
  resident: boolean;
  /** Read in full at every decode step (counts in time). */
  readEachStep: boolean;
}

export interface Architecture {
  hidden: number;
  vocabulary: number;
  tiedEmbeddings: boolean;
  /** Learned position rows of width hidden; 0 = rotary, ALiBi or none. */
  learnedPositions: number;
  /** Attention and feed-forward read the same input (GPT-J, Falcon): one all-reduce a layer instead of two. */
  parallelBlocks: boolean;
  /**
   * Vectors of width hidden per mixer and per feed-forward for normalisation
   * (1; 2 with biases or post-norms; half where the two share one norm).
   */
  normVectors: number;
  /** Vectors of width hidden for normalisation outside the blocks (final norm, embedding norm); absent = 1. */
  outerNormVectors?: number;
  blocks: readonly BlockGroup[];
  extras: readonly ExtraParameters[];
}
