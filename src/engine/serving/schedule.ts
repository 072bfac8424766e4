import type { EngineStep } from '../answer.ts';
import type { LookUp } from '../coefficients.ts';
import type { Workload } from '../shapes.ts';
import type { ServingPlan } from './plan.ts';
import { engineStep } from './step.ts';

/** Steps of a replica at the operating point a workload runs at, and the request times that follow from them. */
export interface Timetable {
  /** A step that only reads a prompt (or its mean chunk). */
  prefillStep: EngineStep;
  /** A step that only decodes, at the mean context of the answer. */
  decodeStep: EngineStep;
  /** Reading all of one request's prompt, or of the whole batch's when it is static. */
  prefillSeconds: number;
  timeToFirstTokenSeconds: number;
  timePerOutputTokenSeconds: number;
  /** Share of decode time spent on other requests' prompts; above a half the engine is prefill-bound. */
  interferenceShare: number;
  /** Sequences that decode; the rest of those in flight wait for their prompts to be read. */
  decodingSequences: number;
}

/** Constants of a request that are not in any step: the API in front of the engine, and waiting for a slot. */
export interface RequestConstants {
  /** HTTP, tokenisation, scheduling and a prefill's host work a layer, or the fixed cost of an offline prefill. */
  requestSeconds: number;
  /** Share of the other sequences' prefill work that a new request waits for (closed loop). */
  queueFraction: number;
}

export function requestConstants(plan: ServingPlan, look: LookUp): RequestConstants {
  const { builds } = plan;
  if (plan.mode !== 'served') {
    return { requestSeconds: look('serving.prefillConstantSeconds', builds), queueFraction: 0 };
  }
  return {
    requestSeconds:
      look('serving.requestSeconds', builds) + plan.shape.layers * look('serving.prefillLayerSeconds', ['all']),
    queueFraction: look('serving.queueFraction', builds),
  };
}

/**
 * One batch, prefilled together, then decoded together to the end.
 * TTFT = request constant + prefill of all prompts; TPOT = decode step at the mean context.
 */
export function staticTimetable(
  plan: ServingPlan,
  workload: Workload,
  sequences: number,
  constants: RequestConstants,
): Timetable {
  const { microBatches, bubble } = pipelining(plan);
  const perMicroBatch = sequences / microBatches;
  const prompt = prefill(plan, workload, perMicroBatch, 0);
  const decodeStep = step(plan, workload, perMicroBatch);
  const prefillSeconds = prompt.seconds * bubble;
  return {
    prefillStep: prompt.step,
    decodeStep,
    prefillSeconds,
    timeToFirstTokenSeconds: constants.requestSeconds + prefillSeconds,
    timePerOutputTokenSeconds: decodeStep.seconds,
    interferenceShare: 0,
    decodingSequences: sequences,
  };
}

/**
 * In-flight batching in a closed loop of `sequences`: as one request ends the next begins, and its prompt rides along
 * in steps that also decode.
 *
 * f = (n − 1) × chunks ÷ output tokens: chunks of others' prompts that arrive during one decode step.
 * TPOT = (1 − f) × decode step + f × mixed step, while f ≤ 1; beyond, every step carries f chunks.
 * A step carries no more prompt tokens than its budget: then prompts wait, fewer sequences decode, and TPOT stays.
 * TTFT = request constant + chunks × mixed step + queue fraction × (n − 1) × chunks × (mixed − decode step)
 *      + half a decode step (none alone); where prompts wait, what Little's law leaves of sequences ÷ prompt rate.
 */
export function continuousTimetable(
  plan: ServingPlan,
  workload: Workload,
  sequences: number,
  constants: RequestConstants,
): Timetable {
  const { microBatches, bubble } = pipelining(plan);
  const others = Math.max(0, sequences / microBatches - 1);
  const decodeStep = step(plan, workload, sequences / microBatches);
  const alone = prefill(plan, workload, 1, 0);
  const mixed = others === 0 ? alone : prefill(plan, workload, 1, others);
  const prefillSeconds = mixed.seconds * bubble;
  const promptCost = Math.max(0, prefillSeconds - mixed.chunks * decodeStep.seconds);
  const waiting = sequences > 1 ? constants.queueFraction * (sequences - 1) * promptCost + decodeStep.seconds / 2 : 0;
  const timeToFirstTokenSeconds = constants.requestSeconds + prefillSeconds + waiting;
  const arriving = (Math.max(0, sequences - 1) * mixed.chunks) / (workload.outputTokens * microBatches);
  const timetable = { prefillStep: alone.step, decodeStep, prefillSeconds };
  if (arriving <= 1) {
    const mixedSeconds = Math.max(decodeStep.seconds, prefillSeconds / mixed.chunks);
    const timePerOutputTokenSeconds = (1 - arriving) * decodeStep.seconds + arriving * mixedSeconds;
    return {
      ...timetable,
      timeToFirstTokenSeconds,
      timePerOutputTokenSeconds,
      interferenceShare: 1 - decodeStep.seconds / timePerOutputTokenSeconds,
      decodingSequences: sequences,
    };
  }
  const full = fullStep(plan, workload, others, arriving / mixed.chunks);
  const timePerOutputTokenSeconds = Math.max(decodeStep.seconds, full.seconds * bubble);
  const share = full.decoding / others;
  const endToEndSeconds = (workload.outputTokens * timePerOutputTokenSeconds) / share;
  const decodeSeconds = (workload.outputTokens - 1) * timePerOutputTokenSeconds;
  return {
    ...timetable,
    timeToFirstTokenSeconds:
      share < 1 ? Math.max(timeToFirstTokenSeconds, endToEndSeconds - decodeSeconds) : timeToFirstTokenSeconds,
    timePerOutputTokenSeconds,
    interferenceShare: 1 - decodeStep.seconds / timePerOutputTokenSeconds,
    decodingSequences: share * sequences,
  };
}

/**
 * A step that carries `promptsPerStep` whole prompts' worth of tokens beside `others` that decode. Over the step's
 * budget of prompt tokens, the budget, and as many decoding as prompts then come through: budget × output ÷ prompt.
 */
function fullStep(
  plan: ServingPlan,
  workload: Workload,
  others: number,
  promptsPerStep: number,
): { seconds: number; decoding: number } {
  const promptTokens = promptTokensRead(workload);
  const budget = plan.deployment.runtime.prefillChunkTokens ?? Number.POSITIVE_INFINITY;
  const prefillTokens = Math.min(budget, promptsPerStep * promptTokens);
  const decoding = Math.min(others, (prefillTokens * others) / (promptsPerStep * promptTokens));
  const prompts = Math.max(1, prefillTokens / promptTokens);
  return { seconds: step(plan, workload, decoding, prefillTokens, prompts).seconds, decoding };
}

/** Tokens of the prompt that are read: a request without one still reads its begin token. */
export function promptTokensRead(workload: Workload): number {
  return Math.max(1, workload.promptTokens);
}

/** Reads the prompts of `prompts` sequences, in chunks, while `decoding` others decode. */
function prefill(
  plan: ServingPlan,
  workload: Workload,
  prompts: number,
  decoding: number,
): { step: EngineStep; seconds: number; chunks: number } {
  const tokens = promptTokensRead(workload) * prompts;
  const budget = plan.deployment.runtime.prefillChunkTokens ?? tokens;
  const chunks = Math.max(1, Math.ceil(tokens / budget));
  const tokensOfChunk = tokens / chunks;
  const chunk = step(plan, workload, decoding, tokensOfChunk, Math.max(1, prompts / chunks));
  return { step: chunk, seconds: chunk.seconds * chunks, chunks };
}

/** A step in which `decoding` sequences decode beside `prefillTokens` tokens of `prompts` prompts, each read half on average. */
function step(plan: ServingPlan, workload: Workload, decoding: number, prefillTokens = 0, prompts = 0): EngineStep {
  const unread = promptTokensRead(workload) - prefillTokens / Math.max(1, prompts);
  return engineStep(plan, {
    decoding,
    decodeContextTokens: meanContextTokens(workload),
    prefillTokens,
    prompts,
    // Attention pairs are linear in the past, so the mean chunk stands for all of them exactly.
    pastTokens: workload.contextTokens + Math.max(0, unread / 2),
  });
}

/** Mean tokens cached while the answer is written: context + prompt + half of the output. */
export function meanContextTokens(workload: Workload): number {
  return workload.contextTokens + promptTokensRead(workload) + workload.outputTokens / 2;
}

/**
 * Pipeline stages work on `stages` micro-batches at once, so a step takes all layers at 1/stages of the batch; filling
 * and draining costs a prefill half of (stages − 1)/stages more. A plain layer split keeps the batch whole: no overlap.
 */
function pipelining(plan: ServingPlan): { microBatches: number; bubble: number } {
  const { parallelism, runtime } = plan.deployment;
  if (runtime.split === 'layers' || parallelism.pipeline === 1) return { microBatches: 1, bubble: 1 };
  const stages = parallelism.pipeline;
  return { microBatches: stages, bubble: 1 + (0.5 * (stages - 1)) / stages };
}
