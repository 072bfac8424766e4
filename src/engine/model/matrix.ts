import type { TensorClass } from '../shapes.ts';

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
