import { runtimeKind } from '../../../registry/kinds/runtime.ts';
import { builder } from '../../builder.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { RuntimeType } from './type.ts';

builder.enumType('SplitKind', {
  description: 'How a runtime uses several devices when nothing else is asked for.',
  values: {
    TENSOR: { value: 'tensor', description: 'Every device works on every layer.' },
    LAYERS: { value: 'layers', description: 'Devices hold consecutive layers.' },
  } as const,
});

builder.enumType('PromptSums', {
  description: 'What a local runtime multiplies prompts in on cards with matrix units.',
  values: {
    INT8: { value: 'int8', description: 'Packed weights as int8; unpacked ones in fp16 with fp16 sums.' },
    FP16: { value: 'fp16', description: 'Everything in fp16 with fp16 sums.' },
    FP32: { value: 'fp32', description: 'Everything in fp16 with fp32 sums.' },
  } as const,
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
