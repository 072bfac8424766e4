import { remembered } from '../remembered.ts';
import type { Architecture, FeedForward } from './architecture.ts';
import { cacheGroups } from './kvCache.ts';
import { countParameters, expertsPerToken, feedForwardWidth } from './parameters.ts';

/** Sums over the blocks of a model that the formulas of steps and memory need. */
export type BlockSums = ReturnType<typeof blockSums>;

/** Computed once per architecture object. */
export const blockSums = remembered((architecture: Architecture) => {
  const parameters = countParameters(architecture);
  const denseParameters = parameters.blocks - parameters.experts;
  const sums = {
    mixers: 0,
    feedForwards: 0,
    /** (mixers + feed-forwards) ÷ 2: 80 for an 80-layer transformer, 26 for 52 alternating half-blocks. */
    layers: 0,
    expertLayers: 0,
    /** Layers of multi-head latent attention. */
    latentLayers: 0,
    /** Experts and experts a token visits in the (one) kind of expert layer; 1 and 1 without. */
    experts: 1,
    activeExperts: 1,
    /** Σ over layers of the intermediate width one token passes through. */
    intermediateWidths: 0,
    /** Widest feed-forward a token passes through: routed and shared experts together. */
    feedForwardWidth: 0,
    /** Most query heads of a layer; 0 without attention. */
    heads: 0,
    /** Elements of a rotary table for one position, over all layers. */
    rotaryWidths: 0,
    /** Parameters of the projections around attention as a share of all dense parameters. */
    mixerShare: 0,
    /** Parameters of the blocks but the routed experts. */
    denseParameters,
    /** The same and the extras that every token passes through: no embedding, no head. */
    bodyParameters: denseParameters,
    /** All routed experts. */
    expertParameters: parameters.experts,
    headParameters: architecture.vocabulary * architecture.hidden,
  };
  for (const { readEachStep, parameters: extra } of architecture.extras) if (readEachStep) sums.bodyParameters += extra;
  for (const { layers, latent, heads, rotaryWidth } of cacheGroups(architecture)) {
    sums.mixers += layers;
    if (latent) sums.latentLayers += layers;
    sums.heads = Math.max(sums.heads, heads);
    sums.rotaryWidths += layers * rotaryWidth;
  }
  let feedForwardParameters = 0;
  for (const { layers, feedForward } of architecture.blocks) {
    if (feedForward === null) continue;
    const width = feedForwardWidth(feedForward);
    sums.feedForwards += layers;
    sums.intermediateWidths += layers * width;
    sums.feedForwardWidth = Math.max(sums.feedForwardWidth, width);
    feedForwardParameters += layers * denseFeedForwardParameters(feedForward, architecture.hidden);
    if (feedForward.kind !== 'experts') continue;
    sums.expertLayers += layers;
    sums.experts = feedForward.experts;
    sums.activeExperts = expertsPerToken(feedForward);
  }
  sums.layers = (sums.mixers + sums.feedForwards) / 2;
  sums.mixerShare = Math.max(0, 1 - feedForwardParameters / denseParameters);
  return sums;
});

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
