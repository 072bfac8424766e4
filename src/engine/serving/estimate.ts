import type { Bottleneck, CoefficientUse, Estimate, MemoryEstimate, Saturation } from '../answer.ts';
import { type Coefficients, lookUpInto } from '../coefficients.ts';
import { latencyLaw, throughputOf, waitingWarnings, withWaiting } from '../queue.ts';
import { dominantBound } from '../roofline.ts';
import type { Deployment, Workload } from '../shapes.ts';
import { memoryEstimate, memoryPlan } from './memory.ts';
import { planInMode, type ServingPlan, servingPlan } from './plan.ts';
import {
  continuousTimetable,
  meanContextTokens,
  promptTokensRead,
  type RequestConstants,
  requestConstants,
  staticTimetable,
  type Timetable,
} from './schedule.ts';

/**
 * A model on a GPU server: steps of an engine that batches, shards and schedules (vLLM, TensorRT-LLM, SGLang,
 * Transformers, Neuron, Habana ...).
 *
 * latency: endToEnd = timeToFirstToken + (output − 1) × timePerOutputToken. throughput: sequences × output ÷ endToEnd
 * (Little's law). Sequences beyond what memory or scheduler admit wait, and their waiting is in the time to first token.
 */
export function estimateServing(deployment: Deployment, workload: Workload, coefficients: Coefficients): Estimate {
  const uses: CoefficientUse[] = [];
  const look = lookUpInto(uses, coefficients);
  const mode = deployment.runtime.served ? 'served' : 'offline';
  const plan = servingPlan(deployment, mode, meanContextTokens(workload), look);
  const memoryOf = memoryPlan(deployment, look);
  const { memory, admitted, poolSequences } = memoryEstimate(memoryOf, workload);
  const constants = requestConstants(plan, look);
  const replicaSequences = Math.max(1, admitted / deployment.parallelism.data);
  const continuous = workload.scheduling === 'continuous';
  const timetable = continuous
    ? continuousTimetable(plan, workload, replicaSequences, constants)
    : staticTimetable(plan, workload, replicaSequences, constants);
  const { timeToFirstTokenSeconds, timePerOutputTokenSeconds } = timetable;
  const alone = latencyLaw(timeToFirstTokenSeconds, timePerOutputTokenSeconds, workload.outputTokens);
  const latency = withWaiting(alone, workload, admitted);
  const prefillTokens = promptTokensRead(workload) * (continuous ? 1 : replicaSequences);
  const readingReplicas = Math.min(deployment.parallelism.data, admitted);
  const prefillRate = workload.promptTokens === 0 ? 0 : (prefillTokens * readingReplicas) / timetable.prefillSeconds;
  const warnings = waitingWarnings('admits about', deployment, workload, admitted, memory.maximumBatch);
  if (timetable.interferenceShare > 0.5) {
    warnings.unshift(
      'Reading prompts takes more than half of the decode time: the engine is prefill-bound at this batch, ' +
        'so separate prefill devices or prefix caching would help more than faster memory.',
    );
  }
  return {
    memory,
    latency,
    throughput: throughputOf(latency, workload, prefillRate),
    saturation: saturation(plan, workload, poolSequences, coefficients),
    roofline: {
      numberFormat: plan.matmulFormat,
      peakFlopsPerSecond: plan.matmulPeak,
      peakBytesPerSecond: plan.peakBytesPerSecond,
      reachableFlopsPerSecond: plan.dense.flopsPerSecond,
      reachableBytesPerSecond: plan.dense.bytesPerSecond,
    },
    bottleneck: bottleneck(memory, timetable, workload),
    admittedBatch: admitted,
    prefillStep: timetable.prefillStep,
    decodeStep: timetable.decodeStep,
    coefficients: uses,
    assumptions: [],
    warnings,
  };
}

/**
 * Everything queued at once, as many sequences in flight as memory and scheduler admit:
 * throughput = efficiency × decoding sequences ÷ time per output token. The efficiency stands for ramp-up, ramp-down
 * and requests of unequal length.
 */
function saturation(
  ownPlan: ServingPlan,
  workload: Workload,
  batch: number,
  coefficients: Coefficients,
): Saturation | null {
  if (batch < 1) return null;
  // What only this operating point takes is no evidence for the rest of the answer.
  const look = lookUpInto([], coefficients);
  const plan = planInMode(ownPlan, 'saturated', look);
  const { deployment } = plan;
  const sequences = Math.max(1, batch / deployment.parallelism.data);
  const noQueue: RequestConstants = { requestSeconds: 0, queueFraction: 0 };
  const continuous = deployment.runtime.continuousBatching;
  const timetable = continuous
    ? continuousTimetable(plan, workload, sequences, noQueue)
    : staticTimetable(plan, workload, sequences, noQueue);
  const efficiency = look('serving.saturationEfficiency', ['all']);
  const perSequence = continuous
    ? (efficiency * timetable.decodingSequences) / (sequences * timetable.timePerOutputTokenSeconds)
    : workload.outputTokens /
      (timetable.timeToFirstTokenSeconds + (workload.outputTokens - 1) * timetable.timePerOutputTokenSeconds);
  return {
    batch,
    outputTokensPerSecond: batch * perSequence,
    timePerOutputTokenSeconds: timetable.timePerOutputTokenSeconds,
    limitedBy: saturationLimit(plan, timetable, batch),
  };
}

function saturationLimit(plan: ServingPlan, timetable: Timetable, batch: number): Bottleneck {
  if (timetable.interferenceShare > 0.5) return dominantBound(timetable.prefillStep.operations);
  const { maximumSequences } = plan.deployment.runtime;
  if (batch < maximumSequences * plan.deployment.parallelism.data) return 'memory-capacity';
  return dominantBound(timetable.decodeStep.operations);
}

/** What a request waits for most of its time; memory capacity when it does not fit. */
function bottleneck(memory: MemoryEstimate, timetable: Timetable, workload: Workload): Bottleneck {
  if (!memory.fits) return 'memory-capacity';
  const decodeSeconds = (workload.outputTokens - 1) * timetable.decodeStep.seconds;
  const steps = decodeSeconds >= timetable.prefillSeconds ? timetable.decodeStep : timetable.prefillStep;
  return dominantBound(steps.operations);
}
