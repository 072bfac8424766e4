import { type CrossAttention, crossLayer } from './cross.ts';
import { type GroupedQueryAttention, groupedQueryLayer } from './groupedQuery.ts';
import { type LatentAttention, latentLayer } from './latent.ts';
import type { AttentionLayer } from './layer.ts';
import { type StateSpaceMixer, stateSpaceLayer } from './stateSpace.ts';

export type Attention = GroupedQueryAttention | LatentAttention | StateSpaceMixer | CrossAttention;

/** The counts of one layer of attention in a model of width `hidden`. */
export function attentionLayer(attention: Attention, hidden: number): AttentionLayer {
  switch (attention.kind) {
    case 'grouped-query':
      return groupedQueryLayer(attention, hidden);
    case 'multi-head-latent':
      return latentLayer(attention, hidden);
    case 'state-space':
      return stateSpaceLayer(attention, hidden);
    case 'cross':
      return crossLayer(attention, hidden);
  }
}
