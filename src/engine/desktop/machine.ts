import type { Assumption } from '../answer.ts';
import { usesFlashAttention } from '../builds.ts';
import type { LookUp } from '../coefficients.ts';
import { MissingFigureError } from '../errors.ts';
import { type BlockSums, blockSums } from '../model/blocks.ts';
import { cacheBytesPerElement, cacheGroups } from '../model/kvCache.ts';
import { type TypedWeights, weightBytes } from '../model/weights.ts';
import { blockTypeRows, type DesktopRows, desktopRows } from '../rows.ts';
import type { Deployment, Hardware } from '../shapes.ts';
import { expertMatrixPeak, fp32Peak, highestPeak, matrixPeak } from './peaks.ts';

/** Weights of one block type and what it costs to unpack one of them. */
export interface UnpackedWeights extends TypedWeights {
  /** Operations at the fp32 rate for one weight and one token. */
  unpackOperations: number;
}

/** Everything about a deployment on a desktop that no workload changes: shapes, peaks and fitted rates. */
export type DesktopMachine = ReturnType<typeof desktopMachine>;

/** Resolves shapes, peaks and coefficients of a deployment. */
export function desktopMachine(deployment: Deployment, look: LookUp, assumptions: Assumption[]) {
  const { hardware, runtime, parallelism } = deployment;
  const architecture = deployment.model.architecture;
  const rows = desktopRows(deployment);
  if (rows.backend === 'cpu' && hardware.kind !== 'cpu') {
    throw new MissingFigureError('peak rate of its CPU', hardware.id, 'hardware');
  }
  const weights = weightBytes(architecture, deployment.weights, deployment.weightFileBytes);
  const shape = blockSums(architecture);
  const hasExperts = shape.expertLayers > 0;
  const peak = hardware.memoryBytesPerSecond;
  const fp32 = fp32Peak(hardware, assumptions);
  const bytesPerSecond = Math.min(
    look('local.streamFraction', rows.device) * peak,
    threadBytesPerSecond(hardware, look),
  );
  const unpackFactor = look('local.unpackFactor', rows.unpack);
  const { tensor, pipeline } = parallelism;
  const acrossRanks = runtime.split === 'tensor';
  const sharedLayers = acrossRanks && tensor > 1;
  const dense = unpacked(weights.dense, unpackFactor, rows, look);
  const routed = unpacked(weights.routed, unpackFactor, rows, look);
  const roof = Math.max(fp32, highestPeak(hardware));
  const prefill = prefillRates(deployment, dense, routed, { fp32, roof }, rows, look);
  return {
    deployment,
    hardware,
    weights,
    shape,
    caches: cacheGroups(architecture),
    /** Cards that hold consecutive layers and work one after the other. */
    stages: acrossRanks ? pipeline : tensor * pipeline,
    /** Cards that share every layer. */
    ranks: acrossRanks ? tensor : 1,
    flashAttention: usesFlashAttention(deployment),
    cacheBytesPerElement: cacheBytesPerElement(deployment.kvCache),
    peakBytesPerSecond: peak,
    /** Highest rate the datasheet lists for any number format: nothing can be faster. */
    peakFlopsPerSecond: roof,
    /** fp32 rate of the ordinary units: formats are unpacked there, not by matrix units. */
    fp32FlopsPerSecond: fp32,
    bytesPerSecond,
    expertBytesPerSecond: hasExperts ? look('local.expertStreamFraction', ['all']) * bytesPerSecond : bytesPerSecond,
    dense,
    routed,
    layerSeconds: look('local.layerSeconds', rows.build),
    expertLayerSeconds: hasExperts ? look('local.expertLayerSeconds', rows.build) : 0,
    latentLayerSeconds: shape.latentLayers > 0 ? look('local.latentLayerSeconds', ['all']) : 0,
    hopSeconds: tensor * pipeline > 1 ? look('local.hopSeconds', rows.engine) : 0,
    /** Latency and rate of a sum of activations over the cards that share every layer. */
    allReduceSeconds: sharedLayers ? look('local.allReduceSeconds', rows.engine) : 0,
    allReduceBytesPerSecond: sharedLayers
      ? look('local.allReduceBytesPerSecond', rows.engine)
      : Number.POSITIVE_INFINITY,
    cacheBytesPerSecond: look('local.cacheStreamFraction', rows.attention) * peak,
    attentionFlopsPerSecond: look('local.attentionFraction', rows.attention) * fp32,
    batch: batchRates(shape, (2 * fp32) / prefill.flopsPerSecond, rows, look),
    prefill,
  };
}

/** Vector instructions of processors make other formats expensive than the ordinary units of GPUs do. */
function unpacked(
  parts: readonly TypedWeights[],
  unpackFactor: number,
  { backend }: DesktopRows,
  look: LookUp,
): UnpackedWeights[] {
  return parts.map((part) => {
    const onProcessor = backend === 'cpu' ? [`cpu|${part.blockType}`] : [];
    const types = [...onProcessor, ...blockTypeRows(part.blockType), 'all'];
    return { ...part, unpackOperations: unpackFactor * look('local.operationsPerWeight', types) };
  });
}

/**
 * Processors multiply prompts with the kernels of single tokens or with small tiles: a weight is unpacked again for
 * every few tokens. Seconds for a weight and a token, on average over the weights.
 */
function promptUnpackSeconds(
  parts: readonly UnpackedWeights[],
  fp32: number,
  { engineName }: DesktopRows,
  look: LookUp,
): number {
  let weights = 0;
  let operations = 0;
  for (const part of parts) {
    const tokens = look('local.prefillUnpackTokens', [`${engineName}|${part.blockType}`, engineName, 'all']);
    weights += part.weights;
    operations += (part.weights * part.unpackOperations) / tokens;
  }
  return weights === 0 ? 0 : operations / weights / fp32;
}

/** One core streams so much at most; few of them already saturate a desktop's memory. */
function threadBytesPerSecond({ kind, family, cpu }: Hardware, look: LookUp): number {
  if (kind !== 'cpu' || cpu === null) return Number.POSITIVE_INFINITY;
  return cpu.cores * look('local.threadBytesPerSecond', [family, 'all']);
}

/** What more sequences in a step cost (mat-vec kernels up to eight, matrix kernels above). */
function batchRates(shape: BlockSums, chunkOperations: number, rows: DesktopRows, look: LookUp) {
  const hasExperts = shape.expertLayers > 0;
  const model = hasExperts ? 'experts' : 'dense';
  const ofModel = [`${rows.engineName}|${model}`, `${rows.backend}|${model}`, model, 'all'];
  return {
    /** Operations a weight for each sequence after the first. */
    operationsPerSequence: look('local.batchOperationsPerSequence', ofModel),
    /** Sequences a matrix kernel handles at once: fewer cost as much. */
    tileSequences: look('local.batchTileSequences', rows.engine),
    /** Share of the fp32 rate the matrix kernels reach. */
    matrixFraction: look('local.batchMatrixFraction', ofModel),
    /** Reads of expert weights over those that balanced routing, each expert read once, would need. */
    expertReadFactor: hasExperts ? look('local.expertReadFactor', rows.engine) : 1,
    /** Most operations a weight: a whole prompt chunk costs no more. Infinity = no bound. */
    chunkOperations,
  };
}

/** Arithmetic: η × runtime × format × peak, and never beyond the datasheet. */
function prefillRates(
  deployment: Deployment,
  dense: readonly UnpackedWeights[],
  routed: readonly UnpackedWeights[],
  { fp32, roof }: { fp32: number; roof: number },
  rows: DesktopRows,
  look: LookUp,
) {
  const { hardware, runtime, parallelism } = deployment;
  const hasExperts = routed.length > 0;
  const onProcessor = rows.backend === 'cpu';
  const peak = matrixPeak(deployment, fp32);
  const fraction =
    look('local.prefillComputeFraction', rows.device) *
    look('local.prefillRuntimeFactor', rows.build) *
    look('local.prefillFormatFactor', prefillFormatRows(deployment, rows.backend));
  return {
    /** Tokens of one step; Infinity = the whole prompt. */
    chunkTokens: runtime.prefillChunkTokens ?? Number.POSITIVE_INFINITY,
    flopsPerSecond: Math.min(fraction * peak, roof),
    /** Of experts with many tokens each. */
    expertFlopsPerSecond: Math.min(fraction * expertMatrixPeak(deployment, routed, peak), roof),
    /** Unpacking of one weight for one token, beside its multiplication: 0 where matrix kernels unpack for many tokens. */
    denseUnpackSeconds: onProcessor ? promptUnpackSeconds(dense, fp32, rows, look) : 0,
    expertUnpackSeconds: onProcessor ? promptUnpackSeconds(routed, fp32, rows, look) : 0,
    bytesPerSecond: look('local.prefillStreamFraction', ['all']) * hardware.memoryBytesPerSecond,
    attentionFlopsPerSecond: look('local.prefillAttentionFraction', rows.promptAttention) * peak,
    /** Times that the values between a layer's matrices are written or read: two widths of the model and one inner. */
    activationPasses: look('local.prefillActivationPasses', rows.engine),
    launchSeconds: look('local.prefillLaunchSeconds', rows.engine),
    expertHalfTokens: hasExperts ? look('local.prefillExpertHalfTokens', rows.build) : 0,
    expertFraction: hasExperts ? look('local.prefillExpertFraction', rows.build) : 1,
    pipelineGain: parallelism.tensor * parallelism.pipeline > 1 ? look('local.prefillPipelineGain', ['all']) : 0,
  };
}

/** By backend with the block type, then the block type's class. */
function prefillFormatRows({ weights }: Deployment, backend: string): string[] {
  const { packing, arithmetic, efficiencyClass } = weights;
  const unpackedType = efficiencyClass === '16-bit' && arithmetic[0] === 'bf16' ? 'BF16' : efficiencyClass;
  const type = packing?.kind === 'gguf' ? packing.defaultType : unpackedType;
  const format = blockTypeRows(type)[1] ?? 'plain';
  return [`${backend}|${type}`, `${backend}|${format}`, format, 'all'];
}
