import type { EngineStep } from '../../src/engine/answer.ts';
import type { Architecture } from '../../src/engine/model/architecture.ts';
import type { Attention } from '../../src/engine/model/attention/attention.ts';
import { countParameters } from '../../src/engine/model/parameters.ts';

/**
 * Weights one token is multiplied with: those of the blocks that it passes through, and when it decodes, or is the last of its
 * chunk, those behind the blocks too.
 */
export function multiplied(architecture: Architecture) {
  const { active, embedding } = countParameters(architecture);
  const head = architecture.vocabulary * architecture.hidden;
  const decode = active - (architecture.tiedEmbeddings ? 0 : embedding);
  const outerNorm = (architecture.outerNormVectors ?? 1) * architecture.hidden;
  return { decode, blocks: decode - head - outerNorm };
}

export function sum(architecture: Architecture, flopsOfLayer: (mixer: Attention) => number): number {
  return architecture.blocks.reduce((total, { layers, attention }) => {
    return total + (attention === null ? 0 : layers * flopsOfLayer(attention));
  }, 0);
}

/** Scores and weighted values of one token that follows `context` others. */
export function decodeFlops(mixer: Attention, context: number): number {
  return flopsPerPair(mixer, 'absorbed') * Math.min(context, windowOf(mixer));
}

/** A token sees those before it: up to a window, the sum of 1 … n is half of the square. */
export function promptFlops(mixer: Attention, tokens: number, latent: 'absorbed' | 'expanded'): number {
  const growing = Math.min(tokens, windowOf(mixer));
  return flopsPerPair(mixer, latent) * (growing ** 2 / 2 + (tokens - growing) * Math.min(tokens, windowOf(mixer)));
}

function flopsPerPair(mixer: Attention, latent: 'absorbed' | 'expanded'): number {
  switch (mixer.kind) {
    case 'grouped-query':
      return 4 * mixer.heads * mixer.headDim;
    case 'multi-head-latent':
      // arXiv:2405.04434: absorbed, scores and values live in the latent space; expanded, in that of the heads.
      return latent === 'absorbed'
        ? 2 * mixer.heads * (mixer.latentDim + mixer.ropeDim) + 2 * mixer.heads * mixer.latentDim
        : 2 * mixer.heads * (mixer.nopeDim + mixer.ropeDim) + 2 * mixer.heads * mixer.valueHeadDim;
    default:
      return 0;
  }
}

function windowOf(mixer: Attention): number {
  return mixer.kind === 'grouped-query' ? (mixer.windowTokens ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}

export function recurrence(mixer: Attention): number {
  return mixer.kind === 'state-space' ? mixer.recurrenceFlopsPerToken : 0;
}

export function flopsOf({ operations }: EngineStep): number {
  return operations.reduce((total, { flops }) => total + flops, 0);
}

export function flopsNamed({ operations }: EngineStep, name: string): number {
  return operations.reduce((total, operation) => total + (operation.name === name ? operation.flops : 0), 0);
}

export function bytesNamed({ operations }: EngineStep, name: string): number {
  return operations.reduce((total, operation) => total + (operation.name === name ? operation.bytes : 0), 0);
}
