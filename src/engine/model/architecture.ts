// A model as a stack of blocks: what attends, what feeds forward, how often and how wide, in counts of elements.

import type { Attention } from './attention/attention.ts';

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
