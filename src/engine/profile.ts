import type { Estimator } from './estimator.ts';

/**
 * The shapes every part of the calculator shares. SI base units only: bytes, seconds, FLOP/s, bytes/s, watts, USD.
 * Registry rows become these at the registry's edge; GraphQL converts to the field's units at its own edge.
 */

// ---------------------------------------------------------------- model

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

export interface Model {
  id: string;
  name: string;
  /** Longest sequence the model was made for; null = not published. */
  contextTokens: number | null;
  /** null for a model that only exists behind an API. */
  architecture: Architecture | null;
}

// ---------------------------------------------------------------- weight formats

/** The matrices a format may treat differently. */
export type TensorClass =
  | 'embedding'
  | 'head'
  | 'attention-query'
  | 'attention-key'
  | 'attention-value'
  | 'attention-output'
  | 'mixer'
  | 'ffn-gate'
  | 'ffn-up'
  | 'ffn-down'
  | 'expert-gate'
  | 'expert-up'
  | 'expert-down'
  | 'router'
  | 'extra';

/** Which layers a rule holds for. Fractions are of the layer count, rounded down. */
export type LayerRange =
  | { kind: 'all' }
  | { kind: 'first'; count: number }
  | { kind: 'first-fraction'; fraction: number }
  | { kind: 'middle'; from: number; to: number }
  /** llama.cpp's `use_more_bits`: first eighth, last eighth, and every third layer between. */
  | { kind: 'more-bits' };

export interface TensorRule {
  tensors: readonly TensorClass[];
  layers: LayerRange;
  /** Holds only for models with at least this many query heads a kv head. */
  minimumGroupSize?: number;
  /** Also holds below `minimumGroupSize` for models with at least this many experts. */
  orMinimumExperts?: number;
  blockType: string;
}

export type NumberFormat = 'fp32' | 'tf32' | 'bf16' | 'fp16' | 'fp8' | 'fp6' | 'fp4' | 'int8' | 'int4';

/** How the values are packed and which rules choose each tensor's type. */
export type WeightPacking =
  /** A llama.cpp file: block types chosen tensor by tensor, then llama.cpp's own overrides. */
  | { kind: 'gguf'; defaultType: string; rules: readonly TensorRule[] }
  /** One width for every quantised matrix; the classes in `keeps16Bit` stay at 16 bits. */
  | { kind: 'uniform'; bitsPerWeight: number; keeps16Bit: readonly TensorClass[] };

export interface WeightFormat {
  id: string;
  name: string;
  /** May be used for weights (false: a KV-cache format only). */
  forWeights: boolean;
  /** Bits of one cached element, scales included; null = not used for caches. */
  cacheBitsPerElement: number | null;
  packing: WeightPacking | null;
  /**
   * Number format of the matrix multiplication, best first; the first one the device has a peak for is used.
   * A weight-only format lists 16-bit formats.
   */
  arithmetic: readonly NumberFormat[];
  /** Group the fitted efficiencies share: 16-bit, fp8, fp4, mxfp4, int8, int4, awq, nf4, bnb-int8, gguf, mlx, exl2, fp32. */
  efficiencyClass: string;
}

// ---------------------------------------------------------------- hardware

export type MemoryClass = 'hbm' | 'gddr' | 'lpddr' | 'ddr' | 'sram';
export type LinkKind = 'nvlink' | 'pcie' | 'infinity-fabric' | 'xe-link' | 'ici' | 'neuron' | 'gaudi' | 'c2c' | 'other';

export interface Link {
  kind: LinkKind;
  /** One direction, per device. */
  bytesPerSecond: number;
  /** Devices that reach each other over this link. */
  domainDevices: number;
}

/** One device as the runtime sees it: one GPU of a dual-GPU board, one TPU chip, one CPU socket. */
export interface Hardware {
  id: string;
  name: string;
  kind: 'gpu' | 'apu' | 'cpu' | 'tpu' | 'npu' | 'asic';
  vendor: string;
  /** Devices that share fitted efficiencies, e.g. nvidia-hopper, nvidia-ada-geforce, apple-m2, cpu-x86. */
  family: string;
  memoryClass: MemoryClass;
  memoryBytes: number;
  /** What a process can allocate; equals `memoryBytes` less what firmware, ECC or the system keep. */
  usableMemoryBytes: number;
  memoryBytesPerSecond: number;
  /** Dense peak FLOP/s (or OP/s) by number format. GeForce 16-bit and fp8 rates are those with fp32 accumulation. */
  peaks: Readonly<Partial<Record<NumberFormat, number>>>;
  /** Peak with fp16 accumulation where it differs (GeForce). */
  fp16AccumulatePeak: number | null;
  /** Device-to-device link; null = only through the host. */
  link: Link | null;
  /** Host link (PCIe), one direction; null = unified or unknown. */
  hostBytesPerSecond: number | null;
  /** Streaming multiprocessors or the like; null = unknown. */
  processors: number | null;
  /** CPU and GPU share the memory. */
  unifiedMemory: boolean;
  cpu: { cores: number; allCoreHertz: number | null; vectorBytes: number } | null;
  powerWatts: number | null;
  idleWatts: number | null;
}

// ---------------------------------------------------------------- runtime

/** Builds of a runtime before this one: by version (major.minor) where it is known, by year where it is not. */
export interface BuildLimit {
  version: string;
  year: number;
}

/** How a runtime lays out memory. */
export type Reservation =
  /** vLLM, SGLang: takes a fraction of the device up front and admits optimistically (preempts when full). */
  | { kind: 'fraction'; fraction: number; perDeviceBytes: number; admits: 'average' }
  /** TensorRT-LLM: a pool after the weights, never evicts: reserves prompt + output for every sequence. */
  | { kind: 'pool'; fraction: number; perDeviceBytes: number; admits: 'full' }
  /** llama.cpp, MLX, Transformers: allocates what it needs. */
  | { kind: 'as-needed'; perDeviceBytes: number };

export interface Runtime {
  id: string;
  name: string;
  /** Which estimator describes it: steps of a GPU server, or a local engine with unpacking costs. */
  estimator: 'serving' | 'local';
  /** Id of the plugged-in estimator that answers instead; absent = the engine's own. */
  estimatedBy?: string;
  /** Row of the fitted runtime constants; several ids may share one (ollama runs llama.cpp). */
  coefficients: string;
  /** Latest build year with fitted constants: the default for `runtimeYear`. */
  defaultYear: number;
  reservation: Reservation;
  /** Requests join and leave a running batch; false = static batches only. */
  continuousBatching: boolean;
  /** Prompt tokens processed in one step at most; null = the whole prompt. */
  prefillChunkTokens: number | null;
  /** Sequences in flight at most. */
  maximumSequences: number;
  /** KV-cache page in tokens; 1 = none. */
  cachePageTokens: number;
  /** Cache format when the weights are fp8 or narrower floats. */
  cacheFollowsFp8Weights: boolean;
  /** The default cache format's id. */
  defaultCache: string;
  /** tensor: every device works on every layer. layers: devices hold consecutive layers (no speed-up for one sequence). */
  split: 'tensor' | 'layers';
  /** Local runtimes: per-backend constants by vendor of the device. */
  backends: Readonly<Partial<Record<string, string>>>;
  /**
   * What local runtimes multiply prompts in on cards with matrix units. int8: packed weights as int8, unpacked ones in
   * fp16 with fp16 sums. fp16: fp16 with fp16 sums. fp32: fp16 with fp32 sums.
   */
  promptSums: 'int8' | 'fp16' | 'fp32';
  /** Attention kernels that never materialise the score matrix, from this build year on; null = never. */
  flashAttentionSince: number | null;
  /** Host launches every kernel by itself (no CUDA graphs): a step cannot be faster than its launches. */
  eager: boolean;
  /** Old builds capture decode steps up to this context only and launch kernels one by one beyond it; null = none does. */
  graphContextLimit: { tokens: number; before: BuildLimit } | null;
  /** Old builds' decode kernels share one read of a key-value head among this many query heads at most; null = all do. */
  sharedReadLimit: { queryHeads: number; before: BuildLimit } | null;
  /** Windowed layers compute only their window from this build year on; null = always did. */
  windowedAttentionSince: number | null;
  /** Requests arrive over HTTP and tokens are streamed; false = in-process library or command line. */
  served: boolean;
  /** Windowed layers keep only their window in the cache from this build year on; null = never. */
  windowedCacheSince: number | null;
}

// ---------------------------------------------------------------- question

export interface Parallelism {
  tensor: number;
  pipeline: number;
  /** Ranks the experts are spread over, inside tensor × data; 1 = sharded like the rest. */
  expert: number;
  data: number;
}

export interface Deployment {
  model: Model & { architecture: Architecture };
  hardware: Hardware;
  devices: number;
  parallelism: Parallelism;
  runtime: Runtime;
  runtimeYear: number;
  /** major.minor of the build, where it is known more closely than its year. */
  runtimeVersion?: string;
  weights: WeightFormat;
  kvCache: WeightFormat;
  /** Measured size of the weight file, where known: scales every tensor by measured ÷ computed. */
  weightFileBytes?: number;
  /** Overrides the runtime's flash-attention setting (local runtimes have a switch). */
  flashAttention?: boolean;
  /** Answers instead of the engine's own estimators: what the runtime's `estimatedBy` names. */
  estimator?: Estimator;
}

export type Scheduling = 'static' | 'continuous';

export interface Workload {
  /** Tokens read before the first one is generated, per sequence. */
  promptTokens: number;
  /** Tokens generated per sequence. */
  outputTokens: number;
  /** Sequences in flight. */
  batch: number;
  /** Tokens already in each sequence's cache before the prompt. */
  contextTokens: number;
  scheduling: Scheduling;
}

// ---------------------------------------------------------------- answer

export type Bottleneck = 'compute' | 'memory-bandwidth' | 'interconnect' | 'overhead' | 'memory-capacity';
export type Phase = 'prefill' | 'decode';

/** One operator of one engine step, over all layers, on one device. */
export interface Operation {
  name: string;
  seconds: number;
  flops: number;
  bytes: number;
  bound: Bottleneck;
}

export interface EngineStep {
  seconds: number;
  operations: readonly Operation[];
}

export interface MemoryEstimate {
  fits: boolean;
  weightBytes: number;
  kvCacheBytes: number;
  stateBytes: number;
  activationBytes: number;
  overheadBytes: number;
  /** Needed over all devices: the sum of the five parts. */
  totalBytes: number;
  perDeviceBytes: number;
  usablePerDeviceBytes: number;
  /** What the device's monitor shows: more than needed for runtimes that reserve up front. */
  reservedPerDeviceBytes: number;
  /** Added by one token of one sequence over all devices' layers, replication over ranks excluded. */
  kvCacheBytesPerToken: number;
  /** Largest batch that fits at this workload's sequence length; 0 when the weights alone do not fit. */
  maximumBatch: number;
  /** Longest sequence (context + prompt + output) that fits at this batch. */
  maximumContextTokens: number;
}

/** endToEnd = timeToFirstToken + (output − 1) × timePerOutputToken = base + perToken × output. */
export interface LatencyEstimate {
  timeToFirstTokenSeconds: number;
  /** Mean time of an output token after the first. */
  timePerOutputTokenSeconds: number;
  endToEndSeconds: number;
  baseSeconds: number;
  perTokenSeconds: number;
}

export interface ThroughputEstimate {
  outputTokensPerSecond: number;
  outputTokensPerSecondPerSequence: number;
  prefillTokensPerSecond: number;
  requestsPerSecond: number;
}

export interface Saturation {
  batch: number;
  outputTokensPerSecond: number;
  timePerOutputTokenSeconds: number;
  limitedBy: Bottleneck;
}

/** Something taken for granted in the answer: a default, an inherited coefficient, an assumed figure. */
export interface Assumption {
  /** Stable, UPPER_SNAKE: for programs. */
  code: string;
  /** One sentence: for people. */
  text: string;
}

/** A coefficient as it was used: its value, the row it came from and how many steps of inheritance that took. */
export interface CoefficientUse {
  name: string;
  value: number;
  /** Row of the coefficient table, e.g. nvidia-hopper|fp8. */
  row: string;
  /** 0 = the most specific row that could exist; each fallback adds one. */
  inheritance: number;
  /** fitted, source or assumed. */
  known: 'fitted' | 'source' | 'assumed';
  data: string;
}

export interface Estimate {
  memory: MemoryEstimate;
  latency: LatencyEstimate;
  throughput: ThroughputEstimate;
  saturation: Saturation | null;
  bottleneck: Bottleneck;
  /** Mean sequences in flight that memory and scheduler admit. */
  admittedBatch: number;
  prefillStep: EngineStep;
  decodeStep: EngineStep;
  coefficients: readonly CoefficientUse[];
  assumptions: readonly Assumption[];
  warnings: readonly string[];
}
