import { array, discriminatedUnion, exactOptional, enum as oneOf, optional, record, strictObject, z } from 'zod';
import { bitsOfBlockType, UnknownBlockTypeError } from '../../engine/model/blockTypes.ts';
import type { WeightFormat, WeightPacking } from '../../engine/shapes.ts';
import type { Kind } from './kind.ts';
import { figure, text, whole } from './ranges.ts';
import { aliasSchema, sourceKeys, sourcesSchema } from './source.ts';
import { complainTo, refuseUnknownSources } from './sourcedGroups.ts';

/** Formats that share fitted efficiencies; `cache` marks a format that holds KV-cache entries only. */
export const efficiencyClasses = [
  ...['fp32', '16-bit', 'fp8', 'fp4', 'mxfp4', 'int8-w8a8', 'int8-weight-only', 'int4', 'awq', 'nf4', 'bnb-int8'],
  ...['gguf', 'mlx', 'exl2', 'mlc', 'cache'],
] as const;

const bits = figure(1, 32);

const tensorClasses = [
  ...['embedding', 'head', 'attention-query', 'attention-key', 'attention-value', 'attention-output', 'mixer'],
  ...['ffn-gate', 'ffn-up', 'ffn-down', 'expert-gate', 'expert-up', 'expert-down', 'router', 'extra'],
] as const;
const tensors = array(oneOf(tensorClasses));
const tensorNames = `${tensorClasses.slice(0, -1).join(', ')} or ${tensorClasses.at(-1)}.`;

const fraction = figure(0, 1);

const layerRangeSchema = discriminatedUnion('kind', [
  strictObject({ kind: z.literal('all').describe('All of them.') }),
  strictObject({
    kind: z.literal('first').describe('The first few.'),
    count: whole(1, 1000).describe('How many, a count.'),
  }).describe('The first few layers.'),
  strictObject({
    kind: z.literal('first-fraction').describe('The first part.'),
    fraction: fraction.describe('Which part, from 0 to 1 (a fraction, dimensionless).'),
  }).describe('The first part of the layers.'),
  strictObject({
    kind: z.literal('middle').describe('Those between two places.'),
    from: fraction.describe('Where they begin, from 0 to 1 (a fraction, dimensionless).'),
    to: fraction.describe('Where they end, from 0 to 1 (a fraction, dimensionless).'),
  }).describe('Layers between two places of the stack.'),
  strictObject({
    kind: z.literal('more-bits').describe('llama.cpp’s use_more_bits, first and last eighth and every third.'),
  }),
]).describe('Which layers a rule is about: exactly one of these.');

const ruleSchema = strictObject({
  tensors: tensors.min(1).describe(`Which: ${tensorNames}`),
  layers: layerRangeSchema.describe('In which layers.'),
  minimumGroupSize: exactOptional(whole(1, 1024)).describe(
    'Only for models with at least so many query heads a kv head, a count.',
  ),
  orMinimumExperts: exactOptional(whole(1, 4096)).describe(
    'Also below that for models with at least so many experts, a count.',
  ),
  blockType: z.string().describe('llama.cpp’s block type: Q6_K.'),
}).describe('A block type for some tensors; the first rule that fits counts.');

const packingSchema = discriminatedUnion('kind', [
  strictObject({
    kind: z.literal('uniform').describe('One width for every quantised matrix.'),
    keeps16Bit: tensors.describe(`Tensors that stay at 16 bits: ${tensorNames}`),
    source: sourceKeys,
  }).describe('One width for every quantised matrix.'),
  strictObject({
    kind: z.literal('gguf').describe('A llama.cpp file.'),
    defaultType: z.string().describe('Block type of tensors that no rule names: Q4_K.'),
    rules: array(ruleSchema).describe('Other block types, in order.'),
    source: sourceKeys,
  }).describe('A llama.cpp file: block types chosen tensor by tensor.'),
]).describe('Which tensors are stored how: exactly one of these.');

const scales = optional(z.string().max(200)).describe('What is stored beside the values, in words.');

const weightsSchema = strictObject({
  bitsPerWeight: bits.describe(
    'One weight of a quantised matrix, scales included, in bits; of a mixed format, its default block.',
  ),
  groupSize: optional(whole(1, 1_000_000)).describe('Weights that share a scale, a count; left out = no such groups.'),
  scales,
  exactBits: optional(z.string().max(120)).describe('Where the exact figure depends on the matrix.'),
  source: sourceKeys,
}).describe('How weights are stored.');

function runtimeNotes(note: z.ZodString) {
  return record(z.string().describe('Which runtime.'), note.describe('What it does, in words.')).describe(
    'What a runtime does with a format.',
  );
}

const cacheSchema = strictObject({
  bitsPerElement: bits.describe('One cached element, scales included, in bits.'),
  scales,
  runtimes: optional(runtimeNotes(z.string())).describe('How runtimes name or restrict it.'),
  source: sourceKeys,
}).describe('How cached keys and values are stored.');

/** For people. */
const arithmeticByRuntimeSchema = strictObject({
  runtimes: runtimeNotes(z.string().max(200)).describe('In words, by runtime.'),
  source: sourceKeys,
}).describe('What each runtime really calculates in.');

/** Mixed formats and wider embeddings lift the rate of whole files over the block's. */
export const wholeFileSchema = strictObject({
  model: z.string().min(2).describe('What is in the file.'),
  bitsPerWeight: bits.describe('Size over parameters, in bits per weight.'),
  source: sourceKeys,
}).describe('A published file in this format.');

const weightFormatSchema = strictObject({
  $schema: optional(z.string()),
  name: text(2, 80).describe('Name for people.'),
  aliases: array(aliasSchema).describe('Other names to find it by, upper and lower case alike.'),
  weights: optional(weightsSchema).describe('How weights are stored; left out = a cache format only.'),
  packing: optional(packingSchema).describe('Which tensors are stored how; comes with weights.'),
  cache: optional(cacheSchema).describe('How cached elements are stored; left out = not for caches.'),
  /** The first one that a device has a peak for is used. */
  arithmetic: array(oneOf(['fp32', 'tf32', 'bf16', 'fp16', 'fp8', 'fp6', 'fp4', 'int8', 'int4'])).describe(
    'What the matrix multiplication calculates in, best first: the first one a device has a peak rate for is used. Empty for a cache format.',
  ),
  arithmeticByRuntime: optional(arithmeticByRuntimeSchema).describe('What each runtime really does.'),
  efficiencyClass: oneOf(efficiencyClasses).describe(
    `Formats that share fitted efficiencies: ${efficiencyClasses.slice(0, -1).join(', ')} or ${efficiencyClasses.at(-1)}.`,
  ),
  wholeFiles: optional(array(wholeFileSchema)).describe('Published files in this format.'),
  notes: optional(z.string().max(800)).describe('What to know about it.'),
  sources: sourcesSchema,
})
  .superRefine((facts, context) => {
    const complain = complainTo(context);
    if (facts.weights === undefined && facts.cache === undefined) complain([], 'needs weights or cache');
    if ((facts.weights === undefined) !== (facts.packing === undefined)) complain(['packing'], 'comes with weights');
    if (facts.weights !== undefined && facts.arithmetic.length === 0)
      complain(['arithmetic'], 'weights are multiplied');
    if (facts.packing?.kind === 'gguf') {
      const { defaultType, rules } = facts.packing;
      if (bitsOf(defaultType) !== facts.weights?.bitsPerWeight) {
        complain(
          ['weights', 'bitsPerWeight'],
          `${defaultType} blocks hold ${bitsOf(defaultType) ?? 'an unknown number of'} bits a weight`,
        );
      }
      for (const [index, { blockType }] of rules.entries()) {
        if (bitsOf(blockType) === null)
          complain(['packing', 'rules', index, 'blockType'], `no block type is called ${blockType}`);
      }
    }
    refuseUnknownSources(facts, context);
  })
  .describe('A way of storing weights, cached keys and values, or both.');

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
