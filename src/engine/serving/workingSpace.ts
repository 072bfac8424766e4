import { largestStepTokens } from '../capacity.ts';
import type { LookUp } from '../coefficients.ts';
import { blockSums } from '../model/blocks.ts';
import { runtimeRows } from '../rows.ts';
import type { Deployment, Workload } from '../shapes.ts';

/** What a device holds beside weights, cache and the runtime's own overhead, and what that grows with. Bytes. */
export type WorkingSpace = ReturnType<typeof workingSpace>;

/** What runs at once on one replica. */
export interface Running {
  workload: Workload;
  sequences: number;
  /** Cache of all these sequences on one device, at their longest. */
  cacheBytes: number;
}

/**
 * Layer: 2 bytes × widths × (hidden + widest feed-forward ÷ tensor) a token. Head, where a build keeps the logits of the
 * whole prompt (Transformers before 4.45): 16-bit logits and their fp32 copy × vocabulary, and the hidden state.
 * Tables: cosines and sines of every position and layer at 16 bits, where a build tabulates them. Scratch: one or more
 * of the largest weight matrices at 16 bits, where kernels unpack them first.
 */
export function workingSpace(deployment: Deployment, look: LookUp) {
  const { runtime, weights, model, parallelism } = deployment;
  const { architecture } = model;
  const { hidden, vocabulary } = architecture;
  const { tensor, pipeline } = parallelism;
  const { feedForwardWidth, rotaryWidths } = blockSums(architecture);
  const builds = runtimeRows(deployment);
  const lookBuild = (table: string) => look(table, builds);
  const width = feedForwardWidth / tensor;
  const promptLogitBytes = lookBuild('serving.promptLogitBytes');
  const logitBytes = lookBuild('serving.logitBytes');
  const tabulated = Math.min(lookBuild('serving.positionTableTokens'), model.contextTokens ?? Number.POSITIVE_INFINITY);
  const unpackRows = [`${runtime.coefficients}|${weights.efficiencyClass}`, runtime.coefficients, 'all'];
  const unpacked = look('serving.unpackedMatrices', unpackRows);
  return {
    deployment,
    /** Inside a layer, for one token of a step. */
    layerBytesPerToken: 2 * lookBuild('serving.activationWidths') * (hidden + width),
    /** At the head, for one token of a step, where a build computes the logits of the whole prompt; else 0. */
    headBytesPerToken: promptLogitBytes === 0 ? 0 : (promptLogitBytes * vocabulary) / tensor + 2 * hidden,
    /** The fp32 copy of those logits, on the device that returns them. */
    returnedBytesPerToken: promptLogitBytes === 0 ? 0 : (FP32_BYTES * vocabulary) / tensor,
    /** Logits of one sequence's next token. */
    logitBytesPerSequence: (logitBytes * vocabulary) / tensor,
    /** Copies of the cache that are made while it grows. */
    cacheCopies: lookBuild('serving.cacheCopies'),
    /** Rotary tables and scratch for unpacked weights. */
    fixedBytes: (4 * tabulated * rotaryWidths) / pipeline + 2 * unpacked * hidden * width,
  };
}

const FP32_BYTES = 4;

/** On the fullest device: the one with the head. */
export function workingBytesPerDevice(space: WorkingSpace, running: Running): number {
  return stageBytes(space, running, space.headBytesPerToken);
}

/**
 * Over all devices. Stages of a pipeline peak one by one: the last at the head, the first when the logits come back to
 * it, those between inside a layer.
 */
export function workingBytes(space: WorkingSpace, running: Running): number {
  const { tensor, pipeline, data } = space.deployment.parallelism;
  let bytes = stageBytes(space, running, space.headBytesPerToken);
  if (pipeline > 1) bytes += stageBytes(space, running, space.returnedBytesPerToken);
  if (pipeline > 2) bytes += (pipeline - 2) * stageBytes(space, running, 0);
  return bytes * tensor * data;
}

function stageBytes(space: WorkingSpace, running: Running, endBytesPerToken: number): number {
  const { runtime } = space.deployment;
  const { workload, sequences, cacheBytes } = running;
  // The scheduler never runs more than its limit at once, however many are asked for.
  const atOnce = Math.min(sequences, runtime.maximumSequences);
  const stepTokens = largestStepTokens(runtime, workload, atOnce);
  // The first token comes from the prompt's own pass; the cache grows with the second.
  const growth = workload.outputTokens > 1 ? space.cacheCopies * cacheBytes : 0;
  const step = stepTokens * Math.max(space.layerBytesPerToken, endBytesPerToken);
  return space.fixedBytes + Math.max(step, growth) + atOnce * space.logitBytesPerSequence;
}
