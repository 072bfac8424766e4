import { builder } from '../../builder.ts';
import { NumberFormat } from '../../enums.ts';
import { aliasesField, entries, idField, inputPair } from '../../mutations/inputPair.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { sourceField } from '../../mutations/sourceInput.ts';
import { WeightFormatType } from './type.ts';

const tensors =
  'embedding, head, attention-query, attention-key, attention-value, attention-output, mixer, ffn-gate, ffn-up, ffn-down, ' +
  'expert-gate, expert-up, expert-down, router or extra.';

const RuntimeNoteInput = builder.inputType('RuntimeNoteInput', {
  description: 'What a runtime does with a format.',
  fields: (t) => ({
    runtime: t.string({ required: true, description: 'Which runtime.' }),
    text: t.string({ required: true, description: 'What it does, in words.' }),
  }),
});

const weights = inputPair('QuantisedWeights', {
  description: 'How weights are stored.',
  fields: (t, { required }) => ({
    bitsPerWeight: t.float({
      required,
      description: 'One weight of a quantised matrix, scales included, in bits; of a mixed format, its default block.',
    }),
    groupSize: t.int({ description: 'Weights that share a scale, a count.' }),
    scales: t.string({ description: 'What is stored beside the values, in words.' }),
    exactBits: t.string({ description: 'Where the exact figure depends on the matrix.' }),
    source: sourceField(t),
  }),
});

const FirstLayersInput = builder.inputType('FirstLayersInput', {
  description: 'The first few layers.',
  fields: (t) => ({ count: t.int({ required: true, description: 'How many, a count.' }) }),
});

const FirstFractionInput = builder.inputType('FirstFractionInput', {
  description: 'The first part of the layers.',
  fields: (t) => ({
    fraction: t.float({ required: true, description: 'Which part, from 0 to 1 (a fraction, dimensionless).' }),
  }),
});

const MiddleLayersInput = builder.inputType('MiddleLayersInput', {
  description: 'Layers between two places of the stack.',
  fields: (t) => ({
    from: t.float({ required: true, description: 'Where they begin, from 0 to 1 (a fraction, dimensionless).' }),
    to: t.float({ required: true, description: 'Where they end, from 0 to 1 (a fraction, dimensionless).' }),
  }),
});

const LayerRangeInput = builder.inputType('LayerRangeInput', {
  description: 'Which layers a rule is about: exactly one of these.',
  isOneOf: true,
  extensions: { tag: 'kind' },
  fields: (t) => ({
    all: t.boolean({ description: 'All of them: true.' }),
    first: t.field({ type: FirstLayersInput, description: 'The first few.' }),
    firstFraction: t.field({ type: FirstFractionInput, description: 'The first part.' }),
    middle: t.field({ type: MiddleLayersInput, description: 'Those between two places.' }),
    moreBits: t.boolean({ description: 'llama.cpp’s use_more_bits, first and last eighth and every third: true.' }),
  }),
});

const TensorRuleInput = builder.inputType('TensorRuleInput', {
  description: 'A block type for some tensors; the first rule that fits counts.',
  fields: (t) => ({
    tensors: t.stringList({ required: true, description: `Which: ${tensors}` }),
    layers: t.field({ type: LayerRangeInput, required: true, description: 'In which layers.' }),
    minimumGroupSize: t.int({ description: 'Only for models with at least so many query heads a kv head, a count.' }),
    orMinimumExperts: t.int({ description: 'Also below that for models with at least so many experts, a count.' }),
    blockType: t.string({ required: true, description: 'llama.cpp’s block type: Q6_K.' }),
  }),
});

const uniform = inputPair('UniformPacking', {
  description: 'One width for every quantised matrix.',
  fields: (t, { required }) => ({
    keeps16Bit: t.stringList({ required, description: `Tensors that stay at 16 bits: ${tensors}` }),
    source: sourceField(t),
  }),
});

const gguf = inputPair('GgufPacking', {
  description: 'A llama.cpp file: block types chosen tensor by tensor.',
  fields: (t, { required }) => ({
    defaultType: t.string({ required, description: 'Block type of tensors that no rule names: Q4_K.' }),
    rules: t.field({ type: [TensorRuleInput], required, description: 'Other block types, in order.' }),
    source: sourceField(t),
  }),
});

const packing = inputPair('Packing', {
  description: 'Which tensors are stored how: exactly one of these.',
  oneOf: { tag: 'kind' },
  fields: (t, { of }) => ({
    uniform: t.field({ type: of(uniform), description: 'One width for every quantised matrix.' }),
    gguf: t.field({ type: of(gguf), description: 'A llama.cpp file.' }),
  }),
});

const cache = inputPair('CacheFormat', {
  description: 'How cached keys and values are stored.',
  fields: (t, { required }) => ({
    bitsPerElement: t.float({ required, description: 'One cached element, scales included, in bits.' }),
    scales: t.string({ description: 'What is stored beside the values, in words.' }),
    runtimes: t.field({
      type: [RuntimeNoteInput],
      description: 'How runtimes name or restrict it.',
      ...entries('runtime', 'text'),
    }),
    source: sourceField(t),
  }),
});

const arithmeticByRuntime = inputPair('ArithmeticByRuntime', {
  description: 'What each runtime really calculates in.',
  fields: (t, { required }) => ({
    runtimes: t.field({
      type: [RuntimeNoteInput],
      required,
      description: 'In words, by runtime.',
      ...entries('runtime', 'text'),
    }),
    source: sourceField(t),
  }),
});

const MeasuredFileInput = builder.inputType('MeasuredFileInput', {
  description: 'A published file in this format.',
  fields: (t) => ({
    model: t.string({ required: true, description: 'What is in the file.' }),
    bitsPerWeight: t.float({ required: true, description: 'Size over parameters, in bits per weight.' }),
    source: sourceField(t),
  }),
});

const weightFormatInput = inputPair(
  'WeightFormat',
  {
    description: 'A way of storing weights, cached keys and values, or both.',
    fields: (t, { required, of }) => ({
      ...idField(t, required, 'int6-g64'),
      name: t.string({ required, description: 'Name for people.' }),
      aliases: aliasesField(t, required),
      weights: t.field({ type: of(weights), description: 'How weights are stored; left out = a cache format only.' }),
      packing: t.field({ type: of(packing), description: 'Which tensors are stored how; comes with weights.' }),
      cache: t.field({ type: of(cache), description: 'How cached elements are stored; left out = not for caches.' }),
      arithmetic: t.field({
        type: [NumberFormat],
        required,
        description: 'What the matrix multiplication calculates in, best first; of a cache format, an empty list.',
      }),
      arithmeticByRuntime: t.field({ type: of(arithmeticByRuntime), description: 'What each runtime really does.' }),
      efficiencyClass: t.string({
        required,
        description:
          'Formats that share fitted efficiencies: fp32, 16-bit, fp8, fp4, mxfp4, int8-w8a8, int8-weight-only, int4, awq, ' +
          'nf4, bnb-int8, gguf, mlx, exl2, mlc or cache.',
      }),
      wholeFiles: t.field({ type: [MeasuredFileInput], description: 'Published files in this format.' }),
      notes: t.string({ description: 'What to know about it.' }),
    }),
  },
  'Create',
);

profileMutations({
  kind: 'weight-format',
  name: 'weightFormat',
  thing: 'a weight format',
  node: WeightFormatType,
  input: weightFormatInput,
  example:
    'mutation { weightFormatCreate(dryRun: true, input: { id: "int6-g64", name: "6-bit integers, groups of 64", ' +
    'weights: { bitsPerWeight: 6.25, groupSize: 64, source: { title: "A guess", known: ASSUMED } }, ' +
    'packing: { uniform: { keeps16Bit: ["embedding", "head"], source: { title: "A guess", known: ASSUMED } } }, ' +
    'arithmetic: [FP16, BF16], efficiencyClass: "int8-weight-only" }) ' +
    '{ ... on WeightFormatCreatePayload { weightFormat { id bitsPerWeight } } ... on Error { message } } }',
});
