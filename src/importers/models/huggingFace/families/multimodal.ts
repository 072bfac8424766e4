import { heads, windowed } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { gated } from '../feedForward.ts';
import {
  eachLayer,
  type Family,
  type FeedForward,
  frame,
  type GroupedQuery,
  keptOnly,
  type Layer,
  layerCount,
  readInFull,
  type Stack,
} from '../stack.ts';
import { bias, decoder, qwenWindows, windowsOf } from './dense.ts';

/** Text decoders that only multimodal models have. */
export const multimodalFamilies: Readonly<Record<string, Family>> = {
  mllama_text_model: mllama,
  gemma3n_text: gemma3n,
  qwen2_vl_text: (config) => decoder(config, { bias: 'qkv', window: qwenWindows(config) }),
  qwen2_5_vl_text: (config) => decoder(config, { bias: 'qkv', window: qwenWindows(config) }),
  qwen3_vl_text: (config) => decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'head' }),
};

/** Llama 3.2 Vision: some layers attend to the picture instead of the text. */
function mllama(config: ConfigReader): Stack {
  const base = frame(config);
  const layers = layerCount(config, 'num_hidden_layers');
  const attention = heads(config);
  const listed = config.list('cross_attention_layers');
  if (listed === undefined) config.problem('MISSING_KEY', 'cross_attention_layers', 'is missing');
  const cross: Layer['attention'] = { ...attention, kind: 'cross', sourceTokens: 0, queryKeyNorm: 'head' };
  const feedForward = gated(config);
  // Eight tokens that stand for pictures are embedded but never predicted.
  const imageTokens = { name: 'image-token embeddings', parameters: 8 * base.hidden, ...keptOnly };
  return {
    ...base,
    layers: eachLayer(layers, (layer) => ({ attention: listed?.includes(layer) ? cross : attention, feedForward })),
    extras: [imageTokens],
  };
}

/** Gemma 3n: per-layer embeddings beside the stack, four parallel streams (AltUp), layers that share keys and values. */
function gemma3n(config: ConfigReader): Stack {
  const base = frame(config);
  const { hidden } = base;
  const layers = layerCount(config, 'num_hidden_layers');
  const window = windowsOf(config, (layer) => (layer + 1) % 5 !== 0);
  const ownKeys = layers - config.integer('num_kv_shared_layers');
  const attention: GroupedQuery = { ...heads(config), queryKeyNorm: 'head', ...bias(config, 'all') };
  const widths = config.perLayer(layers, 'intermediate_size');
  const streams = config.integer('altup_num_inputs');
  const layerWidth = config.integer('hidden_size_per_layer_input');
  const rank = config.integer('laurel_rank');
  const rows = config.integer('vocab_size_per_layer_input');
  const perLayer =
    streams * streams +
    streams ** 3 +
    hidden * streams +
    2 * hidden +
    (2 * hidden * rank + hidden) +
    (2 * hidden * layerWidth + hidden);
  const outside = 2 * (streams - 1) * hidden * hidden + hidden * layers * layerWidth + layerWidth;
  config.ignore('altup_active_idx', 'altup_coef_clip', 'altup_correct_scale', 'altup_lr_multiplier');
  return {
    ...base,
    normVectors: 2,
    layers: eachLayer(layers, (layer) => ({
      attention: {
        ...windowed(attention, window(layer)),
        ...(layer >= ownKeys && { sharesKeyValue: true }),
      },
      feedForward: { kind: 'gated', intermediate: widths[layer] ?? 1 } satisfies FeedForward,
    })),
    extras: [
      {
        name: 'per-layer embeddings, looked up a row at a time',
        parameters: rows * layers * layerWidth,
        ...keptOnly,
      },
      { name: 'AltUp, LAuReL and per-layer projections', parameters: layers * perLayer + outside, ...readInFull },
    ],
  };
}
