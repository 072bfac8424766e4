import { headDim, heads, layerTypes, windowed, windows } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { deepseekExperts, deepseekSparseLayers, experts, gated, qwenSparseLayers } from '../feedForward.ts';
import {
  type Experts,
  eachLayer,
  type Family,
  type FeedForward,
  type GroupedQuery,
  layerCount,
  readInFull,
  type Stack,
} from '../stack.ts';
import { bias, decoder, everyLayer, headBias, layerNorms, qwenWindows, windowsOf } from './dense.ts';

/** Grouped-query decoders with experts. */
export const expertFamilies: Readonly<Record<string, Family>> = {
  mixtral: (config) => decoder(config, { feedForward: mixtralExperts(config), window: everyLayer(config) }),
  qwen2_moe: (config) =>
    decoder(config, {
      ...((config.has('qkv_bias') ? config.flag('qkv_bias') : true) && { bias: 'qkv' as const }),
      window: qwenWindows(config),
      feedForward: qwenFeedForward(config),
    }),
  qwen3_moe: qwen3Experts,
  // The text half of a vision model.
  qwen3_vl_moe_text: qwen3Experts,
  olmoe: (config) =>
    decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'full', feedForward: mixtralExperts(config) }),
  granitemoe: (config) => decoder(config, { ...bias(config, 'all'), feedForward: mixtralExperts(config) }),
  phimoe: (config) => {
    const stack = decoder(config, {
      ...bias(config, 'all'),
      feedForward: mixtralExperts(config),
      window: everyLayer(config),
    });
    return { ...stack, ...layerNorms, ...(config.flag('lm_head_bias') && { extras: headBias(stack.vocabulary) }) };
  },
  minimax_m2: (config) => {
    config.ignore('attn_type_list', 'qk_norm_type', 'use_qk_norm', 'use_mtp', 'shared_intermediate_size');
    config.ignore('num_mtp_modules', 'mtp_transformer_layers');
    return decoder(config, { queryKeyNorm: 'full', feedForward: mixtralExperts(config) });
  },
  gpt_oss: gptOss,
  dbrx,
  llama4_text: llama4,
  // Experts as DeepSeek names them, over grouped-query attention.
  deepseek: (config) => deepseekDecoder(config, bias(config, 'all')),
  dots1: (config) =>
    deepseekDecoder(config, { ...bias(config, 'all'), queryKeyNorm: 'head', window: maxWindowLayers(config) }),
  glm4_moe: (config) => {
    const norm = config.flag('use_qk_norm') ? { queryKeyNorm: 'head' as const } : {};
    return deepseekDecoder(config, { ...bias(config, 'qkv'), ...norm });
  },
  solar_open: (config) => deepseekDecoder(config, {}),
  hunyuan_v1_moe: hunyuan,
  hunyuan,
  ernie4_5_moe: ernie,
  mimo_v2_flash: mimoFlash,
};

function qwen3Experts(config: ConfigReader): Stack {
  return decoder(config, {
    ...bias(config, 'all'),
    queryKeyNorm: 'head',
    window: qwenWindows(config),
    feedForward: qwenFeedForward(config),
  });
}

/** Experts of `intermediate_size` in every layer. */
function mixtralExperts(config: ConfigReader): Experts {
  return experts({
    experts: config.integer('num_local_experts', 'num_experts'),
    activeExperts: config.integer('num_experts_per_tok', 'experts_per_token'),
    intermediate: config.integer('intermediate_size'),
  });
}

/** Experts, with a gated shared one where its width is stated, in the sparse layers; else dense. */
function qwenFeedForward(config: ConfigReader): (layer: number) => FeedForward {
  const isSparse = qwenSparseLayers(config);
  const shared = config.optionalInteger('shared_expert_intermediate_size') ?? 0;
  const sparse = experts({
    experts: config.integer('num_experts', 'num_local_experts'),
    activeExperts: config.integer('num_experts_per_tok'),
    intermediate: config.integer('moe_intermediate_size'),
    sharedIntermediate: shared,
    ...(shared > 0 && { sharedGate: true }),
  });
  const dense = gated(config);
  return (layer) => (isSparse(layer) ? sparse : dense);
}

function deepseekDecoder(config: ConfigReader, parts: Parameters<typeof decoder>[1]): Stack {
  const isSparse = deepseekSparseLayers(config, layerCount(config, 'num_hidden_layers'));
  const sparse = deepseekExperts(config);
  const dense = gated(config);
  return decoder(config, { ...parts, feedForward: (layer) => (isSparse(layer) ? sparse : dense) });
}

/** Windows from layer `max_window_layers` on. */
function maxWindowLayers(config: ConfigReader) {
  const from = config.integer('max_window_layers');
  return windowsOf(config, (layer) => layer >= from);
}

/** gpt-oss: biases everywhere, a learned sink a head, windows on every other layer. */
function gptOss(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_hidden_layers');
  const window = windowsOf(config, (layer) => layer % 2 === 0);
  const stack = decoder(config, {
    ...bias(config, 'all'),
    window,
    feedForward: { ...mixtralExperts(config), bias: true },
  });
  const parameters = layers * config.integer('num_attention_heads');
  return { ...stack, extras: [{ name: 'attention sinks', parameters, ...readInFull }] };
}

function dbrx(config: ConfigReader): Stack {
  const attention = config.object('attn_config', 'dbrx_attention') ?? config;
  const feedForward = config.object('ffn_config', 'dbrx_ffn') ?? config;
  const hidden = config.integer('d_model');
  const heads = config.integer('n_heads');
  const grouped: GroupedQuery = {
    kind: 'grouped-query',
    heads,
    kvHeads: attention.integer('kv_n_heads'),
    headDim: headDim(config, heads),
  };
  const sparse = experts({
    experts: feedForward.integer('moe_num_experts'),
    activeExperts: feedForward.integer('moe_top_k'),
    intermediate: feedForward.integer('ffn_hidden_size'),
  });
  return {
    hidden,
    vocabulary: config.integer('vocab_size'),
    tiedEmbeddings: config.flag('tie_word_embeddings'),
    layers: eachLayer(layerCount(config, 'n_layers'), () => ({ attention: grouped, feedForward: sparse })),
  };
}

/** Llama 4: experts with one shared on every n-th layer; three layers of four attend within chunks. */
function llama4(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_hidden_layers');
  const step = Math.max(1, config.integer('interleave_moe_layer_step'));
  const listed = config.list('moe_layers');
  const isSparse = (layer: number) => (listed === undefined ? (layer + 1) % step === 0 : listed.includes(layer));
  const intermediate = config.integer('intermediate_size');
  const sparse = experts({
    experts: config.integer('num_local_experts'),
    activeExperts: config.integer('num_experts_per_tok'),
    intermediate,
    sharedIntermediate: intermediate,
  });
  const dense: FeedForward = { kind: 'gated', intermediate: config.integer('intermediate_size_mlp') };
  const rotary = config.list('no_rope_layers');
  const every = Math.max(1, config.integer('no_rope_layer_interval'));
  const hasRotary = (layer: number) =>
    rotary === undefined || rotary.length === 0 ? (layer + 1) % every !== 0 : rotary[layer] === 1;
  const chunk = config.optionalInteger('attention_chunk_size');
  const known = ['full_attention', 'chunked_attention'];
  const types = layerTypes(config, layers, known);
  const isChunked = (layer: number) => (types === undefined ? hasRotary(layer) : types[layer] === 'chunked_attention');
  return decoder(config, {
    ...bias(config, 'all'),
    // Its query-key norm has no weights.
    window: (layer) => (isChunked(layer) ? chunk : undefined),
    feedForward: (layer) => (isSparse(layer) ? sparse : dense),
  });
}

/** Hunyuan: equal experts and a shared one; the large one shares each pair of layers' keys and values. */
function hunyuan(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_hidden_layers');
  const width = config.has('moe_intermediate_size') ? 'moe_intermediate_size' : 'intermediate_size';
  const intermediate = oneForAll(config, layers, width);
  const shared = config.has('num_shared_expert') ? oneForAll(config, layers, 'num_shared_expert') : 1;
  const sparse = experts({
    experts: oneForAll(config, layers, 'num_experts'),
    activeExperts: oneForAll(config, layers, 'moe_topk', 'num_experts_per_tok'),
    intermediate,
    sharedIntermediate: shared * config.integer('intermediate_size'),
  });
  config.ignore('use_mixed_mlp_moe', 'moe_layer_num_skipped', 'moe_random_routing_dropped_token', 'intermediate_size');
  const skipped = config.optionalInteger('moe_layer_num_skipped') ?? 0;
  const dense = gated(config);
  const share = config.flag('use_cla') ? Math.max(1, config.integer('cla_share_factor')) : 1;
  config.ignore('cla_share_factor');
  const norm = (config.has('use_qk_norm') ? config.flag('use_qk_norm') : true) ? { queryKeyNorm: 'head' as const } : {};
  const attention = { ...heads(config, 'attention_head_dim'), ...norm, ...bias(config, 'all') };
  const stack = decoder(config, {});
  return {
    ...stack,
    layers: eachLayer(layers, (layer) => ({
      attention: layer % share === 0 ? attention : { ...attention, sharesKeyValue: true },
      feedForward: layer < skipped ? dense : sparse,
    })),
  };
}

/** A figure that may be listed by layer but must be the same on all of them. */
function oneForAll(config: ConfigReader, layers: number, ...keys: [string, ...string[]]): number {
  const values = config.perLayer(layers, ...keys);
  const [first = 1] = values;
  if (values.some((value) => value !== first)) {
    config.problem('UNKNOWN_KIND', keys[0], 'differs from layer to layer, which cannot be read for this model type');
  }
  return first;
}

/** ERNIE 4.5: experts from `moe_layer_start_index` to `moe_layer_end_index`, every `moe_layer_interval`-th layer. */
function ernie(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_hidden_layers');
  const start = config.integer('moe_layer_start_index');
  const stated = config.has('moe_layer_end_index') ? config.optionalSigned('moe_layer_end_index') : -1;
  const end = stated === undefined || stated < 0 ? layers - 1 : stated;
  const interval = Math.max(1, config.integer('moe_layer_interval'));
  const intermediate = config.integer('moe_intermediate_size');
  const sparse = experts({
    experts: config.integer('moe_num_experts'),
    activeExperts: config.integer('moe_k'),
    intermediate,
    sharedIntermediate: (config.optionalInteger('moe_num_shared_experts') ?? 0) * intermediate,
  });
  const dense = gated(config);
  const isSparse = (layer: number) => layer >= start && layer <= end && (layer + 1) % interval === 0;
  return decoder(config, {
    ...bias(config, 'all', 'use_bias'),
    feedForward: (layer) => (isSparse(layer) ? sparse : dense),
  });
}

/** MiMo V2 Flash: windowed layers with key heads of their own number, sinks on them, narrower values. */
function mimoFlash(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_hidden_layers');
  const pattern = config.perLayer(layers, 'hybrid_layer_pattern');
  const full: GroupedQuery = { ...heads(config), valueHeadDim: config.integer('v_head_dim') };
  const swaHeads = config.integer('swa_num_attention_heads');
  const sliding: GroupedQuery = {
    kind: 'grouped-query',
    heads: swaHeads,
    kvHeads: config.integer('swa_num_key_value_heads'),
    headDim: config.integer('swa_head_dim'),
    valueHeadDim: config.integer('swa_v_head_dim'),
  };
  const window = windows(config, layers, (layer) => pattern[layer] === 1);
  const isSparse = deepseekSparseLayers(config, layers);
  const sparse = deepseekExperts(config);
  const dense = gated(config);
  config.ignore('attention_chunk_size', 'sliding_window_size');
  const windowedLayers = pattern.filter((entry) => entry === 1).length;
  const sinks = config.flag('add_swa_attention_sink_bias') ? windowedLayers * swaHeads : 0;
  const fullSinks = config.flag('add_full_attention_sink_bias') ? (layers - windowedLayers) * full.heads : 0;
  return {
    ...decoder(config, {}),
    layers: eachLayer(layers, (layer) => ({
      attention: pattern[layer] === 1 ? windowed(sliding, window(layer)) : full,
      feedForward: isSparse(layer) ? sparse : dense,
    })),
    extras: [{ name: 'attention sinks', parameters: sinks + fullSinks, ...readInFull }],
  };
}
