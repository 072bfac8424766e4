import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import { MissingFigureError } from '../errors.ts';
import { type CacheGroup, cacheGroups } from '../kvCache.ts';
import type { Assumption, CoefficientUse, Deployment, Hardware } from '../profile.ts';
import { type TypedWeights, type WeightBytes, weightBytes } from '../weights.ts';
import { attentionRows, buildRows, deviceRows, engineOf } from './rows.ts';
import { type LocalShape, localShape } from './shape.ts';

/** Weights of one block type and what it costs to unpack one of them. */
export interface UnpackedWeights extends TypedWeights {
  /** Operations at the fp32 rate for one weight and one token. */
  unpackOperations: number;
}

/** Everything about a deployment on a local machine that no workload changes: shapes, peaks and fitted rates. */
export interface LocalMachine {
  deployment: Deployment;
  hardware: Hardware;
  weights: WeightBytes;
  shape: LocalShape;
  caches: readonly CacheGroup[];
  /** Cards that hold consecutive layers and work one after the other. */
  stages: number;
  /** Cards that share every layer. */
  ranks: number;
  flashAttention: boolean;
  cacheBytesPerElement: number;
  peakBytesPerSecond: number;
  /** Highest rate the datasheet lists for any number format: nothing can be faster. */
  peakFlopsPerSecond: number;
  /** fp32 rate of the ordinary units: formats are unpacked there, not by matrix units. */
  fp32FlopsPerSecond: number;
  bytesPerSecond: number;
  expertBytesPerSecond: number;
  dense: readonly UnpackedWeights[];
  routed: readonly UnpackedWeights[];
  layerSeconds: number;
  expertLayerSeconds: number;
  latentLayerSeconds: number;
  hopSeconds: number;
  allReduceSeconds: number;
  cacheBytesPerSecond: number;
  attentionFlopsPerSecond: number;
  batch: BatchRates;
  prefill: PrefillRates;
}

/** What more sequences in a step cost (mat-vec kernels up to eight, matrix kernels above). */
export interface BatchRates {
  /** Operations a weight for each sequence after the first. */
  operationsPerSequence: number;
  /** Sequences a matrix kernel handles at once: fewer cost as much. */
  tileSequences: number;
  /** Share of the fp32 rate the matrix kernels reach. */
  matrixFraction: number;
  /** Reads of expert weights over those that balanced routing, each expert read once, would need. */
  expertReadFactor: number;
  /** Most operations a weight: a whole prompt chunk costs no more. Infinity = no bound. */
  chunkOperations: number;
}

export interface PrefillRates {
  /** Tokens of one step; Infinity = the whole prompt. */
  chunkTokens: number;
  flopsPerSecond: number;
  bytesPerSecond: number;
  attentionFlopsPerSecond: number;
  launchSeconds: number;
  expertHalfTokens: number;
  expertFraction: number;
  pipelineGain: number;
}

/** Resolves shapes, peaks and coefficients of a deployment. Every coefficient used is appended to `uses`. */
export function localMachine(
  deployment: Deployment,
  coefficients: Coefficients,
  uses: CoefficientUse[],
  assumptions: Assumption[],
): LocalMachine {
  const { hardware, runtime, runtimeYear } = deployment;
  const architecture = deployment.model.architecture;
  const { engine, backend } = engineOf(deployment);
  const device = deviceRows(deployment, engine);
  const build = buildRows(deployment);
  const look = (table: string, ...rows: string[]) => lookUpCoefficient(coefficients, table, [...rows, 'all'], uses);
  const lookDevice = (table: string) => lookUpCoefficient(coefficients, table, device.rows, uses, device.steps);
  const lookAttention = (table: string) =>
    lookUpCoefficient(coefficients, table, attention.rows, uses, attention.steps);
  const lookBuild = (table: string) => lookUpCoefficient(coefficients, table, build.rows, uses, build.steps);

  const weights = weightBytes(architecture, deployment.weights, deployment.weightFileBytes);
  const shape = localShape(architecture);
  const hasExperts = shape.expertLayers > 0;
  const flashAttention =
    deployment.flashAttention ?? (runtime.flashAttentionSince !== null && runtimeYear >= runtime.flashAttentionSince);
  const attention = attentionRows(deployment, flashAttention ? 'flash' : 'plain');

  const peak = hardware.memoryBytesPerSecond;
  if (backend === 'cpu' && hardware.kind !== 'cpu') throw new MissingFigureError('peak rate of its CPU', hardware.id);
  const fp32 = fp32Peak(hardware, assumptions);
  const bytesPerSecond = Math.min(lookDevice('local.streamFraction') * peak, threadBytesPerSecond(hardware, look));
  // Units that unpack beside the fp32 ones (A100) do not show in the fp32 rate: a family may differ from its backend.
  const unpackRows = [`${hardware.family}|${engine}`, `${hardware.vendor}|${engine}`, ...build.rows];
  const unpackFactor = lookUpCoefficient(coefficients, 'local.unpackFactor', unpackRows, uses, [0, 0, ...build.steps]);
  const unpacked = (parts: readonly TypedWeights[]): UnpackedWeights[] =>
    parts.map((part) => ({
      ...part,
      unpackOperations: unpackFactor * look('local.operationsPerWeight', ...blockTypeRows(part.blockType)),
    }));
  const prefillFlops = prefillFlopsPerSecond(deployment, fp32, lookDevice, lookBuild, look);
  const { tensor, pipeline } = deployment.parallelism;
  const acrossRanks = runtime.split === 'tensor';
  const model = hasExperts ? 'experts' : 'dense';
  const batchRows = [`${engine}|${model}`, `${backend}|${model}`, model];
  return {
    deployment,
    hardware,
    weights,
    shape,
    caches: cacheGroups(architecture),
    stages: acrossRanks ? pipeline : tensor * pipeline,
    ranks: acrossRanks ? tensor : 1,
    flashAttention,
    cacheBytesPerElement: (deployment.kvCache.cacheBitsPerElement ?? 16) / 8,
    peakBytesPerSecond: peak,
    peakFlopsPerSecond: highestPeak(hardware, fp32),
    fp32FlopsPerSecond: fp32,
    bytesPerSecond,
    expertBytesPerSecond: hasExperts ? look('local.expertStreamFraction') * bytesPerSecond : bytesPerSecond,
    dense: unpacked(weights.dense),
    routed: unpacked(weights.routed),
    layerSeconds: lookBuild('local.layerSeconds'),
    expertLayerSeconds: hasExperts ? lookBuild('local.expertLayerSeconds') : 0,
    latentLayerSeconds: shape.latentLayers > 0 ? look('local.latentLayerSeconds') : 0,
    hopSeconds: tensor * pipeline > 1 ? look('local.hopSeconds') : 0,
    allReduceSeconds: acrossRanks && tensor > 1 ? look('local.allReduceSeconds') : 0,
    cacheBytesPerSecond: lookAttention('local.cacheStreamFraction') * peak,
    attentionFlopsPerSecond: lookAttention('local.attentionFraction') * fp32,
    batch: {
      operationsPerSequence: look('local.batchOperationsPerSequence', ...batchRows),
      tileSequences: look('local.batchTileSequences', engine, backend),
      matrixFraction: look('local.batchMatrixFraction', ...batchRows),
      expertReadFactor: hasExperts ? look('local.expertReadFactor', engine, backend) : 1,
      chunkOperations: (2 * fp32) / prefillFlops,
    },
    prefill: {
      chunkTokens: runtime.prefillChunkTokens ?? Number.POSITIVE_INFINITY,
      flopsPerSecond: prefillFlops,
      bytesPerSecond: look('local.prefillStreamFraction') * peak,
      attentionFlopsPerSecond: lookAttention('local.prefillAttentionFraction') * matrixPeak(deployment, fp32),
      launchSeconds: look('local.prefillLaunchSeconds', engine, backend),
      expertHalfTokens: hasExperts ? lookBuild('local.prefillExpertHalfTokens') : 0,
      expertFraction: hasExperts ? lookBuild('local.prefillExpertFraction') : 1,
      pipelineGain: tensor * pipeline > 1 ? look('local.prefillPipelineGain') : 0,
    },
  };
}

type LookUp = (table: string, ...rows: string[]) => number;

/** One core streams so much at most; few of them already saturate a desktop's memory. */
function threadBytesPerSecond({ kind, family, cpu }: Hardware, look: LookUp): number {
  if (kind !== 'cpu' || cpu === null) return Number.POSITIVE_INFINITY;
  return cpu.cores * look('local.threadBytesPerSecond', family);
}

/** A uniform format without a row of its own goes by its width: awq-4 → 4-bit. */
function blockTypeRows(blockType: string): string[] {
  const bits = /-(\d+)$/.exec(blockType)?.[1];
  return bits === undefined ? [blockType] : [blockType, `${bits}-bit`];
}

function fp32Peak(hardware: Hardware, assumptions: Assumption[]): number {
  const { fp32, fp16, bf16 } = hardware.peaks;
  if (fp32 !== undefined) return fp32;
  const wider = fp16 ?? bf16;
  if (wider === undefined) throw new MissingFigureError('fp32 or 16-bit peak rate', hardware.id);
  assumptions.push({
    code: 'FP32_PEAK_UNKNOWN',
    text: `No fp32 rate is published for ${hardware.name}; its 16-bit rate stands in for the unpacking of weights.`,
  });
  return wider;
}

function highestPeak(hardware: Hardware, fp32: number): number {
  let highest = Math.max(fp32, hardware.fp16AccumulatePeak ?? 0);
  for (const peak of Object.values(hardware.peaks)) highest = Math.max(highest, peak ?? 0);
  return highest;
}

/** η × runtime × format × peak, and never beyond the datasheet. */
function prefillFlopsPerSecond(
  deployment: Deployment,
  fp32: number,
  lookDevice: (table: string) => number,
  lookBuild: (table: string) => number,
  look: LookUp,
): number {
  const fraction =
    lookDevice('local.prefillComputeFraction') *
    lookBuild('local.prefillRuntimeFactor') *
    look('local.prefillFormatFactor', ...formatRows(deployment));
  return Math.min(fraction * matrixPeak(deployment, fp32), highestPeak(deployment.hardware, fp32));
}

function formatRows({ hardware, weights }: Deployment): string[] {
  const { packing, efficiencyClass } = weights;
  const type = packing?.kind === 'gguf' ? packing.defaultType : efficiencyClass;
  const family = /^Q\d_K$/.test(type) ? 'k-quant' : type.startsWith('IQ') ? 'i-quant' : 'plain';
  const side = hardware.kind === 'cpu' ? 'cpu' : 'gpu';
  return [`${side}|${type}`, `${side}|${family}`];
}

/**
 * The peak that prompt processing is measured against. NVIDIA, llama.cpp formats: half the int8 rate (weights are
 * unpacked to int8; half the fp8 rate where no int8 rate is listed); unquantised: fp16 with fp16 accumulation.
 * NVIDIA elsewhere, AMD, Intel: fp16. Apple and CPUs: fp32.
 */
function matrixPeak({ hardware, weights }: Deployment, fp32: number): number {
  const { kind, vendor, peaks, fp16AccumulatePeak } = hardware;
  if (kind === 'cpu' || vendor === 'Apple') return fp32;
  // Pascal's 16-bit rate is a token 1/64 of its fp32 rate: libraries compute in fp32 there.
  const sixteenBit = Math.max(peaks.fp16 ?? 0, peaks.bf16 ?? 0, fp32);
  if (vendor !== 'NVIDIA' || weights.packing?.kind !== 'gguf') return sixteenBit;
  if (/^(F|BF)\d\d$/.test(weights.packing.defaultType)) return fp16AccumulatePeak ?? sixteenBit;
  const eightBit = Math.max(peaks.int8 ?? 0, peaks.fp8 ?? 0);
  return eightBit === 0 ? sixteenBit : eightBit / 2;
}
