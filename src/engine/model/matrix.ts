/** The matrices a format may treat differently. */
export type TensorClass =
  | 'embedding'
  | 'head'
  | 'attention-query'
  | 'attention-key'
  | 'attention-value'
  | 'attention-output'
  | 'mixer'
  | 'ffn-gate'
  | 'ffn-up'
  | 'ffn-down'
  | 'expert-gate'
  | 'expert-up'
  | 'expert-down'
  | 'router'
  | 'extra';

/** `count` equal matrices of one layer. Norms and biases are vectors, not matrices. */
export interface Matrix {
  tensor: TensorClass;
  /** Rows: elements of one output. */
  outputs: number;
  /** Columns: elements of one input; the first dimension in a GGUF file. */
  inputs: number;
  /** Equal matrices in one layer: one per expert, or one per head. */
  count: number;
}

export function matrix(tensor: TensorClass, outputs: number, inputs: number, count = 1): Matrix {
  return { tensor, outputs, inputs, count };
}
