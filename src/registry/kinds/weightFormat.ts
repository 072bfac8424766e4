import { z } from 'zod';
import { bitsOfBlockType, UnknownBlockTypeError } from '../../engine/model/blockTypes.ts';
import type { WeightFormat, WeightPacking } from '../../engine/shapes.ts';
import type { Kind } from './kind.ts';
import { aliasSchema, sourceKeys, sourcesSchema } from './source.ts';
import { refuseUnknownSources } from './sourcedGroups.ts';

/** Formats that share fitted efficiencies; `cache` marks a format that holds KV-cache entries only. */
export const efficiencyClasses = [
  'fp32',
  '16-bit',
  'fp8',
  'fp4',
  'mxfp4',
  'int8-w8a8',
  'int8-weight-only',
  'int4',
  'awq',
  'nf4',
  'bnb-int8',
  'gguf',
  'mlx',
  'exl2',
  'mlc',
  'cache',
] as const;

const bits = z.number().min(1).max(32);

const tensorClass = z.enum([
  'embedding',
  'head',
  'attention-query',
  'attention-key',
  'attention-value',
  'attention-output',
  'mixer',
  'ffn-gate',
  'ffn-up',
  'ffn-down',
  'expert-gate',
  'expert-up',
  'expert-down',
  'router',
  'extra',
]);

const fraction = z.number().min(0).max(1);

const layerRangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('first'), count: z.int().min(1).max(1000) }),
  z.strictObject({ kind: z.literal('first-fraction'), fraction }),
  z.strictObject({ kind: z.literal('middle'), from: fraction, to: fraction }),
  z.strictObject({ kind: z.literal('more-bits') }),
]);

/** The first rule that names a tensor, its layer and its model gives the block type; no rule: the default type. */
const ruleSchema = z.strictObject({
  tensors: z.array(tensorClass).min(1),
  layers: layerRangeSchema,
  minimumGroupSize: z.int().min(1).max(1024).exactOptional(),
  orMinimumExperts: z.int().min(1).max(4096).exactOptional(),
  blockType: z.string(),
});

const packingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gguf'),
    defaultType: z.string(),
    rules: z.array(ruleSchema),
    source: sourceKeys,
  }),
  z.strictObject({
    kind: z.literal('uniform'),
    /** Tensors that stay at 16 bits. */
    keeps16Bit: z.array(tensorClass),
    source: sourceKeys,
  }),
]);

const weightFormatSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(2).max(80),
    aliases: z.array(aliasSchema),
    weights: z
      .strictObject({
        /** Of a quantised matrix, scales included; of a mixed format, of its default block type. */
        bitsPerWeight: bits,
        /** Weights that share a scale. */
        groupSize: z.int().min(1).max(1_000_000).optional(),
        /** What is stored beside the values, in words. */
        scales: z.string().max(200).optional(),
        /** Where the exact figure depends on the matrix. */
        exactBits: z.string().max(120).optional(),
        source: sourceKeys,
      })
      .optional(),
    packing: packingSchema.optional(),
    cache: z
      .strictObject({
        /** Of one cached key or value element, scales included. */
        bitsPerElement: bits,
        scales: z.string().max(200).optional(),
        /** How runtimes name or restrict it. */
        runtimes: z.record(z.string(), z.string()).optional(),
        source: sourceKeys,
      })
      .optional(),
    /** Number formats of the matrix multiplication, best first; the first one a device has a peak for is used. */
    arithmetic: z.array(z.enum(['fp32', 'tf32', 'bf16', 'fp16', 'fp8', 'fp6', 'fp4', 'int8', 'int4'])),
    /** For people: what each runtime really does. */
    arithmeticByRuntime: z
      .strictObject({ runtimes: z.record(z.string(), z.string().max(200)), source: sourceKeys })
      .optional(),
    efficiencyClass: z.enum(efficiencyClasses),
    /** Measured bits per weight of whole files: mixed formats and wider embeddings lift it over the block's. */
    wholeFiles: z
      .array(z.strictObject({ model: z.string().min(2), bitsPerWeight: bits, source: sourceKeys }))
      .optional(),
    notes: z.string().max(800).optional(),
    sources: sourcesSchema,
  })
  .superRefine((facts, context) => {
    const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (facts.weights === undefined && facts.cache === undefined) issue([], 'needs weights or cache');
    if ((facts.weights === undefined) !== (facts.packing === undefined)) issue(['packing'], 'comes with weights');
    if (facts.weights !== undefined && facts.arithmetic.length === 0) issue(['arithmetic'], 'weights are multiplied');
    if (facts.packing?.kind === 'gguf') {
      const { defaultType, rules } = facts.packing;
      if (bitsOf(defaultType) !== facts.weights?.bitsPerWeight) {
        issue(
          ['weights', 'bitsPerWeight'],
          `${defaultType} blocks hold ${bitsOf(defaultType) ?? 'an unknown number of'} bits a weight`,
        );
      }
      for (const [index, { blockType }] of rules.entries()) {
        if (bitsOf(blockType) === null)
          issue(['packing', 'rules', index, 'blockType'], `no block type is called ${blockType}`);
      }
    }
    refuseUnknownSources(facts, context);
  });

export type WeightFormatFacts = z.infer<typeof weightFormatSchema>;

/** Ways of storing weights or KV-cache entries. */
export const weightFormatKind: Kind<WeightFormatFacts, WeightFormat> = {
  kind: 'weight-format',
  folder: 'weight-formats',
  schema: weightFormatSchema,
  name: (_id, facts) => facts.name,
  aliases: (facts) => facts.aliases,
  searchText: (id, facts) =>
    [id, facts.name, ...facts.aliases, facts.efficiencyClass, facts.cache ? 'kv cache' : ''].join(' ').toLowerCase(),
  references: () => [],
  toEngine: (id, facts) => ({
    id,
    name: facts.name,
    forWeights: facts.weights !== undefined,
    cacheBitsPerElement: facts.cache?.bitsPerElement ?? null,
    packing: enginePacking(facts),
    arithmetic: facts.arithmetic,
    efficiencyClass: facts.efficiencyClass,
  }),
};

/** The registry's list of kinds picks this up by name. */
export const kind = weightFormatKind;

function enginePacking({ weights, packing }: WeightFormatFacts): WeightPacking | null {
  if (weights === undefined || packing === undefined) return null;
  if (packing.kind === 'uniform') {
    return { kind: 'uniform', bitsPerWeight: weights.bitsPerWeight, keeps16Bit: packing.keeps16Bit };
  }
  return { kind: 'gguf', defaultType: packing.defaultType, rules: packing.rules };
}

function bitsOf(blockType: string): number | null {
  try {
    return bitsOfBlockType(blockType);
  } catch (error) {
    if (error instanceof UnknownBlockTypeError) return null;
    throw error;
  }
}
