import type { Estimate } from '../../src/engine/answer.ts';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import { estimate } from '../../src/engine/estimate.ts';
import { weightBytes } from '../../src/engine/model/weights.ts';
import type { Point } from './points.ts';

/** A metric that the engine's answer does not contain. */
export class UnpredictedMetricError extends Error {}

/** The estimate of a point's deployment and workload. */
export function estimateOf({ deployment, workload }: Point, coefficients: Coefficients): Estimate {
  return estimate(deployment, workload, coefficients);
}

/** What an estimate says about a point, in the metric's own unit. */
export function predicted(point: Point, estimate: Estimate): number {
  const { latency, memory, saturation } = estimate;
  const { batch, promptTokens, outputTokens } = point.workload;
  switch (point.metric) {
    case 'timeToFirstTokenMs':
      return latency.timeToFirstTokenSeconds * 1000;
    case 'timePerOutputTokenMs':
      return latency.timePerOutputTokenSeconds * 1000;
    case 'endToEndMs':
      return latency.endToEndSeconds * 1000;
    case 'prefillTokensPerSecond':
      return (batch * promptTokens) / latency.timeToFirstTokenSeconds;
    case 'decodeTokensPerSecondPerSequence':
      return 1 / latency.timePerOutputTokenSeconds;
    case 'outputTokensPerSecond':
      if (point.row.mode === 'saturated') return saturation?.outputTokensPerSecond ?? 0;
      return (batch * outputTokens) / latency.endToEndSeconds;
    case 'peakMemoryGiB': {
      const uncounted = point.row.memoryScope === 'allocated' ? memory.overheadBytes : 0;
      return (memory.totalBytes - uncounted) / 2 ** 30;
    }
    case 'kvCacheMiB':
      return (memory.kvCacheBytes + memory.stateBytes) / 2 ** 20;
    case 'weightsGiB':
      // The size of the file: everything in it, wherever a runtime then puts it.
      return weightBytes(point.deployment.model.architecture, point.deployment.weights).total / 2 ** 30;
    case 'totalTokensPerSecond':
    case 'computeBufferMiB':
      throw new UnpredictedMetricError(`${point.metric} is not scored`);
  }
}
