import { ownEntry } from '../../../engine/ownEntry.ts';
import type { ConfigReader } from './configReader.ts';
import { classicFamilies } from './families/classic.ts';
import { denseFamilies } from './families/dense.ts';
import { expertFamilies } from './families/experts.ts';
import { hybridFamilies } from './families/hybrid.ts';
import { latentFamilies } from './families/latent.ts';
import { mamba2HybridFamilies } from './families/mamba2Hybrid.ts';
import { multimodalFamilies } from './families/multimodal.ts';
import { recurrentFamilies } from './families/recurrent.ts';
import type { Family } from './stack.ts';

const families: Readonly<Record<string, Family>> = {
  ...denseFamilies,
  ...classicFamilies,
  ...expertFamilies,
  ...latentFamilies,
  ...hybridFamilies,
  ...mamba2HybridFamilies,
  ...recurrentFamilies,
  ...multimodalFamilies,
};

/** Where a multimodal file keeps the decoder, and the model type of a decoder that does not name its own. */
const textTypes: Readonly<Record<string, string>> = {
  gemma3: 'gemma3_text',
  gemma3n: 'gemma3n_text',
  llama4: 'llama4_text',
  llava: 'llama',
  mistral3: 'mistral',
  mllama: 'mllama_text_model',
  kimi_k25: 'deepseek_v3',
  qwen2_vl: 'qwen2_vl_text',
  qwen2_5_vl: 'qwen2_5_vl_text',
  qwen3_vl: 'qwen3_vl_text',
  qwen3_vl_moe: 'qwen3_vl_moe_text',
  qwen3_5: 'qwen3_5_text',
  qwen3_5_moe: 'qwen3_5_moe_text',
};

/** Model types that are known and that a block stack cannot say, with the reason. */
export const inexpressible: Readonly<Record<string, string>> = {
  zamba: 'runs the weights of one attention block at several depths',
  zamba2: 'runs the weights of one or two attention blocks at several depths, with an adapter at each',
};

/** Every model type that can be read, multimodal ones included. */
export const modelTypes: readonly string[] = [...Object.keys(families), ...Object.keys(textTypes)].sort();

export function familyOf(modelType: string): Family | undefined {
  return ownEntry(families, modelType);
}

/** The decoder's part of a file: the file itself, or its `text_config` (or what stands flat beside `vision_config`). */
export function textPart(config: ConfigReader): ConfigReader {
  const type = ownEntry(textTypes, config.modelType);
  const nested = config.object('text_config', type) ?? config.object('llm_config', type);
  if (nested !== undefined) return nested;
  return type === undefined ? config : config.as(type);
}
