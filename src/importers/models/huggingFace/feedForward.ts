import type { ConfigReader } from './configReader.ts';
import type { Experts, FeedForward } from './stack.ts';

/** Gate, up and down projections of `intermediate_size`. */
export function gated(config: ConfigReader, bias = false): FeedForward {
  return { kind: 'gated', intermediate: config.integer('intermediate_size'), ...(bias && { bias }) };
}

/** Up and down projections of `intermediate_size`. */
export function plain(config: ConfigReader, bias = false): FeedForward {
  return { kind: 'plain', intermediate: config.integer('intermediate_size'), ...(bias && { bias }) };
}

/** Gated experts with what a family adds to them. */
export function experts(
  parts: Pick<Experts, 'experts' | 'activeExperts' | 'intermediate'> & Partial<Omit<Experts, 'kind'>>,
): Experts {
  return { kind: 'experts', gated: true, sharedIntermediate: 0, ...parts };
}

/**
 * Experts as DeepSeek names them: `n_shared_experts` of the routed width beside the routed ones.
 * The router's correction bias, one element an expert, is ignored.
 */
export function deepseekExperts(config: ConfigReader, gatedExperts = true): Experts {
  const intermediate = config.integer('moe_intermediate_size');
  const shared = config.optionalInteger('n_shared_experts', 'num_shared_experts') ?? 0;
  return experts({
    experts: config.integer('n_routed_experts', 'num_local_experts', 'num_experts'),
    activeExperts: config.integer('num_experts_per_tok'),
    intermediate,
    gated: gatedExperts,
    sharedIntermediate: shared * intermediate,
  });
}

/** Whether a layer has experts: all but the first `first_k_dense_replace`, every `moe_layer_freq`-th. */
export function deepseekSparseLayers(config: ConfigReader, layers: number): (layer: number) => boolean {
  const listed = config.list('mlp_layer_types');
  if (listed !== undefined) {
    config.kinds('mlp_layer_types', 'the feed-forward kind', listed, ['dense', 'sparse']);
    config.ignore('first_k_dense_replace', 'moe_layer_freq');
    return (layer) => listed[layer] === 'sparse';
  }
  const frequency = config.has('moe_layer_freq') ? config.perLayer(layers, 'moe_layer_freq') : [];
  // A list by layer needs no first layer beside it.
  const listsLayers = config.kindOf('moe_layer_freq') === 'list';
  const dense = listsLayers
    ? (config.optionalInteger('first_k_dense_replace') ?? 0)
    : config.integer('first_k_dense_replace');
  return (layer) => {
    const every = frequency[layer] ?? 1;
    return layer >= dense && (every <= 1 ? every === 1 : layer % every === 0);
  };
}

/** Whether a layer has experts, as Qwen says it: every `decoder_sparse_step`-th but those in `mlp_only_layers`. */
export function qwenSparseLayers(config: ConfigReader): (layer: number) => boolean {
  const step = Math.max(1, config.optionalInteger('decoder_sparse_step') ?? 1);
  const dense = new Set(config.list('mlp_only_layers') ?? []);
  return (layer) => !dense.has(layer) && (layer + 1) % step === 0;
}
