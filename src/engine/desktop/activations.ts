import { usesFlashAttention } from '../builds.ts';
import { blockSums } from '../model/blocks.ts';
import type { Deployment } from '../shapes.ts';

/** What a card holds beside weights and cache. */
export interface ActivationModel {
  /** The input embedding stays in host memory. */
  splitsHost: boolean;
  bytesPerCard(load: Load): number;
}

/** What one replica holds and reads at once. */
export interface Load {
  /** Length of every sequence: context, prompt and output. */
  tokens: number;
  sequences: number;
  /** Tokens of the largest step. */
  stepTokens: number;
  /** Cache of all sequences, over all layers. */
  cacheBytes: number;
}

/** Value of a row of the memory table. */
type LookUp = (row: string) => number;

/** Scratch memory of the deployment's runtime: how much, and what it grows with. */
export function activationModel(deployment: Deployment, look: LookUp): ActivationModel {
  switch (deployment.runtime.coefficients) {
    case 'mlx':
      return mlxPeak(deployment, look);
    case 'llama.cpp':
    case 'ik-llama.cpp':
    case 'llamafile':
      return computeBuffer(deployment, look);
    default:
      return deployment.weights.packing?.kind === 'gguf'
        ? computeBuffer(deployment, look)
        : forwardPass(deployment, look);
  }
}

/**
 * llama.cpp's compute buffer, for u = min(ubatch, context) tokens: the largest of
 * logits (vocabulary + hidden) × u × 4, feed-forward (2 × width + 2 × hidden) × u × 4, each with its small tensors, and
 * without flash attention the scores (heads × context + context + 3.5 × hidden) × u × 4.
 */
function computeBuffer(deployment: Deployment, look: LookUp): ActivationModel {
  const architecture = deployment.model.architecture;
  const { hidden, vocabulary } = architecture;
  const { heads, feedForwardWidth } = blockSums(architecture);
  const ubatch = deployment.runtime.prefillChunkTokens ?? Number.POSITIVE_INFINITY;
  const flash = usesFlashAttention(deployment);
  const logitSlack = look('llama.cpp|logit-slack-bytes');
  const widthSlack = look('llama.cpp|feed-forward-slack-bytes');
  return {
    splitsHost: true,
    bytesPerCard({ tokens, sequences }) {
      const context = tokens * sequences;
      const rows = 4 * Math.min(ubatch, context);
      const logits = (vocabulary + hidden) * rows + logitSlack;
      const feedForward = 2 * (feedForwardWidth + hidden) * rows + widthSlack;
      const scores = flash ? 0 : (heads * context + context + 3.5 * hidden) * rows;
      return Math.max(logits, feedForward, scores);
    },
  };
}

/** MLX's peak: a floor, or a base and the copy of one layer's cache that is made when it grows. */
function mlxPeak({ model }: Deployment, look: LookUp): ActivationModel {
  const { layers } = blockSums(model.architecture);
  const floor = look('mlx|floor-bytes');
  const base = look('mlx|base-bytes');
  const copies = look('mlx|cache-layer-copies');
  return {
    splitsHost: false,
    bytesPerCard: ({ cacheBytes }) => Math.max(floor, base + (copies * cacheBytes) / layers),
  };
}

/** A forward pass over a prompt, or a chunk of it, at 16 bits: so many tensors of feed-forward and of hidden width. */
function forwardPass({ model }: Deployment, look: LookUp): ActivationModel {
  const { architecture } = model;
  const widths = look('forward-pass|widths') * (blockSums(architecture).feedForwardWidth + architecture.hidden);
  return {
    splitsHost: false,
    bytesPerCard: ({ stepTokens }) => 2 * widths * stepTokens,
  };
}
