import { full, heads, layerTypes, linear } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { experts, gated, qwenSparseLayers } from '../feedForward.ts';
import {
  type Extra,
  eachLayer,
  type Family,
  type FeedForward,
  frame,
  type GroupedQuery,
  type Layer,
  layerCount,
  layerParameters,
  type Stack,
} from '../stack.ts';
import { gatedDeltaNet, gatedLinearRecurrence, lightning, mamba1, shortConvolution } from '../stateSpace.ts';
import { bias } from './dense.ts';
import { timeStepRank } from './recurrent.ts';

/** Decoders that mix attention with layers of fixed state other than Mamba-2. */
export const hybridFamilies: Readonly<Record<string, Family>> = {
  jamba,
  recurrent_gemma: recurrentGemma,
  minimax: miniMax,
  minimax_text_01: miniMax,
  minimax_m1: miniMax,
  lfm2,
  qwen3_next: (config) => qwenHybrid(config, qwenExperts(config)),
  qwen3_5_text: (config) => qwenHybrid(config, gated(config)),
  qwen3_5_moe_text: (config) => qwenHybrid(config, qwenExperts(config)),
};

function jamba(config: ConfigReader): Stack {
  const base = frame(config);
  const attention = { ...heads(config) };
  const inner = config.integer('mamba_expand') * base.hidden;
  const mixer = mamba1({
    hidden: base.hidden,
    inner,
    stateSize: config.integer('mamba_d_state'),
    kernel: config.integer('mamba_d_conv'),
    rank: timeStepRank(config, base.hidden, 'mamba_dt_rank'),
    bias: config.flag('mamba_proj_bias'),
    convolutionBias: config.flag('mamba_conv_bias'),
    innerNorms: !config.has('mamba_inner_layernorms') || config.flag('mamba_inner_layernorms'),
  });
  const isAttention = periodic(config, 'attn_layer_period', 'attn_layer_offset');
  const isSparse = periodic(config, 'expert_layer_period', 'expert_layer_offset');
  const dense = gated(config);
  const count = config.integer('num_experts');
  const active = config.integer('num_experts_per_tok');
  const sparse =
    count > 1
      ? experts({ experts: count, activeExperts: active, intermediate: config.integer('intermediate_size') })
      : dense;
  config.ignore('sliding_window');
  return {
    ...base,
    layers: eachLayer(layerCount(config, 'num_hidden_layers'), (layer) => ({
      attention: isAttention(layer) ? attention : mixer,
      feedForward: isSparse(layer) ? sparse : dense,
    })),
  };
}

function periodic(config: ConfigReader, periodKey: string, offsetKey: string): (layer: number) => boolean {
  const period = Math.max(1, config.integer(periodKey));
  const offset = config.integer(offsetKey);
  return (layer) => layer % period === offset;
}

/** RecurrentGemma (Griffin): two gated linear recurrences, then windowed attention. */
function recurrentGemma(config: ConfigReader): Stack {
  const base = frame(config);
  const layers = layerCount(config, 'num_hidden_layers');
  const count = config.integer('num_attention_heads');
  const attention: GroupedQuery = {
    ...heads(config),
    windowTokens: config.integer('attention_window_size', 'sliding_window'),
  };
  const width = config.integerOr(base.hidden, 'hidden_size', 'lru_width');
  const mixer = gatedLinearRecurrence({
    hidden: base.hidden,
    width,
    heads: count,
    kernel: config.integer('conv1d_width'),
  });
  const pattern = config.list('block_types', '_block_types') ?? [];
  config.kinds('block_types', 'the layer kind', pattern, ['recurrent', 'attention']);
  if (pattern.length === 0)
    config.problem('MISSING_KEY', 'block_types', 'is empty, and without it the layers have no kinds');
  // The file's figure is the width of gate and up together.
  const feedForward: FeedForward = { kind: 'gated', intermediate: Math.floor(config.integer('intermediate_size') / 2) };
  // The bias of the attention's output, a vector a layer, is ignored.
  return {
    ...base,
    layers: eachLayer(layers, (layer) => ({
      attention: pattern[layer % Math.max(1, pattern.length)] === 'attention' ? attention : mixer,
      feedForward: { ...feedForward, bias: true },
    })),
  };
}

/** MiniMax-01: lightning attention with softmax attention on every eighth layer. */
function miniMax(config: ConfigReader): Stack {
  const base = frame(config);
  const layers = layerCount(config, 'num_hidden_layers');
  const attention = heads(config);
  const mixer = lightning({ hidden: base.hidden, heads: attention.heads, headDim: attention.headDim });
  const numbered = config.list('attn_type_list');
  // 0 is lightning attention, 1 softmax attention.
  config.kinds('attn_type_list', 'the attention kind', numbered ?? [], [0, 1]);
  if (numbered !== undefined && numbered.length !== layers) {
    config.problem('INVALID_VALUE', 'attn_type_list', `has ${numbered.length} entries for ${layers} layers`);
  }
  const types = layerTypes(config, layers, [...linear, ...full]);
  const isFull = (layer: number) => {
    if (numbered !== undefined) return numbered[layer] === 1;
    return types === undefined ? (layer + 1) % 2 !== 0 : full.includes(types[layer] ?? '');
  };
  const feedForward = experts({
    experts: config.integer('num_local_experts', 'num_experts'),
    activeExperts: config.integer('num_experts_per_tok'),
    intermediate: config.integer('intermediate_size'),
  });
  for (const key of ['shared_intermediate_size', 'shared_moe_mode']) config.ignore(key);
  config.ignore('sliding_window');
  return {
    ...base,
    layers: eachLayer(layers, (layer) => ({ attention: isFull(layer) ? attention : mixer, feedForward })),
  };
}

/** Qwen3-Next and Qwen3.5: gated delta rule, with gated softmax attention on every fourth layer. */
function qwenHybrid(config: ConfigReader, feedForward: FeedForward | ((layer: number) => FeedForward)): Stack {
  const base = frame(config);
  const layers = layerCount(config, 'num_hidden_layers');
  const attention: GroupedQuery = { ...heads(config), queryKeyNorm: 'head', ...bias(config, 'all') };
  if (!config.has('attn_output_gate') || config.flag('attn_output_gate')) attention.outputGate = true;
  const mixer = gatedDeltaNet({
    hidden: base.hidden,
    keyHeads: config.integer('linear_num_key_heads'),
    valueHeads: config.integer('linear_num_value_heads'),
    keyDim: config.integer('linear_key_head_dim'),
    valueDim: config.integer('linear_value_head_dim'),
    kernel: config.integer('linear_conv_kernel_dim'),
  });
  const every = config.optionalInteger('full_attention_interval') ?? 4;
  const types = layerTypes(config, layers, [...linear, ...full]);
  const isFull = (layer: number) =>
    types === undefined ? (layer + 1) % every === 0 : full.includes(types[layer] ?? '');
  config.ignore('intermediate_size', 'decoder_sparse_step', 'mlp_only_layers', 'use_sliding_window', 'sliding_window');
  const feedForwardAt = (layer: number) => (typeof feedForward === 'function' ? feedForward(layer) : feedForward);
  return {
    ...base,
    layers: eachLayer(layers, (layer) => ({
      attention: isFull(layer) ? attention : mixer,
      feedForward: feedForwardAt(layer),
    })),
    extras: qwenMultiToken(config, { attention, feedForward: feedForwardAt(layers - 1) }, base.hidden),
  };
}

/** Layers that predict a second token: a full-attention layer, the projection that merges its two inputs, three norms. */
function qwenMultiToken(config: ConfigReader, layer: Layer, hidden: number): Extra[] {
  const layers = config.optionalInteger('mtp_num_hidden_layers', 'num_nextn_predict_layers') ?? 0;
  config.ignore('mtp_use_dedicated_embeddings');
  const parameters = layers === 0 ? 0 : layers * layerParameters(layer, hidden) + 2 * hidden * hidden + 3 * hidden;
  return [{ name: 'multi-token-prediction layer', parameters, resident: false, readEachStep: false }];
}

function qwenExperts(config: ConfigReader): FeedForward | ((layer: number) => FeedForward) {
  const shared = config.integer('shared_expert_intermediate_size');
  const sparse = experts({
    experts: config.integer('num_experts'),
    activeExperts: config.integer('num_experts_per_tok'),
    intermediate: config.integer('moe_intermediate_size'),
    sharedIntermediate: shared,
    ...(shared > 0 && { sharedGate: true }),
  });
  if (!config.has('decoder_sparse_step') && !config.has('mlp_only_layers')) return sparse;
  const isSparse = qwenSparseLayers(config);
  const dense = config.has('intermediate_size') ? gated(config) : sparse;
  return (layer) => (isSparse(layer) ? sparse : dense);
}

/** LFM2: short gated convolutions with attention between. */
function lfm2(config: ConfigReader): Stack {
  const base = { ...frame(config), tiedEmbeddings: config.flag('tie_embedding', 'tie_word_embeddings') };
  const layers = layerCount(config, 'num_hidden_layers');
  const attention: GroupedQuery = { ...heads(config), queryKeyNorm: 'head' };
  const mixer = shortConvolution({
    hidden: base.hidden,
    kernel: config.integer('conv_L_cache'),
    bias: config.flag('conv_bias'),
  });
  const types = layerTypes(config, layers, ['conv', ...full]);
  const indices = config.list('full_attn_idxs') ?? [];
  const isFull = (layer: number) => (types === undefined ? indices.includes(layer) : full.includes(types[layer] ?? ''));
  config.ignore('conv_dim', 'conv_dim_out', 'block_dim', 'block_mlp_init_scale', 'num_heads');
  const feedForward: FeedForward = { kind: 'gated', intermediate: lfmIntermediate(config) };
  return {
    ...base,
    layers: eachLayer(layers, (layer) => ({ attention: isFull(layer) ? attention : mixer, feedForward })),
  };
}

/** Two thirds of the stated width, times a factor, rounded up to a multiple: LLaMA's original rule. */
function lfmIntermediate(config: ConfigReader): number {
  const stated = config.integer('block_ff_dim', 'intermediate_size');
  config.ignore('intermediate_size', 'block_ff_dim');
  if (!config.flag('block_auto_adjust_ff_dim')) return stated;
  const factor = config.factor('block_ffn_dim_multiplier') ?? 1;
  const multiple = Math.max(1, config.integer('block_multiple_of'));
  return multiple * Math.ceil(Math.floor(factor * Math.floor((2 * stated) / 3)) / multiple);
}
