import { z } from 'zod';
import type { Hardware, Reservation, Runtime } from '../../engine/shapes.ts';
import type { Kind } from './kind.ts';
import { aliasSchema, idSchema, referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { refuseUnknownSources } from './sourcedGroups.ts';
import { efficiencyClasses } from './weightFormat.ts';

const year = z.int().min(2017).max(2100);
const chunkTokens = z.int().min(1).max(1_000_000);
const sequences = z.int().min(1).max(1_000_000);
const deviceKinds = ['gpu', 'apu', 'cpu', 'tpu', 'npu', 'asic'] as const;

/** Devices and formats the runtime runs; every list that is given must contain the device's or the format's entry. */
const supportSchema = z.strictObject({
  vendors: z.array(z.string().min(2)).min(1).optional(),
  deviceKinds: z.array(z.enum(deviceKinds)).min(1).optional(),
  families: z.array(idSchema).min(1).optional(),
  /** Efficiency classes of the weight formats. */
  formats: z.array(z.enum(efficiencyClasses)).min(1),
  /** The runtime people use: the highest preference of all runtimes wins. 100 = the usual choice, 10 = historical. */
  preference: z.int().min(1).max(100),
});

const memorySchema = z.strictObject({
  /**
   * fraction: takes a share of the device up front, holds weights and cache in it, preempts when full.
   * pool: a share of what the weights leave, and never evicts. as-needed: allocates what it needs.
   */
  reservation: z.enum(['fraction', 'pool', 'as-needed']),
  fraction: z.number().min(0.1).max(1).optional(),
  /** Context, captured graphs, communication buffers: on every device, whatever the model. */
  perDeviceGB: z.number().min(0).max(20),
  /** Weight-format id of the cache when nothing else is asked for. */
  defaultCache: referenceSchema,
  cachePageTokens: z.int().min(1).max(4096),
  /** Checkpoints in fp8 or narrower floats get an fp8 cache by default. */
  cacheFollowsFp8Weights: z.boolean(),
  /** Windowed layers cache only their window from this build year on. */
  windowedCacheSince: year.optional(),
  source: sourceKeys,
});

const schedulingSchema = z.strictObject({
  continuousBatching: z.boolean(),
  /** Absent: the whole prompt in one step. */
  prefillChunkTokens: chunkTokens.optional(),
  /** Absent: no limit of its own. */
  maximumSequences: sequences.optional(),
  /** Smaller defaults the runtime itself chooses on smaller devices. */
  smallDevices: z
    .strictObject({
      underMemoryGiB: z.number().min(1).max(1000),
      /** Larger devices that get the small defaults too. */
      also: z.array(referenceSchema).optional(),
      prefillChunkTokens: chunkTokens,
      maximumSequences: sequences,
    })
    .optional(),
  /** Requests arrive over HTTP and tokens are streamed; false = in process. */
  served: z.boolean(),
  source: sourceKeys,
});

const version = z.string().regex(/^\d+\.\d+$/, 'major.minor');

const executionSchema = z.strictObject({
  /** tensor: every device works on every layer. layers: devices hold consecutive layers. */
  split: z.enum(['tensor', 'layers']),
  /** The host launches every kernel by itself: no captured graphs. */
  eager: z.boolean(),
  /** Build year since which the attention kernels in default use never store the score matrix; absent = never. */
  flashAttentionSince: year.optional(),
  /** Builds before this one capture decode steps up to so many tokens of context, and launch one by one beyond. */
  graphContextLimit: z.strictObject({ tokens: z.int().min(1), beforeVersion: version, beforeYear: year }).optional(),
  /** Builds before this one share one read of a key-value head among at most so many query heads when decoding. */
  sharedReadLimit: z.strictObject({ queryHeads: z.int().min(1), beforeVersion: version, beforeYear: year }).optional(),
  /** Build year since which a sliding window shortens attention; absent = always. */
  windowedAttentionSince: year.optional(),
  /**
   * Local runtimes on cards with matrix units. int8: packed weights are multiplied as int8, unpacked ones in fp16 with
   * fp16 sums. fp16: all in fp16 with fp16 sums. fp32: all in fp16 with fp32 sums.
   */
  promptSums: z.enum(['int8', 'fp16', 'fp32']).default('fp32'),
  /** Local runtimes: the default backend by the device's vendor; CPU for any CPU. */
  backends: z.record(z.string(), z.string()),
  /** Other backends that can be chosen. */
  otherBackends: z.record(z.string(), z.array(z.string())).optional(),
  source: sourceKeys,
});

const runtimeSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(2).max(60),
    aliases: z.array(aliasSchema),
    homepage: z.url({ protocol: /^https$/ }),
    /** SPDX identifier. */
    license: z.string().min(2).max(40).optional(),
    /** serving: steps of a GPU server. local: an engine that unpacks weights with ordinary arithmetic. */
    estimator: z.enum(['serving', 'local']),
    /** Id of an estimator that a pack brings and that answers for this runtime instead. */
    estimatedBy: idSchema.optional(),
    /** Row of the fitted constants; several runtimes may share one. */
    coefficients: idSchema,
    /** Latest build year with fitted constants. */
    defaultYear: year,
    memory: memorySchema,
    scheduling: schedulingSchema,
    execution: executionSchema,
    supports: z.array(supportSchema).min(1),
    notes: z.string().max(800).optional(),
    sources: sourcesSchema,
  })
  .superRefine((facts, context) => {
    const { reservation, fraction } = facts.memory;
    if ((reservation === 'as-needed') !== (fraction === undefined)) {
      context.addIssue({ code: 'custom', path: ['memory', 'fraction'], message: 'belongs to fraction and pool' });
    }
    refuseUnknownSources(facts, context);
  });

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
  references: ({ memory, scheduling }) => [
    { kind: 'weight-format', id: memory.defaultCache, path: 'memory.defaultCache' },
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
    graphContextLimit: engineGraphContextLimit(facts),
    sharedReadLimit: engineSharedReadLimit(facts),
    windowedAttentionSince: facts.execution.windowedAttentionSince ?? null,
    served: facts.scheduling.served,
    windowedCacheSince: facts.memory.windowedCacheSince ?? null,
  }),
};

/** The registry's list of kinds picks this up by name. */
export const kind = runtimeKind;

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
  switch (reservation) {
    case 'fraction':
      return { kind: 'fraction', fraction, perDeviceBytes };
    case 'pool':
      return { kind: 'pool', fraction, perDeviceBytes };
    case 'as-needed':
      return { kind: 'as-needed', perDeviceBytes };
  }
}

function engineGraphContextLimit({
  execution: { graphContextLimit: limit },
}: RuntimeFacts): Runtime['graphContextLimit'] {
  if (limit === undefined) return null;
  return { tokens: limit.tokens, before: { version: limit.beforeVersion, year: limit.beforeYear } };
}

function engineSharedReadLimit({ execution: { sharedReadLimit: limit } }: RuntimeFacts): Runtime['sharedReadLimit'] {
  if (limit === undefined) return null;
  return { queryHeads: limit.queryHeads, before: { version: limit.beforeVersion, year: limit.beforeYear } };
}
