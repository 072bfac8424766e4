import type { StateSpace } from './stack.ts';

/*
 * Mixers with a state of fixed size. Parameters are those of the published classes in transformers 5.18.0, element by
 * element; recurrent states are kept in fp32, convolution states at the activations' 16 bits.
 */

const fp32 = 4;

/** Mamba: a diagonal state of `stateSize` for each of `inner` channels. arXiv:2312.00752. */
export function mamba1(shape: {
  hidden: number;
  inner: number;
  stateSize: number;
  kernel: number;
  rank: number;
  bias: boolean;
  convolutionBias: boolean;
  /** Jamba norms the step and both state projections. */
  innerNorms: boolean;
}): StateSpace {
  const { hidden, inner, stateSize, kernel, rank, bias, convolutionBias, innerNorms } = shape;
  const projections = 2 * inner * hidden + inner * (rank + 2 * stateSize) + rank * inner + inner + inner * hidden;
  const convolution = inner * kernel + (convolutionBias ? inner : 0);
  const diagonal = inner * stateSize + inner;
  const biases = bias ? 2 * inner + hidden : 0;
  const stateElements = inner * stateSize;
  return {
    kind: 'state-space',
    variant: 'mamba1',
    stateElements,
    stateElementBytes: fp32,
    convolutionElements: inner * (kernel - 1),
    parameters: projections + convolution + diagonal + biases + (innerNorms ? rank + 2 * stateSize : 0),
    // h = exp(ΔA)·h + ΔB·x; y = C·h + D·x: 7 FLOPs a state element.
    recurrenceFlopsPerToken: 7 * stateElements,
  };
}

/** Mamba-2: one scalar decay a head over a matrix state of headDim × stateSize. arXiv:2405.21060. */
export function mamba2(shape: {
  hidden: number;
  heads: number;
  headDim: number;
  groups: number;
  stateSize: number;
  kernel: number;
  bias: boolean;
  convolutionBias: boolean;
  /** Falcon-H1 switches the gated norm off. */
  norm: boolean;
}): StateSpace {
  const { hidden, heads, headDim, groups, stateSize, kernel, bias, convolutionBias, norm } = shape;
  const inner = heads * headDim;
  const convolved = inner + 2 * groups * stateSize;
  const into = inner + convolved + heads;
  const stateElements = inner * stateSize;
  return {
    kind: 'state-space',
    variant: 'mamba2',
    stateElements,
    stateElementBytes: fp32,
    convolutionElements: convolved * (kernel - 1),
    parameters:
      into * hidden +
      inner * hidden +
      (bias ? into + hidden : 0) +
      convolved * (kernel + (convolutionBias ? 1 : 0)) +
      3 * heads +
      (norm ? inner : 0),
    // h = a·h + Δ·B·xᵀ; y = C·h: 5 FLOPs a state element.
    recurrenceFlopsPerToken: 5 * stateElements,
  };
}

/** Gated delta rule (Qwen3-Next): a matrix state of keyDim × valueDim a value head. arXiv:2412.06464. */
export function gatedDeltaNet(shape: {
  hidden: number;
  keyHeads: number;
  valueHeads: number;
  keyDim: number;
  valueDim: number;
  kernel: number;
}): StateSpace {
  const { hidden, keyHeads, valueHeads, keyDim, valueDim, kernel } = shape;
  const keys = keyHeads * keyDim;
  const values = valueHeads * valueDim;
  const stateElements = valueHeads * keyDim * valueDim;
  return {
    kind: 'state-space',
    variant: 'gated-delta-net',
    stateElements,
    stateElementBytes: fp32,
    convolutionElements: (2 * keys + values) * (kernel - 1),
    parameters:
      (2 * keys + 2 * values + 2 * valueHeads) * hidden +
      (2 * keys + values) * kernel +
      2 * valueHeads +
      valueDim +
      values * hidden,
    // S = a·S(I − β·k·kᵀ) + β·v·kᵀ; o = S·q: 7 FLOPs a state element.
    recurrenceFlopsPerToken: 7 * stateElements,
  };
}

/** Lightning attention (MiniMax-01): a matrix state of headDim × headDim a head. arXiv:2501.08313. */
export function lightning({ hidden, heads, headDim }: { hidden: number; heads: number; headDim: number }): StateSpace {
  const width = heads * headDim;
  const stateElements = width * headDim;
  return {
    kind: 'state-space',
    variant: 'lightning',
    stateElements,
    stateElementBytes: fp32,
    convolutionElements: 0,
    parameters: 5 * width * hidden + width,
    // S = λ·S + k·vᵀ; o = q·S: 5 FLOPs a state element.
    recurrenceFlopsPerToken: 5 * stateElements,
  };
}

/** Real-gated linear recurrent unit (Griffin, RecurrentGemma): one state element a channel. arXiv:2402.19427. */
export function gatedLinearRecurrence(shape: {
  hidden: number;
  width: number;
  heads: number;
  kernel: number;
}): StateSpace {
  const { hidden, width, heads, kernel } = shape;
  const blockWidth = width / heads;
  // Two projections in and one out, with biases; a depthwise convolution; two block-diagonal gates; one decay.
  const projections = 3 * width * hidden + 2 * width + hidden;
  const gates = 2 * (heads * blockWidth * blockWidth + width);
  return {
    kind: 'state-space',
    variant: 'rg-lru',
    stateElements: width,
    stateElementBytes: fp32,
    convolutionElements: width * (kernel - 1),
    parameters: projections + width * (kernel + 1) + gates + width,
    // h = a·h + √(1 − a²)·x: 5 FLOPs a state element, the square root counted as one.
    recurrenceFlopsPerToken: 5 * width,
  };
}

/**
 * RWKV-4: time mixing with a numerator, a denominator and a running maximum a channel, and the previous token's inputs
 * of both halves. The receptance matrix of channel mixing is counted here, because a feed-forward has none.
 * arXiv:2305.13048.
 */
export function rwkv4({ hidden, width }: { hidden: number; width: number }): StateSpace {
  const timeMixing = 4 * width * hidden + 2 * width + 3 * hidden;
  const channelMixing = hidden * hidden + 2 * hidden;
  return {
    kind: 'state-space',
    variant: 'rwkv4',
    stateElements: 3 * width + 2 * hidden,
    stateElementBytes: fp32,
    convolutionElements: 0,
    parameters: timeMixing + channelMixing,
    // Per channel: two running maxima, four exponentials and eight multiply-adds.
    recurrenceFlopsPerToken: 14 * width,
  };
}

/** Short gated convolution (LFM2): no state but the last inputs of the convolution. */
export function shortConvolution(shape: { hidden: number; kernel: number; bias: boolean }): StateSpace {
  const { hidden, kernel, bias } = shape;
  return {
    kind: 'state-space',
    variant: 'short-convolution',
    stateElements: 0,
    stateElementBytes: fp32,
    convolutionElements: hidden * (kernel - 1),
    parameters: 4 * hidden * hidden + kernel * hidden + (bias ? 5 * hidden : 0),
    recurrenceFlopsPerToken: 0,
  };
}
