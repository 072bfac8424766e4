import type { Architecture } from '../model/architecture.ts';
import { countParameters, expertsPerToken, feedForwardWidth } from '../model/parameters.ts';

/** Sums over the blocks that the formulas for local machines need. */
export interface LocalShape {
  /** Residual layers: (mixers + feed-forwards) ÷ 2, so that half-blocks count half. */
  layers: number;
  expertLayers: number;
  /** Layers of multi-head latent attention. */
  latentLayers: number;
  /** Experts of an expert layer and those a token visits; 1 and 1 without. */
  experts: number;
  activeExperts: number;
  /** Parameters of blocks and extras that every token passes through: no embedding, no head, no routed experts. */
  bodyParameters: number;
  /** All routed experts. */
  expertParameters: number;
  /** Widest feed-forward a token passes through: routed and shared experts together. */
  feedForwardWidth: number;
  /** Most query heads of a layer that attends over the whole context; 0 without. */
  heads: number;
}

const knownShapes = new WeakMap<Architecture, LocalShape>();

/** Computed once per architecture object. */
export function localShape(architecture: Architecture): LocalShape {
  const known = knownShapes.get(architecture);
  if (known !== undefined) return known;
  const shape = sumShape(architecture);
  knownShapes.set(architecture, shape);
  return shape;
}

function sumShape(architecture: Architecture): LocalShape {
  const parameters = countParameters(architecture);
  let bodyParameters = parameters.blocks - parameters.experts;
  for (const { readEachStep, parameters: extra } of architecture.extras) if (readEachStep) bodyParameters += extra;
  const shape: LocalShape = {
    layers: 0,
    expertLayers: 0,
    latentLayers: 0,
    experts: 1,
    activeExperts: 1,
    bodyParameters,
    expertParameters: parameters.experts,
    feedForwardWidth: 0,
    heads: 0,
  };
  for (const { layers, attention, feedForward } of architecture.blocks) {
    if (attention !== null) shape.layers += layers / 2;
    if (attention?.kind === 'multi-head-latent') shape.latentLayers += layers;
    if (attention !== null && 'heads' in attention) shape.heads = Math.max(shape.heads, attention.heads);
    if (feedForward === null) continue;
    shape.layers += layers / 2;
    if (feedForward.kind === 'experts') {
      shape.expertLayers += layers;
      shape.experts = feedForward.experts;
      shape.activeExperts = expertsPerToken(feedForward);
    }
    shape.feedForwardWidth = Math.max(shape.feedForwardWidth, feedForwardWidth(feedForward));
  }
  return shape;
}
