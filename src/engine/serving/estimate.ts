import type {
  Assumption,
  Bottleneck,
  CoefficientUse,
  Estimate,
  LatencyEstimate,
  MemoryEstimate,
  Saturation,
} from '../answer.ts';
import type { Coefficients } from '../coefficients.ts';
import { type LookUp, lookUpCoefficient, lookUpInto } from '../coefficients.ts';
import { readableCount } from '../readable.ts';
import { dominantBound } from '../roofline.ts';
import type { Deployment, Workload } from '../shapes.ts';
import { admittedSequences, memoryEstimate, memoryPlan } from './memory.ts';
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
  const assumptions: Assumption[] = [];
  const warnings: string[] = [];
  // What only the saturated operating point takes is no evidence for the rest.
  const unseen: LookUp = (table, rows) => lookUpCoefficient(coefficients, table, rows);
  const mode = deployment.runtime.served ? 'served' : 'offline';
  const plan = servingPlan(deployment, mode, meanContextTokens(workload), look);
  const memoryOf = memoryPlan(deployment, look);
  const memory = memoryEstimate(memoryOf, workload);
  const constants = requestConstants(plan, look);
  const poolSequences = admittedSequences(memoryOf, workload);
  const admitted = admittedBatch(deployment, Math.max(memory.maximumBatch, poolSequences), workload);
  const replicaSequences = Math.max(1, admitted / deployment.parallelism.data);
  const continuous = workload.scheduling === 'continuous';
  const timetable = continuous
    ? continuousTimetable(plan, workload, replicaSequences, constants)
    : staticTimetable(plan, workload, replicaSequences, constants);
  const latency = latencyOf(timetable, workload, admitted);
  const prefillTokens = promptTokensRead(workload) * (continuous ? 1 : replicaSequences);
  if (timetable.interferenceShare > 0.5) {
    warnings.push(
      'Reading prompts takes more than half of the decode time: the engine is prefill-bound at this batch, ' +
        'so separate prefill devices or prefix caching would help more than faster memory.',
    );
  }
  if (workload.batch > admitted && memory.maximumBatch >= 1) {
    warnings.push(
      `${deployment.runtime.name} admits about ${readableCount(admitted)} of ${readableCount(workload.batch)} sequences at once; the others wait, ` +
        'and their waiting is part of the time to first token.',
    );
  }
  return {
    memory,
    latency,
    throughput: {
      outputTokensPerSecond: (workload.batch * workload.outputTokens) / latency.endToEndSeconds,
      outputTokensPerSecondPerSequence: workload.outputTokens / latency.endToEndSeconds,
      prefillTokensPerSecond:
        workload.promptTokens === 0
          ? 0
          : (prefillTokens * activeReplicas(deployment, admitted)) / timetable.prefillSeconds,
      requestsPerSecond: workload.batch / latency.endToEndSeconds,
    },
    saturation: memory.maximumBatch === 0 ? null : saturation(plan, workload, poolSequences, unseen),
    bottleneck: bottleneck(memory, timetable, workload),
    admittedBatch: admitted,
    prefillStep: timetable.prefillStep,
    decodeStep: timetable.decodeStep,
    coefficients: uses,
    assumptions,
    warnings,
  };
}

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

/** A static batch is taken whole; a scheduler admits what its pool holds. Too little memory even for one: as if it fitted. */
function admittedBatch({ runtime, parallelism }: Deployment, admits: number, workload: Workload): number {
  if (workload.scheduling === 'static') return workload.batch;
  const limit = runtime.maximumSequences * parallelism.data;
  return admits < 1 ? workload.batch : Math.min(workload.batch, admits, limit);
}

function latencyOf(timetable: Timetable, workload: Workload, admitted: number): LatencyEstimate {
  const { timeToFirstTokenSeconds, timePerOutputTokenSeconds } = timetable;
  const alone = latencyLaw(timeToFirstTokenSeconds, timePerOutputTokenSeconds, workload.outputTokens);
  if (workload.batch <= admitted) return alone;
  const waiting = ((workload.batch - admitted) / admitted) * alone.endToEndSeconds;
  return latencyLaw(timeToFirstTokenSeconds + waiting, timePerOutputTokenSeconds, workload.outputTokens);
}

function activeReplicas({ parallelism }: Deployment, admitted: number): number {
  return Math.min(parallelism.data, admitted);
}

/**
 * Everything queued at once, as many sequences in flight as memory and scheduler admit:
 * throughput = efficiency × decoding sequences ÷ time per output token. The efficiency stands for ramp-up, ramp-down
 * and requests of unequal length.
 */
function saturation(ownPlan: ServingPlan, workload: Workload, batch: number, look: LookUp): Saturation | null {
  if (batch < 1) return null;
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
