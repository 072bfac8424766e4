import { runtimeKind } from '../../../registry/kinds/runtime.ts';
import { enumOf } from '../../enumOf.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { RuntimeType } from './type.ts';

enumOf('SplitKind', 'How a runtime uses several devices when nothing else is asked for.', {
  tensor: 'Every device works on every layer.',
  layers: 'Devices hold consecutive layers.',
});

enumOf('PromptSums', 'What a local runtime multiplies prompts in on cards with matrix units.', {
  int8: 'Packed weights as int8; unpacked ones in fp16 with fp16 sums.',
  fp16: 'Everything in fp16 with fp16 sums.',
  fp32: 'Everything in fp16 with fp32 sums.',
});

const source = 'source: { title: "A guess", known: ASSUMED }';

profileMutations(runtimeKind, {
  name: 'runtime',
  thing: 'a runtime',
  node: RuntimeType,
  names: {
    id: { example: 'acme-serve' },
    types: {
      smallDevices: 'SmallDevices',
      graphContextLimit: 'GraphContextLimit',
      sharedReadLimit: 'SharedReadLimit',
      backends: 'Backend',
      otherBackends: 'OtherBackends',
      supports: 'Support',
    },
    entries: { backends: ['vendor', 'backend'], otherBackends: ['vendor', 'backends'] },
    defaults: { aliases: [], promptSums: 'fp32', backends: [] },
  },
  example:
    'mutation { runtimeCreate(dryRun: true, input: { id: "acme-serve", name: "Acme Serve", homepage: "https://acme.example", ' +
    `estimator: SERVING, coefficients: "vllm", defaultYear: 2026, memory: { reservation: AS_NEEDED, perDeviceGB: 1, ` +
    `defaultCache: "bf16", cachePageTokens: 16, cacheFollowsFp8Weights: false, ${source} }, ` +
    `scheduling: { continuousBatching: true, served: true, ${source} }, execution: { split: TENSOR, eager: false, ${source} }, ` +
    'supports: [{ vendors: ["NVIDIA"], formats: ["16-bit"], preference: 10 }] }) ' +
    '{ ... on RuntimeCreatePayload { runtime { id continuousBatching } } ... on Error { message } } }',
});
