import type {
  Assumption,
  Bottleneck,
  CoefficientUse,
  Estimate,
  MemoryEstimate,
  Roofline,
  Saturation,
} from '../answer.ts';
import { type Coefficients, lookUpInto } from '../coefficients.ts';
import { latencyLaw, throughputOf, waitingWarnings, withWaiting } from '../queue.ts';
import { dominantBound } from '../roofline.ts';
import type { Deployment, Workload } from '../shapes.ts';
import { decodeStep } from './decode.ts';
import { type DesktopMachine, desktopMachine } from './machine.ts';
import { desktopMemory, desktopMemoryEstimate } from './memory.ts';
import { listedPeak, matrixPeak } from './peaks.ts';
import { prefillStep } from './prefill.ts';

/**
 * A model on one machine of its own: llama.cpp and its kin, MLX, ExLlamaV2, AWQ kernels, on consumer GPUs, Apple
 * silicon, APUs and CPUs. What counts here and not on a server: the cost of unpacking weights, launches between
 * kernels, and cards that take turns.
 *
 * timeToFirstToken = prefill of the prompts, whose last row yields the first token, and never less than a decode step,
 * which is also what an empty prompt costs. timePerOutputToken = decode step at the mean context.
 * A static batch is prefilled together. In-flight batching: every answer is interrupted by the other sequences'
 * prompts, so timePerOutputToken grows by (n − 1) × prefill ÷ output and a request waits for its own prompt only.
 */
export function estimateDesktop(deployment: Deployment, workload: Workload, coefficients: Coefficients): Estimate {
  const uses: CoefficientUse[] = [];
  const look = lookUpInto(uses, coefficients);
  const assumptions: Assumption[] = [];
  const machine = desktopMachine(deployment, look, assumptions);
  const { memory, admitted } = desktopMemoryEstimate(desktopMemory(deployment, look), workload);
  addAssumptions(assumptions, machine, workload);

  const { data } = deployment.parallelism;
  const times = timesAt(machine, workload, admitted / data);
  const latency = withWaiting(times.latency, workload, admitted);
  const prefilled = workload.promptTokens * (times.continuous ? 1 : admitted / data) * Math.min(data, admitted);
  return {
    memory,
    latency,
    throughput: throughputOf(
      latency,
      workload,
      workload.promptTokens === 0 ? 0 : prefilled / times.prefillStep.seconds,
    ),
    saturation: saturation(machine, memory, workload),
    roofline: rooflineOf(machine),
    bottleneck: memory.fits ? bottleneck(times, workload) : 'memory-capacity',
    admittedBatch: admitted,
    prefillStep: times.prefillStep,
    decodeStep: times.decodeStep,
    coefficients: uses,
    assumptions,
    warnings: waitingWarnings('runs', deployment, workload, admitted, memory.maximumBatch),
  };
}

/** Times of `sequences` sequences in flight on one replica. */
type Times = ReturnType<typeof timesAt>;

function timesAt(machine: DesktopMachine, workload: Workload, sequences: number) {
  const { promptTokens, outputTokens, contextTokens } = workload;
  const { continuousBatching } = machine.deployment.runtime;
  const running = Math.max(1, sequences);
  const continuous = workload.scheduling === 'continuous' && continuousBatching;
  const read = contextTokens + promptTokens;
  const prompts = prefillStep(machine, promptTokens, contextTokens, continuous ? 1 : running);
  const first = decodeStep(machine, read, running);
  const mean = decodeStep(machine, read + outputTokens / 2, running);
  const interruption = continuous ? ((running - 1) * prompts.seconds) / outputTokens : 0;
  return {
    latency: latencyLaw(Math.max(prompts.seconds, first.seconds), mean.seconds + interruption, outputTokens),
    prefillStep: prompts,
    decodeStep: mean,
    continuous,
  };
}

function rooflineOf({ deployment, fp32FlopsPerSecond, prefill, ...machine }: DesktopMachine): Roofline | undefined {
  const peak = listedPeak(deployment, matrixPeak(deployment, fp32FlopsPerSecond));
  if (peak === undefined) return undefined;
  return {
    ...peak,
    peakBytesPerSecond: machine.peakBytesPerSecond,
    reachableFlopsPerSecond: prefill.flopsPerSecond,
    reachableBytesPerSecond: machine.bytesPerSecond,
  };
}

function saturation(machine: DesktopMachine, memory: MemoryEstimate, workload: Workload): Saturation | null {
  const { runtime, parallelism } = machine.deployment;
  const { data } = parallelism;
  const cap = Math.floor(Math.min(memory.maximumBatch / data, runtime.maximumSequences));
  if (cap < 1) return null;
  const best = bestBatch(cap, (batch) => {
    const { latency } = timesAt(machine, workload, batch);
    return {
      outputTokensPerSecond: (batch * data * workload.outputTokens) / latency.endToEndSeconds,
      timePerOutputTokenSeconds: latency.timePerOutputTokenSeconds,
    };
  });
  const byMemory = best.batch === cap && cap < runtime.maximumSequences;
  const limitedBy = byMemory ? 'memory-capacity' : bottleneck(timesAt(machine, workload, best.batch), workload);
  return { ...best, batch: best.batch * data, limitedBy };
}

/**
 * The batch with the most output tokens per second among the powers of two and the cap. Kernels step at tile sizes, so
 * the largest batch is not always the fastest.
 */
function bestBatch(cap: number, at: (batch: number) => Omit<Saturation, 'batch' | 'limitedBy'>) {
  let best = { batch: 1, ...at(1) };
  for (let batch = 2; best.batch < cap; batch *= 2) {
    const candidate = Math.min(batch, cap);
    const point = at(candidate);
    if (point.outputTokensPerSecond > best.outputTokensPerSecond) best = { batch: candidate, ...point };
    if (candidate === cap) break;
  }
  return best;
}

/** What a request waits for most of its time. */
function bottleneck({ prefillStep: prompts, decodeStep: mean }: Times, workload: Workload): Bottleneck {
  const decodeSeconds = workload.outputTokens * mean.seconds;
  return dominantBound((decodeSeconds >= prompts.seconds ? mean : prompts).operations);
}

function addAssumptions(assumptions: Assumption[], machine: DesktopMachine, workload: Workload): void {
  const { runtime, hardware, parallelism, flashAttention, threads } = machine.deployment;
  const add = (code: string, text: string) => assumptions.push({ code, text });
  if (hardware.kind === 'cpu' && threads === undefined) {
    add('ALL_PHYSICAL_CORES', 'One thread runs on every physical core.');
  }
  if (flashAttention === undefined) {
    const state = machine.flashAttention ? 'on' : 'off';
    add('FLASH_ATTENTION_DEFAULT', `Flash attention is ${state}, as in ${runtime.name} builds of that year.`);
  }
  if (machine.stages > 1) {
    add('LAYER_SPLIT', 'Devices hold consecutive layers and take turns: one sequence gains room from them, not speed.');
  }
  if (parallelism.expert > 1) {
    add('EXPERTS_NOT_SPREAD', `${runtime.name} does not spread experts over devices; they are split like the rest.`);
  }
  if (workload.scheduling === 'continuous' && !runtime.continuousBatching) {
    add('STATIC_BATCHES_ONLY', `${runtime.name} runs static batches only, so the batch is prefilled together.`);
  }
}
