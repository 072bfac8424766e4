import type { ConfigReader } from './configReader.ts';
import type { GroupedQuery, Latent } from './stack.ts';
import { required } from './stack.ts';

/** Heads and their width as nearly every decoder names them. */
export function heads(
  config: ConfigReader,
  ...headDimKeys: string[]
): Pick<GroupedQuery, 'kind' | 'heads' | 'kvHeads' | 'headDim'> {
  const heads = config.integer('num_attention_heads');
  const kvHeads = config.integerOr(heads, 'num_attention_heads', 'num_key_value_heads');
  return { kind: 'grouped-query', heads, kvHeads, headDim: headDim(config, heads, ...headDimKeys) };
}

/** The stated width of a head, or the share of the hidden width. */
export function headDim(config: ConfigReader, heads: number, ...keys: string[]): number {
  const hidden = required(config, 'hidden_size', 'd_model', 'n_embd');
  const stated = config.optionalInteger('head_dim', ...keys) !== undefined;
  if (!stated && hidden > 1 && heads > 0 && hidden % heads !== 0) {
    config.problem('INVALID_VALUE', 'hidden_size', `is ${hidden}, which the ${heads} attention heads do not divide`);
  }
  const share = Math.max(1, Math.floor(hidden / Math.max(1, heads)));
  return config.integerOr(share, 'hidden_size / num_attention_heads', 'head_dim', ...keys);
}

/** Names of a layer with a fixed state, and of one with softmax attention, in `layer_types` new and old. */
export const linear = ['linear_attention', 'mamba'];
export const full = ['full_attention', 'attention'];

/** Window of a layer in tokens; undefined = it sees the whole context. */
export type Window = (layer: number) => number | undefined;

/** The attention with the window of one layer. */
export function windowed(attention: GroupedQuery, windowTokens: number | undefined): GroupedQuery {
  return windowTokens === undefined ? attention : { ...attention, windowTokens };
}

/**
 * Which layers are windowed. `layer_types` decides where the file has it; an entry that is neither full, sliding nor
 * chunked is refused by its name. Else `otherwise`, which is the model type's own rule. A window as long as the
 * context is none.
 */
export function windows(config: ConfigReader, layers: number, otherwise: (layer: number) => boolean): Window {
  const limit = config.optionalInteger('max_position_embeddings') ?? Number.POSITIVE_INFINITY;
  const inContext = (tokens: number | undefined) =>
    tokens === undefined || tokens === 0 || tokens >= limit ? undefined : tokens;
  const types = layerTypes(config, layers, ['full_attention', 'sliding_attention', 'chunked_attention']);
  const sliding = inContext(config.optionalInteger('sliding_window', 'sliding_window_size'));
  if (types === undefined) return (layer) => (otherwise(layer) ? sliding : undefined);
  const chunk = types.includes('chunked_attention')
    ? inContext(config.optionalInteger('attention_chunk_size'))
    : undefined;
  return (layer) => {
    if (types[layer] === 'sliding_attention') return sliding;
    return types[layer] === 'chunked_attention' ? chunk : undefined;
  };
}

/** The entries of `layer_types`, each of a known kind and one for each layer; undefined when the file has none. */
export function layerTypes(
  config: ConfigReader,
  layers: number,
  known: readonly string[],
  ...keys: string[]
): string[] | undefined {
  const types = config.list('layer_types', ...keys);
  if (types === undefined) return undefined;
  const key = ['layer_types', ...keys].find((name) => config.has(name)) ?? 'layer_types';
  if (types.length !== layers) {
    config.problem('INVALID_VALUE', key, `has ${types.length} entries for ${layers} layers`);
  }
  config.kinds(key, 'the layer kind', types, known);
  return types.map(String);
}

/** Multi-head latent attention as DeepSeek names it; the index keys of sparse attention included. */
export function latent(config: ConfigReader, { indexer = true }: { indexer?: boolean } = {}): Latent {
  const nopeDim = config.integer('qk_nope_head_dim');
  const ropeDim = config.integer('qk_rope_head_dim');
  const queryRank = config.optionalInteger('q_lora_rank');
  config.ignore('num_key_value_heads', 'head_dim', 'qk_head_dim');
  return {
    kind: 'multi-head-latent',
    heads: config.integer('num_attention_heads'),
    latentDim: config.integer('kv_lora_rank'),
    ropeDim,
    nopeDim,
    valueHeadDim: config.integerOr(nopeDim, 'qk_nope_head_dim', 'v_head_dim'),
    ...(queryRank !== undefined && { queryRank }),
    ...(indexer && sparse(config)),
  };
}

function sparse(config: ConfigReader): Pick<Latent, 'sparse'> {
  const topTokens = config.optionalInteger('index_topk');
  if (topTokens === undefined) return {};
  return {
    sparse: {
      topTokens,
      indexHeads: config.integer('index_n_heads'),
      indexHeadDim: config.integer('index_head_dim'),
    },
  };
}
