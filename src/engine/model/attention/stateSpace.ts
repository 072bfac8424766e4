import { matrix } from '../matrix.ts';
import { type AttentionLayer, emptyLayer } from './layer.ts';

/** Linear attention or a state-space mixer: a state of fixed size per sequence, read and written at every step. */
export interface StateSpaceMixer {
  kind: 'state-space';
  /** gated-delta-net, kimi-delta, lightning, mamba1, mamba2, ...: for people; no formula reads it. */
  variant: string;
  /** Recurrent state elements of one sequence in one layer. */
  stateElements: number;
  /** Bytes of one recurrent state element (4 where kernels keep it in fp32). */
  stateElementBytes: number;
  /** Convolution state elements of one sequence in one layer, at 2 bytes. */
  convolutionElements: number;
  /** Parameters of one layer's mixer, projections included, norms excluded. */
  parameters: number;
  /** FLOPs of the recurrence for one token in one layer, projections (2 × parameters) excluded. */
  recurrenceFlopsPerToken: number;
}

export function stateSpaceLayer(mixer: StateSpaceMixer, hidden: number): AttentionLayer {
  return {
    ...emptyLayer,
    matrices: [matrix('mixer', mixer.parameters / hidden, hidden)],
    stateBytes: mixer.stateElements * mixer.stateElementBytes + mixer.convolutionElements * 2,
    recurrenceFlopsPerToken: mixer.recurrenceFlopsPerToken,
  };
}
