import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsOfBlockType, blockTypeForColumns, UnknownBlockTypeError } from '../../../src/engine/model/blockTypes.ts';
import { type GgufPacking, ggufBlockType, ggufHeadBlockType, layerIsIn } from '../../../src/engine/model/ggufTypes.ts';
import type { TensorClass } from '../../../src/engine/model/matrix.ts';
import { countParameters } from '../../../src/engine/model/parameters.ts';
import { NotAWeightFormatError, weightBytes } from '../../../src/engine/model/weights.ts';
import { anyArchitecture } from '../deployments.ts';
import { seedArchitecture, seedFormat } from '../desktop/machines.ts';

const GIB = 2 ** 30;

function gguf(id: string): GgufPacking {
  const { packing } = seedFormat(id);
  if (packing?.kind !== 'gguf') throw new Error(`${id} is no GGUF format`);
  return packing;
}

describe('parameters outside the stack', () => {
  // GLM-4.5 (zai-org): the checkpoint holds 358.3 billion, 352.8 of them the main model; runtimes leave the
  // multi-token-prediction layer out. Llama 3.2 11B Vision: 10.67 billion with the tower, which text does not read.
  test('count in memory where runtimes load them', () => {
    const bytes = (model: string) => weightBytes(seedArchitecture(model), seedFormat('bf16')).total;
    expect(bytes('glm-4.5')).toBe(2 * (358_337_791_296 - 5_539_976_512));
    expect(bytes('llama-3.2-11b-vision')).toBe(2 * 10_670_220_835);
  });

  test('and are idle where a step does not read them', () => {
    const idle = (model: string) => weightBytes(seedArchitecture(model), seedFormat('bf16')).idle;
    expect(idle('llama-3.2-11b-vision')).toBe(2 * 895_061_539);
    expect(idle('glm-4.5')).toBe(0);
  });
});

describe('size of published weight files', () => {
  // Llama-3.1-8B, GiB rounded to 0.01.
  // https://github.com/ggml-org/llama.cpp/blob/311c2c9f0ebd6e08f5b20e8827c654cebb7a41d6/tools/quantize/README.md
  test.each([
    ['gguf-iq1_s', 1.87],
    ['gguf-iq1_m', 2.01],
    ['gguf-iq2_xxs', 2.23],
    ['gguf-iq2_xs', 2.42],
    ['gguf-iq2_s', 2.56],
    ['gguf-iq2_m', 2.74],
    ['gguf-iq3_xxs', 3.04],
    ['gguf-iq3_xs', 3.27],
    ['gguf-iq3_s', 3.42],
    ['gguf-iq3_m', 3.52],
    ['gguf-iq4_xs', 4.17],
    ['gguf-iq4_nl', 4.38],
    ['gguf-q2_k_s', 2.78],
    ['gguf-q2_k', 2.95],
    ['gguf-q3_k_s', 3.41],
    ['gguf-q3_k_l', 4.02],
    ['gguf-q4_k_s', 4.36],
    ['gguf-q4_k_m', 4.58],
    ['gguf-q5_k_s', 5.21],
    ['gguf-q5_k_m', 5.33],
    ['gguf-q6_k', 6.14],
    ['gguf-q8_0', 7.95],
    ['gguf-f16', 14.96],
  ])('Llama 3.1 8B in %s is %f GiB', (format, gib) => {
    const { total } = weightBytes(seedArchitecture('llama-3.1-8b'), seedFormat(format));
    expect(Math.abs(total / GIB - gib)).toBeLessThan(0.01);
  });

  // "model size" lines of load logs, GiB rounded to 0.01.
  // https://github.com/XiongjieDai/GPU-Benchmarks-on-LLM-Inference/tree/aa72e0ec86c3/LLaMA%202
  test.each([
    ['llama-2-7b', 'gguf-q4_0', 3.56],
    ['llama-2-7b', 'gguf-f16', 12.55],
    ['llama-2-13b', 'gguf-q4_0', 6.86],
    ['llama-2-70b', 'gguf-q4_0', 36.2],
  ])('%s in %s is %f GiB', (model, format, gib) => {
    const { total } = weightBytes(seedArchitecture(model), seedFormat(format));
    expect(Math.abs(total / GIB / gib - 1)).toBeLessThan(0.002);
  });

  // Files of the maintainers' own benchmark: experts in MXFP4, the rest in Q8_0; and a small model in odd widths.
  // https://github.com/lzptouch/llama.cpp/blob/0b3d966f1855/benches/dgx-spark/dgx-spark.md
  // https://github.com/guruswami-ai/mlx-benchmarks/tree/2e44a7cdb5b1/results/nvidia
  test.each([
    ['gpt-oss-20b', 'gguf-mxfp4_moe', 11.27],
    ['qwen2.5-coder-7b', 'gguf-q8_0', 7.54],
    ['qwen2-1.5b', 'gguf-q4_k_m', 0.9183],
    ['qwen2-1.5b', 'gguf-q2_k', 0.6299],
    ['qwen2.5-14b', 'gguf-q3_k_m', 6.8352],
    ['smollm3-3b', 'gguf-q5_k_m', 2.0617],
  ])('%s in %s is %f GiB', (model, format, gib) => {
    const { total } = weightBytes(seedArchitecture(model), seedFormat(format));
    expect(Math.abs(total / GIB / gib - 1)).toBeLessThan(0.005);
  });
});

describe('block types llama.cpp chooses', () => {
  const mistral = { layers: 32, groupSize: 4, experts: 0 };
  const mixtral = { layers: 32, groupSize: 4, experts: 8 };
  const typeOf = (format: string, tensor: TensorClass, layer: number, model = mistral) =>
    ggufBlockType(gguf(format), { tensor, layer, layers: 32, columns: 4096, latentAttention: false }, model);

  // Tensor lists of Mistral 7B in load logs: Q4_K_M https://github.com/mozilla-ai/llamafile/pull/122,
  // Q5_K_M https://github.com/SciSharp/LLamaSharp/issues/35
  test.each([
    ['gguf-q4_k_m', 'attention-value', 29, 'Q6_K'],
    ['gguf-q4_k_m', 'attention-value', 30, 'Q6_K'],
    ['gguf-q4_k_m', 'ffn-down', 29, 'Q6_K'],
    ['gguf-q4_k_m', 'attention-key', 29, 'Q4_K'],
    ['gguf-q4_k_m', 'attention-output', 29, 'Q4_K'],
    ['gguf-q4_k_m', 'ffn-up', 29, 'Q4_K'],
    ['gguf-q5_k_m', 'attention-value', 29, 'Q6_K'],
    ['gguf-q5_k_m', 'ffn-down', 30, 'Q6_K'],
    ['gguf-q5_k_m', 'attention-key', 30, 'Q5_K'],
    ['gguf-q5_k_m', 'ffn-gate', 30, 'Q5_K'],
  ] as const)('%s, %s of layer %i: %s', (format, tensor, layer, blockType) => {
    expect(typeOf(format, tensor, layer)).toBe(blockType);
  });

  test('with eight experts keys and values stay at Q8_0', () => {
    // Mixtral 8x7B Q3_K_M: https://github.com/ggml-org/llama.cpp/issues/4495
    expect(typeOf('gguf-q3_k_m', 'attention-key', 31, mixtral)).toBe('Q8_0');
    expect(typeOf('gguf-q3_k_m', 'attention-value', 31, mixtral)).toBe('Q8_0');
    expect(typeOf('gguf-q3_k_m', 'attention-query', 31, mixtral)).toBe('Q3_K');
  });

  test('half of 32 layers get more bits: the first and last eighth and every third between', () => {
    const layers = Array.from({ length: 32 }, (_, layer) => layer);
    expect(layers.filter((layer) => layerIsIn({ kind: 'more-bits' }, layer, 32))).toEqual([
      0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31,
    ]);
  });

  test('the output matrix is kept wider than the rest, and at 8 bits when rows are no whole blocks', () => {
    expect(ggufHeadBlockType(gguf('gguf-q4_k_m'), 4096)).toBe('Q6_K');
    expect(ggufHeadBlockType(gguf('gguf-iq2_xxs'), 4096)).toBe('Q5_K');
    expect(ggufHeadBlockType(gguf('gguf-q8_0'), 4096)).toBe('Q8_0');
    expect(ggufHeadBlockType(gguf('gguf-q4_k_m'), 2880)).toBe('Q8_0');
    expect(ggufHeadBlockType(gguf('gguf-f16'), 4096)).toBe('F16');
  });

  test('rows that are no whole number of blocks fall back to a type with smaller blocks', () => {
    expect(blockTypeForColumns('Q4_K', 896)).toBe('Q5_0');
    expect(blockTypeForColumns('Q6_K', 2880)).toBe('Q8_0');
    expect(blockTypeForColumns('IQ2_XXS', 192)).toBe('IQ4_NL');
    expect(blockTypeForColumns('Q4_0', 100)).toBe('F16');
    expect(blockTypeForColumns('Q4_K', 4096)).toBe('Q4_K');
  });
});

describe('uniform formats', () => {
  test('AWQ keeps embedding and head at 16 bits, and norms', () => {
    const architecture = seedArchitecture('llama-3.1-8b');
    const format = seedFormat('awq-int4-g128');
    const embedding = 128_256 * 4096;
    const { total, embedding: stored, head } = weightBytes(architecture, format);
    const matrices = 32 * (4096 * 4096 * 2 + 4096 * 1024 * 2 + 3 * 4096 * 14_336);
    const norms = 65 * 4096;
    expect(stored).toBe(2 * embedding);
    expect(head).toBe(2 * embedding);
    expect(total).toBeCloseTo((matrices * 4.15625) / 8 + 4 * embedding + 2 * norms, 0);
  });

  test('MLC quantises embedding and head too', () => {
    const matrices = 2 * 128_256 * 4096 + 32 * (4096 * 4096 * 2 + 4096 * 1024 * 2 + 3 * 4096 * 14_336);
    const { total } = weightBytes(seedArchitecture('llama-3.1-8b'), seedFormat('mlc-q4f16_1'));
    expect(total).toBeCloseTo((matrices * 4.5) / 8 + 2 * 65 * 4096, 0);
  });

  test('native MXFP4 packs experts only', () => {
    const architecture = seedArchitecture('gpt-oss-20b');
    const bytes = weightBytes(architecture, seedFormat('mxfp4'));
    expect(bytes.routed.map(({ blockType }) => blockType)).toEqual(['mxfp4-4']);
    expect(bytes.dense.map(({ blockType }) => blockType)).toEqual(['F16']);
    expect(bytes.experts / (24 * 32 * 3 * 2880 * 2880)).toBeCloseTo(4.25 / 8, 6);
  });

  test('MLX formats go by the bits people name, scales left out', () => {
    const architecture = seedArchitecture('llama-3.1-8b');
    for (const [format, blockType] of [
      ['mlx-3bit-g32', 'mlx-3'],
      ['mlx-4bit-g64', 'mlx-4'],
      ['mlx-8bit-g32', 'mlx-8'],
    ] as const) {
      expect(weightBytes(architecture, seedFormat(format)).dense.map((part) => part.blockType)).toContain(blockType);
    }
  });
});

const anyFormat = fc
  .constantFrom('gguf-q4_k_m', 'gguf-iq3_xs', 'gguf-q8_0', 'gguf-mxfp4_moe', 'bf16', 'fp32', 'awq-int4-g128', 'mxfp4')
  .map(seedFormat);

describe('for every architecture and format', () => {
  test('parts sum to the whole', () => {
    fc.assert(
      fc.property(anyArchitecture, anyFormat, (architecture, format) => {
        const parts = weightBytes(architecture, format);
        const sum = parts.embedding + parts.head + parts.denseBlocks + parts.experts + parts.idle + parts.header;
        expect(sum / parts.total).toBeCloseTo(1, 12);
        const listed = (list: readonly { bytes: number }[]) => list.reduce((total, { bytes }) => total + bytes, 0);
        const head = architecture.tiedEmbeddings ? parts.embedding : parts.head;
        expect(listed(parts.dense) / (parts.denseBlocks + head)).toBeCloseTo(1, 12);
        expect(listed(parts.routed)).toBeCloseTo(parts.experts, 0);
      }),
    );
  });

  test('16-bit bytes are twice the parameters', () => {
    fc.assert(
      fc.property(anyArchitecture, (architecture) => {
        const { total } = weightBytes(architecture, seedFormat('bf16'));
        expect(total / countParameters(architecture).total).toBeCloseTo(2, 4);
      }),
    );
  });

  test('a measured file size scales every part', () => {
    fc.assert(
      fc.property(anyArchitecture, anyFormat, fc.integer({ min: 1, max: 1e12 }), (architecture, format, fileBytes) => {
        const computed = weightBytes(architecture, format);
        const measured = weightBytes(architecture, format, fileBytes);
        expect(measured.total / fileBytes).toBeCloseTo(1, 9);
        expect(measured.embedding / measured.total).toBeCloseTo(computed.embedding / computed.total, 9);
      }),
    );
  });
});

test('a cache format holds no weights', () => {
  expect(() => weightBytes(seedArchitecture('llama-2-7b'), seedFormat('kv-q8_0'))).toThrow(NotAWeightFormatError);
});

test('an unknown block type is named', () => {
  expect(() => bitsOfBlockType('Q7_K')).toThrow(UnknownBlockTypeError);
});
