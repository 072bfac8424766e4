import { ownEntry } from '../../../engine/ownEntry.ts';
import type { ConfigReader } from './configReader.ts';
import type { Extra } from './stack.ts';

/*
 * Image encoders and the projectors that lead from them into the decoder, by the model type of `vision_config`.
 * Parameters are those of the classes in transformers 5.18.0. A decode step does not read them.
 */

type Tower = (vision: ConfigReader, outer: ConfigReader, textHidden: number) => number;

/** The tower as an extra, or what to say of one whose size is not known. */
export function visionTower(outer: ConfigReader, textHidden: number): { extras: Extra[]; notes: string[] } {
  const vision = outer.object('vision_config', ownEntry(defaultTower, outer.modelType));
  if (vision === undefined) return { extras: [], notes: [] };
  const type = ownEntry(towerNames, outer.modelType) ?? vision.modelType;
  const tower = ownEntry(towers, type);
  if (tower === undefined) {
    return { extras: [], notes: [`Its image encoder (${type || 'unnamed'}) is not counted: its size cannot be read.`] };
  }
  const parameters = tower(vision, outer, textHidden);
  return {
    extras: [{ name: 'vision tower and projector', parameters, resident: true, readEachStep: false }],
    notes: [],
  };
}

/** The encoder of a model whose `vision_config` does not name its own. */
const defaultTower: Readonly<Record<string, string>> = {
  gemma3: 'siglip_vision_model',
  mistral3: 'pixtral',
  llava: 'clip_vision_model',
  llama4: 'llama4_vision_model',
  mllama: 'mllama_vision_model',
  qwen2_5_vl: 'qwen2_5_vl_vision',
  qwen3_vl: 'qwen3_vl_vision',
  qwen3_vl_moe: 'qwen3_vl_moe_vision',
  qwen3_5: 'qwen3_5_vision',
  qwen3_5_moe: 'qwen3_5_moe_vision',
};

/** Files repeat the whole model's type in `vision_config`; the encoder is known all the same. */
const towerNames: Readonly<Record<string, string>> = {
  qwen2_5_vl: 'qwen2_5_vl_vision',
  qwen3_vl: 'qwen3_vl_vision',
  qwen3_vl_moe: 'qwen3_vl_vision',
  qwen3_5: 'qwen3_vl_vision',
  qwen3_5_moe: 'qwen3_vl_vision',
};

const towers: Readonly<Record<string, Tower>> = {
  siglip_vision_model: (vision, _outer, textHidden) => {
    const { hidden, layers, intermediate } = sizes(vision);
    // The projector is one matrix behind a norm.
    return (
      layers * encoderLayer(hidden, intermediate) + patches(vision, hidden) + 2 * hidden + hidden * textHidden + hidden
    );
  },
  clip_vision_model: (vision, _outer, textHidden) => {
    const { hidden, layers, intermediate } = sizes(vision);
    const embeddings = patches(vision, hidden, { bias: false }) + 2 * hidden + 4 * hidden;
    const projector = hidden * textHidden + textHidden * textHidden + 2 * textHidden;
    vision.ignore('projection_dim');
    return layers * encoderLayer(hidden, intermediate) + embeddings + projector;
  },
  pixtral: (vision, outer, textHidden) => {
    const { hidden, layers, intermediate } = sizes(vision);
    vision.ignore('head_dim');
    const merge = outer.integer('spatial_merge_size');
    const layer = 4 * hidden * hidden + 3 * hidden * intermediate + 2 * hidden;
    const patchElements = vision.integer('num_channels') * vision.integer('patch_size') ** 2;
    const bias = outer.flag('multimodal_projector_bias') ? 2 * textHidden : 0;
    const projector = hidden + hidden * hidden * merge * merge + hidden * textHidden + textHidden * textHidden + bias;
    return layers * layer + patchElements * hidden + hidden + projector;
  },
  mllama_vision_model: (vision, _outer, textHidden) => {
    const { hidden, layers, intermediate } = sizes(vision);
    const globalLayers = vision.integer('num_global_layers');
    const layer = 4 * hidden * hidden + 2 * hidden * intermediate + intermediate + hidden + 4 * hidden;
    const tiles = vision.integer('max_num_tiles');
    const ratios = aspectRatios(tiles) + 1;
    const positions = positionCount(vision) + 1;
    const embeddings =
      vision.integer('num_channels') * vision.integer('patch_size') ** 2 * hidden +
      hidden +
      (positions * hidden + ratios * tiles * positions * hidden + 1) +
      2 * (ratios * tiles * hidden + 1) +
      4 * hidden;
    const output = vision.integer('vision_output_dim');
    vision.ignore('intermediate_layers_indices');
    return (layers + globalLayers) * layer + 2 * globalLayers + embeddings + output * textHidden + textHidden;
  },
  llama4_vision_model: (vision, _outer, textHidden) => {
    const { hidden, layers, intermediate } = sizes(vision);
    const input = vision.integer('projector_input_dim');
    const output = vision.integer('projector_output_dim');
    vision.ignore('vision_output_dim');
    const positions = positionCount(vision) + 1;
    const patchElements = vision.integer('num_channels') * vision.integer('patch_size') ** 2;
    const embeddings = patchElements * hidden + hidden + positions * hidden + 4 * hidden;
    const projector = intermediate * input + output * output + output * textHidden;
    return layers * encoderLayer(hidden, intermediate) + embeddings + projector;
  },
  qwen2_5_vl_vision: (vision) => {
    const hidden = vision.integer('hidden_size');
    const intermediate = vision.integer('intermediate_size');
    const gatedMlp = 3 * hidden * intermediate + 2 * intermediate + hidden;
    const layer = 4 * hidden * hidden + 4 * hidden + gatedMlp + 2 * hidden;
    const merged = hidden * vision.integer('spatial_merge_size') ** 2;
    const merger = hidden + merged * merged + merged + (merged + 1) * vision.integer('out_hidden_size');
    return vision.integer('depth') * layer + patchVolume(vision) * hidden + merger;
  },
  qwen3_vl_vision: (vision) => {
    const hidden = vision.integer('hidden_size');
    const layer = encoderLayer(hidden, vision.integer('intermediate_size'));
    const merged = hidden * vision.integer('spatial_merge_size') ** 2;
    const merger = merged * merged + merged + (merged + 1) * vision.integer('out_hidden_size');
    const deep = vision.list('deepstack_visual_indexes')?.length ?? 0;
    const embeddings = (patchVolume(vision) + 1) * hidden + vision.integer('num_position_embeddings') * hidden;
    return vision.integer('depth') * layer + embeddings + merger + 2 * hidden + deep * (merger + 2 * merged);
  },
};

function sizes(vision: ConfigReader) {
  return {
    hidden: vision.integer('hidden_size'),
    layers: vision.integer('num_hidden_layers'),
    intermediate: vision.integer('intermediate_size'),
  };
}

/** Attention and a plain feed-forward, all with biases, and two layer norms. */
function encoderLayer(hidden: number, intermediate: number): number {
  return 4 * hidden * hidden + 4 * hidden + 2 * hidden * intermediate + intermediate + hidden + 4 * hidden;
}

/** The convolution that embeds patches, and a learned position for each. */
function patches(vision: ConfigReader, hidden: number, { bias = true } = {}): number {
  const convolution = vision.integer('num_channels') * vision.integer('patch_size') ** 2 * hidden;
  return convolution + (bias ? hidden : 0) + positionCount(vision) * hidden;
}

/** Patches of one picture. */
function positionCount(vision: ConfigReader): number {
  return Math.floor(vision.integer('image_size') / Math.max(1, vision.integer('patch_size'))) ** 2;
}

/** Elements of one patch over time and channels. */
function patchVolume(vision: ConfigReader): number {
  const channels = vision.integer('in_channels', 'in_chans');
  return channels * vision.integer('temporal_patch_size') * vision.integer('patch_size') ** 2;
}

/** Ways to lay at most `tiles` tiles out as a rectangle. */
function aspectRatios(tiles: number): number {
  let count = 0;
  for (let rows = 1; rows <= Math.min(tiles, 100); rows++) count += Math.floor(tiles / rows);
  return count;
}
