import { weightFormatKind } from '../../../registry/kinds/weightFormat.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { WeightFormatType } from './type.ts';

profileMutations(weightFormatKind, {
  name: 'weightFormat',
  thing: 'a weight format',
  node: WeightFormatType,
  names: {
    id: { example: 'int6-g64' },
    types: {
      weights: 'QuantisedWeights',
      packing: 'Packing',
      uniform: 'UniformPacking',
      gguf: 'GgufPacking',
      rules: 'TensorRule',
      layers: 'LayerRange',
      first: 'FirstLayers',
      'first-fraction': 'FirstFraction',
      middle: 'MiddleLayers',
      cache: 'CacheFormat',
      runtimes: 'RuntimeNote',
      arithmeticByRuntime: 'ArithmeticByRuntime',
      wholeFiles: 'MeasuredFile',
    },
    entries: { runtimes: ['runtime', 'text'] },
    defaults: { aliases: [] },
  },
  example:
    'mutation { weightFormatCreate(dryRun: true, input: { id: "int6-g64", name: "6-bit integers, groups of 64", ' +
    'weights: { bitsPerWeight: 6.25, groupSize: 64, source: { title: "A guess", known: ASSUMED } }, ' +
    'packing: { uniform: { keeps16Bit: ["embedding", "head"], source: { title: "A guess", known: ASSUMED } } }, ' +
    'arithmetic: [FP16, BF16], efficiencyClass: "int8-weight-only" }) ' +
    '{ ... on WeightFormatCreatePayload { weightFormat { id bitsPerWeight } } ... on Error { message } } }',
});
