import { benchmarkFormats } from '../../../importers/benchmarks/readBenchmarks.ts';
import type { MeasurementProfile } from '../../../registry/catalogue/profiles.ts';
import {
  type MetricName as MeasuredMetricName,
  type Measurement,
  measurementGroups,
  measurementSchema,
  metricsSchema,
} from '../../../registry/kinds/measurement.ts';
import { builder } from '../../builder.ts';
import { connectionOf } from '../../connection.ts';
import { enumOf } from '../../enumOf.ts';
import { descriptionOf } from '../factTypes.ts';
import { facts, fieldsOf, itself } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';

export const MeasurementMode = enumOf('MeasurementMode', 'How the run was driven.', {
  'single-stream': 'One sequence at a time.',
  'static-batch': 'One batch, generated in step.',
  saturated: 'Everything queued at once, as many in flight as fit.',
  served: 'Requests over HTTP at a fixed concurrency.',
});

export const Trust = enumOf('Trust', 'How far a measurement can be trusted.', {
  high: 'Method, versions and settings are stated.',
  medium: 'Some settings had to be inferred.',
  low: 'Little is known about how it was measured.',
});

const metricValues = {
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
  values: metricValues,
});

export const BenchmarkFormatType = enumOf<string>(
  'BenchmarkFormat',
  'Outputs of benchmarks that can be imported.',
  Object.fromEntries([...benchmarkFormats].map(([name, { title }]) => [name, title])),
);

export const TokenTimeDefinitionType = enumOf(
  'TokenTimeDefinition',
  'Whether a time per output token includes the first token.',
  {
    'excludes-first': '(last token − first token) ÷ (tokens − 1): vLLM’s TPOT, GuideLLM’s inter-token latency.',
    'includes-first': 'The whole request ÷ tokens, the prompt included: it is kept as the end-to-end time that it is.',
  },
);

type Metrics = Measurement['metrics'];

const MetricsType = builder.objectRef<Metrics>('MeasuredMetrics').implement({
  description: descriptionOf(metricsSchema),
  fields: (t) => fieldsOf(t, metricsSchema, itself),
});

export const MeasurementType = builder.objectRef<MeasurementProfile>('Measurement').implement({
  description: 'A published or recorded benchmark: one configuration and what was measured.',
  interfaces: [ProfileType],
  fields: (t) => ({
    ...fieldsOf(
      t,
      measurementSchema,
      facts,
      [
        'date',
        'model',
        'hardware',
        'devices',
        'runtime',
        'runtimeVersion',
        'runtimeYear',
        'weights',
        'kvCache',
        'mode',
        'concurrency',
        'promptTokens',
        'outputTokens',
        'contextTokens',
        'metrics',
      ],
      {
        as: {
          model: 'modelId',
          hardware: 'hardwareId',
          runtime: 'runtimeId',
          weights: 'weightsId',
          kvCache: 'kvCacheId',
        },
        types: { metrics: MetricsType },
      },
    ),
    groups: t.stringList({
      description: `Groups of the accuracy report it counts in: ${measurementGroups.join(', ')}.`,
      resolve: ({ facts }) => facts.groups.map(({ group }) => group),
    }),
    ...fieldsOf(t, measurementSchema, facts, ['trust', 'notes']),
  }),
});

export const MeasurementConnection = connectionOf('Measurement', MeasurementType, 'measurements');
