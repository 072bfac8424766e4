import { array, enum as oneOf, optional, record, strictObject, z } from 'zod';
import { ownEntry } from '../../engine/ownEntry.ts';
import type { Kind, Reference } from './kind.ts';
import { listTitle, namedSources } from './listFile.ts';
import { orNull, positive, whole } from './ranges.ts';
import { buildYear, idSchema, partialDate, referenceSchema, sourceSchema, sourcesSchema } from './source.ts';
import { complainTo } from './sourcedGroups.ts';

/**
 * What a run was measured for, as the accuracy report groups it. `server-` groups are data-centre devices,
 * `local-` ones consumer devices; `-decode` is a batch of at most 8, `-batch` more; `moe-` groups are models with experts.
 */
export const measurementGroups = [
  ...['server-decode', 'server-batch', 'server-saturated', 'server-ttft', 'moe-decode', 'moe-batch'],
  ...['local-decode-nvidia', 'local-decode-apple', 'local-decode-amd-intel', 'local-decode-cpu'],
  ...['local-prefill', 'local-batch', 'memory-weights', 'memory-kv', 'memory-total'],
] as const;
export type MeasurementGroup = (typeof measurementGroups)[number];

const metric = (maximum: number, description: string) => optional(positive(maximum)).describe(description);
const tokens = orNull(z.number().nonnegative().max(1e7));

export const metricsSchema = strictObject({
  timeToFirstTokenMs: metric(1e7, 'Time to the first token, in milliseconds.'),
  timePerOutputTokenMs: metric(1e6, 'Mean time of an output token after the first, in milliseconds.'),
  endToEndMs: metric(1e8, 'A whole request, or the whole static batch, in milliseconds.'),
  prefillTokensPerSecond: metric(1e8, 'Prompt tokens of the whole batch, in tokens per second.'),
  decodeTokensPerSecondPerSequence: metric(1e5, 'Decode phase only, one sequence, in tokens per second.'),
  outputTokensPerSecond: metric(
    1e8,
    'Whole system over the whole run, the time of the prefill included, in tokens per second.',
  ),
  totalTokensPerSecond: metric(1e8, 'Prompt and output of the whole system, in tokens per second.'),
  peakMemoryGiB: metric(1e5, 'Most memory in use, over all devices, in GiB.'),
  /** Of a GGUF: the size of the file, embeddings included. */
  weightsGiB: metric(1e5, 'Size of the weights, in GiB.'),
  kvCacheMiB: metric(1e8, 'Size of the KV cache, over all devices, in MiB.'),
  computeBufferMiB: metric(1e8, 'Working buffers, over all devices, in MiB.'),
})
  .refine((metrics) => Object.values(metrics).some((value) => value !== undefined), { error: 'needs a metric' })
  .describe('What was measured; null = not this.');

export type MetricName = keyof z.infer<typeof metricsSchema>;
const metricNames = Object.keys(metricsSchema.shape) as MetricName[];
export const metricNameSchema = oneOf(metricNames);

const degree = whole(1, 4096);

/** One measured configuration. Null: the source does not say, or it does not apply. */
export const measurementSchema = strictObject({
  set: idSchema.describe('The published set it belongs to; the id of the file it was read from.'),
  source: z.string().describe('Key in `sources` of where it comes from.'),
  sources: sourcesSchema,
  date: partialDate.describe('Date of the run or its publication, as precisely as known.'),
  model: referenceSchema.describe('Id of the model.'),
  /** Nothing ran for the size of a file. */
  hardware: orNull(referenceSchema).describe('Id of the device; null for the size of a file.'),
  devices: orNull(whole(1, 4096)).describe('Devices used, a count.'),
  parallelism: orNull(
    strictObject({
      tensor: degree.describe('Devices that share every layer, a count.'),
      pipeline: degree.describe('Stages of consecutive layers, a count.'),
      expert: degree.describe('Ranks the experts are spread over, a count.'),
      data: degree.describe('Copies of the model that work on different requests, a count.'),
    }),
  ).describe('How the model was spread over them, counts of devices.'),
  runtime: referenceSchema.describe('Id of the runtime.'),
  runtimeVersion: orNull(z.string().max(120)).describe('Version of the runtime as the source states it.'),
  runtimeYear: buildYear.describe(
    'Year of the runtime’s build, or of the publication where the build is not stated (calendar year).',
  ),
  backend: orNull(oneOf(['cuda', 'rocm', 'rocm+rocwmma', 'vulkan', 'metal', 'sycl', 'opencl', 'cpu'])).describe(
    'The backend of a local runtime.',
  ),
  flashAttention: orNull(z.boolean()).describe('Fused attention kernels were on.'),
  threads: orNull(whole(1, 4096)).describe('CPU threads used, a count.'),
  prefillChunkTokens: orNull(whole(1, 1e6)).describe(
    'Most prompt tokens processed in one step, in tokens, where the source sets it (llama.cpp: ubatch).',
  ),
  weights: referenceSchema.describe('Id of the weight format.'),
  weightsFileGiB: orNull(positive(1e4)).describe('Size of the weight file where the source prints it, in GiB.'),
  kvCache: orNull(referenceSchema).describe('Id of the cache’s format; null = not stated.'),
  /** served: requests over HTTP at a fixed concurrency. saturated: everything queued at once, as many as fit. */
  mode: orNull(oneOf(['single-stream', 'static-batch', 'saturated', 'served'])).describe('How it was driven.'),
  concurrency: orNull(whole(1, 1e6)).describe('Sequences in a static batch, or requests in flight, a count.'),
  promptTokens: tokens.describe('Prompt per sequence, in tokens (a mean may be fractional).'),
  outputTokens: tokens.describe('Generated per sequence, in tokens (a mean may be fractional).'),
  contextTokens: tokens.describe(
    'In the cache before the timed part, in tokens; for memory figures, tokens allocated.',
  ),
  metrics: metricsSchema.describe('What was measured.'),
  /** A pool is more than a run needs, so no estimate of a need is held against it. */
  memoryScope: orNull(oneOf(['allocated', 'process', 'pool'])).describe(
    'What a peak counts. allocated: the runtime’s own allocations. process: those and the driver’s context. pool: what ' +
      'the driver reports after repeated runs, with every block the allocator kept and what earlier runs still hold.',
  ),
  groups: array(
    strictObject({
      group: oneOf(measurementGroups).describe('The group.'),
      scoredMetric: metricNameSchema.describe('The metric that stands for it there.'),
    }),
  )
    .default([])
    .describe('Groups of the accuracy report it counts in, and the metric that stands for it in each.'),
  trust: oneOf(['high', 'medium', 'low']).describe('How far it can be trusted.'),
  notes: orNull(z.string().max(500)).describe('What to know about it.'),
}).superRefine((row, context) => {
  const complain = complainTo(context);
  if (ownEntry(row.sources, row.source) === undefined) {
    complain(['source'], `no source has the key ${row.source}`);
  }
  for (const [index, { scoredMetric }] of row.groups.entries()) {
    if (row.metrics[scoredMetric] === undefined) {
      complain(['groups', index], `${scoredMetric} was not measured`);
    }
  }
  if (row.mode !== null && (row.hardware === null || row.devices === null)) {
    complain(['hardware'], 'a run needs hardware and devices');
  }
  if ((row.metrics.peakMemoryGiB === undefined) !== (row.memoryScope === null)) {
    complain(['memoryScope'], 'belongs to a peak, and a peak needs it');
  }
  const { parallelism } = row;
  if (parallelism && parallelism.tensor * parallelism.pipeline * parallelism.data !== row.devices) {
    complain(['parallelism'], 'tensor × pipeline × data must equal devices');
  }
});

export type Measurement = z.infer<typeof measurementSchema>;

/** A published set: its sources, what its rows share, and the rows. */
export const measurementFileSchema = strictObject({
  $schema: optional(z.string()),
  title: listTitle,
  sources: record(z.string(), sourceSchema).describe('Sources by key; rows name the key they rest on.'),
  defaults: record(z.string(), z.unknown()).describe(
    'Fields of every row that does not state them itself; null in a row clears one.',
  ),
  measurements: array(z.looseObject({ id: idSchema.describe('Id of the measurement; never changes, never reused.') }))
    .min(1)
    .describe('The rows.'),
});

export const kind: Kind<Measurement, Measurement> = {
  kind: 'measurement',
  folder: 'measurements',
  schema: measurementSchema,
  fileSchema: measurementFileSchema,
  expand: (fileId, file) => {
    const { sources, defaults, measurements } = file as z.infer<typeof measurementFileSchema>;
    return measurements.map(({ id, ...row }, index) => {
      const facts: Record<string, unknown> = { ...defaults, ...row, set: fileId };
      return {
        id,
        facts: { ...facts, sources: namedSources(sources, facts.source) },
        path: `measurements[${index}]`,
      };
    });
  },
  name: (_id, row) => nameOf(row),
  aliases: () => [],
  searchText: (id, row) =>
    [id, row.set, row.model, row.hardware ?? '', row.runtime, row.weights].join(' ').toLowerCase(),
  references: (row) => {
    const references: Reference[] = [
      { kind: 'model', id: row.model, path: 'model' },
      { kind: 'runtime', id: row.runtime, path: 'runtime' },
      { kind: 'weight-format', id: row.weights, path: 'weights' },
    ];
    if (row.hardware) references.push({ kind: 'hardware', id: row.hardware, path: 'hardware' });
    if (row.kvCache) references.push({ kind: 'weight-format', id: row.kvCache, path: 'kvCache' });
    return references;
  },
  toEngine: (_id, row) => row,
};

/** What a measurement is of. Hardware is null for the size of a file. */
export type MeasurementSubject = Pick<Measurement, 'model' | 'weights' | 'hardware' | 'runtime'>;

/** "llama-2-7b bf16 on nvidia-t4-16gb by vllm": ids hold no blanks, so `subjectOfName` can read it back. */
function nameOf({ model, weights, hardware, runtime }: MeasurementSubject): string {
  return [model, weights, 'on', hardware ?? NO_HARDWARE, 'by', runtime].join(' ');
}

/** What a measurement of that name is of, without parsing its facts: there are thousands, and few are looked at. */
export function subjectOfName(name: string): MeasurementSubject {
  const [model = '', weights = '', , hardware = '', , runtime = ''] = name.split(' ');
  return { model, weights, hardware: hardware === NO_HARDWARE ? null : hardware, runtime };
}

const NO_HARDWARE = 'disk';
