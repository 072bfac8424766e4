import { z } from 'zod';
import type { Architecture } from '../../engine/model/architecture.ts';
import { sourceKeys } from './source.ts';

/**
 * An architecture as a model file writes it: the engine's own shape, with everything that has a usual value left out.
 * Fields mean what `src/engine/shapes.ts` says. Ranges only catch slips of the hand: they are far wider than any model.
 */

const heads = z.int().min(1).max(1024);
const width = z.int().min(8).max(1_000_000);
const headDim = z.int().min(8).max(1024);
const tokens = z.int().min(1).max(100_000_000);
const parameters = z.int().min(1).max(1e14);
const elements = z.int().min(0).max(1e9);
const queryKeyNorm = z.enum(['head', 'full']).exactOptional();

const sparse = z
  .strictObject({ topTokens: tokens, indexHeads: z.int().min(0).max(1024), indexHeadDim: z.int().min(0).max(1024) })
  .exactOptional();

const kvHeadsDivideHeads = {
  error: 'must divide heads: every key head serves the same number of query heads',
  path: ['kvHeads'],
};

const groupedQuery = z
  .strictObject({
    kind: z.literal('grouped-query'),
    heads,
    kvHeads: heads,
    headDim,
    valueHeadDim: headDim.exactOptional(),
    windowTokens: tokens.exactOptional(),
    sharesKeyValue: z.boolean().exactOptional(),
    keyIsValue: z.boolean().exactOptional(),
    valueFromKey: z.boolean().exactOptional(),
    outputGate: z.boolean().exactOptional(),
    bias: z.enum(['qkv', 'all']).exactOptional(),
    queryKeyNorm,
    sparse,
    queryRank: width.exactOptional(),
    outputLowRank: z.strictObject({ rank: width, groups: heads }).exactOptional(),
    compression: z
      .strictObject({ tokensPerEntry: z.int().min(2).max(65_536), overlapping: z.boolean() })
      .exactOptional(),
  })
  .refine(({ heads, kvHeads }) => heads % kvHeads === 0, kvHeadsDivideHeads);

const latent = z.strictObject({
  kind: z.literal('multi-head-latent'),
  heads,
  latentDim: width,
  ropeDim: z.int().min(0).max(1024),
  nopeDim: headDim,
  valueHeadDim: headDim,
  queryRank: width.exactOptional(),
  sparse,
});

const stateSpace = z.strictObject({
  kind: z.literal('state-space'),
  variant: z.string().min(1).max(40),
  stateElements: elements,
  stateElementBytes: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  convolutionElements: elements,
  parameters,
  recurrenceFlopsPerToken: z.int().min(0).max(1e10),
});

const cross = z
  .strictObject({
    kind: z.literal('cross'),
    heads,
    kvHeads: heads,
    headDim,
    sourceTokens: z.int().min(0).max(100_000_000),
    queryKeyNorm,
  })
  .refine(({ heads, kvHeads }) => heads % kvHeads === 0, kvHeadsDivideHeads);

const bias = z.boolean().exactOptional();

const experts = z
  .strictObject({
    kind: z.literal('experts'),
    experts: z.int().min(2).max(65_536),
    activeExperts: z.int().min(1).max(1024),
    intermediate: width,
    sharedIntermediate: z.int().min(0).max(1_000_000),
    gated: z.boolean(),
    expertHidden: width.exactOptional(),
    zeroExperts: z.int().min(1).max(65_536).exactOptional(),
    sharedGate: z.boolean().exactOptional(),
    bias,
  })
  .refine(({ experts, activeExperts }) => activeExperts <= experts, {
    error: 'must not exceed experts',
    path: ['activeExperts'],
  });

const blockGroup = z
  .strictObject({
    layers: z.int().min(1).max(1000),
    attention: z.discriminatedUnion('kind', [groupedQuery, latent, stateSpace, cross]).nullable().default(null),
    feedForward: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('gated'), intermediate: width, bias }),
        z.strictObject({ kind: z.literal('plain'), intermediate: width, bias }),
        experts,
      ])
      .nullable()
      .default(null),
  })
  .refine(({ attention, feedForward }) => attention !== null || feedForward !== null, {
    error: 'holds neither attention nor feed-forward',
  });

const extra = z.strictObject({
  name: z.string().min(3).max(120),
  parameters,
  resident: z.boolean(),
  readEachStep: z.boolean(),
});

export const architectureSchema = z.strictObject({
  hidden: width,
  vocabulary: z.int().min(2).max(10_000_000),
  tiedEmbeddings: z.boolean(),
  learnedPositions: z.int().min(1).max(10_000_000).exactOptional(),
  parallelBlocks: z.boolean().exactOptional(),
  normVectors: z.number().min(0).max(8).multipleOf(0.5).exactOptional(),
  outerNormVectors: z.int().min(0).max(8).exactOptional(),
  blocks: z.array(blockGroup).min(1).max(200),
  extras: z.array(extra).max(20).exactOptional(),
  source: sourceKeys,
});
export type ArchitectureFacts = z.infer<typeof architectureSchema>;

/** The engine's shape: what a file leaves out is rotary positions, serial blocks, one norm a part and no extras. */
export function toArchitecture(facts: ArchitectureFacts): Architecture {
  const { source: _, ...rest } = facts;
  return { learnedPositions: 0, parallelBlocks: false, normVectors: 1, extras: [], ...rest };
}
