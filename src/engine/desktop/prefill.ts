import type { EngineStep, Operation } from '../answer.ts';
import { attendedPairs } from '../model/kvCache.ts';
import { distinctExpertFraction } from '../model/parameters.ts';
import { boundOf } from '../roofline.ts';
import type { DesktopMachine } from './machine.ts';
import { handOvers, roofedOperation, stepOf } from './operations.ts';

const ACTIVATION_BYTES = 4;

/**
 * Processing the prompts of `sequences` sequences: `promptTokens` each, after `pastTokens` already cached.
 *
 * seconds = √(compute² + read²) of the body and of the experts + attention + activations + launches, where the weights are read once
 * for each chunk of prompt. The embedding is looked up and the head runs on one row: neither counts.
 * On processors weights are unpacked again for every few tokens, which adds to the compute.
 * An expert's few tokens fill its matrix kernel badly: its arithmetic takes (1 + h ÷ tokens per expert) ÷ e as long.
 * Cards that hold consecutive layers work on successive chunks at once.
 */
export function prefillStep(
  machine: DesktopMachine,
  promptTokens: number,
  pastTokens: number,
  sequences: number,
): EngineStep {
  if (promptTokens === 0) return { seconds: 0, operations: [] };
  const tokens = promptTokens * sequences;
  const chunks = Math.ceil(tokens / machine.prefill.chunkTokens);
  const speedUp = pipelineSpeedUp(machine, tokens / machine.prefill.chunkTokens);
  return stepOf([
    bodyOperation(machine, tokens, chunks, speedUp),
    ...expertOperations(machine, tokens, chunks, speedUp),
    attentionOperation(machine, promptTokens, pastTokens, sequences, speedUp),
    activationOperation(machine, tokens, speedUp),
    launchOperation(machine, chunks, speedUp),
    ...handOvers({ ...machine, stages: 1 }, tokens, chunks),
  ]);
}

/**
 * c chunks through n cards take c + n − 1 slots instead of c × n; a part of that gain is reached.
 * One chunk gains nothing; a started one counts by how full it is.
 */
function pipelineSpeedUp({ stages, ranks, prefill }: DesktopMachine, chunks: number): number {
  if (stages === 1 || chunks <= 1) return ranks;
  const ideal = (chunks * stages) / (chunks + stages - 1);
  return ranks * (1 + prefill.pipelineGain * (ideal - 1));
}

function bodyOperation(machine: DesktopMachine, tokens: number, chunks: number, speedUp: number): Operation {
  const { prefill, shape, weights } = machine;
  const flops = (2 * shape.bodyParameters * tokens) / speedUp;
  const compute = flops / prefill.flopsPerSecond + (flops / 2) * prefill.denseUnpackSeconds;
  const bytes = (weights.denseBlocks * chunks) / speedUp;
  return matrixOperation(machine, 'projections and feed-forward', flops, compute, bytes);
}

function expertOperations(machine: DesktopMachine, tokens: number, chunks: number, speedUp: number): Operation[] {
  const { prefill, shape, weights } = machine;
  if (shape.expertLayers === 0) return [];
  const share = shape.activeExperts / shape.experts;
  const tokensPerChunk = tokens / chunks;
  const distinct = distinctExpertFraction(shape.experts, shape.activeExperts, tokensPerChunk);
  const flops = (2 * shape.expertParameters * share * tokens) / speedUp;
  const tokensPerExpert = (tokensPerChunk * share) / distinct;
  const slowdown = (1 + prefill.expertHalfTokens / tokensPerExpert) / prefill.expertFraction;
  const compute = (flops / prefill.expertFlopsPerSecond) * slowdown + (flops / 2) * prefill.expertUnpackSeconds;
  return [matrixOperation(machine, 'experts', flops, compute, (weights.experts * distinct * chunks) / speedUp)];
}

function matrixOperation(
  machine: DesktopMachine,
  name: string,
  flops: number,
  compute: number,
  bytes: number,
): Operation {
  const read = bytes / machine.prefill.bytesPerSecond;
  return roofedOperation(machine, name, Math.hypot(compute, read), flops, bytes, boundOf(compute, read));
}

/**
 * Causal: every token sees the past and the tokens before it, up to the layer's window. Recurrences count here too.
 * Latent attention is computed absorbed, for prompts as for single tokens: twice the arithmetic of expanding the latent
 * for GLM-4.7-Flash, and what llama.cpp's measured times show.
 */
function attentionOperation(
  machine: DesktopMachine,
  promptTokens: number,
  pastTokens: number,
  sequences: number,
  speedUp: number,
): Operation {
  let flops = 0;
  for (const group of machine.caches) {
    const visible = attendedPairs(promptTokens, pastTokens, group.windowTokens);
    const read = attendedPairs(promptTokens, pastTokens, Math.min(group.windowTokens, group.readTokens));
    const pairs = group.flopsPerPair * read + group.indexFlopsPerPair * visible;
    flops += group.layers * (pairs + group.recurrenceFlopsPerToken * promptTokens);
  }
  flops *= sequences / speedUp;
  const seconds = flops / machine.prefill.attentionFlopsPerSecond;
  return roofedOperation(machine, 'attention over the prompt', seconds, flops, 0, 'compute');
}

/** Norms, rotations, gates, residuals and rounding between the matrices: fp32 values passed through memory. */
function activationOperation(machine: DesktopMachine, tokens: number, speedUp: number): Operation {
  const { prefill, shape, deployment } = machine;
  const values = 2 * deployment.model.architecture.hidden + shape.feedForwardWidth;
  const bytes = (prefill.activationPasses * ACTIVATION_BYTES * values * shape.layers * tokens) / speedUp;
  return roofedOperation(machine, 'activations', bytes / prefill.bytesPerSecond, 0, bytes, 'memory-bandwidth');
}

function launchOperation(machine: DesktopMachine, chunks: number, speedUp: number): Operation {
  const seconds = (machine.shape.layers * chunks * machine.prefill.launchSeconds) / speedUp;
  return roofedOperation(machine, 'launches and gaps', seconds, 0, 0, 'overhead');
}
