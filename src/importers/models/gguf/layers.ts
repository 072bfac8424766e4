import { refusal } from '../../importRefused.ts';
import type { Experts, FeedForward, GroupedQuery, Latent, Layer, StateSpace } from '../huggingFace/stack.ts';
import { mamba1, mamba2, shortConvolution } from '../huggingFace/stateSpace.ts';
import type { GgufFields } from './fields.ts';
import type { GgufTensor } from './header.ts';

/** The tensors of one block by their names without `blk.N.`. */
export type BlockTensors = ReadonlyMap<string, GgufTensor>;

/** Tensors that tell nothing about the shape of a layer: norms, sinks, rotary factors, routing biases. */
const beside =
  /(^|_)norm(_\d)?\.(weight|bias)$|^(attn_sinks|rope_freqs|exp_probs_b|layer_output_scale|attn_sub_norm|ffn_sub_norm)(\.weight|\.bias)?$|^rope_factors_(long|short)\.weight$/;

const attentionParts = /^(attn_(q|k|v|qkv|output|q_a|q_b|kv_a_mqa|kv_b|k_b|v_b)\.(weight|bias))$/;
const mixerParts = /^(ssm_(in|conv1d|x|dt|a|d|out)(\.weight|\.bias)?|shortconv\.(conv|in_proj|out_proj)\.weight)$/;
const feedForwardParts =
  /^(ffn_(gate|up|down)\.(weight|bias)|ffn_gate_inp(_shexp)?\.(weight|bias)|ffn_(gate|up|down|gate_up)_exps\.(weight|bias)|ffn_(gate|up|down)_shexp\.weight)$/;

/**
 * What one block is, from the tensors it has: two layers where a mixer and attention stand side by side. A tensor
 * whose part in the block is not known is refused by its name.
 */
export function layersOfBlock(tensors: BlockTensors, block: number, fields: GgufFields, hidden: number): Layer[] {
  for (const name of tensors.keys()) {
    if (beside.test(name) || attentionParts.test(name) || mixerParts.test(name) || feedForwardParts.test(name))
      continue;
    throw refusal(
      'UNKNOWN_KIND',
      `blk.${block}.${name}`,
      `is a tensor that is not known here (architecture ${fields.architecture})`,
    );
  }
  const attention = attentionOf(tensors, block, fields, hidden);
  const mixer = mixerOf(tensors, block, fields, hidden);
  const feedForward = feedForwardOf(tensors, block, fields, hidden);
  if (attention !== null && mixer !== null) {
    return [
      { attention, feedForward: null },
      { attention: mixer, feedForward },
    ];
  }
  if (attention === null && mixer === null && feedForward === null) {
    throw refusal('MISSING_KEY', `blk.${block}`, 'has neither attention nor feed-forward');
  }
  return [{ attention: attention ?? mixer, feedForward }];
}

function rows(tensor: GgufTensor | undefined): number {
  return tensor?.shape[1] ?? 0;
}

function attentionOf(
  tensors: BlockTensors,
  block: number,
  fields: GgufFields,
  hidden: number,
): GroupedQuery | Latent | null {
  if (tensors.has('attn_kv_a_mqa.weight')) return latentOf(tensors, fields);
  const output = tensors.get('attn_output.weight');
  const fused = tensors.get('attn_qkv.weight');
  const query = tensors.get('attn_q.weight');
  if (output === undefined && fused === undefined && query === undefined) return null;
  const heads = fields.atLayer('attention.head_count', block) ?? fields.integer('attention.head_count');
  const kvHeads = fields.atLayer('attention.head_count_kv', block) ?? heads;
  if (heads === 0 || kvHeads === 0)
    throw refusal('INVALID_VALUE', `${fields.architecture}.attention.head_count`, 'is 0 in a block with attention');
  const headDim = fields.optionalInteger('attention.key_length') ?? hidden / heads;
  const valueHeadDim = fields.optionalInteger('attention.value_length') ?? headDim;
  const queryRows = fused === undefined ? rows(query) : rows(fused) - kvHeads * (headDim + valueHeadDim);
  const gate = queryRows === 2 * heads * headDim;
  if (queryRows !== heads * headDim && !gate) {
    throw refusal(
      'INVALID_VALUE',
      `blk.${block}.${fused === undefined ? 'attn_q' : 'attn_qkv'}.weight`,
      `has rows for ${queryRows} query elements where ${heads} heads of ${headDim} are stated`,
    );
  }
  const biased = ['attn_q.bias', 'attn_qkv.bias'].some((name) => tensors.has(name));
  const norm = tensors.get('attn_q_norm.weight')?.elements;
  return {
    kind: 'grouped-query',
    heads,
    kvHeads,
    headDim,
    ...(valueHeadDim !== headDim && { valueHeadDim }),
    ...(gate && { outputGate: true }),
    ...(biased && { bias: tensors.has('attn_output.bias') ? 'all' : 'qkv' }),
    ...(norm !== undefined && { queryKeyNorm: norm === headDim ? 'head' : 'full' }),
    ...(fused === undefined && !tensors.has('attn_k.weight') && { sharesKeyValue: true }),
  };
}

function latentOf(tensors: BlockTensors, fields: GgufFields): Latent {
  const ropeDim = fields.integer('rope.dimension_count');
  const latentDim = fields.integer('attention.kv_lora_rank');
  // Absorbed files state the width of the latent as the key's, and the heads' own beside it.
  const keyLength = fields.optionalInteger('attention.key_length_mla') ?? fields.integer('attention.key_length');
  const valueHeadDim = fields.optionalInteger('attention.value_length_mla') ?? fields.integer('attention.value_length');
  const queryRank = tensors.has('attn_q_a.weight') ? rows(tensors.get('attn_q_a.weight')) : undefined;
  return {
    kind: 'multi-head-latent',
    heads: fields.integer('attention.head_count'),
    latentDim,
    ropeDim,
    nopeDim: keyLength - ropeDim,
    valueHeadDim,
    ...(queryRank !== undefined && { queryRank }),
  };
}

function mixerOf(tensors: BlockTensors, block: number, fields: GgufFields, hidden: number): StateSpace | null {
  const convolution = tensors.get('shortconv.conv.weight');
  if (convolution !== undefined) {
    return shortConvolution({ hidden, kernel: fields.integer('shortconv.l_cache'), bias: false });
  }
  if (!tensors.has('ssm_in.weight')) return null;
  const inner = fields.integer('ssm.inner_size');
  const stateSize = fields.integer('ssm.state_size');
  const kernel = fields.integer('ssm.conv_kernel');
  const bias = tensors.has('ssm_in.bias');
  const convolutionBias = tensors.has('ssm_conv1d.bias');
  const rank = fields.integer('ssm.time_step_rank');
  if (tensors.has('ssm_x.weight')) {
    const innerNorms = tensors.has('ssm_dt_norm.weight');
    return mamba1({ hidden, inner, stateSize, kernel, rank, bias, convolutionBias, innerNorms });
  }
  const groups = fields.integer('ssm.group_count');
  if (rank === 0 || inner % rank !== 0) {
    throw refusal(
      'INVALID_VALUE',
      `blk.${block}.ssm_in.weight`,
      `${rank} heads do not divide the inner width ${inner}`,
    );
  }
  // Mamba-2 states its heads as the rank of the time step.
  const shape = { hidden, heads: rank, headDim: inner / rank, groups, stateSize, kernel, bias, convolutionBias };
  return mamba2({ ...shape, norm: tensors.has('ssm_norm.weight') });
}

function feedForwardOf(tensors: BlockTensors, block: number, fields: GgufFields, hidden: number): FeedForward | null {
  if (tensors.has('ffn_gate_inp.weight')) return expertsOf(tensors, fields, hidden);
  const [up, down] = [tensors.get('ffn_up.weight'), tensors.get('ffn_down.weight')];
  if (up === undefined || down === undefined) return null;
  const intermediate = down.shape[0] ?? 0;
  const bias = tensors.has('ffn_up.bias') ? { bias: true } : {};
  // Phi-3 and GLM-4 keep gate and up in one matrix.
  const fusedGate = rows(up) === 2 * intermediate;
  if (!fusedGate && rows(up) !== intermediate) {
    throw refusal(
      'INVALID_VALUE',
      `blk.${block}.ffn_up.weight`,
      `has ${rows(up)} rows where ffn_down has ${intermediate} columns`,
    );
  }
  return { kind: tensors.has('ffn_gate.weight') || fusedGate ? 'gated' : 'plain', intermediate, ...bias };
}

function expertsOf(tensors: BlockTensors, fields: GgufFields, hidden: number): Experts {
  const down = tensors.get('ffn_down_exps.weight');
  const intermediate = down?.shape[0] ?? 0;
  const expertHidden = down?.shape[1] ?? hidden;
  const shared = tensors.get('ffn_down_shexp.weight')?.shape[0] ?? 0;
  return {
    kind: 'experts',
    experts: rows(tensors.get('ffn_gate_inp.weight')),
    activeExperts: fields.integer('expert_used_count'),
    intermediate,
    sharedIntermediate: shared,
    gated: tensors.has('ffn_gate_exps.weight') || tensors.has('ffn_gate_up_exps.weight'),
    ...(expertHidden !== hidden && { expertHidden }),
    ...(tensors.has('ffn_gate_inp_shexp.weight') && { sharedGate: true }),
    ...(tensors.has('ffn_down_exps.bias') && { bias: true }),
  };
}
