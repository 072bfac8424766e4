import type { CoefficientUse } from '../answer.ts';
import type { Architecture, FeedForward } from '../architecture.ts';
import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import { type Interconnect, interconnectAmong } from '../collectives.ts';
import { MissingFigureError } from '../errors.ts';
import { type CacheGroup, cacheGroups, cacheShareOfRank } from '../kvCache.ts';
import { countParameters } from '../parameters.ts';
import type { Deployment, Hardware } from '../profile.ts';
import { arithmeticOn, attentionPeak } from '../roofline.ts';
import { weightBytes } from '../weights.ts';
import { expertRows, isBefore, kernelRows, type RowChain, runtimeRows, type ServingMode } from './runtimeRows.ts';

/** Sums over the blocks that the step formulas need. */
interface Shape {
  mixers: number;
  feedForwards: number;
  expertLayers: number;
  /** (mixers + feed-forwards) ÷ 2: 80 for an 80-layer transformer, 26 for 52 alternating half-blocks. */
  layers: number;
  /** Σ over layers of the intermediate width one token passes through. */
  intermediateWidths: number;
  /** Experts and experts a token visits in the (one) kind of expert layer; 0 without. */
  experts: number;
  activeExperts: number;
  /** Parameters of the projections around attention as a share of all dense parameters. */
  mixerShare: number;
  denseParameters: number;
  expertParameters: number;
  headParameters: number;
}

/** A group's cache as one tensor rank holds and reads it. */
interface CacheOfRank {
  group: CacheGroup;
  shareOfRank: number;
  headShareOfRank: number;
  kvHeadsOfRank: number;
  /** Times a decode step reads each cached element: 1, or more where query heads do not share a read. */
  reads: number;
}

/** Everything about a deployment that no workload changes. Per rank means per tensor-parallel device of one replica. */
export interface ServingPlan {
  deployment: Deployment;
  mode: ServingMode;
  architecture: Architecture;
  hardware: Hardware;
  shape: Shape;
  cache: readonly CacheOfRank[];
  tensor: number;
  /** Ranks the experts are spread over. */
  expertRanks: number;
  /** Replicas whose tokens meet in one expert group (data-parallel attention). */
  replicasPerExpertGroup: number;
  /** Bytes of one device's dense weights (all pipeline stages), head and experts, and FLOPs of one token through them. */
  denseBytes: number;
  headBytes: number;
  expertBytes: number;
  cacheBytesPerElement: number;
  peakBytesPerSecond: number;
  matmulPeak: number;
  sixteenBitPeak: number;
  denseBytesPerSecond: number;
  denseFlopsPerSecond: number;
  denseExponent: number;
  headBytesPerSecond: number;
  headFlopsPerSecond: number;
  headExponent: number;
  expertBytesPerSecond: number;
  expertFlopsPerSecond: number;
  expertExponent: number;
  cacheBytesPerSecond: number;
  attentionFlopsPerSecond: number;
  attentionHalfSizeTokens: number;
  elementwiseBytesPerSecond: number;
  /** Of the 10 d + 3 f elements a layer that unfused kernels move, the share that fused ones still do. */
  elementwiseShare: number;
  layerSeconds: number;
  expertLayerSeconds: number;
  stepSeconds: number;
  sequenceSeconds: number;
  launchSeconds: number;
  /** How far host launches overlap the device's work: large = the longer of the two. */
  launchExponent: number;
  /** Context up to which decode steps are captured graphs; 0 = none is. */
  graphContextTokens: number;
  flashAttention: boolean;
  /** null for a single rank. */
  tensorPath: Interconnect | null;
  expertPath: Interconnect | null;
  pipelinePath: Interconnect | null;
}

/** Resolves shape, weights, peaks and coefficients of a deployment. Every coefficient used is appended to `uses`. */
export function servingPlan(
  deployment: Deployment,
  mode: ServingMode,
  coefficients: Coefficients,
  uses: CoefficientUse[],
): ServingPlan {
  const { hardware, weights, runtime, parallelism } = deployment;
  const architecture = deployment.model.architecture;
  const { tensor, expert, pipeline } = parallelism;
  const shape = shapeOf(architecture);
  const arithmetic = arithmeticOn(hardware, weights);
  const sixteenBitPeak = attentionPeak(hardware);
  if (arithmetic === null)
    throw new MissingFigureError(`peak rate for ${weights.arithmetic.join(', ')}`, hardware.id, 'hardware');
  if (sixteenBitPeak === null) throw new MissingFigureError('16-bit or fp32 peak rate', hardware.id, 'hardware');

  const engine: RowChain = runtimeRows(deployment);
  const look = (table: string, rows: readonly string[]) => lookUpCoefficient(coefficients, table, rows, uses);
  const lookBuild = (table: string) => lookUpCoefficient(coefficients, table, engine.rows, uses, engine.steps);
  const kernels: RowChain = kernelRows(deployment, weights.efficiencyClass);
  const lookKernel = (table: string) => lookUpCoefficient(coefficients, table, kernels.rows, uses, kernels.steps);
  const lookExperts = (table: string) => {
    const { rows, steps } = expertRows(deployment, weights.efficiencyClass);
    return lookUpCoefficient(coefficients, table, rows, uses, steps);
  };
  const format = formatRows(deployment, arithmetic.native);
  const sixteenBit = formatRows(deployment, true, '16-bit');
  const bytes = weightBytes(architecture, weights, deployment.weightFileBytes);
  const expertRanks = Math.max(tensor, expert);

  const stream = look('serving.streamFraction', format);
  const compute = look('serving.computeFraction', format);
  const B = hardware.memoryBytesPerSecond;
  const expertLayers = shape.expertLayers > 0;
  const graphContextTokens = capturedContextTokens(deployment);
  const launchesKernels = graphContextTokens < Number.POSITIVE_INFINITY;
  const flashAttention = runtime.flashAttentionSince !== null && deployment.runtimeYear >= runtime.flashAttentionSince;
  return {
    deployment,
    mode,
    architecture,
    hardware,
    shape,
    cache: cacheGroups(architecture).map((group) => cacheOfRank(group, deployment, coefficients, uses)),
    tensor,
    expertRanks,
    replicasPerExpertGroup: Math.max(1, expert / tensor),
    denseBytes: bytes.denseBlocks / tensor,
    headBytes: (architecture.tiedEmbeddings ? bytes.embedding : bytes.head) / tensor,
    expertBytes: bytes.experts / expertRanks,
    cacheBytesPerElement: (deployment.kvCache.cacheBitsPerElement ?? 16) / 8,
    peakBytesPerSecond: B,
    matmulPeak: arithmetic.flopsPerSecond,
    sixteenBitPeak,
    denseBytesPerSecond: Math.min(0.98, stream * lookKernel('serving.kernelStreamFactor')) * B,
    denseFlopsPerSecond:
      Math.min(0.98, compute * lookKernel('serving.kernelComputeFactor')) * arithmetic.flopsPerSecond,
    denseExponent: look('serving.overlapExponent', exponentRows(weights.efficiencyClass, arithmetic.native)),
    headBytesPerSecond: look('serving.streamFraction', sixteenBit) * B,
    headFlopsPerSecond: look('serving.computeFraction', sixteenBit) * sixteenBitPeak,
    headExponent: look('serving.overlapExponent', ['16-bit', 'all']),
    expertBytesPerSecond: expertLayers ? Math.min(0.98, stream * lookExperts('serving.expertStreamFactor')) * B : B,
    expertFlopsPerSecond: expertLayers
      ? compute * lookExperts('serving.expertComputeFactor') * arithmetic.flopsPerSecond
      : arithmetic.flopsPerSecond,
    expertExponent: expertLayers ? look('serving.overlapExponent', ['experts', 'all']) : 1,
    cacheBytesPerSecond: lookBuild('serving.cacheStreamFraction') * B,
    attentionFlopsPerSecond: lookBuild('serving.attentionComputeFraction') * sixteenBitPeak,
    attentionHalfSizeTokens: look('serving.attentionHalfSizeTokens', ['all']),
    elementwiseBytesPerSecond: look('serving.elementwiseStreamFraction', ['all']) * B,
    elementwiseShare: look('serving.elementwiseShare', ['all']),
    layerSeconds:
      lookBuild('serving.layerSeconds') +
      look('serving.formatLayerSeconds', formatOverheadRows(deployment, arithmetic.native)) +
      lookBuild('serving.tensorLayerSeconds') * Math.log2(tensor),
    expertLayerSeconds: expertLayers ? lookExperts('serving.expertLayerSeconds') : 0,
    stepSeconds: lookBuild('serving.stepSeconds'),
    sequenceSeconds: sequenceSeconds(deployment, mode, coefficients, uses),
    launchSeconds: launchesKernels ? lookBuild('serving.launchSeconds') : 0,
    launchExponent: launchesKernels ? look('serving.overlapExponent', ['launch', 'all']) : 1,
    graphContextTokens,
    flashAttention,
    tensorPath: tensor > 1 ? path(deployment, tensor, lookBuild('serving.latencyFactor'), coefficients, uses) : null,
    expertPath:
      expert > tensor ? path(deployment, expert, lookBuild('serving.latencyFactor'), coefficients, uses) : null,
    pipelinePath: pipeline > 1 ? path(deployment, tensor * pipeline, 1, coefficients, uses) : null,
  };
}

/** The same deployment with its requests arriving in another way: only what a sequence costs a step differs. */
export function planInMode(plan: ServingPlan, mode: ServingMode, coefficients: Coefficients): ServingPlan {
  return { ...plan, mode, sequenceSeconds: sequenceSeconds(plan.deployment, mode, coefficients) };
}

function sequenceSeconds(
  deployment: Deployment,
  mode: ServingMode,
  coefficients: Coefficients,
  uses?: CoefficientUse[],
): number {
  const { rows, steps } = runtimeRows(deployment, mode);
  return lookUpCoefficient(coefficients, 'serving.sequenceSeconds', rows, uses, steps);
}

function capturedContextTokens(deployment: Deployment): number {
  const { eager, graphContextLimit: limit } = deployment.runtime;
  if (eager) return 0;
  return limit !== null && isBefore(deployment, limit.before) ? limit.tokens : Number.POSITIVE_INFINITY;
}

function cacheOfRank(
  group: CacheGroup,
  deployment: Deployment,
  coefficients: Coefficients,
  uses: CoefficientUse[],
): CacheOfRank {
  const { runtime, runtimeYear, parallelism } = deployment;
  const { tensor } = parallelism;
  const ignoresWindow = runtime.windowedAttentionSince !== null && runtimeYear < runtime.windowedAttentionSince;
  return {
    group: ignoresWindow ? { ...group, windowTokens: Number.POSITIVE_INFINITY } : group,
    shareOfRank: cacheShareOfRank(group, tensor),
    headShareOfRank: group.heads === 0 ? 1 / tensor : Math.ceil(group.heads / tensor) / group.heads,
    kvHeadsOfRank: group.latent ? Math.ceil(group.heads / tensor) : Math.max(1, Math.ceil(group.kvHeads / tensor)),
    reads: cacheReads(),
  };

  function cacheReads(): number {
    const limit = runtime.sharedReadLimit;
    const queryHeads = group.kvHeads === 0 ? 1 : group.heads / group.kvHeads;
    if (limit === null || queryHeads <= limit.queryHeads || !isBefore(deployment, limit.before)) return 1;
    // The second-level cache answers some of the repeats.
    const share = lookUpCoefficient(coefficients, 'serving.repeatedReadShare', ['all'], uses);
    return Math.max(1, share * queryHeads);
  }
}

function path(
  { hardware }: Deployment,
  ranks: number,
  latencyFactor: number,
  coefficients: Coefficients,
  uses: CoefficientUse[],
): Interconnect {
  const interconnect = interconnectAmong(hardware, ranks, coefficients, uses);
  return { ...interconnect, latencySeconds: interconnect.latencySeconds * latencyFactor };
}

const shapes = new WeakMap<Architecture, Shape>();

function shapeOf(architecture: Architecture): Shape {
  const known = shapes.get(architecture);
  if (known !== undefined) return known;
  const parameters = countParameters(architecture);
  const shape: Shape = {
    mixers: 0,
    feedForwards: 0,
    expertLayers: 0,
    layers: 0,
    intermediateWidths: 0,
    experts: 0,
    activeExperts: 0,
    mixerShare: 0,
    denseParameters: parameters.blocks - parameters.experts,
    expertParameters: parameters.experts,
    headParameters: architecture.vocabulary * architecture.hidden,
  };
  let feedForwardParameters = 0;
  for (const { layers, attention, feedForward } of architecture.blocks) {
    if (attention !== null) shape.mixers += layers;
    if (feedForward === null) continue;
    shape.feedForwards += layers;
    shape.intermediateWidths += layers * widthOfToken(feedForward);
    feedForwardParameters += layers * denseFeedForwardParameters(feedForward, architecture.hidden);
    if (feedForward.kind !== 'experts') continue;
    shape.expertLayers += layers;
    const slots = feedForward.experts + (feedForward.zeroExperts ?? 0);
    shape.experts = feedForward.experts;
    shape.activeExperts = (feedForward.activeExperts * feedForward.experts) / slots;
  }
  shape.layers = (shape.mixers + shape.feedForwards) / 2;
  shape.mixerShare = Math.max(0, 1 - feedForwardParameters / shape.denseParameters);
  shapes.set(architecture, shape);
  return shape;
}

function widthOfToken(feedForward: FeedForward): number {
  if (feedForward.kind !== 'experts') return feedForward.intermediate;
  return feedForward.activeExperts * feedForward.intermediate + feedForward.sharedIntermediate;
}

/** Parameters of a feed-forward that every token passes through: all but the routed experts. */
function denseFeedForwardParameters(feedForward: FeedForward, hidden: number): number {
  switch (feedForward.kind) {
    case 'gated':
      return 3 * hidden * feedForward.intermediate;
    case 'plain':
      return 2 * hidden * feedForward.intermediate;
    case 'experts':
      return (feedForward.gated ? 3 : 2) * hidden * feedForward.sharedIntermediate + hidden * feedForward.experts;
  }
}

const knownFormatRows = new WeakMap<Hardware, Map<string, readonly string[]>>();

/** From the device's own row to everything: device, family, memory class, each with the format; then the format alone. */
function formatRows(
  { hardware, weights }: Deployment,
  native: boolean,
  format = weights.efficiencyClass,
): readonly string[] {
  const name = native ? format : `${format}-weight-only`;
  let ofHardware = knownFormatRows.get(hardware);
  if (ofHardware === undefined) {
    ofHardware = new Map();
    knownFormatRows.set(hardware, ofHardware);
  }
  const known = ofHardware.get(name);
  if (known !== undefined) return known;
  const rows = [
    `${hardware.id}|${name}`,
    `${hardware.family}|${name}`,
    `${hardware.memoryClass}|${name}`,
    ...(native ? [] : [`${hardware.memoryClass}|weight-only`]),
    hardware.family,
    hardware.memoryClass,
    'all',
  ];
  ofHardware.set(name, rows);
  return rows;
}

function exponentRows(format: string, native: boolean): string[] {
  return native ? [format, 'all'] : ['weight-only', 'all'];
}

function formatOverheadRows({ runtime, runtimeYear, weights }: Deployment, native: boolean): string[] {
  const name = native ? weights.efficiencyClass : 'weight-only';
  return [`${runtime.coefficients}|${runtimeYear}|${name}`, `${runtimeYear}|${name}`, name, 'all'];
}
