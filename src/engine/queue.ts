import type { LatencyEstimate, ThroughputEstimate } from './answer.ts';
import { readableCount } from './readable.ts';
import type { Deployment, Workload } from './shapes.ts';

/** Splits endToEnd = base + perToken × output, base never negative; both follow from the two published times. */
export function latencyLaw(
  timeToFirstTokenSeconds: number,
  timePerOutputTokenSeconds: number,
  outputTokens: number,
): LatencyEstimate {
  const endToEndSeconds = timeToFirstTokenSeconds + (outputTokens - 1) * timePerOutputTokenSeconds;
  const baseSeconds = Math.max(0, timeToFirstTokenSeconds - timePerOutputTokenSeconds);
  return {
    timeToFirstTokenSeconds,
    timePerOutputTokenSeconds,
    endToEndSeconds,
    baseSeconds,
    perTokenSeconds: (endToEndSeconds - baseSeconds) / outputTokens,
  };
}

/** Throughput of a batch whose requests take `latency` each: sequences × output ÷ endToEnd (Little's law). */
export function throughputOf(
  { endToEndSeconds }: LatencyEstimate,
  { batch, outputTokens }: Workload,
  prefillTokensPerSecond: number,
): ThroughputEstimate {
  return {
    outputTokensPerSecond: (batch * outputTokens) / endToEndSeconds,
    outputTokensPerSecondPerSequence: outputTokens / endToEndSeconds,
    prefillTokensPerSecond,
    requestsPerSecond: batch / endToEndSeconds,
  };
}

/**
 * Sequences that run at once, over all replicas, given how many memory `admits`. A static batch is taken whole; a
 * scheduler takes what fits, up to its limit. Too little memory even for one: as if all fitted.
 */
export function admittedBatch({ runtime, parallelism }: Deployment, { batch, scheduling }: Workload, admits: number) {
  if (scheduling === 'static' || admits < 1) return batch;
  return Math.min(batch, admits, runtime.maximumSequences * parallelism.data);
}

/** Sequences beyond what is admitted wait, and their waiting is in the time to first token. */
export function withWaiting(alone: LatencyEstimate, { batch, outputTokens }: Workload, admitted: number) {
  if (batch <= admitted) return alone;
  const waiting = ((batch - admitted) / admitted) * alone.endToEndSeconds;
  return latencyLaw(alone.timeToFirstTokenSeconds + waiting, alone.timePerOutputTokenSeconds, outputTokens);
}

/** Says that sequences wait; nothing where none does or none fits at all. */
export function waitingWarnings(
  does: 'admits about' | 'runs',
  { runtime }: Deployment,
  { batch }: Workload,
  admitted: number,
  maximumBatch: number,
): string[] {
  if (batch <= admitted || maximumBatch < 1) return [];
  return [
    `${runtime.name} ${does} ${readableCount(admitted)} of ${readableCount(batch)} sequences at once; the others wait, ` +
      'and their waiting is part of the time to first token.',
  ];
}
