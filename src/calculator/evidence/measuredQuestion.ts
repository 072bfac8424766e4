import type { Measurement, MetricName } from '../../registry/kinds/measurement.ts';
import type { Question } from '../question.ts';
import { measuredWorkload } from './measuredDeployment.ts';

/**
 * The question a measurement answers: the same model, devices, runtime of that year, formats and requests. Null for the
 * size of a file, which is no run.
 */
export function measuredQuestion(measurement: Measurement): Question | null {
  const { model, hardware, devices, runtime, runtimeYear, weights, kvCache, parallelism } = measurement;
  if (hardware === null) return null;
  const [metric] = Object.keys(measurement.metrics) as MetricName[];
  if (metric === undefined) return null;
  const workload = measuredWorkload(measurement, metric);
  return {
    ...{ model, hardware, runtime, runtimeYear, weights, kvCache, parallelism },
    devices: devices ?? 1,
    batch: workload.batch,
    // Means of many requests may be fractional.
    promptTokens: Math.round(workload.promptTokens),
    outputTokens: Math.round(workload.outputTokens),
    contextTokens: Math.round(workload.contextTokens),
    mode: 'local',
  };
}
