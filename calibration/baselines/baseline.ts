import { cacheBytesPerElement, cacheGroups, elementsReadPerQuery } from '../../src/engine/model/kvCache.ts';
import { countParameters } from '../../src/engine/model/parameters.ts';
import { weightBytes } from '../../src/engine/model/weights.ts';
import { arithmeticOn } from '../../src/engine/roofline.ts';
import type { Deployment, Workload } from '../../src/engine/shapes.ts';

/** A published way to answer the same questions. A null answer: its formula says nothing about that. */
export interface Baseline {
  id: string;
  title: string;
  /** Where the formula is published. */
  citation: string;
  /** Seconds to read the prompts of a whole batch. */
  prefillSeconds(deployment: Deployment, workload: Workload): number | null;
  /** Seconds of one decode step of the whole batch, at the mean context. */
  decodeSeconds(deployment: Deployment, workload: Workload): number | null;
}

/**
 * What the formulas multiply, over all devices. They get our exact bytes: the weight file less an unread embedding,
 * the cache with its windows and groups, the experts a batch is expected to touch, and every device's bandwidth.
 */
export interface Quantities {
  weightBytes: number;
  /** Bytes of cache read by one step of the batch. */
  cacheBytes: number;
  flopsPerToken: number;
  /** FLOPs of one decode step's attention over the batch. */
  attentionFlops: number;
  peakFlops: number;
  bytesPerSecond: number;
}

/** Tokens in the cache in the middle of the generation. */
export function meanContext({ contextTokens, promptTokens, outputTokens }: Workload): number {
  return contextTokens + promptTokens + outputTokens / 2;
}

/** Devices that work at the same time on one sequence: a layer split takes turns. */
export function devicesAtOnce({ parallelism }: Deployment): number {
  return parallelism.tensor * parallelism.data;
}

export function quantities(deployment: Deployment, workload: Workload, tokensInStep: number): Quantities {
  const { model, hardware, weights, kvCache, weightFileBytes } = deployment;
  const bytes = weightBytes(model.architecture, weights, weightFileBytes);
  const { active, embedding } = countParameters(model.architecture);
  const unread = model.architecture.tiedEmbeddings ? 0 : bytes.embedding;
  const atOnce = devicesAtOnce(deployment);
  const context = meanContext(workload);
  let elements = 0;
  let attentionFlops = 0;
  for (const group of cacheGroups(model.architecture)) {
    elements += group.layers * elementsReadPerQuery(group, context);
    attentionFlops += group.layers * group.flopsPerPair * Math.min(context, group.windowTokens, group.readTokens);
  }
  const touched = expertsTouched(deployment, tokensInStep);
  return {
    weightBytes: bytes.total - unread - bytes.experts * (1 - touched),
    cacheBytes: workload.batch * elements * cacheBytesPerElement(kvCache),
    flopsPerToken: 2 * (active - (model.architecture.tiedEmbeddings ? 0 : embedding)),
    attentionFlops: workload.batch * attentionFlops,
    peakFlops: atOnce * (arithmeticOn(hardware, weights)?.flopsPerSecond ?? hardware.peaks.fp32 ?? Number.NaN),
    bytesPerSecond: atOnce * hardware.memoryBytesPerSecond,
  };
}

/** FLOPs of the prompts' causal attention over the batch: half of the square. */
export function promptAttentionFlops(deployment: Deployment, { batch, promptTokens, contextTokens }: Workload): number {
  let flops = 0;
  for (const group of cacheGroups(deployment.model.architecture)) {
    const seen = Math.min(contextTokens + promptTokens / 2, group.windowTokens);
    flops += group.layers * group.prefillFlopsPerPair * promptTokens * seen;
  }
  return batch * flops;
}

/** Share of the routed experts' bytes that a step of `tokens` is expected to read. */
function expertsTouched({ model }: Deployment, tokens: number): number {
  for (const { feedForward } of model.architecture.blocks) {
    if (feedForward?.kind !== 'experts') continue;
    return 1 - (1 - feedForward.activeExperts / feedForward.experts) ** tokens;
  }
  return 1;
}
