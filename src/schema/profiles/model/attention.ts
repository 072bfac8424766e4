import type { Attention } from '../../../engine/model/attention/attention.ts';
import type { CrossAttention } from '../../../engine/model/attention/cross.ts';
import type { GroupedQueryAttention } from '../../../engine/model/attention/groupedQuery.ts';
import type { LatentAttention } from '../../../engine/model/attention/latent.ts';
import type { SparseSelection } from '../../../engine/model/attention/sparse.ts';
import type { StateSpaceMixer } from '../../../engine/model/attention/stateSpace.ts';
import {
  crossSchema,
  groupedQuerySchema,
  latentSchema,
  sparseSchema,
  stateSpaceSchema,
} from '../../../registry/kinds/architecture.ts';
import { builder } from '../../builder.ts';
import { enumOf } from '../../enumOf.ts';
import { descriptionOf } from '../factTypes.ts';
import { fieldsOf, itself } from '../fieldsOf.ts';

enumOf('AttentionBias', 'Which projections of an attention layer have a learned bias.', {
  qkv: 'Query, key and value.',
  all: 'Query, key, value and output.',
});

enumOf('QueryKeyNorm', 'How queries and keys are normalised.', {
  head: 'Each head by itself.',
  full: 'Over the full width.',
});

const SparseSelectionType = builder.objectRef<SparseSelection>('SparseSelection').implement({
  description: descriptionOf(sparseSchema),
  fields: (t) => fieldsOf(t, sparseSchema, itself),
});

const sparse = { types: { sparse: SparseSelectionType } };

const GroupedQueryType = builder.objectRef<GroupedQueryAttention>('GroupedQueryAttention').implement({
  description: 'Softmax attention over cached keys and values. kvHeads = heads: multi-head; kvHeads = 1: multi-query.',
  fields: (t) => ({
    ...fieldsOf(t, groupedQuerySchema, itself, ['heads', 'kvHeads', 'headDim']),
    valueHeadDim: t.int({
      description: 'Width of one value head, in elements.',
      resolve: ({ valueHeadDim, headDim }) => valueHeadDim ?? headDim,
    }),
    ...fieldsOf(t, groupedQuerySchema, itself, ['windowTokens']),
    sharesKeyValue: t.boolean({
      description: 'Reads another layer’s keys and values and caches none of its own.',
      resolve: ({ sharesKeyValue }) => sharesKeyValue === true,
    }),
    ...fieldsOf(t, groupedQuerySchema, itself, ['sparse'], sparse),
    compressionTokensPerEntry: t.int({
      nullable: true,
      description: 'Older tokens are cached merged, this many to an entry, a count of tokens; null = they are not.',
      resolve: ({ compression }) => compression?.tokensPerEntry,
    }),
  }),
});

const LatentType = builder.objectRef<LatentAttention>('LatentAttention').implement({
  description: descriptionOf(latentSchema),
  fields: (t) => fieldsOf(t, latentSchema, itself, undefined, sparse),
});

const StateSpaceType = builder.objectRef<StateSpaceMixer>('StateSpaceMixer').implement({
  description: descriptionOf(stateSpaceSchema),
  fields: (t) => ({
    ...fieldsOf(t, stateSpaceSchema, itself, ['variant']),
    stateBytes: t.field({
      type: 'SafeInt',
      description: 'State of one sequence in one layer, convolution included, in bytes.',
      resolve: ({ stateElements, stateElementBytes, convolutionElements }) =>
        stateElements * stateElementBytes + 2 * convolutionElements,
    }),
    ...fieldsOf(t, stateSpaceSchema, ({ parameters }) => ({ parameters: Math.round(parameters) }), ['parameters']),
  }),
});

const CrossType = builder.objectRef<CrossAttention>('CrossAttention').implement({
  description: descriptionOf(crossSchema),
  fields: (t) => fieldsOf(t, crossSchema, itself, ['heads', 'kvHeads', 'headDim', 'sourceTokens']),
});

const typesByKind = {
  'grouped-query': GroupedQueryType,
  'multi-head-latent': LatentType,
  'state-space': StateSpaceType,
  cross: CrossType,
} as const;

export const AttentionType = builder.unionType('Attention', {
  description: 'How a layer looks at other tokens.',
  types: [GroupedQueryType, LatentType, StateSpaceType, CrossType],
  resolveType: (attention: Attention) => typesByKind[attention.kind].name,
});

export const AttentionKind = enumOf('AttentionKind', 'The kinds of mixing layer a model may have.', {
  'grouped-query': 'Multi-head, grouped-query or multi-query attention.',
  'multi-head-latent': 'Multi-head latent attention.',
  'state-space': 'Linear attention or a state-space mixer.',
  cross: 'Cross-attention onto encoder or image tokens.',
});
