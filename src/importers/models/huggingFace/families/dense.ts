import { headDim, heads, type Window, windowed, windows } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { gated, plain } from '../feedForward.ts';
import {
  type Extra,
  eachLayer,
  type Family,
  type FeedForward,
  frame,
  type GroupedQuery,
  layerCount,
  multiTokenNote,
  type Stack,
} from '../stack.ts';

/** Decoders with one kind of feed-forward, as they differ from Llama. Each says what its class in transformers does. */
export const denseFamilies: Readonly<Record<string, Family>> = {
  llama: (config) => decoder(config, { ...bias(config, 'all'), feedForward: gated(config, config.flag('mlp_bias')) }),
  mistral: (config) => decoder(config, { window: everyLayer(config) }),
  ministral3: (config) => decoder(config, { window: everyLayer(config) }),
  qwen2: (config) => decoder(config, { bias: 'qkv', window: qwenWindows(config) }),
  qwen3: (config) => decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'head', window: qwenWindows(config) }),
  mimo: (config) => decoder(config, { ...bias(config, 'qkv'), window: qwenWindows(config) }),
  smollm3: (config) => decoder(config, { ...bias(config, 'all'), window: smolWindows(config) }),
  seed_oss: (config) => {
    const qkv = bias(config, 'qkv');
    return decoder(config, config.flag('attention_out_bias') ? bias(config, 'all') : qkv);
  },
  granite: (config) => decoder(config, { ...bias(config, 'all'), feedForward: gated(config, config.flag('mlp_bias')) }),
  olmo: (config) => ({ ...decoder(config, bias(config, 'all')), normVectors: 0, outerNormVectors: 0 }),
  olmo2: (config) => decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'full' }),
  olmo3: (config) => {
    const window = windowsOf(config, (layer) => (layer + 1) % 4 !== 0);
    return decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'full', window });
  },
  apertus: (config) => decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'head', feedForward: plain(config) }),
  arcee: (config) => decoder(config, { ...bias(config, 'all'), feedForward: plain(config, config.flag('mlp_bias')) }),
  nemotron: (config) => ({
    ...decoder(config, { ...bias(config, 'all'), feedForward: plain(config, config.flag('mlp_bias')) }),
    ...layerNorms,
  }),
  hunyuan_v1_dense: (config) =>
    decoder(config, { ...bias(config, 'all'), ...queryKeyNorm(config, 'use_qk_norm', true) }),
  ernie4_5: (config) =>
    decoder(config, config.flag('use_bias') ? { bias: 'all', feedForward: gated(config, true) } : {}),
  exaone: (config) => decoder(config, {}, 'num_layers', 'num_hidden_layers'),
  exaone4: (config) => decoder(config, { queryKeyNorm: 'head', window: exaoneWindows(config) }),
  internlm2: (config) => decoder(config, config.flag('bias') ? { bias: 'all' } : {}),
  internlm3: (config) => {
    const all = config.flag('bias');
    return decoder(config, config.flag('qkv_bias') && !all ? { bias: 'qkv' } : { ...(all && { bias: 'all' }) });
  },
  baichuan: (config) => {
    config.ignore('z_loss_weight');
    return decoder(config, {});
  },
  minicpm: (config) => decoder(config, bias(config, 'all')),
  glm: (config) => decoder(config, bias(config, 'qkv')),
  glm4: (config) => ({ ...decoder(config, bias(config, 'qkv')), normVectors: 2 }),
  chatglm,
  gemma: (config) => decoder(config, bias(config, 'all')),
  gemma2: (config) => {
    const window = windowsOf(config, (layer) => layer % 2 === 0);
    return { ...decoder(config, { ...bias(config, 'all'), window }), normVectors: 2 };
  },
  gemma3_text: (config) => {
    const every = config.optionalInteger('sliding_window_pattern', '_sliding_window_pattern') ?? 6;
    const window = windowsOf(config, (layer) => (layer + 1) % every !== 0);
    return { ...decoder(config, { ...bias(config, 'all'), queryKeyNorm: 'head', window }), normVectors: 2 };
  },
  cohere: (config) => cohere(config, () => undefined),
  cohere2: (config) => {
    const every = config.optionalInteger('sliding_window_pattern', '_sliding_window_pattern') ?? 4;
    return cohere(
      config,
      windowsOf(config, (layer) => (layer + 1) % every !== 0),
    );
  },
  phi3: (config) => decoder(config, { window: everyLayer(config) }),
  phi: (config) => {
    const parts = {
      bias: 'all',
      ...queryKeyNorm(config, 'qk_layernorm', false),
      feedForward: plain(config, true),
    } as const;
    const stack = decoder(config, parts);
    return { ...stack, normVectors: 1, outerNormVectors: 2, parallelBlocks: true, extras: headBias(stack.vocabulary) };
  },
  stablelm: (config) => {
    const parallelBlocks = config.flag('use_parallel_residual');
    const parts = { ...bias(config, 'qkv', 'use_qkv_bias'), ...queryKeyNorm(config, 'qk_layernorm', false, 'full') };
    return { ...decoder(config, parts), ...layerNorms, ...(parallelBlocks && { parallelBlocks, normVectors: 1 }) };
  },
  starcoder2: (config) => {
    const biased = config.flag('use_bias');
    const parts = { ...(biased && { bias: 'all' as const }), feedForward: plain(config, biased) };
    return { ...decoder(config, { ...parts, window: everyLayer(config) }), ...layerNorms };
  },
};

/** Weight and bias of a layer norm where RMS norms have a weight only. */
export const layerNorms = { normVectors: 2, outerNormVectors: 2 } as const;

/** A bias for each token of the vocabulary. */
export function headBias(vocabulary: number): Extra[] {
  return [{ name: 'bias of the head', parameters: vocabulary, resident: true, readEachStep: true }];
}

interface Parts extends Pick<GroupedQuery, 'bias' | 'queryKeyNorm'> {
  window?: Window;
  feedForward?: FeedForward | ((layer: number) => FeedForward);
}

/** A decoder of equal layers but for their windows and feed-forwards; gated feed-forward unless the family says otherwise. */
export function decoder(config: ConfigReader, parts: Parts, ...layerKeys: string[]): Stack {
  const [first = 'num_hidden_layers', ...others] = layerKeys;
  const layers = layerCount(config, first, ...others);
  const { window, feedForward = gated(config), ...rest } = parts;
  const attention = { ...heads(config), ...rest };
  config.ignore('num_hidden_layers', 'num_layers');
  return {
    ...frame(config),
    layers: eachLayer(layers, (layer) => ({
      attention: windowed(attention, window?.(layer)),
      feedForward: typeof feedForward === 'function' ? feedForward(layer) : feedForward,
    })),
    notes: multiTokenNote(config),
  };
}

/** Biases when the file says so. */
export function bias(config: ConfigReader, where: 'qkv' | 'all', key = 'attention_bias'): Pick<GroupedQuery, 'bias'> {
  return config.flag(key) ? { bias: where } : {};
}

function queryKeyNorm(
  config: ConfigReader,
  key: string,
  otherwise: boolean,
  norm: 'head' | 'full' = 'head',
): Pick<GroupedQuery, 'queryKeyNorm'> {
  return (config.has(key) ? config.flag(key) : otherwise) ? { queryKeyNorm: norm } : {};
}

/** The rule of `layer_types`, or of the model type where the file has none. */
export function windowsOf(config: ConfigReader, otherwise: (layer: number) => boolean): Window {
  return windows(config, layerCount(config, 'num_hidden_layers'), otherwise);
}

/** A window, where there is one, holds on every layer. */
export function everyLayer(config: ConfigReader): Window {
  return windowsOf(config, () => true);
}

/** Qwen's windows are off unless `use_sliding_window`; then they hold from `max_window_layers` on. */
export function qwenWindows(config: ConfigReader): Window {
  const used = config.flag('use_sliding_window');
  const from = config.optionalInteger('max_window_layers') ?? 0;
  if (used) return windowsOf(config, (layer) => layer >= from);
  config.ignore('sliding_window', 'layer_types');
  return () => undefined;
}

function smolWindows(config: ConfigReader): Window {
  if (config.flag('use_sliding_window')) return everyLayer(config);
  config.ignore('sliding_window', 'layer_types', 'no_rope_layers', 'max_window_layers');
  return () => undefined;
}

/** Windows on all but every n-th layer, the pattern a number or letters as in "LLLG"; none without a window. */
function exaoneWindows(config: ConfigReader): Window {
  const letters = config.list('layer_types') === undefined ? patternLetters(config) : '';
  return windowsOf(config, (layer) => letters[layer % letters.length] === 'L');
}

function patternLetters(config: ConfigReader): string {
  if (config.optionalInteger('sliding_window') === undefined) {
    config.ignore('sliding_window_pattern');
    return 'G';
  }
  const every = config.kindOf('sliding_window_pattern') === 'number' ? config.integer('sliding_window_pattern') : 0;
  const pattern = every > 0 ? `${'L'.repeat(every - 1)}G` : (config.text('sliding_window_pattern') ?? 'G');
  const odd = [...pattern].find((letter) => letter !== 'L' && letter !== 'G');
  if (odd !== undefined) config.unknown('sliding_window_pattern', 'the layer kind', odd, ['L', 'G']);
  return pattern;
}

/** Cohere norms once a layer, without biases, for attention and feed-forward alike. */
function cohere(config: ConfigReader, window: Window): Stack {
  const norm = queryKeyNorm(config, 'use_qk_norm', false, 'full');
  const stack = decoder(config, { ...bias(config, 'all'), ...norm, window });
  return { ...stack, parallelBlocks: true, normVectors: 0.5 };
}

/** ChatGLM3 and GLM-4-9B in their first form, with Megatron's names. */
function chatglm(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_layers');
  const count = config.integer('num_attention_heads');
  const grouped = config.flag('multi_query_attention');
  const attention: GroupedQuery = {
    kind: 'grouped-query',
    heads: count,
    kvHeads: grouped ? config.integer('multi_query_group_num') : count,
    headDim: headDim(config, count, 'kv_channels'),
    ...(config.flag('add_bias_linear') ? { bias: 'all' } : bias(config, 'qkv', 'add_qkv_bias')),
  };
  const feedForward: FeedForward = { kind: 'gated', intermediate: config.integer('ffn_hidden_size') };
  config.ignore('multi_query_group_num', 'num_hidden_layers');
  return {
    hidden: config.integer('hidden_size'),
    vocabulary: config.integer('padded_vocab_size', 'vocab_size'),
    tiedEmbeddings: config.flag('tie_word_embeddings'),
    layers: eachLayer(layers, () => ({ attention, feedForward })),
  };
}
