import { builder } from '../../builder.ts';
import { aliasesField, entries, type Fields, idField, inputPair } from '../../mutations/inputPair.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { sourceField } from '../../mutations/sourceInput.ts';
import { HardwareKind } from '../hardware/type.ts';
import { EstimatorKind, ReservationKind, RuntimeType } from './type.ts';

const memory = inputPair('RuntimeMemory', {
  description: 'How a runtime lays out device memory.',
  fields: (t, { required }) => ({
    reservation: t.field({ type: ReservationKind, required, description: 'How it takes device memory.' }),
    fraction: t.float({
      description: 'The share it takes, from 0.1 to 1 (a fraction, dimensionless); none where it takes what it needs.',
    }),
    perDeviceGB: t.float({
      required,
      description: 'Context, captured graphs, buffers: on every device, whatever the model, a count of GB (10⁹ bytes).',
    }),
    defaultCache: t.id({ required, description: 'Id or alias of the cache’s format when nothing else is asked for.' }),
    cachePageTokens: t.int({ required, description: 'The unit in which it allocates cache, in tokens.' }),
    cacheFollowsFp8Weights: t.boolean({
      required,
      description: 'Checkpoints in FP8 or narrower floats get an FP8 cache by default.',
    }),
    windowedCacheSince: t.int({
      description: 'Year of the build since which windowed layers cache only their window (a calendar year).',
    }),
    source: sourceField(t),
  }),
});

const smallDevices = inputPair('SmallDevices', {
  description: 'Smaller defaults that a runtime itself chooses on smaller devices.',
  fields: (t, { required }) => ({
    underMemoryGiB: t.float({ required, description: 'For devices with less memory than this, in GiB.' }),
    also: t.idList({ description: 'Ids or aliases of larger devices that get them too.' }),
    prefillChunkTokens: t.int({ required, description: 'Most prompt tokens read in one step, in tokens.' }),
    maximumSequences: t.int({ required, description: 'Most sequences in flight, a count.' }),
  }),
});

const scheduling = inputPair('RuntimeScheduling', {
  description: 'How a runtime puts requests together.',
  fields: (t, { required, of }) => ({
    continuousBatching: t.boolean({ required, description: 'Requests join and leave a running batch.' }),
    prefillChunkTokens: t.int({
      description: 'Most prompt tokens read in one step, in tokens; left out = the whole prompt.',
    }),
    maximumSequences: t.int({ description: 'Most sequences in flight, a count; left out = no limit of its own.' }),
    smallDevices: t.field({ type: of(smallDevices), description: 'Other defaults on smaller devices.' }),
    served: t.boolean({
      required,
      description: 'Requests arrive over HTTP and tokens are streamed; false = a library or command line.',
    }),
    source: sourceField(t),
  }),
});

const SplitKind = builder.enumType('SplitKind', {
  description: 'How a runtime uses several devices when nothing else is asked for.',
  values: {
    TENSOR: { value: 'tensor', description: 'Every device works on every layer.' },
    LAYERS: { value: 'layers', description: 'Devices hold consecutive layers.' },
  } as const,
});

const BackendInput = builder.inputType('BackendInput', {
  description: 'The backend a local runtime uses on the devices of a maker.',
  fields: (t) => ({
    vendor: t.string({ required: true, description: 'The maker: NVIDIA, AMD, Apple; CPU for any CPU.' }),
    backend: t.string({ required: true, description: 'The backend: CUDA, Metal, Vulkan.' }),
  }),
});

const OtherBackendsInput = builder.inputType('OtherBackendsInput', {
  description: 'Other backends that can be chosen on the devices of a maker.',
  fields: (t) => ({
    vendor: t.string({ required: true, description: 'The maker: NVIDIA, AMD, Apple; CPU for any CPU.' }),
    backends: t.stringList({ required: true, description: 'The backends.' }),
  }),
});

const PromptSums = builder.enumType('PromptSums', {
  description: 'What a local runtime multiplies prompts in on cards with matrix units.',
  values: {
    INT8: { value: 'int8', description: 'Packed weights as int8; unpacked ones in fp16 with fp16 sums.' },
    FP16: { value: 'fp16', description: 'Everything in fp16 with fp16 sums.' },
    FP32: { value: 'fp32', description: 'Everything in fp16 with fp32 sums.' },
  } as const,
});

/** Which builds have a limit that was lifted later. */
function untilVersion(t: Fields, required: boolean) {
  return {
    beforeVersion: t.string({ required, description: 'The first version without the limit, major.minor.' }),
    beforeYear: t.int({ required, description: 'The year of that version (a calendar year).' }),
  };
}

const graphContextLimit = inputPair('GraphContextLimit', {
  description: 'Older builds capture decode steps up to a context, and launch kernels one by one beyond it.',
  fields: (t, { required }) => ({
    tokens: t.int({ required, description: 'The context, in tokens.' }),
    ...untilVersion(t, required),
  }),
});

const sharedReadLimit = inputPair('SharedReadLimit', {
  description: 'Older builds share one read of a key-value head among so many query heads at most.',
  fields: (t, { required }) => ({
    queryHeads: t.int({ required, description: 'Query heads, a count.' }),
    ...untilVersion(t, required),
  }),
});

const execution = inputPair('RuntimeExecution', {
  description: 'How a runtime runs a model.',
  fields: (t, { required, of }) => ({
    split: t.field({ type: SplitKind, required, description: 'How it uses several devices.' }),
    eager: t.boolean({ required, description: 'The host launches every kernel by itself: no captured graphs.' }),
    flashAttentionSince: t.int({
      description:
        'Year of the build since which its attention never stores the score matrix (a calendar year); left out = never.',
    }),
    graphContextLimit: t.field({
      type: of(graphContextLimit),
      description: 'Context up to which older builds capture decode steps; left out = no limit.',
    }),
    sharedReadLimit: t.field({
      type: of(sharedReadLimit),
      description: 'Query heads among which older builds share a read of the cache; left out = no limit.',
    }),
    windowedAttentionSince: t.int({
      description:
        'Year of the build since which a sliding window shortens attention (a calendar year); left out = always.',
    }),
    promptSums: t.field({
      type: PromptSums,
      ...(required && { defaultValue: 'fp32' as const }),
      description: 'What a local runtime multiplies prompts in on cards with matrix units.',
    }),
    backends: t.field({
      type: [BackendInput],
      ...(required && { defaultValue: [] }),
      description: 'Of a local runtime, by maker; of a server, none.',
      ...entries('vendor', 'backend'),
    }),
    otherBackends: t.field({
      type: [OtherBackendsInput],
      description: 'Other backends that can be chosen, by maker.',
      ...entries('vendor', 'backends'),
    }),
    source: sourceField(t),
  }),
});

const SupportInput = builder.inputType('SupportInput', {
  description:
    'Devices and formats a runtime runs; every list that is given must contain the device’s or format’s entry.',
  fields: (t) => ({
    vendors: t.stringList({ description: 'Makers of devices.' }),
    deviceKinds: t.field({ type: [HardwareKind], description: 'Sorts of device.' }),
    families: t.stringList({ description: 'Families of devices.' }),
    formats: t.stringList({ required: true, description: 'Efficiency classes of weight formats: 16-bit, fp8, gguf.' }),
    preference: t.int({
      required: true,
      description: 'How usual it is there, a count from 1 to 100: the highest of all runtimes is the default.',
    }),
  }),
});

const runtimeInput = inputPair(
  'Runtime',
  {
    description: 'A program that runs models: how it reserves memory, schedules requests and where it runs.',
    fields: (t, { required, of }) => ({
      ...idField(t, required, 'acme-serve'),
      name: t.string({ required, description: 'Name for people.' }),
      aliases: aliasesField(t, required),
      homepage: t.string({ required, description: 'Where it lives, an https address.' }),
      license: t.string({ description: 'Licence, as an SPDX identifier.' }),
      estimator: t.field({ type: EstimatorKind, required, description: 'Which physics describes it.' }),
      estimatedBy: t.id({
        description: 'Id of an estimator that a pack brings and that answers for this runtime instead.',
      }),
      coefficients: t.string({
        required,
        description: 'The runtime whose fitted constants it uses: vllm, sglang, tensorrt-llm, llama.cpp, mlx.',
      }),
      defaultYear: t.int({
        required,
        description: 'Latest year of its builds with fitted constants (calendar year).',
      }),
      memory: t.field({ type: of(memory), required, description: 'How it lays out device memory.' }),
      scheduling: t.field({ type: of(scheduling), required, description: 'How it puts requests together.' }),
      execution: t.field({ type: of(execution), required, description: 'How it runs a model.' }),
      supports: t.field({ type: [SupportInput], required, description: 'Where it runs, and which formats.' }),
      notes: t.string({ description: 'What to know about it.' }),
    }),
  },
  'Create',
);

const source = 'source: { title: "A guess", known: ASSUMED }';

profileMutations({
  kind: 'runtime',
  name: 'runtime',
  thing: 'a runtime',
  node: RuntimeType,
  input: runtimeInput,
  example:
    'mutation { runtimeCreate(dryRun: true, input: { id: "acme-serve", name: "Acme Serve", homepage: "https://acme.example", ' +
    `estimator: SERVING, coefficients: "vllm", defaultYear: 2026, memory: { reservation: AS_NEEDED, perDeviceGB: 1, ` +
    `defaultCache: "bf16", cachePageTokens: 16, cacheFollowsFp8Weights: false, ${source} }, ` +
    `scheduling: { continuousBatching: true, served: true, ${source} }, execution: { split: TENSOR, eager: false, ${source} }, ` +
    'supports: [{ vendors: ["NVIDIA"], formats: ["16-bit"], preference: 10 }] }) ' +
    '{ ... on RuntimeCreatePayload { runtime { id continuousBatching } } ... on Error { message } } }',
});
