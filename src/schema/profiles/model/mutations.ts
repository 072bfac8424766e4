import { kind } from '../../../registry/kinds/model.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { ModelType } from './type.ts';

/** What is known about a model that is not in the catalogue. */
export const ModelCreateInput = profileMutations(kind, {
  name: 'model',
  thing: 'a model',
  node: ModelType,
  names: {
    id: { example: 'acme-support-8b' },
    types: {
      architecture: 'Architecture',
      blocks: 'BlockGroup',
      attention: 'Attention',
      'grouped-query': 'GroupedQueryAttention',
      'multi-head-latent': 'LatentAttention',
      'state-space': 'StateSpaceMixer',
      cross: 'CrossAttention',
      sparse: 'SparseSelection',
      outputLowRank: 'LowRankOutput',
      compression: 'CacheCompression',
      feedForward: 'FeedForward',
      gated: 'DenseFeedForward',
      plain: 'DenseFeedForward',
      experts: 'ExpertFeedForward',
      extras: 'ExtraParameters',
    },
    defaults: { sharedIntermediate: 0, gated: true },
  },
  example:
    'mutation { modelCreate(dryRun: true, input: { id: "acme-chat", name: "Acme Chat", developer: "Acme", ' +
    'contextTokens: 32768, source: { title: "A guess", known: ASSUMED } }) ' +
    '{ ... on ModelCreatePayload { model { id contextTokens } } ... on Error { message } } }',
});
