import type { Architecture, FeedForward } from '../model/architecture.ts';
import { countParameters, expertsPerToken, feedForwardWidth } from '../model/parameters.ts';

/** Sums over the blocks that the step formulas need. */
export interface ServingShape {
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

const knownShapes = new WeakMap<Architecture, ServingShape>();

/** Computed once per architecture object. */
export function servingShape(architecture: Architecture): ServingShape {
  const known = knownShapes.get(architecture);
  if (known !== undefined) return known;
  const parameters = countParameters(architecture);
  const shape: ServingShape = {
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
    shape.intermediateWidths += layers * feedForwardWidth(feedForward);
    feedForwardParameters += layers * denseFeedForwardParameters(feedForward, architecture.hidden);
    if (feedForward.kind !== 'experts') continue;
    shape.expertLayers += layers;
    shape.experts = feedForward.experts;
    shape.activeExperts = expertsPerToken(feedForward);
  }
  shape.layers = (shape.mixers + shape.feedForwards) / 2;
  shape.mixerShare = Math.max(0, 1 - feedForwardParameters / shape.denseParameters);
  knownShapes.set(architecture, shape);
  return shape;
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
