import type { MeasurementProfile } from '../../../registry/catalogue/profiles.ts';
import {
  type MetricName as MeasuredMetricName,
  type Measurement,
  measurementGroups,
} from '../../../registry/kinds/measurement.ts';
import { builder } from '../../builder.ts';
import { ProfileType } from '../profile.ts';

export const MeasurementMode = builder.enumType('MeasurementMode', {
  description: 'How the run was driven.',
  values: {
    SINGLE_STREAM: { value: 'single-stream', description: 'One sequence at a time.' },
    STATIC_BATCH: { value: 'static-batch', description: 'One batch, generated in step.' },
    SATURATED: { value: 'saturated', description: 'Everything queued at once, as many in flight as fit.' },
    SERVED: { value: 'served', description: 'Requests over HTTP at a fixed concurrency.' },
  } as const,
});

export const Trust = builder.enumType('Trust', {
  description: 'How far a measurement can be trusted.',
  values: {
    HIGH: { value: 'high', description: 'Method, versions and settings are stated.' },
    MEDIUM: { value: 'medium', description: 'Some settings had to be inferred.' },
    LOW: { value: 'low', description: 'Little is known about how it was measured.' },
  } as const,
});

const metricNames = {
  TIME_TO_FIRST_TOKEN: { value: 'timeToFirstTokenMs', description: 'Time to the first token.' },
  TIME_PER_OUTPUT_TOKEN: {
    value: 'timePerOutputTokenMs',
    description: 'Mean time of an output token after the first.',
  },
  END_TO_END: { value: 'endToEndMs', description: 'Time of a whole request or static batch.' },
  PREFILL_THROUGHPUT: { value: 'prefillTokensPerSecond', description: 'Prompt tokens read per second.' },
  DECODE_SPEED: {
    value: 'decodeTokensPerSecondPerSequence',
    description: 'Tokens per second of one sequence after the prompt.',
  },
  OUTPUT_THROUGHPUT: {
    value: 'outputTokensPerSecond',
    description: 'Generated tokens per second of the whole system.',
  },
  TOTAL_THROUGHPUT: {
    value: 'totalTokensPerSecond',
    description: 'Prompt and output tokens per second of the whole system.',
  },
  PEAK_MEMORY: { value: 'peakMemoryGiB', description: 'Most memory in use.' },
  WEIGHTS_SIZE: { value: 'weightsGiB', description: 'Size of the weights.' },
  KV_CACHE_SIZE: { value: 'kvCacheMiB', description: 'Size of the KV cache.' },
  COMPUTE_BUFFER_SIZE: { value: 'computeBufferMiB', description: 'Size of working buffers.' },
} as const satisfies Record<string, { value: MeasuredMetricName; description: string }>;

export const MetricName = builder.enumType('Metric', {
  description: 'What a benchmark can measure.',
  values: metricNames,
});

type Metrics = Measurement['metrics'];

const MetricsType = builder.objectRef<Metrics>('MeasuredMetrics').implement({
  description: 'What was measured; null = not this.',
  fields: (t) => ({
    timeToFirstTokenMs: t.exposeFloat('timeToFirstTokenMs', {
      nullable: true,
      description: 'Time to the first token, in milliseconds.',
    }),
    timePerOutputTokenMs: t.exposeFloat('timePerOutputTokenMs', {
      nullable: true,
      description: 'Mean time of an output token after the first, in milliseconds.',
    }),
    endToEndMs: t.exposeFloat('endToEndMs', {
      nullable: true,
      description: 'A whole request, or the whole static batch, in milliseconds.',
    }),
    prefillTokensPerSecond: t.exposeFloat('prefillTokensPerSecond', {
      nullable: true,
      description: 'Prompt tokens of the whole batch, in tokens per second.',
    }),
    decodeTokensPerSecondPerSequence: t.exposeFloat('decodeTokensPerSecondPerSequence', {
      nullable: true,
      description: 'Decode phase only, one sequence, in tokens per second.',
    }),
    outputTokensPerSecond: t.exposeFloat('outputTokensPerSecond', {
      nullable: true,
      description: 'Whole system over the whole run, the time of the prefill included, in tokens per second.',
    }),
    totalTokensPerSecond: t.exposeFloat('totalTokensPerSecond', {
      nullable: true,
      description: 'Prompt and output of the whole system, in tokens per second.',
    }),
    peakMemoryGiB: t.exposeFloat('peakMemoryGiB', {
      nullable: true,
      description: 'Most memory in use, over all devices, in GiB.',
    }),
    weightsGiB: t.exposeFloat('weightsGiB', { nullable: true, description: 'Size of the weights, in GiB.' }),
    kvCacheMiB: t.exposeFloat('kvCacheMiB', {
      nullable: true,
      description: 'Size of the KV cache, over all devices, in MiB.',
    }),
    computeBufferMiB: t.exposeFloat('computeBufferMiB', {
      nullable: true,
      description: 'Working buffers, over all devices, in MiB.',
    }),
  }),
});

export const MeasurementType = builder.objectRef<MeasurementProfile>('Measurement').implement({
  description: 'A published or recorded benchmark: one configuration and what was measured.',
  interfaces: [ProfileType],
  fields: (t) => ({
    date: t.string({
      description: 'Date of the run or its publication, as precisely as known.',
      resolve: ({ facts }) => facts.date,
    }),
    modelId: t.id({ description: 'Id of the model.', resolve: ({ facts }) => facts.model }),
    hardwareId: t.id({
      nullable: true,
      description: 'Id of the device; null for the size of a file.',
      resolve: ({ facts }) => facts.hardware,
    }),
    devices: t.int({ nullable: true, description: 'Devices used, a count.', resolve: ({ facts }) => facts.devices }),
    runtimeId: t.id({ description: 'Id of the runtime.', resolve: ({ facts }) => facts.runtime }),
    runtimeVersion: t.string({
      nullable: true,
      description: 'Version of the runtime as the source states it.',
      resolve: ({ facts }) => facts.runtimeVersion,
    }),
    runtimeYear: t.int({
      description: 'Year of the runtime’s build, or of the publication where the build is not stated (calendar year).',
      resolve: ({ facts }) => facts.runtimeYear,
    }),
    weightsId: t.id({ description: 'Id of the weight format.', resolve: ({ facts }) => facts.weights }),
    kvCacheId: t.id({
      nullable: true,
      description: 'Id of the cache’s format; null = not stated.',
      resolve: ({ facts }) => facts.kvCache,
    }),
    mode: t.field({
      type: MeasurementMode,
      nullable: true,
      description: 'How it was driven.',
      resolve: ({ facts }) => facts.mode,
    }),
    concurrency: t.int({
      nullable: true,
      description: 'Sequences in a static batch, or requests in flight, a count.',
      resolve: ({ facts }) => facts.concurrency,
    }),
    promptTokens: t.float({
      nullable: true,
      description: 'Prompt per sequence, in tokens (a mean may be fractional).',
      resolve: ({ facts }) => facts.promptTokens,
    }),
    outputTokens: t.float({
      nullable: true,
      description: 'Generated per sequence, in tokens (a mean may be fractional).',
      resolve: ({ facts }) => facts.outputTokens,
    }),
    contextTokens: t.float({
      nullable: true,
      description: 'In the cache before the timed part, in tokens; for memory figures, tokens allocated.',
      resolve: ({ facts }) => facts.contextTokens,
    }),
    metrics: t.field({ type: MetricsType, description: 'What was measured.', resolve: ({ facts }) => facts.metrics }),
    groups: t.stringList({
      description: `Groups of the accuracy report it counts in: ${measurementGroups.join(', ')}.`,
      resolve: ({ facts }) => facts.groups.map(({ group }) => group),
    }),
    trust: t.field({ type: Trust, description: 'How far it can be trusted.', resolve: ({ facts }) => facts.trust }),
    notes: t.string({ nullable: true, description: 'What to know about it.', resolve: ({ facts }) => facts.notes }),
  }),
});
