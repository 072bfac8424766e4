import { ownEntry } from '../../../engine/ownEntry.ts';
import type { ConfigReader } from './configReader.ts';

/**
 * The weight format that a `config.json` says its checkpoint is in: `quantization_config`, or else the number format
 * of `torch_dtype`. A method or a grouping that no format of the catalogue describes is refused by its name.
 */
export function nativeFormat(config: ConfigReader, text: ConfigReader): string | undefined {
  const quantization = config.object('quantization_config') ?? text.object('quantization_config');
  if (quantization !== undefined) return quantizedFormat(quantization);
  const compression = config.object('compression_config');
  if (compression !== undefined) return quantizedFormat(compression);
  const type = (config.text('torch_dtype', 'dtype') ?? text.text('torch_dtype', 'dtype'))?.replace(/^torch\./, '');
  if (type === undefined || type === 'auto') return undefined;
  const formats: Readonly<Record<string, string>> = {
    bfloat16: 'bf16',
    float16: 'fp16',
    half: 'fp16',
    float32: 'fp32',
    float: 'fp32',
  };
  const format = ownEntry(formats, type);
  if (format === undefined) config.unknown('torch_dtype', 'the number format', type, Object.keys(formats));
  return format;
}

type Method = (quantization: ConfigReader) => string | undefined;

const methods: Readonly<Record<string, Method>> = {
  fp8: (quantization) => {
    if (quantization.text('fmt') === 'e5m2') return 'fp8-e5m2';
    const block = quantization.list('weight_block_size');
    if (block === undefined) return 'fp8-e4m3-per-tensor';
    if (block.length === 2 && block.every((side) => side === 128)) return 'fp8-e4m3-block128';
    quantization.unknown('weight_block_size', 'the block', block, ['[128, 128]']);
    return undefined;
  },
  // One scale a channel; its bits are within a thousandth of one a tensor.
  fbgemm_fp8: () => 'fp8-e4m3-per-tensor',
  awq: (quantization) => grouped(quantization, 'awq', { '4/128': 'awq-int4-g128' }),
  gptq: (quantization) => {
    const symmetric = quantization.has('sym') ? quantization.flag('sym') : true;
    return integerGroups(
      quantization,
      quantization.integer('bits'),
      quantization.optionalSigned('group_size'),
      symmetric,
    );
  },
  mxfp4: () => 'mxfp4',
  mlx,
  bitsandbytes: (quantization) => {
    if (quantization.flag('load_in_8bit', '_load_in_8bit')) return 'bnb-int8';
    const type = quantization.text('bnb_4bit_quant_type') ?? 'fp4';
    if (type !== 'nf4') {
      quantization.unknown('bnb_4bit_quant_type', 'the 4-bit type', type, ['nf4']);
      return undefined;
    }
    return quantization.flag('bnb_4bit_use_double_quant') ? 'nf4-double-quant' : 'nf4';
  },
  'compressed-tensors': compressedTensors,
  modelopt: (quantization) => {
    const algorithm = quantization.text('quant_algo');
    const formats: Readonly<Record<string, string>> = { NVFP4: 'nvfp4', FP8: 'fp8-e4m3-per-tensor', MXFP8: 'mxfp8' };
    const format = ownEntry(formats, algorithm ?? '');
    if (format === undefined)
      quantization.unknown('quant_algo', 'the algorithm', algorithm ?? null, Object.keys(formats));
    return format;
  },
};

function quantizedFormat(quantization: ConfigReader): string | undefined {
  const method = quantization.text('quant_method') ?? unnamedMethod(quantization);
  if (method === undefined) {
    quantization.problem('MISSING_KEY', 'quant_method', 'is missing: it says what the other keys mean');
    return undefined;
  }
  const read = ownEntry(methods, method);
  if (read === undefined) {
    quantization.unknown('quant_method', 'the quantisation', method, Object.keys(methods));
    return undefined;
  }
  return read(quantization);
}

/** Two tools leave their own name out: NVIDIA's ModelOpt, and MLX. */
function unnamedMethod(quantization: ConfigReader): string | undefined {
  if (quantization.has('quant_algo')) return 'modelopt';
  return quantization.has('bits') && quantization.has('group_size') ? 'mlx' : undefined;
}

/** The modes of `mlx.core.quantize`; layers that a file quantises otherwise are not told apart. */
function mlx(quantization: ConfigReader): string | undefined {
  const mode = quantization.text('mode') ?? 'affine';
  if (mode !== 'affine') {
    const known = ['affine', 'mxfp4', 'mxfp8', 'nvfp4'];
    if (known.includes(mode)) return mode;
    quantization.unknown('mode', 'the mode', mode, known);
    return undefined;
  }
  const [bits, size] = [quantization.integer('bits'), quantization.integer('group_size')];
  if ([2, 3, 4, 5, 6, 8].includes(bits) && [32, 64, 128].includes(size)) return `mlx-${bits}bit-g${size}`;
  quantization.unknown('group_size', "mlx's grouping", `${bits} bits in groups of ${size}`, [
    '2 to 6 or 8 bits in groups of 32, 64 or 128',
  ]);
  return undefined;
}

/** llm-compressor's format: the first group of tensors speaks for all. */
function compressedTensors(quantization: ConfigReader): string | undefined {
  const group = quantization.object('config_groups')?.object('group_0');
  const weights = group?.object('weights');
  if (weights === undefined) {
    quantization.problem('MISSING_KEY', 'config_groups.group_0.weights', 'is missing');
    return undefined;
  }
  const bits = weights.integer('num_bits');
  const type = weights.text('type') ?? 'int';
  if (type === 'float' && bits === 4) return 'nvfp4';
  if (type === 'float' && bits === 8) {
    return weights.text('strategy') === 'block' ? 'fp8-e4m3-block128' : 'fp8-e4m3-per-tensor';
  }
  if (type === 'int' && bits === 8 && group?.object('input_activations') !== undefined) return 'int8-w8a8';
  if (type === 'int') {
    const symmetric = weights.has('symmetric') ? weights.flag('symmetric') : true;
    return integerGroups(weights, bits, weights.optionalSigned('group_size'), symmetric);
  }
  weights.unknown('type', 'the number type', type, ['int', 'float']);
  return undefined;
}

/** Integer weights in groups that share a scale, as GPTQ packs them. */
function integerGroups(
  quantization: ConfigReader,
  bits: number,
  groupSize: number | undefined,
  symmetric: boolean,
): string | undefined {
  if (bits === 8 && groupSize === 128) return 'gptq-int8-g128';
  if (bits === 4 && [32, 64, 128].includes(groupSize ?? 0))
    return `gptq-int4-g${groupSize}-${symmetric ? 'sym' : 'asym'}`;
  const known = ['4 bits in groups of 32, 64 or 128', '8 bits in groups of 128'];
  quantization.unknown('group_size', 'the grouping', `${bits} bits in groups of ${groupSize ?? 'all'}`, known);
  return undefined;
}

function grouped(
  quantization: ConfigReader,
  name: string,
  formats: Readonly<Record<string, string>>,
): string | undefined {
  const bits = quantization.integer('bits', 'w_bit');
  const size = quantization.optionalSigned('group_size') ?? quantization.optionalSigned('q_group_size');
  const format = formats[`${bits}/${size}`];
  if (format === undefined) {
    quantization.unknown('group_size', `${name}'s grouping`, `${bits} bits in groups of ${size}`, [
      '4 bits in groups of 128',
    ]);
  }
  return format;
}
