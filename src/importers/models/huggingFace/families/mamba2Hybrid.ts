import { full, heads, layerTypes, linear } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { deepseekExperts, experts, gated, plain } from '../feedForward.ts';
import {
  eachLayer,
  type Family,
  type FeedForward,
  frame,
  type GroupedQuery,
  type Layer,
  layerCount,
  multiTokenNote,
  type Stack,
  type StateSpace,
} from '../stack.ts';
import { mamba2 } from '../stateSpace.ts';
import { bias } from './dense.ts';

/** Decoders that mix attention with Mamba-2. */
export const mamba2HybridFamilies: Readonly<Record<string, Family>> = {
  bamba,
  nemotron_h: nemotronH,
  granitemoehybrid: graniteHybrid,
  falcon_h1: falconH1,
};

/** Mamba-2 as Bamba, Granite 4 and Falcon-H1 name it. */
function mamba2Mixer(config: ConfigReader, norm: boolean, inner?: number): StateSpace {
  const { hidden } = frame(config);
  const count = config.integer('mamba_n_heads');
  const width = inner ?? config.integer('mamba_expand') * hidden;
  const stated = config.kindOf('mamba_d_head') === 'number' ? config.integer('mamba_d_head') : undefined;
  const headDim = stated ?? width / Math.max(1, count);
  config.ignore('mamba_d_head', 'mamba_expand', 'mamba_use_mlp', 'mamba_norm_before_gate');
  if (count * headDim !== width || !Number.isInteger(headDim)) {
    config.problem(
      'INVALID_VALUE',
      'mamba_n_heads',
      `× mamba_d_head = ${count * headDim} is not the mixer's width ${width}`,
    );
  }
  return mamba2({
    hidden,
    heads: count,
    headDim: Math.max(1, Math.floor(headDim)),
    groups: config.integer('mamba_n_groups'),
    stateSize: config.integer('mamba_d_state'),
    kernel: config.integer('mamba_d_conv'),
    bias: config.flag('mamba_proj_bias'),
    convolutionBias: config.flag('mamba_conv_bias'),
    norm,
  });
}

function bamba(config: ConfigReader): Stack {
  const base = frame(config);
  const attention = { ...heads(config), ...bias(config, 'all') };
  const mixer = mamba2Mixer(config, true);
  const layers = layerCount(config, 'num_hidden_layers');
  const indices = config.list('attn_layer_indices') ?? [];
  const types = layerTypes(config, layers, [...linear, ...full], 'layers_block_type');
  const feedForward = gated(config, config.flag('mlp_bias'));
  const isAttention = (layer: number) =>
    types === undefined ? indices.includes(layer) : full.includes(types[layer] ?? '');
  return {
    ...base,
    layers: eachLayer(layers, (layer) => ({ attention: isAttention(layer) ? attention : mixer, feedForward })),
  };
}

/** Nemotron-H: each layer is a mixer, an attention, a feed-forward or experts, and nothing else. */
function nemotronH(config: ConfigReader): Stack {
  const base = frame(config);
  const kinds = layerKinds(config);
  const headKey = config.has('attention_head_dim') ? 'attention_head_dim' : 'head_dim';
  const count = config.integer('num_attention_heads');
  const attention: GroupedQuery = {
    kind: 'grouped-query',
    heads: count,
    kvHeads: config.integerOr(count, 'num_attention_heads', 'num_key_value_heads'),
    headDim: config.integer(headKey),
    ...bias(config, 'all'),
  };
  const mixer = mamba2({
    hidden: base.hidden,
    heads: config.integer('mamba_num_heads'),
    headDim: config.integer('mamba_head_dim'),
    groups: config.integer('n_groups', 'mamba_n_groups'),
    stateSize: config.integer('ssm_state_size'),
    kernel: config.integer('conv_kernel', 'mamba_d_conv'),
    bias: config.flag('mamba_proj_bias', 'use_bias'),
    convolutionBias: config.flag('use_conv_bias', 'mamba_conv_bias'),
    norm: true,
  });
  config.ignore(
    'expand',
    'num_hidden_layers',
    'mamba_num_groups',
    'mtp_hybrid_override_pattern',
    'sliding_window',
    'head_dim',
  );
  const parts: Record<string, () => Layer> = {
    linear_attention: () => ({ attention: mixer, feedForward: null }),
    full_attention: () => ({ attention, feedForward: null }),
    mlp: () => ({ attention: null, feedForward: plain(config, config.flag('mlp_bias')) }),
    moe: () => ({ attention: null, feedForward: nemotronExperts(config) }),
  };
  const built = new Map<string, Layer>();
  for (const kind of new Set(kinds)) {
    const part = parts[kind]?.();
    if (part !== undefined) built.set(kind, part);
  }
  if (!kinds.includes('mlp')) config.ignore('intermediate_size');
  if (!kinds.includes('moe')) {
    config.ignore('n_routed_experts', 'n_shared_experts', 'moe_intermediate_size', 'num_experts_per_tok');
    config.ignore('moe_shared_expert_intermediate_size', 'moe_latent_size');
  }
  return {
    ...base,
    layers: kinds.map((kind) => built.get(kind) ?? { attention, feedForward: null }),
    notes: multiTokenNote(config),
  };
}

function nemotronExperts(config: ConfigReader): FeedForward {
  const latentWidth = config.optionalInteger('moe_latent_size');
  const shared = config.optionalInteger('moe_shared_expert_intermediate_size') ?? 0;
  const count = config.optionalInteger('n_shared_experts') ?? 0;
  return {
    ...deepseekExperts(config, false),
    sharedIntermediate: shared * count,
    ...(latentWidth !== undefined && latentWidth > 0 && { expertHidden: latentWidth }),
  };
}

const patternKinds: Readonly<Record<string, string>> = {
  M: 'linear_attention',
  '*': 'full_attention',
  '-': 'mlp',
  E: 'moe',
};

/** The kind of each layer: by name, or by letter in `hybrid_override_pattern`. */
function layerKinds(config: ConfigReader): string[] {
  const pattern = config.text('hybrid_override_pattern');
  if (pattern === undefined) {
    const listed = config.list('layers_block_type', 'layer_types');
    if (listed === undefined) {
      config.problem('MISSING_KEY', 'hybrid_override_pattern', 'is missing, and without it the layers have no kinds');
      return ['mlp'];
    }
    config.layersAre(listed.length, 'layers_block_type');
    config.kinds('layers_block_type', 'the layer kind', listed, [...linear, ...full, 'mlp', 'moe']);
    return listed.map((kind) =>
      linear.includes(String(kind))
        ? 'linear_attention'
        : full.includes(String(kind))
          ? 'full_attention'
          : String(kind),
    );
  }
  const letters = [...pattern];
  config.layersAre(letters.length, 'hybrid_override_pattern');
  const odd = letters.find((letter) => patternKinds[letter] === undefined);
  if (odd !== undefined) config.unknown('hybrid_override_pattern', 'the layer kind', odd, Object.keys(patternKinds));
  return letters.map((letter) => patternKinds[letter] ?? 'mlp');
}

/** Granite 4: Mamba-2 or attention, then experts with a shared one, or the shared one alone. */
function graniteHybrid(config: ConfigReader): Stack {
  const base = frame(config);
  const layers = layerCount(config, 'num_hidden_layers');
  const types =
    layerTypes(config, layers, [...linear, ...full], 'layers_block_type') ?? new Array<string>(layers).fill('mamba');
  const attention = { ...heads(config), ...bias(config, 'all') };
  const mixer = types.some((type) => linear.includes(type)) ? mamba2Mixer(config, true) : attention;
  config.ignore('mamba_n_heads', 'mamba_n_groups', 'mamba_d_state', 'mamba_d_head', 'mamba_d_conv', 'mamba_expand');
  config.ignore('mamba_conv_bias', 'mamba_proj_bias');
  const shared = config.integer('shared_intermediate_size');
  const count = config.integer('num_local_experts');
  const active = config.integer('num_experts_per_tok');
  const intermediate = config.integer('intermediate_size');
  const feedForward: FeedForward =
    count > 0
      ? experts({ experts: count, activeExperts: active, intermediate, sharedIntermediate: shared })
      : { kind: 'gated', intermediate: shared };
  return {
    ...base,
    layers: types.map((type) => ({ attention: full.includes(type) ? attention : mixer, feedForward })),
  };
}

/** Falcon-H1: attention and Mamba-2 read the same input side by side; written as two halves of a layer. */
function falconH1(config: ConfigReader): Stack {
  const base = frame(config);
  const layers = layerCount(config, 'num_hidden_layers');
  const attention = { ...heads(config), ...bias(config, 'all') };
  const inner = config.optionalInteger('mamba_d_ssm') ?? config.integer('mamba_expand') * base.hidden;
  const mixer = mamba2Mixer(config, config.flag('mamba_rms_norm'), inner);
  const feedForward = gated(config, config.flag('mlp_bias'));
  const halves: Layer[] = [
    { attention, feedForward: null },
    { attention: mixer, feedForward },
  ];
  config.ignore('projectors_bias', 'attn_layer_indices');
  return {
    ...base,
    layers: new Array<Layer[]>(layers).fill(halves).flat(),
    notes: [
      `Its ${layers} layers run attention and a Mamba-2 mixer side by side; each is written as two, one after the other.`,
    ],
  };
}
