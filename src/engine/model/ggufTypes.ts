import type { LayerRange, TensorRule, WeightPacking } from '../shapes.ts';
import { blockTypeForColumns, weightsOfBlock } from './blockTypes.ts';
import type { TensorClass } from './matrix.ts';

export type GgufPacking = Extract<WeightPacking, { kind: 'gguf' }>;

/** What llama.cpp's quantiser looks at when it chooses the type of one matrix. */
interface QuantisedTensor {
  tensor: TensorClass;
  /** Index among the layers that have such a matrix, and their number. */
  layer: number;
  layers: number;
  /** Elements of a row: the first dimension in the file. */
  columns: number;
  /** Multi-head latent projections go by names that no rule mentions. */
  latentAttention: boolean;
}

export interface QuantisedModel {
  layers: number;
  /** Query heads a key-value head, the most of any layer. */
  groupSize: number;
  /** Routed experts of a layer; 0 for a dense model. */
  experts: number;
}

/**
 * Block type of one matrix of a layer: the first rule of the format that holds, else its default type; then
 * llama.cpp's overrides for 70B models and for eight experts; then the fallback for rows of odd length.
 *
 * @see ggml-org/llama.cpp, src/llama-quant.cpp, llama_tensor_get_type
 */
export function ggufBlockType(packing: GgufPacking, tensor: QuantisedTensor, model: QuantisedModel): string {
  if (isUnquantised(packing)) return packing.defaultType;
  if (tensor.tensor === 'router') return 'F32';
  const ruled = ruledType(packing, tensor, model);
  return blockTypeForColumns(overriddenType(packing, tensor, model, ruled), tensor.columns);
}

/** Block type of the output matrix, or of the embedding where it doubles as one. */
export function ggufHeadBlockType(packing: GgufPacking, hidden: number): string {
  const { defaultType } = packing;
  if (isUnquantised(packing)) return defaultType;
  if (defaultType === 'Q8_0' || hidden % weightsOfBlock(defaultType) !== 0) return 'Q8_0';
  return isBelowThreeBits(defaultType) || defaultType === 'IQ3_XXS' ? 'Q5_K' : blockTypeForColumns('Q6_K', hidden);
}

/** Block type of an input embedding that has a separate output matrix beside it. */
export function ggufEmbeddingBlockType(packing: GgufPacking, hidden: number, model: QuantisedModel): string {
  const tensor: QuantisedTensor = {
    tensor: 'embedding',
    layer: 0,
    layers: 1,
    columns: hidden,
    latentAttention: false,
  };
  return ggufBlockType(packing, tensor, model);
}

function isUnquantised({ defaultType }: GgufPacking): boolean {
  return weightsOfBlock(defaultType) === 1;
}

/** IQ1_* and IQ2_*: these formats have a branch of their own in the quantiser. */
function isBelowThreeBits(defaultType: string): boolean {
  return /^IQ[12]_/.test(defaultType);
}

function ruledType(packing: GgufPacking, tensor: QuantisedTensor, model: QuantisedModel): string {
  if (isLatentProjection(tensor)) return packing.defaultType;
  for (const rule of packing.rules) {
    if (!rule.tensors.includes(tensor.tensor)) continue;
    if (!groupSizeHolds(rule, model)) continue;
    if (layerIsIn(rule.layers, tensor.layer, tensor.layers)) return rule.blockType;
  }
  return packing.defaultType;
}

/** q_a, q_b, kv_a, k_b, v_b: llama.cpp's rules go by other names. The output projection is named as everywhere. */
function isLatentProjection({ tensor, latentAttention }: QuantisedTensor): boolean {
  return latentAttention && tensor.startsWith('attention-') && tensor !== 'attention-output';
}

function groupSizeHolds(rule: TensorRule, model: QuantisedModel): boolean {
  if (rule.minimumGroupSize === undefined && rule.orMinimumExperts === undefined) return true;
  return (
    model.groupSize >= (rule.minimumGroupSize ?? Number.POSITIVE_INFINITY) ||
    model.experts >= (rule.orMinimumExperts ?? Number.POSITIVE_INFINITY)
  );
}

/** Whether a rule's layer range holds for layer `layer` of `layers`. Fractions are rounded down, as C divides. */
export function layerIsIn(range: LayerRange, layer: number, layers: number): boolean {
  switch (range.kind) {
    case 'all':
      return true;
    case 'first':
      return layer < range.count;
    case 'first-fraction':
      return layer < Math.floor(layers * range.fraction);
    case 'middle':
      return layer >= Math.floor(layers * range.from) && layer < Math.floor(layers * range.to);
    case 'more-bits': {
      const eighth = Math.floor(layers / 8);
      return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
    }
  }
}

function overriddenType(packing: GgufPacking, tensor: QuantisedTensor, model: QuantisedModel, type: string): string {
  const { defaultType } = packing;
  if (isLatentProjection(tensor)) return type;
  const eightExperts = model.experts === 8;
  switch (tensor.tensor) {
    case 'attention-value': {
      if (isBelowThreeBits(defaultType)) return type;
      if (eightExperts) return 'Q8_0';
      const is70B = model.layers === 80 && model.groupSize > 1;
      return is70B && (type === 'Q3_K' || type === 'Q4_K') ? 'Q5_K' : type;
    }
    case 'attention-key':
      if (!eightExperts) return type;
      return isBelowThreeBits(defaultType) ? 'Q4_K' : 'Q8_0';
    case 'attention-output':
      // The k-quants and i-quants up to Q4_K_M; the older formats have no such rule.
      return eightExperts && /^(Q[234]_K|IQ)/.test(defaultType) ? 'Q5_K' : type;
    default:
      return type;
  }
}
