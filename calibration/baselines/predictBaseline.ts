import type { Estimate } from '../../src/engine/answer.ts';
import type { Point } from '../accuracy/points.ts';
import type { Baseline } from './baseline.ts';

/**
 * What a baseline says about a point, in the metric's own unit; null where its formula does not reach. Whole runs are
 * prefill + (output − 1) decode steps. None of them knows how many sequences fit: saturated runs get our batch.
 */
export function baselinePrediction(baseline: Baseline, point: Point, ours: Estimate): number | null {
  const { deployment, metric, row } = point;
  const isSaturated = row.mode === 'saturated';
  const batch = isSaturated ? Math.max(1, ours.saturation?.batch ?? 1) : point.workload.batch;
  const workload = { ...point.workload, batch };
  const { promptTokens, outputTokens } = workload;
  const prefill = promptTokens === 0 ? 0 : baseline.prefillSeconds(deployment, workload);
  switch (metric) {
    case 'timeToFirstTokenMs':
      return prefill === null ? null : prefill * 1000;
    case 'prefillTokensPerSecond':
      return prefill === null ? null : (batch * promptTokens) / prefill;
    default:
  }
  const decode = baseline.decodeSeconds(deployment, workload);
  if (decode === null) return null;
  switch (metric) {
    case 'timePerOutputTokenMs':
      return decode * 1000;
    case 'decodeTokensPerSecondPerSequence':
      return 1 / decode;
    case 'endToEndMs':
      return prefill === null ? null : (prefill + (outputTokens - 1) * decode) * 1000;
    case 'outputTokensPerSecond':
      return prefill === null ? null : (batch * outputTokens) / (prefill + (outputTokens - 1) * decode);
    default:
      return null;
  }
}
