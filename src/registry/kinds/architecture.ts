import { array, discriminatedUnion, exactOptional, enum as oneOf, strictObject, union, z } from 'zod';
import type { Architecture } from '../../engine/model/architecture.ts';
import { figure, orNull, text, whole } from './ranges.ts';
import { sourceKeys } from './source.ts';

/**
 * An architecture as a model file writes it: the engine's own shape, with everything that has a usual value left out.
 * Fields mean what `src/engine/shapes.ts` says. Ranges only catch slips of the hand: they are far wider than any model.
 */

const heads = whole(1, 1024);
const width = whole(8, 1_000_000);
const headDim = whole(8, 1024);
const tokens = whole(1, 100_000_000);
const parameters = whole(1, 1e14);
const elements = whole(0, 1e9);
const queryKeyNorm = exactOptional(oneOf(['head', 'full'])).describe('Norms of queries and keys; left out = none.');
const queryHeads = heads.describe('Query heads, a count.');
const kvHeads = heads.describe(
  'Key and value heads, a count: as many as heads (multi-head), fewer (grouped-query) or 1 (multi-query).',
);

export const sparseSchema = strictObject({
  topTokens: tokens.describe('Most cached tokens read per query, in tokens.'),
  indexHeads: whole(0, 1024).describe('Heads of the indexer, a count; 0 = reuses the selection of an earlier layer.'),
  indexHeadDim: whole(0, 1024).describe('Width of one indexer head, in elements.'),
}).describe('Sparse attention: an indexer picks the cached tokens that are read.');
const sparse = exactOptional(sparseSchema).describe(
  'The indexer of sparse attention; left out = all visible tokens are read.',
);

const outputLowRank = strictObject({
  rank: width.describe('The rank, in elements.'),
  groups: heads.describe('Groups of heads, a count.'),
}).describe('The output is projected through a low rank first, separately for each group of heads.');

const compression = strictObject({
  tokensPerEntry: whole(2, 65_536).describe('Tokens to one entry, a count of tokens.'),
  overlapping: z.boolean().describe('Neighbouring entries overlap.'),
}).describe('Beside the raw window, all tokens are kept merged: one cached entry for every few of them.');

const kvHeadsDivideHeads = {
  error: 'must divide heads: every key head serves the same number of query heads',
  path: ['kvHeads'],
};

export const groupedQuerySchema = strictObject({
  kind: z.literal('grouped-query').describe('Multi-head, grouped- or multi-query.'),
  heads: queryHeads,
  kvHeads,
  headDim: headDim.describe('Width of one query or key head, in elements.'),
  valueHeadDim: exactOptional(headDim).describe('Width of one value head where it differs, in elements.'),
  windowTokens: exactOptional(tokens).describe(
    'Tokens a query can see (sliding window), in tokens; left out = the whole context.',
  ),
  sharesKeyValue: exactOptional(z.boolean()).describe(
    'Reads another layer’s keys and values and caches none of its own.',
  ),
  keyIsValue: exactOptional(z.boolean()).describe('Keys are used as values: one projection and one cached vector.'),
  valueFromKey: exactOptional(z.boolean()).describe('Values are made from the key projection; both are cached.'),
  outputGate: exactOptional(z.boolean()).describe('An elementwise gate on the output, projected from the input.'),
  bias: exactOptional(oneOf(['qkv', 'all'])).describe('Learned biases; left out = none.'),
  queryKeyNorm,
  sparse,
  queryRank: exactOptional(width).describe('Rank the query is projected through first, in elements.'),
  outputLowRank: exactOptional(outputLowRank).describe('A low-rank output projection.'),
  compression: exactOptional(compression).describe('What is cached of the tokens that the window leaves behind.'),
})
  .refine(({ heads, kvHeads }) => heads % kvHeads === 0, kvHeadsDivideHeads)
  .describe('Softmax attention over cached keys and values: multi-head, grouped-query or multi-query.');

export const latentSchema = strictObject({
  kind: z.literal('multi-head-latent').describe('Multi-head latent attention.'),
  heads: queryHeads,
  latentDim: width.describe('Cached latent (kv_lora_rank), in elements per token and layer.'),
  ropeDim: whole(0, 1024).describe('Cached rotary part (qk_rope_head_dim), in elements per token and layer.'),
  nopeDim: headDim.describe('Non-rotary width of one head (qk_nope_head_dim), in elements.'),
  valueHeadDim: headDim.describe('Width of one value head (v_head_dim), in elements.'),
  queryRank: exactOptional(width).describe(
    'Rank the query is projected through first (q_lora_rank), in elements; left out = directly.',
  ),
  sparse,
}).describe('Multi-head latent attention (DeepSeek): key and value share one cached latent vector.');

export const stateSpaceSchema = strictObject({
  kind: z.literal('state-space').describe('Linear attention or a state-space mixer.'),
  variant: text(1, 40).describe('Which one: gated-delta-net, kimi-delta, mamba2, lightning.'),
  stateElements: elements.describe('Recurrent state of one sequence in one layer, in elements.'),
  stateElementBytes: union([z.literal(1), z.literal(2), z.literal(4)]).describe(
    'One element of that state, in bytes: 1, 2 or 4.',
  ),
  convolutionElements: elements.describe('Convolution state of one sequence in one layer, in elements.'),
  parameters: parameters.describe('Parameters of one layer’s mixer, projections included and norms excluded, a count.'),
  recurrenceFlopsPerToken: whole(0, 1e10).describe(
    'Arithmetic of the recurrence for one token in one layer, projections excluded, a count of FLOPs.',
  ),
}).describe('Linear attention or a state-space mixer: a state of fixed size per sequence instead of a growing cache.');

export const crossSchema = strictObject({
  kind: z.literal('cross').describe('Cross-attention onto encoder or image tokens.'),
  heads: queryHeads,
  kvHeads,
  headDim: headDim.describe('Width of one head, in elements.'),
  sourceTokens: whole(0, 100_000_000).describe('Encoder or image tokens attended to, a count of tokens.'),
  queryKeyNorm,
})
  .refine(({ heads, kvHeads }) => heads % kvHeads === 0, kvHeadsDivideHeads)
  .describe('Attention onto a fixed set of encoder or image tokens: its cache does not grow with the text.');

const bias = exactOptional(z.boolean()).describe('The projections have biases.');

const dense = { intermediate: width.describe('Inner width, in elements.'), bias };
const denseHalf = 'A feed-forward half that every token passes through.';

export const gatedSchema = strictObject({
  kind: z.literal('gated').describe('Gate, up and down projections (SwiGLU, GeGLU).'),
  ...dense,
}).describe(denseHalf);

const plainSchema = strictObject({
  kind: z.literal('plain').describe('Up and down projections (GELU, ReLU²).'),
  ...dense,
}).describe(denseHalf);

export const expertsSchema = strictObject({
  kind: z.literal('experts').describe('Mixture of experts.'),
  experts: whole(2, 65_536).describe('Routed experts, a count.'),
  activeExperts: whole(1, 1024).describe('Routed experts a token is sent to, a count.'),
  intermediate: width.describe('Inner width of one routed expert, in elements.'),
  sharedIntermediate: whole(0, 1_000_000).describe(
    'Inner width of all shared experts together, in elements; 0 = none.',
  ),
  gated: z.boolean().describe('Experts have gate, up and down projections; false = up and down only.'),
  expertHidden: exactOptional(width).describe('Width the experts work at where it is not the model’s, in elements.'),
  zeroExperts: exactOptional(whole(1, 65_536)).describe('Experts that do nothing, a count.'),
  sharedGate: exactOptional(z.boolean()).describe('A learned gate on the shared experts.'),
  bias,
})
  .refine(({ experts, activeExperts }) => activeExperts <= experts, {
    error: 'must not exceed experts',
    path: ['activeExperts'],
  })
  .describe('Mixture of experts.');

export const blockGroupSchema = strictObject({
  layers: whole(1, 1000).describe('How many layers are like this, a count.'),
  attention: orNull(
    discriminatedUnion('kind', [groupedQuerySchema, latentSchema, stateSpaceSchema, crossSchema]).describe(
      'How a layer looks at other tokens: exactly one of these.',
    ),
  ).describe('The mixing half; left out = none.'),
  feedForward: orNull(
    discriminatedUnion('kind', [gatedSchema, plainSchema, expertsSchema]).describe(
      'How a layer works on each token by itself: exactly one of these.',
    ),
  ).describe('The feed-forward half; left out = none.'),
})
  .refine(({ attention, feedForward }) => attention !== null || feedForward !== null, {
    error: 'holds neither attention nor feed-forward',
  })
  .describe('Layers that are alike.');

export const extraSchema = strictObject({
  name: text(3, 120).describe('What they are.'),
  parameters: parameters.describe('How many, a count.'),
  resident: z.boolean().describe('Common runtimes load them: they count in memory.'),
  readEachStep: z.boolean().describe('Read at every decode step: they count in time.'),
}).describe('Parameters outside blocks, embedding and head: a vision tower, multi-token-prediction layers.');

export const architectureSchema = strictObject({
  hidden: width.describe('Width of the residual stream (hidden_size), in elements.'),
  vocabulary: whole(2, 10_000_000).describe('Rows of the embedding (vocab_size), a count of tokens.'),
  tiedEmbeddings: z.boolean().describe('The embedding doubles as the output head.'),
  learnedPositions: exactOptional(whole(1, 10_000_000)).describe(
    'Learned position vectors, a count; left out = none (rotary).',
  ),
  parallelBlocks: exactOptional(z.boolean()).describe('Attention and feed-forward of a layer work side by side.'),
  normVectors: exactOptional(figure(0, 8).multipleOf(0.5)).describe(
    'Norm vectors of one half-layer, a count; left out = 1.',
  ),
  outerNormVectors: exactOptional(whole(0, 8)).describe('Norm vectors outside the blocks, a count; left out = 1.'),
  blocks: array(blockGroupSchema).min(1).max(200).describe('Groups of like layers, all of them.'),
  extras: exactOptional(array(extraSchema).max(20)).describe('Parameters outside the stack.'),
  source: sourceKeys,
}).describe('A model as a stack of blocks. The numbers are those of its config.json.');
export type ArchitectureFacts = z.infer<typeof architectureSchema>;

/** The engine's shape: what a file leaves out is rotary positions, serial blocks, one norm a part and no extras. */
export function toArchitecture(facts: ArchitectureFacts): Architecture {
  const { source: _, ...rest } = facts;
  return { learnedPositions: 0, parallelBlocks: false, normVectors: 1, extras: [], ...rest };
}
