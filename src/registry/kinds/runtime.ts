import { array, enum as oneOf, optional, record, strictObject, z } from 'zod';
import type { Hardware, Reservation, Runtime } from '../../engine/shapes.ts';
import type { Kind } from './kind.ts';
import { figure, text, whole } from './ranges.ts';
import { aliasSchema, buildYear, idSchema, ids, referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { refuseUnknownSources } from './sourcedGroups.ts';
import { efficiencyClasses } from './weightFormat.ts';

const deviceKinds = ['gpu', 'apu', 'cpu', 'tpu', 'npu', 'asic'] as const;
const maker = z.string().describe('The maker: NVIDIA, AMD, Apple; CPU for any CPU.');

export const supportSchema = strictObject({
  vendors: optional(array(z.string().min(2)).min(1)).describe('Makers of devices.'),
  deviceKinds: optional(array(oneOf(deviceKinds)).min(1)).describe('Sorts of device.'),
  families: optional(array(idSchema).min(1)).describe('Families of devices.'),
  formats: array(oneOf(efficiencyClasses)).min(1).describe('Efficiency classes of weight formats: 16-bit, fp8, gguf.'),
  preference: whole(1, 100).describe(
    'How usual it is there, a count from 1 to 100: the highest of all runtimes is the default. Up to 10, hardly anybody ' +
      'does it: it answers where it is asked for, with a warning.',
  ),
}).describe(
  'Devices and formats a runtime runs; every list that is given must contain the device’s or format’s entry.',
);

export const memorySchema = strictObject({
  /**
   * fraction: takes a share of the device up front, holds weights and cache in it, preempts when full.
   * pool: a share of what the weights leave, and never evicts. as-needed: allocates what it needs.
   */
  reservation: oneOf(['fraction', 'pool', 'as-needed']).describe('How it takes device memory.'),
  fraction: optional(figure(0.1, 1)).describe(
    'The share it takes, from 0.1 to 1 (a fraction, dimensionless); left out where it takes what it needs.',
  ),
  perDeviceGB: figure(0, 20).describe(
    'Context, captured graphs, buffers: on every device, whatever the model, a count of GB (10⁹ bytes).',
  ),
  defaultCache: referenceSchema.describe('Id or alias of the cache’s format when nothing else is asked for.'),
  cachePageTokens: whole(1, 4096).describe('The unit in which it allocates cache, in tokens.'),
  cacheFollowsFp8Weights: z.boolean().describe('Checkpoints in FP8 or narrower floats get an FP8 cache by default.'),
  windowedCacheSince: optional(buildYear).describe(
    'Year of the build since which windowed layers cache only their window (a calendar year).',
  ),
  source: sourceKeys,
}).describe('How a runtime lays out device memory.');

const prefillChunkTokens = whole(1, 1_000_000);
const maximumSequences = whole(1, 1_000_000);

const smallDevicesSchema = strictObject({
  underMemoryGiB: figure(1, 1000).describe('For devices with less memory than this, in GiB.'),
  also: optional(array(referenceSchema)).describe('Ids or aliases of larger devices that get them too.'),
  prefillChunkTokens: prefillChunkTokens.describe('Most prompt tokens read in one step, in tokens.'),
  maximumSequences: maximumSequences.describe('Most sequences in flight, a count.'),
}).describe('Smaller defaults that a runtime itself chooses on smaller devices.');

export const schedulingSchema = strictObject({
  continuousBatching: z.boolean().describe('Requests join and leave a running batch.'),
  prefillChunkTokens: optional(prefillChunkTokens).describe(
    'Most prompt tokens read in one step, in tokens; left out = the whole prompt.',
  ),
  maximumSequences: optional(maximumSequences).describe(
    'Most sequences in flight, a count; left out = no limit of its own.',
  ),
  smallDevices: optional(smallDevicesSchema).describe('Other defaults on smaller devices.'),
  served: z.boolean().describe('Requests arrive over HTTP and tokens are streamed; false = a library or command line.'),
  source: sourceKeys,
}).describe('How a runtime puts requests together.');

/** Which builds have a limit that was lifted later. */
const untilVersion = {
  beforeVersion: z
    .string()
    .regex(/^\d+\.\d+$/, 'major.minor')
    .describe('The first version without the limit, major.minor.'),
  beforeYear: buildYear.describe('The year of that version (a calendar year).'),
};

const graphContextLimitSchema = strictObject({
  tokens: z.int().min(1).describe('The context, in tokens.'),
  ...untilVersion,
}).describe('Older builds capture decode steps up to a context, and launch kernels one by one beyond it.');

const sharedReadLimitSchema = strictObject({
  queryHeads: z.int().min(1).describe('Query heads, a count.'),
  ...untilVersion,
}).describe('Older builds share one read of a key-value head among so many query heads at most.');

const executionSchema = strictObject({
  /** tensor: every device works on every layer. layers: devices hold consecutive layers. */
  split: oneOf(['tensor', 'layers']).describe('How it uses several devices.'),
  eager: z.boolean().describe('The host launches every kernel by itself: no captured graphs.'),
  flashAttentionSince: optional(buildYear).describe(
    'Year of the build since which its attention never stores the score matrix (a calendar year); left out = never.',
  ),
  flashAttentionSwitch: optional(z.literal(true)).describe(
    'Whoever runs it can turn fused attention on or off: true, or left out.',
  ),
  graphContextLimit: optional(graphContextLimitSchema).describe(
    'Context up to which older builds capture decode steps; left out = no limit.',
  ),
  sharedReadLimit: optional(sharedReadLimitSchema).describe(
    'Query heads among which older builds share a read of the cache; left out = no limit.',
  ),
  windowedAttentionSince: optional(buildYear).describe(
    'Year of the build since which a sliding window shortens attention (a calendar year); left out = always.',
  ),
  /**
   * int8: packed weights are multiplied as int8, unpacked ones in fp16 with fp16 sums. fp16: all in fp16 with fp16
   * sums. fp32: all in fp16 with fp32 sums.
   */
  promptSums: oneOf(['int8', 'fp16', 'fp32'])
    .default('fp32')
    .describe('What a local runtime multiplies prompts in on cards with matrix units.'),
  backends: record(maker, z.string().describe('The backend: CUDA, Metal, Vulkan.'))
    .describe('The backend a local runtime uses on the devices of a maker.')
    .describe('Of a local runtime, by maker; of a server, none.'),
  otherBackends: optional(
    record(maker, array(z.string()).describe('The backends.')).describe(
      'Other backends that can be chosen on the devices of a maker.',
    ),
  ).describe('Other backends that can be chosen, by maker.'),
  source: sourceKeys,
}).describe('How a runtime runs a model.');

const weightsOfBitsSchema = strictObject({
  bits: whole(2, 8).describe('Whole bits of a weight, a count.'),
  formats: array(referenceSchema)
    .min(1)
    .describe('Ids or aliases of the formats of weights meant, the likeliest first.'),
}).describe('What people mean by so many bits of a weight.');

const runtimeSchema = strictObject({
  $schema: optional(z.string()),
  name: text(2, 60).describe('Name for people.'),
  aliases: array(aliasSchema).describe('Other names to find it by, upper and lower case alike.'),
  frontEnds: optional(array(aliasSchema).min(1).max(40)).describe(
    'Programs that run it inside, which people name in its place: LM Studio. An answer says that it took them so.',
  ),
  homepage: z.url({ protocol: /^https$/ }).describe('Where it lives, an https address.'),
  license: optional(text(2, 40)).describe('Licence, as an SPDX identifier.'),
  /** serving: steps of a GPU server. local: an engine that unpacks weights with ordinary arithmetic. */
  estimator: oneOf(['serving', 'local']).describe('Which physics describes it.'),
  estimatedBy: optional(
    idSchema
      .describe(
        'Id of an estimator that a pack brings and that answers for this runtime instead; left out = the calculator’s own.',
      )
      .register(ids, { of: 'estimator' }),
  ),
  coefficients: idSchema.describe(
    'The runtime whose fitted constants it uses: vllm, sglang, tensorrt-llm, llama.cpp, mlx.',
  ),
  defaultYear: buildYear.describe(
    'Latest year of its builds with fitted constants (calendar year): the default of runtimeYear.',
  ),
  memory: memorySchema.describe('How it lays out device memory.'),
  scheduling: schedulingSchema.describe('How it puts requests together.'),
  execution: executionSchema.describe('How it runs a model.'),
  usualWeights: optional(array(referenceSchema).min(1)).describe(
    'Ids or aliases of the formats of weights that people run with it where the one a model is published in will not do, ' +
      'best first: the first that it runs on the device, and that the device multiplies as it is meant to be, is taken.',
  ),
  weightsOfBits: optional(array(weightsOfBitsSchema).min(1)).describe(
    'What people mean who say no more than the bits of a weight with it (“4bit”, “q8”); left out = what they mean with other ' +
      'runtimes, where it runs that.',
  ),
  demonstration: optional(z.literal(true)).describe(
    'It shows what can be done and is not for daily use, so it answers only where it is asked for: true, or left out.',
  ),
  supports: array(supportSchema).min(1).describe('Where it runs, and which formats.'),
  notes: optional(z.string().max(800)).describe('What to know about it.'),
  sources: sourcesSchema,
})
  .superRefine((facts, context) => {
    const { reservation, fraction } = facts.memory;
    if ((reservation === 'as-needed') !== (fraction === undefined)) {
      context.addIssue({ code: 'custom', path: ['memory', 'fraction'], message: 'belongs to fraction and pool' });
    }
    refuseUnknownSources(facts, context);
  })
  .describe('A program that runs models: how it reserves memory, schedules requests and where it runs.');

export type RuntimeFacts = z.infer<typeof runtimeSchema>;

/** Software that runs models: how it reserves memory, schedules requests and where it runs. */
export const runtimeKind: Kind<RuntimeFacts, Runtime> = {
  kind: 'runtime',
  folder: 'runtimes',
  schema: runtimeSchema,
  name: (_id, facts) => facts.name,
  aliases: (facts) => facts.aliases,
  searchText: (id, facts) =>
    [id, facts.name, ...facts.aliases, ...Object.values(facts.execution.backends)].join(' ').toLowerCase(),
  references: ({ memory, scheduling, usualWeights, weightsOfBits }) => [
    { kind: 'weight-format', id: memory.defaultCache, path: 'memory.defaultCache' },
    ...(usualWeights ?? []).map(
      (id, index) => ({ kind: 'weight-format', id, path: `usualWeights[${index}]` }) as const,
    ),
    ...(weightsOfBits ?? []).flatMap(({ formats }, place) =>
      formats.map(
        (id, index) => ({ kind: 'weight-format', id, path: `weightsOfBits[${place}].formats[${index}]` }) as const,
      ),
    ),
    ...(scheduling.smallDevices?.also ?? []).map((id, index) => {
      return { kind: 'hardware', id, path: `scheduling.smallDevices.also[${index}]` };
    }),
  ],
  toEngine: (id, facts) => ({
    id,
    name: facts.name,
    estimator: facts.estimator,
    ...(facts.estimatedBy !== undefined && { estimatedBy: facts.estimatedBy }),
    coefficients: facts.coefficients,
    defaultYear: facts.defaultYear,
    reservation: engineReservation(facts),
    continuousBatching: facts.scheduling.continuousBatching,
    prefillChunkTokens: facts.scheduling.prefillChunkTokens ?? null,
    maximumSequences: facts.scheduling.maximumSequences ?? NO_LIMIT_SEQUENCES,
    cachePageTokens: facts.memory.cachePageTokens,
    cacheFollowsFp8Weights: facts.memory.cacheFollowsFp8Weights,
    defaultCache: facts.memory.defaultCache,
    split: facts.execution.split,
    promptSums: facts.execution.promptSums,
    backends: facts.execution.backends,
    flashAttentionSince: facts.execution.flashAttentionSince ?? null,
    eager: facts.execution.eager,
    graphContextLimit: engineLimit(facts.execution.graphContextLimit),
    sharedReadLimit: engineLimit(facts.execution.sharedReadLimit),
    windowedAttentionSince: facts.execution.windowedAttentionSince ?? null,
    served: facts.scheduling.served,
    windowedCacheSince: facts.memory.windowedCacheSince ?? null,
  }),
};

/** Preferences up to this are of what runs and hardly anybody does. */
export const RARE_PREFERENCE = 10;

/**
 * How usual it is to run weights of an efficiency class on this device with this runtime: 1 to 100, null when it
 * cannot. The highest of all matching entries counts.
 */
export function preferenceFor(facts: RuntimeFacts, hardware: Hardware, efficiencyClass: string): number | null {
  let best: number | null = null;
  for (const { vendors, deviceKinds, families, formats, preference } of facts.supports) {
    const runs =
      (vendors?.includes(hardware.vendor) ?? true) &&
      (deviceKinds?.includes(hardware.kind) ?? true) &&
      (families?.includes(hardware.family) ?? true) &&
      formats.some((format) => format === efficiencyClass);
    if (runs) best = Math.max(best ?? 0, preference);
  }
  return best;
}

/** How usual the runtime is with formats of this class where it is most usual, a count from 1 to 100; 0 = it cannot run them. */
export function highestPreference({ supports }: RuntimeFacts, efficiencyClass: string): number {
  const there = supports.filter(({ formats }) => formats.some((format) => format === efficiencyClass));
  return Math.max(0, ...there.map(({ preference }) => preference));
}

/** The runtime with the defaults it chooses on this device (vLLM: smaller steps and batches under 70 GiB). */
export function runtimeOnDevice(runtime: Runtime, facts: RuntimeFacts, hardware: Hardware): Runtime {
  const small = facts.scheduling.smallDevices;
  if (small === undefined) return runtime;
  const isSmall =
    hardware.usableMemoryBytes < small.underMemoryGiB * 2 ** 30 || (small.also?.includes(hardware.id) ?? false);
  if (!isSmall) return runtime;
  const { prefillChunkTokens, maximumSequences } = small;
  return { ...runtime, prefillChunkTokens, maximumSequences };
}

/** Stands for "no limit": the largest batch that can be asked for. */
const NO_LIMIT_SEQUENCES = 1_000_000;

function engineReservation({ memory: { reservation, fraction = 1, perDeviceGB } }: RuntimeFacts): Reservation {
  const perDeviceBytes = perDeviceGB * 1e9;
  if (reservation === 'as-needed') return { kind: reservation, perDeviceBytes };
  return { kind: reservation, fraction, perDeviceBytes };
}

/** A limit of older builds; null where there never was one. */
function engineLimit<Limit extends { beforeVersion: string; beforeYear: number }>(limit: Limit | undefined) {
  if (limit === undefined) return null;
  const { beforeVersion: version, beforeYear: year, ...what } = limit;
  return { ...what, before: { version, year } };
}
