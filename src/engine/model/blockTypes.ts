import { ownEntry } from '../ownEntry.ts';

/**
 * Exact bits of one weight in each llama.cpp block type, scales included.
 *
 * @see PyPI gguf 0.19.0, gguf/constants.py, GGML_QUANT_SIZES: bytes of a block × 8 ÷ weights of a block
 */
const bitsByBlockType: Readonly<Record<string, number>> = {
  F32: 32,
  F16: 16,
  BF16: 16,
  Q8_0: 8.5,
  Q6_K: 6.5625,
  Q5_K: 5.5,
  Q5_0: 5.5,
  Q5_1: 6,
  Q4_K: 4.5,
  Q4_0: 4.5,
  Q4_1: 5,
  IQ4_NL: 4.5,
  IQ4_XS: 4.25,
  MXFP4: 4.25,
  Q3_K: 3.4375,
  IQ3_S: 3.4375,
  IQ3_XXS: 3.0625,
  Q2_K: 2.625,
  IQ2_S: 2.5625,
  IQ2_XS: 2.3125,
  IQ2_XXS: 2.0625,
  IQ1_M: 1.75,
  IQ1_S: 1.5625,
  TQ2_0: 2.0625,
  TQ1_0: 1.6875,
};

/** A weight format names a block type that llama.cpp does not have: a bad format profile. */
export class UnknownBlockTypeError extends Error {}

/** Bits of one weight, scales included. Throws `UnknownBlockTypeError`. */
export function bitsOfBlockType(blockType: string): number {
  const bits = ownEntry(bitsByBlockType, blockType);
  if (bits === undefined) throw new UnknownBlockTypeError(`no block type is called ${blockType}`);
  return bits;
}

/** Weights of one block: a row must hold a whole number of blocks. 1 for unpacked numbers. */
export function weightsOfBlock(blockType: string): number {
  if (blockType === 'F32' || blockType === 'F16' || blockType === 'BF16') return 1;
  return /^(Q[458]_[01]|IQ4_NL|MXFP4)$/.test(blockType) ? 32 : 256;
}

/**
 * The type llama.cpp falls back to when a row of `columns` weights is no whole number of blocks.
 *
 * @see ggml-org/llama.cpp, src/llama-quant.cpp, tensor_type_fallback
 */
export function blockTypeForColumns(blockType: string, columns: number): string {
  if (columns % weightsOfBlock(blockType) === 0) return blockType;
  const fallback = ownEntry(fallbackByBlockType, blockType) ?? (blockType.startsWith('IQ') ? 'IQ4_NL' : 'F16');
  return columns % weightsOfBlock(fallback) === 0 ? fallback : 'F16';
}

const fallbackByBlockType: Readonly<Record<string, string>> = {
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  TQ1_0: 'Q4_0',
  TQ2_0: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
};
