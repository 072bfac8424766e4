import { desktopRows } from '../../src/engine/rows.ts';
import type { Deployment } from '../../src/engine/shapes.ts';

/** What is believed of a table's rows before any measurement is seen. */
export interface TablePrior {
  /** One standard deviation of log(row ÷ parent row). */
  spread: number;
  /** Physical bound, e.g. 1 for a fraction of a datasheet rate. */
  maximum?: number;
  /**
   * Values that physics or a datasheet suggests, by row: these lean on them, every other row on its parent. Round
   * numbers on purpose; a row lies within `startSpread` of its start before data speaks.
   */
  start: Readonly<Record<string, number>>;
  startSpread: number;
  /** Whether a row of that name, which a deployment misses, is made once enough of its measurements are known. */
  grows?: Grows;
}

type Grows = (row: string, deployment: Deployment) => boolean;

/** One row for each format of a device family: products of CDNA 3 in fp8 say little of Hopper's. */
const formatOfFamily: Grows = (row, { hardware }) => row.startsWith(`${hardware.family}|`);
/** One row for each device family. */
const family: Grows = (row, { hardware }) => row === hardware.family;
/** One row for each device family, and one for Vulkan on it, whose matrix kernels reach a fraction of the maker's own. */
const familyAndVulkan: Grows = (row, deployment) => {
  const { backend, engineName } = desktopRows(deployment);
  return family(row, deployment) || (backend === 'vulkan' && row === `${deployment.hardware.family}|${engineName}`);
};
/** One row for each kind of link between devices. */
const link: Grows = (row, { hardware }) => row === hardware.link?.kind;

/** Tables that are settings rather than measurements, or that measurements do not identify: kept as they are. */
const kept = [
  /^error\./,
  /^calibration\./,
  // Read off source code, logs and peaks that are known to a percent; test/engine pins them.
  /^serving\.(activationWidths|logitBytes|unpackedMatrices|weightFactor)$/,
  /overlapExponent$/i,
  /TileSequences$/,
  /HalfSizeTokens$/,
  /networkBytesPerSecond$/,
  /^serving\.elementwise(StreamFraction|Share)$/,
  /^local\.memory$/,
];

const microseconds = 1e-6;
const milliseconds = 1e-3;

/**
 * Runtimes rewritten around captured graphs, fused kernels and their own all-reduce (2025): they have no more in common
 * with their earlier builds than with one another.
 */
function graphed(value: number): Record<string, number> {
  return { 'vllm|2025': value, 'tensorrt-llm|2025': value, sglang: value };
}

const priors: Readonly<Record<string, TablePrior>> = {
  // About ten kernels a layer at 3 to 4 µs of launch and drain each; fused and captured, seven or eight.
  'serving.layerSeconds': {
    spread: 0.6,
    start: { all: 35 * microseconds, ...graphed(25 * microseconds) },
    startSpread: 0.5,
  },
  // Router, permutation, two grouped products and a reduction: as many kernels again. A build without a tuned kernel
  // for its format takes several times as long, hence the wide spread around a firm start.
  'serving.expertLayerSeconds': {
    spread: 1,
    start: { all: 50 * microseconds, ...graphed(35 * microseconds) },
    startSpread: 0.3,
  },
  // A quantising kernel a product where activations are converted; dequantisation on ordinary units before 2025.
  'serving.formatLayerSeconds': { spread: 1, start: { all: 4 * microseconds }, startSpread: 1 },
  // One kernel launch more for each doubling of ranks.
  'serving.tensorLayerSeconds': { spread: 0.5, start: { all: 3 * microseconds }, startSpread: 1 },
  // Scheduling, input preparation, sampling.
  'serving.stepSeconds': {
    spread: 0.6,
    start: { all: 0.5 * milliseconds, ...graphed(0.5 * milliseconds) },
    startSpread: 0.6,
  },
  // Host work for a sequence and token: bookkeeping alone in process, detokenising and streaming over HTTP.
  'serving.sequenceSeconds': {
    spread: 0.5,
    start: { all: 10 * microseconds, served: 20 * microseconds },
    startSpread: 1,
  },
  // Launching a layer's kernels one by one from Python: about 60 calls of 5 µs.
  'serving.launchSeconds': { spread: 0.4, start: { all: 300 * microseconds }, startSpread: 0.7 },
  // HTTP, tokenising, the first scheduling round: tens of milliseconds of host work, whatever the model. All points are
  // of loaded servers, so nothing else tells a wait from it: what an idle server needs is bounded here.
  'serving.requestSeconds': { spread: 0.4, maximum: 0.08, start: { all: 20 * milliseconds }, startSpread: 0.5 },
  // Outside captured graphs: about ten launches a layer at 5 µs.
  'serving.prefillLayerSeconds': { spread: 0.4, start: { all: 50 * microseconds }, startSpread: 0.5 },
  'serving.prefillConstantSeconds': { spread: 1, start: { all: 2 * milliseconds }, startSpread: 1.5 },
  // In a closed loop of n clients arrivals are spread out: far less than half of the others wait before one.
  'serving.queueFraction': { spread: 0.7, maximum: 1, start: { all: 0.1 }, startSpread: 1 },
  // A collective's latency in multiples of the link's own, which NCCL needs; one-shot kernels need half.
  'serving.latencyFactor': { spread: 0.5, start: { all: 1, ...graphed(0.5) }, startSpread: 0.4 },
  // A ring over PCIe takes 2 (ranks − 1) steps of about 8 µs: 110 µs among eight.
  'serving.linkLatencySeconds': {
    spread: 0.4,
    start: { all: 20 * microseconds, nvlink: 10 * microseconds, pcie: 60 * microseconds, network: 30 * microseconds },
    startSpread: 0.6,
    grows: link,
  },
  // Hosts with PCIe 5 let cards reach one another's memory; before, most copies went through the host's.
  'serving.linkStreamFraction': {
    spread: 0.25,
    maximum: 1,
    start: { all: 0.6, 'pcie|nvidia-blackwell': 0.65 },
    startSpread: 0.5,
    grows: link,
  },
  // Large copies reach 85 to 92 % of the datasheet bandwidth, matrix products in a stream of kernels less. The named
  // devices' products were measured one by one (ai-dynamo/aiconfigurator, tables of August 2026), to about 5 %; MI300X
  // copies at 0.77 to 0.80 and multiplies in fp8 at 0.44 (Azure AI benchmarking guide, 2025).
  'serving.streamFraction': {
    spread: 0.06,
    maximum: 0.98,
    start: {
      all: 0.75,
      'hbm|fp8': 0.85,
      'amd-cdna3|fp8': 0.72,
      'nvidia-hopper|fp8': 0.85,
      'nvidia-hopper|16-bit': 0.8,
      'nvidia-ampere-hbm|16-bit': 0.75,
    },
    startSpread: 0.05,
    grows: formatOfFamily,
  },
  'serving.computeFraction': {
    spread: 0.12,
    maximum: 0.98,
    start: {
      all: 0.6,
      'hbm|fp8': 0.55,
      'amd-cdna3|fp8': 0.44,
      'nvidia-hopper|fp8': 0.57,
      'nvidia-hopper|16-bit': 0.75,
      'nvidia-ampere-hbm|16-bit': 0.75,
    },
    startSpread: 0.12,
    grows: formatOfFamily,
  },
  'serving.cacheStreamFraction': { spread: 0.2, maximum: 1, start: { all: 0.75 }, startSpread: 0.2 },
  'serving.attentionComputeFraction': { spread: 0.3, maximum: 1, start: { all: 0.5 }, startSpread: 0.4 },
  // Grouped products stream large contiguous experts: no worse than the dense ones.
  'serving.expertStreamFactor': { spread: 0.15, start: { all: 1.1 }, startSpread: 0.15 },
  'serving.expertComputeFactor': { spread: 0.3, maximum: 1, start: { all: 0.5 }, startSpread: 0.4 },
  // A kernel is made for a format or it is not: AWQ before Marlin reached half, int8 in DeepSpeed a fifth.
  'serving.kernelStreamFactor': { spread: 0.5, start: {}, startSpread: 0.5 },
  'serving.kernelComputeFactor': { spread: 0.5, start: {}, startSpread: 0.5 },
  // Of the query heads that share a key head, how many read it anew.
  'serving.repeatedReadShare': { spread: 0.3, maximum: 1, start: { all: 0.5 }, startSpread: 0.5 },
  // Ramp-up, ramp-down and gaps of a run that keeps every slot busy in between.
  'serving.saturationEfficiency': { spread: 0.1, maximum: 1, start: { all: 0.9 }, startSpread: 0.2 },

  'local.streamFraction': {
    spread: 0.08,
    maximum: 0.99,
    // Desktop memory controllers reach three quarters; HBM needs more bytes in flight than one sequence's kernels have.
    start: { all: 0.85, ddr: 0.73, hbm: 0.6 },
    startSpread: 0.25,
    grows: family,
  },
  // As `serving.layerSeconds`; command buffers cost more where the API encodes each kernel.
  'local.layerSeconds': { spread: 0.5, start: { all: 60 * microseconds, cpu: 25 * microseconds }, startSpread: 1 },
  'local.expertLayerSeconds': { spread: 0.5, start: { all: 30 * microseconds }, startSpread: 1 },
  'local.latentLayerSeconds': { spread: 0.5, start: { all: 90 * microseconds }, startSpread: 1 },
  'local.hopSeconds': { spread: 0.6, start: { all: 200 * microseconds }, startSpread: 1 },
  'local.allReduceSeconds': { spread: 0.6, start: { all: 20 * microseconds }, startSpread: 1.2 },
  'local.allReduceBytesPerSecond': { spread: 0.6, start: { all: 10e9 }, startSpread: 1.2 },
  // Instructions to turn one packed weight into a number, multiply and add, counted in the published kernels:
  // whole bytes two to four, nibbles four to five, split high bits six to ten, code books fifteen to twenty-five.
  'local.operationsPerWeight': {
    spread: 0.3,
    start: {
      all: 5,
      F16: 4,
      Q8_0: 2.5,
      '8-bit': 2.5,
      'mlx-8': 2.5,
      Q4_K: 4.5,
      Q5_K: 6,
      Q6_K: 6,
      Q3_K: 10,
      Q2_K: 6.5,
      'k-quant': 6,
      'i-quant': 17,
      'legacy-quant': 4,
      IQ3_XXS: 20,
      IQ3_S: 22,
      IQ2_XXS: 15,
      IQ2_XS: 15,
      IQ2_S: 18,
    },
    startSpread: 0.3,
  },
  // Multiples of the instructions above that a backend's kernels take.
  'local.unpackFactor': { spread: 0.4, start: { all: 2, cpu: 0.5 }, startSpread: 0.7 },
  'local.threadBytesPerSecond': {
    spread: 0.3,
    start: { all: 12e9, 'cpu-x86': 30e9, 'cpu-apple': 30e9 },
    startSpread: 0.3,
  },
  // Fused kernels read the cache as they read weights; without them it is read, written and read again.
  'local.cacheStreamFraction': {
    spread: 0.25,
    maximum: 1,
    start: { flash: 0.75, plain: 0.3 },
    startSpread: 0.5,
  },
  'local.attentionFraction': { spread: 0.25, maximum: 1, start: { all: 0.08 }, startSpread: 0.6 },
  'local.expertStreamFraction': { spread: 0.1, maximum: 1, start: { all: 0.95 }, startSpread: 0.1 },
  'local.expertReadFactor': { spread: 0.4, start: { all: 1 }, startSpread: 0.5 },
  'local.batchOperationsPerSequence': { spread: 0.4, start: { all: 8, experts: 16 }, startSpread: 0.7 },
  'local.batchMatrixFraction': { spread: 0.3, maximum: 1, start: { all: 0.3 }, startSpread: 0.6 },
  'local.prefillComputeFraction': {
    spread: 0.2,
    maximum: 1,
    start: { all: 0.4, CPU: 0.7, hbm: 0.3 },
    startSpread: 0.5,
    grows: familyAndVulkan,
  },
  'local.prefillRuntimeFactor': { spread: 0.25, start: { all: 1 }, startSpread: 0.2 },
  // Without bf16 matrix instructions in the driver, Vulkan computes in fp32.
  'local.prefillFormatFactor': { spread: 0.2, start: { all: 1, 'vulkan|BF16': 0.5 }, startSpread: 0.1 },
  // Mat-vec kernels serve one token; rows repacked at load or at run time four to eight.
  'local.prefillUnpackTokens': {
    spread: 0.4,
    start: { all: 1, 'llama.cpp-cpu|Q4_0': 4, 'llama.cpp-cpu|IQ4_NL': 4, 'ik-llama.cpp-cpu': 8 },
    startSpread: 0.4,
  },
  // Two norms, rotation, gate, two residuals and the rounding of each matrix's input: read and written once each.
  'local.prefillActivationPasses': { spread: 0.4, start: { all: 6 }, startSpread: 0.4 },
  // Kernels with matrix instructions are ten times as fast as those without.
  'local.prefillAttentionFraction': {
    spread: 0.8,
    maximum: 1,
    start: { flash: 0.3, plain: 0.12 },
    startSpread: 0.8,
  },
  'local.prefillExpertFraction': { spread: 0.3, start: { all: 0.7 }, startSpread: 0.5 },
  'local.prefillExpertHalfTokens': { spread: 0.4, start: { all: 25 }, startSpread: 0.6 },
  'local.prefillLaunchSeconds': { spread: 0.4, start: { all: 80 * microseconds }, startSpread: 0.7 },
  'local.prefillPipelineGain': { spread: 0.2, maximum: 1, start: { all: 0.65 }, startSpread: 0.4 },
  'local.prefillStreamFraction': { spread: 0.1, maximum: 1, start: { all: 0.8 }, startSpread: 0.15 },
};

/** The prior of a table; null = its rows are not fitted, undefined = none is written down. */
export function priorOf(table: string): TablePrior | null | undefined {
  if (kept.some((pattern) => pattern.test(table))) return null;
  return priors[table];
}
