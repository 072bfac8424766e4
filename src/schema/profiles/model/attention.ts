import type { Attention } from '../../../engine/model/attention/attention.ts';
import type { CrossAttention } from '../../../engine/model/attention/cross.ts';
import type { GroupedQueryAttention } from '../../../engine/model/attention/groupedQuery.ts';
import type { LatentAttention } from '../../../engine/model/attention/latent.ts';
import type { SparseSelection } from '../../../engine/model/attention/sparse.ts';
import type { StateSpaceMixer } from '../../../engine/model/attention/stateSpace.ts';
import { builder } from '../../builder.ts';

builder.enumType('AttentionBias', {
  description: 'Which projections of an attention layer have a learned bias.',
  values: {
    QKV: { value: 'qkv', description: 'Query, key and value.' },
    ALL: { value: 'all', description: 'Query, key, value and output.' },
  } as const,
});

builder.enumType('QueryKeyNorm', {
  description: 'How queries and keys are normalised.',
  values: {
    HEAD: { value: 'head', description: 'Each head by itself.' },
    FULL: { value: 'full', description: 'Over the full width.' },
  } as const,
});

const SparseSelectionType = builder.objectRef<SparseSelection>('SparseSelection').implement({
  description: 'Sparse attention: an indexer picks the cached tokens that are read.',
  fields: (t) => ({
    topTokens: t.exposeInt('topTokens', { description: 'Most cached tokens read per query, in tokens.' }),
    indexHeads: t.exposeInt('indexHeads', { description: 'Heads of the indexer, a count.' }),
    indexHeadDim: t.exposeInt('indexHeadDim', { description: 'Width of one indexer head, in elements.' }),
  }),
});

const GroupedQueryType = builder.objectRef<GroupedQueryAttention>('GroupedQueryAttention').implement({
  description: 'Softmax attention over cached keys and values. kvHeads = heads: multi-head; kvHeads = 1: multi-query.',
  fields: (t) => ({
    heads: t.exposeInt('heads', { description: 'Query heads, a count.' }),
    kvHeads: t.exposeInt('kvHeads', { description: 'Key and value heads, a count.' }),
    headDim: t.exposeInt('headDim', { description: 'Width of one query or key head, in elements.' }),
    valueHeadDim: t.int({
      description: 'Width of one value head, in elements.',
      resolve: ({ valueHeadDim, headDim }) => valueHeadDim ?? headDim,
    }),
    windowTokens: t.exposeInt('windowTokens', {
      nullable: true,
      description: 'Tokens a query can see (sliding window), in tokens; null = the whole context.',
    }),
    sharesKeyValue: t.boolean({
      description: 'Reads another layer’s keys and values and caches none of its own.',
      resolve: ({ sharesKeyValue }) => sharesKeyValue === true,
    }),
    sparse: t.expose('sparse', {
      type: SparseSelectionType,
      nullable: true,
      description: 'The indexer of sparse attention; null = all visible tokens are read.',
    }),
    compressionTokensPerEntry: t.int({
      nullable: true,
      description: 'Older tokens are cached merged, this many to an entry, a count of tokens; null = they are not.',
      resolve: ({ compression }) => compression?.tokensPerEntry,
    }),
  }),
});

const LatentType = builder.objectRef<LatentAttention>('LatentAttention').implement({
  description: 'Multi-head latent attention: key and value share one cached latent vector.',
  fields: (t) => ({
    heads: t.exposeInt('heads', { description: 'Query heads, a count.' }),
    latentDim: t.exposeInt('latentDim', { description: 'Cached latent, in elements per token and layer.' }),
    ropeDim: t.exposeInt('ropeDim', { description: 'Cached rotary part, in elements per token and layer.' }),
    nopeDim: t.exposeInt('nopeDim', { description: 'Non-rotary width of one head, in elements.' }),
    valueHeadDim: t.exposeInt('valueHeadDim', { description: 'Width of one value head, in elements.' }),
    queryRank: t.exposeInt('queryRank', {
      nullable: true,
      description: 'Rank the query is projected through first, in elements; null = directly.',
    }),
    sparse: t.expose('sparse', {
      type: SparseSelectionType,
      nullable: true,
      description: 'The indexer of sparse attention; null = all visible tokens are read.',
    }),
  }),
});

const StateSpaceType = builder.objectRef<StateSpaceMixer>('StateSpaceMixer').implement({
  description: 'Linear attention or a state-space mixer: a state of fixed size instead of a growing cache.',
  fields: (t) => ({
    variant: t.exposeString('variant', { description: 'Which one: gated-delta-net, mamba2, lightning and the like.' }),
    stateBytes: t.field({
      type: 'SafeInt',
      description: 'State of one sequence in one layer, convolution included, in bytes.',
      resolve: ({ stateElements, stateElementBytes, convolutionElements }) =>
        stateElements * stateElementBytes + 2 * convolutionElements,
    }),
    parameters: t.field({
      type: 'SafeInt',
      description: 'Parameters of one layer’s mixer, a count.',
      resolve: ({ parameters }) => Math.round(parameters),
    }),
  }),
});

const CrossType = builder.objectRef<CrossAttention>('CrossAttention').implement({
  description: 'Attention onto a fixed set of encoder or image tokens: its cache does not grow with the text.',
  fields: (t) => ({
    heads: t.exposeInt('heads', { description: 'Query heads, a count.' }),
    kvHeads: t.exposeInt('kvHeads', { description: 'Key and value heads, a count.' }),
    headDim: t.exposeInt('headDim', { description: 'Width of one head, in elements.' }),
    sourceTokens: t.exposeInt('sourceTokens', {
      description: 'Encoder or image tokens attended to, a count of tokens.',
    }),
  }),
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

export const AttentionKind = builder.enumType('AttentionKind', {
  description: 'The kinds of mixing layer a model may have.',
  values: {
    GROUPED_QUERY: { value: 'grouped-query', description: 'Multi-head, grouped-query or multi-query attention.' },
    MULTI_HEAD_LATENT: { value: 'multi-head-latent', description: 'Multi-head latent attention.' },
    STATE_SPACE: { value: 'state-space', description: 'Linear attention or a state-space mixer.' },
    CROSS: { value: 'cross', description: 'Cross-attention onto encoder or image tokens.' },
  } as const,
});
