import { headDim } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { eachLayer, type Family, type FeedForward, type GroupedQuery, layerCount, type Stack } from '../stack.ts';
import { headBias, layerNorms } from './dense.ts';

/** Decoders from before Llama: layer norms, biases, plain feed-forwards, learned positions. */
export const classicFamilies: Readonly<Record<string, Family>> = {
  gpt2: (config) => {
    const hidden = config.integer('n_embd', 'hidden_size');
    const stack = equalLayers(config, {
      hidden,
      layers: layerCount(config, 'n_layer', 'num_hidden_layers'),
      attention: multiHead(config, { bias: 'all' }, 'n_head'),
      intermediate: config.integerOr(4 * hidden, '4 × n_embd', 'n_inner'),
    });
    return { ...stack, learnedPositions: config.integer('n_positions', 'max_position_embeddings') };
  },
  gptj: (config) => {
    const hidden = config.integer('n_embd', 'hidden_size');
    const stack = equalLayers(config, {
      hidden,
      layers: layerCount(config, 'n_layer', 'num_hidden_layers'),
      attention: multiHead(config, {}, 'n_head'),
      intermediate: config.integerOr(4 * hidden, '4 × n_embd', 'n_inner'),
    });
    // One layer norm feeds both halves of a block.
    return { ...stack, parallelBlocks: true, normVectors: 1, extras: headBias(stack.vocabulary) };
  },
  gpt_neox: (config) => {
    const parallelBlocks = config.flag('use_parallel_residual');
    const stack = equalLayers(config, {
      hidden: config.integer('hidden_size'),
      layers: layerCount(config, 'num_hidden_layers'),
      attention: multiHead(config, config.flag('attention_bias') ? { bias: 'all' } : {}),
      intermediate: config.integer('intermediate_size'),
    });
    return { ...stack, parallelBlocks };
  },
  opt,
  bloom: (config) => {
    const hidden = config.integer('hidden_size', 'n_embed');
    const stack = equalLayers(config, {
      hidden,
      layers: layerCount(config, 'n_layer', 'num_hidden_layers'),
      attention: multiHead(config, { bias: 'all' }, 'n_head', 'num_attention_heads'),
      intermediate: 4 * hidden,
    });
    // The embedding is normed too.
    return { ...stack, outerNormVectors: 4 };
  },
  mpt,
  falcon,
};

interface EqualLayers {
  hidden: number;
  layers: number;
  attention: GroupedQuery;
  intermediate: number;
  bias?: boolean;
}

function equalLayers(config: ConfigReader, parts: EqualLayers): Stack {
  const { hidden, layers, attention, intermediate, bias = true } = parts;
  const feedForward: FeedForward = { kind: 'plain', intermediate, ...(bias && { bias }) };
  return {
    hidden,
    vocabulary: config.integer('vocab_size'),
    tiedEmbeddings: config.flag('tie_word_embeddings'),
    layers: eachLayer(layers, () => ({ attention, feedForward })),
    ...layerNorms,
  };
}

function multiHead(config: ConfigReader, parts: Partial<GroupedQuery>, ...keys: string[]): GroupedQuery {
  const [first = 'num_attention_heads', ...others] = keys;
  const heads = config.integer(first, ...others, 'num_attention_heads');
  return { kind: 'grouped-query', heads, kvHeads: heads, headDim: headDim(config, heads), ...parts };
}

function opt(config: ConfigReader): Stack {
  const hidden = config.integer('hidden_size');
  const bias = config.flag('enable_bias');
  const stack = equalLayers(config, {
    hidden,
    layers: layerCount(config, 'num_hidden_layers'),
    attention: multiHead(config, bias ? { bias: 'all' } : {}),
    intermediate: config.integer('ffn_dim'),
    bias,
  });
  const embeddingWidth = config.integerOr(hidden, 'hidden_size', 'word_embed_proj_dim');
  const finalNorm = config.flag('do_layer_norm_before') && !config.flag('_remove_final_layer_norm');
  const learnedPositions = config.integer('max_position_embeddings') + 2;
  if (embeddingWidth !== hidden) {
    // Its embedding is narrower than the stack, which an architecture cannot say.
    config.problem(
      'UNKNOWN_KIND',
      'word_embed_proj_dim',
      `is ${embeddingWidth} beside a width of ${hidden}: narrower embeddings cannot be read`,
    );
  }
  return { ...stack, learnedPositions, outerNormVectors: finalNorm ? 2 : 0 };
}

function mpt(config: ConfigReader): Stack {
  const hidden = config.integer('d_model');
  const attention = config.object('attn_config', 'mpt_attention');
  const bias = !config.flag('no_bias');
  const heads = config.integer('n_heads');
  const type = attention?.text('attn_type') ?? 'multihead_attention';
  const kinds = ['multihead_attention', 'multiquery_attention', 'grouped_query_attention'];
  if (!kinds.includes(type)) config.unknown('attn_config.attn_type', 'the attention kind', type, kinds);
  const grouped = attention?.optionalInteger('kv_n_heads') ?? heads;
  const stack = equalLayers(config, {
    hidden,
    layers: layerCount(config, 'n_layers'),
    attention: {
      kind: 'grouped-query',
      heads,
      kvHeads: type === 'multiquery_attention' ? 1 : type === 'multihead_attention' ? heads : grouped,
      headDim: headDim(config, heads),
      ...(bias && { bias: 'all' as const }),
    },
    intermediate: config.integer('expansion_ratio') * hidden,
    bias,
  });
  const learned = config.flag('learned_pos_emb') && attention !== undefined && !attention.flag('alibi');
  config.ignore('ffn_config');
  return {
    ...stack,
    ...(learned && { learnedPositions: config.integer('max_seq_len') }),
    ...(!bias && { normVectors: 1, outerNormVectors: 1 }),
  };
}

function falcon(config: ConfigReader): Stack {
  const hidden = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads', 'n_head');
  const grouped = config.flag('new_decoder_architecture');
  const multiQuery = config.flag('multi_query');
  const parallel = config.flag('parallel_attn') || grouped;
  const bias = config.flag('bias');
  const stated = config.optionalInteger('num_kv_heads', 'n_head_kv') ?? heads;
  const stack = equalLayers(config, {
    hidden,
    layers: layerCount(config, 'num_hidden_layers', 'n_layer'),
    attention: {
      kind: 'grouped-query',
      heads,
      kvHeads: grouped ? stated : multiQuery ? 1 : heads,
      headDim: headDim(config, heads),
      ...(bias && { bias: 'all' as const }),
    },
    intermediate: config.integerOr(4 * hidden, '4 × hidden_size', 'ffn_hidden_size'),
    bias,
  });
  const norms = config.optionalInteger('num_ln_in_parallel_attn') ?? (grouped ? 2 : 1);
  return { ...stack, parallelBlocks: parallel, normVectors: parallel ? norms : 2 };
}
