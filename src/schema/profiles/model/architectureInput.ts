import { builder } from '../../builder.ts';
import { inputPair } from '../../mutations/inputPair.ts';
import { sourceField } from '../../mutations/sourceInput.ts';

const AttentionBias = builder.enumType('AttentionBias', {
  description: 'Which projections of an attention layer have a learned bias.',
  values: {
    QKV: { value: 'qkv', description: 'Query, key and value.' },
    ALL: { value: 'all', description: 'Query, key, value and output.' },
  } as const,
});

const QueryKeyNorm = builder.enumType('QueryKeyNorm', {
  description: 'How queries and keys are normalised.',
  values: {
    HEAD: { value: 'head', description: 'Each head by itself.' },
    FULL: { value: 'full', description: 'Over the full width.' },
  } as const,
});

const SparseSelectionInput = builder.inputType('SparseSelectionInput', {
  description: 'Sparse attention: an indexer picks the cached tokens that are read.',
  fields: (t) => ({
    topTokens: t.int({ required: true, description: 'Most cached tokens read per query, in tokens.' }),
    indexHeads: t.int({
      required: true,
      description: 'Heads of the indexer, a count; 0 = reuses the selection of an earlier layer.',
    }),
    indexHeadDim: t.int({ required: true, description: 'Width of one indexer head, in elements.' }),
  }),
});

const LowRankOutputInput = builder.inputType('LowRankOutputInput', {
  description: 'The output is projected through a low rank first, separately for each group of heads.',
  fields: (t) => ({
    rank: t.int({ required: true, description: 'The rank, in elements.' }),
    groups: t.int({ required: true, description: 'Groups of heads, a count.' }),
  }),
});

const CacheCompressionInput = builder.inputType('CacheCompressionInput', {
  description: 'Beside the raw window, all tokens are kept merged: one cached entry for every few of them.',
  fields: (t) => ({
    tokensPerEntry: t.int({ required: true, description: 'Tokens to one entry, a count of tokens.' }),
    overlapping: t.boolean({ required: true, description: 'Neighbouring entries overlap.' }),
  }),
});

const heads = 'Query heads, a count.';
const kvHeads =
  'Key and value heads, a count: as many as heads (multi-head), fewer (grouped-query) or 1 (multi-query).';

const GroupedQueryAttentionInput = builder.inputType('GroupedQueryAttentionInput', {
  description: 'Softmax attention over cached keys and values: multi-head, grouped-query or multi-query.',
  fields: (t) => ({
    heads: t.int({ required: true, description: heads }),
    kvHeads: t.int({ required: true, description: kvHeads }),
    headDim: t.int({ required: true, description: 'Width of one query or key head, in elements.' }),
    valueHeadDim: t.int({ description: 'Width of one value head where it differs, in elements.' }),
    windowTokens: t.int({ description: 'Sliding window, in tokens; left out = the whole context.' }),
    sharesKeyValue: t.boolean({ description: 'Reads another layer’s keys and values and caches none of its own.' }),
    keyIsValue: t.boolean({ description: 'Keys are used as values: one projection and one cached vector.' }),
    valueFromKey: t.boolean({ description: 'Values are made from the key projection; both are cached.' }),
    outputGate: t.boolean({ description: 'An elementwise gate on the output, projected from the input.' }),
    bias: t.field({ type: AttentionBias, description: 'Learned biases; left out = none.' }),
    queryKeyNorm: t.field({ type: QueryKeyNorm, description: 'Norms of queries and keys; left out = none.' }),
    sparse: t.field({ type: SparseSelectionInput, description: 'The indexer of sparse attention.' }),
    queryRank: t.int({ description: 'Rank the query is projected through first, in elements.' }),
    outputLowRank: t.field({ type: LowRankOutputInput, description: 'A low-rank output projection.' }),
    compression: t.field({
      type: CacheCompressionInput,
      description: 'What is cached of the tokens that the window leaves behind.',
    }),
  }),
});

const LatentAttentionInput = builder.inputType('LatentAttentionInput', {
  description: 'Multi-head latent attention (DeepSeek): key and value share one cached latent vector.',
  fields: (t) => ({
    heads: t.int({ required: true, description: heads }),
    latentDim: t.int({ required: true, description: 'Cached latent (kv_lora_rank), in elements per token and layer.' }),
    ropeDim: t.int({
      required: true,
      description: 'Cached rotary part (qk_rope_head_dim), in elements per token and layer.',
    }),
    nopeDim: t.int({
      required: true,
      description: 'Non-rotary width of one head (qk_nope_head_dim), in elements.',
    }),
    valueHeadDim: t.int({ required: true, description: 'Width of one value head (v_head_dim), in elements.' }),
    queryRank: t.int({ description: 'Rank the query is projected through first (q_lora_rank), in elements.' }),
    sparse: t.field({ type: SparseSelectionInput, description: 'The indexer of sparse attention.' }),
  }),
});

const StateSpaceMixerInput = builder.inputType('StateSpaceMixerInput', {
  description:
    'Linear attention or a state-space mixer: a state of fixed size per sequence instead of a growing cache.',
  fields: (t) => ({
    variant: t.string({ required: true, description: 'Which one: gated-delta-net, kimi-delta, mamba2, lightning.' }),
    stateElements: t.int({
      required: true,
      description: 'Recurrent state of one sequence in one layer, in elements.',
    }),
    stateElementBytes: t.int({ required: true, description: 'One element of that state, in bytes: 1, 2 or 4.' }),
    convolutionElements: t.int({
      required: true,
      description: 'Convolution state of one sequence in one layer, in elements.',
    }),
    parameters: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Parameters of one layer’s mixer, projections included and norms excluded, a count.',
    }),
    recurrenceFlopsPerToken: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Arithmetic of the recurrence for one token in one layer, projections excluded, a count of FLOPs.',
    }),
  }),
});

const CrossAttentionInput = builder.inputType('CrossAttentionInput', {
  description: 'Attention onto a fixed set of encoder or image tokens: its cache does not grow with the text.',
  fields: (t) => ({
    heads: t.int({ required: true, description: heads }),
    kvHeads: t.int({ required: true, description: kvHeads }),
    headDim: t.int({ required: true, description: 'Width of one head, in elements.' }),
    sourceTokens: t.int({ required: true, description: 'Encoder or image tokens attended to, a count of tokens.' }),
    queryKeyNorm: t.field({ type: QueryKeyNorm, description: 'Norms of queries and keys; left out = none.' }),
  }),
});

const AttentionInput = builder.inputType('AttentionInput', {
  description: 'How a layer looks at other tokens: exactly one of these.',
  isOneOf: true,
  extensions: { tag: 'kind' },
  fields: (t) => ({
    groupedQuery: t.field({ type: GroupedQueryAttentionInput, description: 'Multi-head, grouped- or multi-query.' }),
    multiHeadLatent: t.field({ type: LatentAttentionInput, description: 'Multi-head latent attention.' }),
    stateSpace: t.field({ type: StateSpaceMixerInput, description: 'Linear attention or a state-space mixer.' }),
    cross: t.field({ type: CrossAttentionInput, description: 'Cross-attention onto encoder or image tokens.' }),
  }),
});

const DenseFeedForwardInput = builder.inputType('DenseFeedForwardInput', {
  description: 'A feed-forward half that every token passes through.',
  fields: (t) => ({
    intermediate: t.int({ required: true, description: 'Inner width, in elements.' }),
    bias: t.boolean({ description: 'The projections have biases.' }),
  }),
});

const ExpertFeedForwardInput = builder.inputType('ExpertFeedForwardInput', {
  description: 'Mixture of experts.',
  fields: (t) => ({
    experts: t.int({ required: true, description: 'Routed experts, a count.' }),
    activeExperts: t.int({ required: true, description: 'Routed experts a token is sent to, a count.' }),
    intermediate: t.int({ required: true, description: 'Inner width of one routed expert, in elements.' }),
    sharedIntermediate: t.int({
      required: true,
      defaultValue: 0,
      description: 'Inner width of all shared experts together, in elements; 0 = none.',
    }),
    gated: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Experts have gate, up and down projections; false = up and down only.',
    }),
    expertHidden: t.int({ description: 'Width the experts work at where it is not the model’s, in elements.' }),
    zeroExperts: t.int({ description: 'Experts that do nothing, a count.' }),
    sharedGate: t.boolean({ description: 'A learned gate on the shared experts.' }),
    bias: t.boolean({ description: 'The projections have biases.' }),
  }),
});

const FeedForwardInput = builder.inputType('FeedForwardInput', {
  description: 'How a layer works on each token by itself: exactly one of these.',
  isOneOf: true,
  extensions: { tag: 'kind' },
  fields: (t) => ({
    gated: t.field({ type: DenseFeedForwardInput, description: 'Gate, up and down projections (SwiGLU, GeGLU).' }),
    plain: t.field({ type: DenseFeedForwardInput, description: 'Up and down projections (GELU, ReLU²).' }),
    experts: t.field({ type: ExpertFeedForwardInput, description: 'Mixture of experts.' }),
  }),
});

const BlockGroupInput = builder.inputType('BlockGroupInput', {
  description: 'Layers that are alike.',
  fields: (t) => ({
    layers: t.int({ required: true, description: 'How many layers are like this, a count.' }),
    attention: t.field({ type: AttentionInput, description: 'The mixing half; left out = none.' }),
    feedForward: t.field({ type: FeedForwardInput, description: 'The feed-forward half; left out = none.' }),
  }),
});

const ExtraParametersInput = builder.inputType('ExtraParametersInput', {
  description: 'Parameters outside blocks, embedding and head: a vision tower, multi-token-prediction layers.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What they are.' }),
    parameters: t.field({ type: 'SafeInt', required: true, description: 'How many, a count.' }),
    resident: t.boolean({ required: true, description: 'Common runtimes load them: they count in memory.' }),
    readEachStep: t.boolean({ required: true, description: 'Read at every decode step: they count in time.' }),
  }),
});

export const architectureInput = inputPair('Architecture', {
  description: 'A model as a stack of blocks. The numbers are those of its config.json.',
  fields: (t, { required }) => ({
    hidden: t.int({ required, description: 'Width of the residual stream (hidden_size), in elements.' }),
    vocabulary: t.int({ required, description: 'Rows of the embedding (vocab_size), a count of tokens.' }),
    tiedEmbeddings: t.boolean({ required, description: 'The embedding doubles as the output head.' }),
    learnedPositions: t.int({ description: 'Learned position vectors, a count; left out = none (rotary).' }),
    parallelBlocks: t.boolean({ description: 'Attention and feed-forward of a layer work side by side.' }),
    normVectors: t.float({ description: 'Norm vectors of one half-layer, a count; left out = 1.' }),
    outerNormVectors: t.int({ description: 'Norm vectors outside the blocks, a count; left out = 1.' }),
    blocks: t.field({ type: [BlockGroupInput], required, description: 'Groups of like layers, all of them.' }),
    extras: t.field({ type: [ExtraParametersInput], description: 'Parameters outside the stack.' }),
    source: sourceField(t),
  }),
});
