import type { Estimate } from './answer.ts';
import type { Coefficients } from './coefficients.ts';
import type { Architecture } from './model/architecture.ts';
import type { TensorClass } from './model/matrix.ts';
import type { NumberFormat } from './model/numberFormat.ts';

// What the engine is asked about, in SI base units: bytes, seconds, FLOP/s, bytes/s, watts, USD. Registry rows become
// these at the registry's edge; GraphQL converts to the field's units at its own edge.

export interface Model {
  id: string;
  name: string;
  /** Longest sequence the model was made for; null = not published. */
  contextTokens: number | null;
  /** null for a model that only exists behind an API. */
  architecture: Architecture | null;
}

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

export type MemoryClass = 'hbm' | 'gddr' | 'lpddr' | 'ddr' | 'sram';
export type LinkKind = 'nvlink' | 'pcie' | 'infinity-fabric' | 'xe-link' | 'ici' | 'neuron' | 'gaudi' | 'c2c' | 'other';

export interface Link {
  kind: LinkKind;
  /** One direction, per device. */
  bytesPerSecond: number;
  /** Devices that reach each other over this link. */
  domainDevices: number;
}

export interface CpuSide {
  /** Whose fitted efficiencies the cores share: cpu-apple, cpu-arm. */
  family: string;
  /** Of the fast kind. */
  cores: number;
  hertz: number;
  /** On 32-bit floats, of one core: a multiply-add counts as two. */
  flopsPerCycle: number;
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
  /** What the CPU cores of a chip described by its GPU calculate with; absent = not known, or the device is a CPU. */
  cpuSide?: CpuSide;
  powerWatts: number | null;
  idleWatts: number | null;
}

/** Builds of a runtime before this one: by version (major.minor) where it is known, by year where it is not. */
export interface BuildLimit {
  version: string;
  year: number;
}

/** How a runtime lays out memory. */
export type Reservation =
  /** vLLM, SGLang: takes a fraction of the device up front and admits optimistically (preempts when full). */
  | { kind: 'fraction'; fraction: number; perDeviceBytes: number }
  /** TensorRT-LLM: a pool after the weights, never evicts: reserves prompt + output for every sequence. */
  | { kind: 'pool'; fraction: number; perDeviceBytes: number }
  /** llama.cpp, MLX, Transformers: allocates what it needs. */
  | { kind: 'as-needed'; perDeviceBytes: number };

export interface Runtime {
  id: string;
  name: string;
  /** Which estimator describes it: steps of a GPU server, or a desktop engine with unpacking costs (`local` in seeds). */
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
  /** Desktop runtimes: per-backend constants by vendor of the device. */
  backends: Readonly<Partial<Record<string, string>>>;
  /**
   * What desktop runtimes multiply prompts in on cards with matrix units. int8: packed weights as int8, unpacked ones in
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
  /** Overrides the runtime's flash-attention setting (desktop runtimes have a switch). */
  flashAttention?: boolean;
  /** Asked for, of a CPU: `hardware` then has that many cores, or all that there are. */
  threads?: number;
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

/** A way of turning a deployment and a workload into an estimate, plugged in from outside the engine. */
export interface Estimator {
  /** What runtimes call it in `estimatedBy`. */
  id: string;
  /** One sentence: what it computes, and from what. */
  title: string;
  /**
   * Pure: the same arguments give the same answer; SI units. `builtIn` is the engine's own estimate of the deployment,
   * to start from.
   *
   * @throws InvalidWorkloadError MissingFigureError as the engine's own estimators do
   */
  estimate(deployment: Deployment, workload: Workload, coefficients: Coefficients, builtIn: () => Estimate): Estimate;
}
