import type { Measurement, MeasurementGroup } from '../../src/registry/kinds/measurement.ts';

/**
 * The lines of the accuracy report, with the error each is meant to stay under with a whole source left out
 * (fractions: 0.07 = 7 %). Time to first token is two lines: one request alone, or others beside it.
 */
export const reportGroups = {
  'server-decode': { title: 'decode, data-centre devices, batch ≤ 8', median: 0.08, p90: 0.25 },
  'server-batch': { title: 'decode and throughput at batch or concurrency ≥ 8', median: 0.1, p90: 0.3 },
  'server-saturated': { title: 'saturated throughput (as many sequences as fit)', median: 0.1, p90: 0.35 },
  'ttft-single': { title: 'time to first token, one request', median: 0.14, p90: 0.45 },
  'ttft-loaded': { title: 'time to first token under load', median: 0.18, p90: 0.5 },
  'local-decode-nvidia': { title: 'local decode: NVIDIA', median: 0.06, p90: 0.2 },
  'local-decode-apple': { title: 'local decode: Apple', median: 0.08, p90: 0.24 },
  'local-decode-amd-intel': { title: 'local decode: AMD and Intel', median: 0.08, p90: 0.28 },
  'local-decode-cpu': { title: 'local decode: CPU', median: 0.2, p90: 0.6 },
  'local-prefill': { title: 'local prefill', median: 0.15, p90: 0.5 },
  'local-batch': { title: 'local batch', median: 0.12, p90: 0.3 },
  'moe-decode': { title: 'mixture-of-experts decode', median: 0.09, p90: 0.3 },
  'moe-batch': { title: 'mixture-of-experts batched', median: 0.13, p90: 0.38 },
  'memory-weights': { title: 'memory: weights', median: 0.003, p90: 0.01 },
  'memory-kv': { title: 'memory: KV cache', median: 0.001, p90: 0.01 },
  'memory-total': { title: 'memory: total', median: 0.008, p90: 0.08 },
} as const;

export type ReportGroup = keyof typeof reportGroups;

/** The line of the report that a measured group of a row counts in. */
export function reportGroup(group: MeasurementGroup, { concurrency }: Pick<Measurement, 'concurrency'>): ReportGroup {
  if (group !== 'server-ttft') return group;
  return (concurrency ?? 1) > 1 ? 'ttft-loaded' : 'ttft-single';
}
