import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../../src/engine/model/architecture.ts';
import { weightBytes } from '../../../src/engine/model/weights.ts';
import { weightFormatKind as kind } from '../../../src/registry/kinds/weightFormat.ts';

const ids = readdirSync('seeds/weight-formats').map((file) => file.replace(/\.json$/, ''));

function read(id: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`seeds/weight-formats/${id}.json`, 'utf8'));
}

function format(id: string) {
  return kind.toEngine(id, kind.schema.parse(read(id)));
}

/** Llama 3.1 8B, 8,030,261,248 parameters. */
const llama8B: Architecture = {
  hidden: 4096,
  vocabulary: 128_256,
  tiedEmbeddings: false,
  learnedPositions: 0,
  parallelBlocks: false,
  normVectors: 1,
  extras: [],
  blocks: [
    {
      layers: 32,
      attention: { kind: 'grouped-query', heads: 32, kvHeads: 8, headDim: 128 },
      feedForward: { kind: 'gated', intermediate: 14_336 },
    },
  ],
};

describe('every weight format', () => {
  test('has an id and aliases that no other has', () => {
    const names = ids.flatMap((id) => [id, ...kind.aliases(kind.schema.parse(read(id)))]);
    const lower = names.map((name) => name.toLowerCase());
    expect(lower.filter((name, index) => lower.indexOf(name) !== index)).toEqual([]);
  });

  test.each(ids)('%s converts to bits a model can be sized with', (id) => {
    const { forWeights, cacheBitsPerElement, packing, arithmetic } = format(id);
    expect(forWeights || cacheBitsPerElement !== null).toBe(true);
    expect(forWeights).toBe(packing !== null);
    if (!forWeights) return;
    expect(arithmetic.length).toBeGreaterThan(0);
    const bits = (weightBytes(llama8B, format(id)).total * 8) / 8_030_261_248;
    expect(bits).toBeGreaterThan(1.5);
    expect(bits).toBeLessThanOrEqual(32);
  });
});

// Whole files of Llama 3.1 8B as llama.cpp prints them, header excluded; ours counts the header (0.005 bits).
test.each(ids.filter((id) => id.startsWith('gguf-') && id !== 'gguf-f16'))('%s reproduces its measured file', (id) => {
  const measured = kind.schema.parse(read(id)).wholeFiles?.find(({ model }) => model === 'Llama 3.1 8B');
  if (measured === undefined) return;
  const { total, header } = weightBytes(llama8B, format(id));
  expect(((total - header) * 8) / 8_030_261_248).toBeCloseTo(measured.bitsPerWeight, 3);
});

describe('known formats', () => {
  // llama.cpp src/llama-quant.cpp: attn_v and ffn_down get Q6_K where use_more_bits says so.
  test('Q4_K_M is Q4_K with a Q6_K for the more sensitive half of two matrices', () => {
    expect(format('gguf-q4_k_m').packing).toEqual({
      kind: 'gguf',
      defaultType: 'Q4_K',
      rules: [
        {
          tensors: ['attention-value', 'ffn-down', 'expert-down'],
          layers: { kind: 'more-bits' },
          blockType: 'Q6_K',
        },
      ],
    });
  });

  test('gpt-oss keeps everything but its experts at 16 bits', () => {
    const { packing } = format('mxfp4');
    expect(packing).toMatchObject({ kind: 'uniform', bitsPerWeight: 4.25 });
    expect(packing?.kind === 'uniform' && packing.keeps16Bit).toContain('attention-query');
    expect(packing?.kind === 'uniform' && packing.keeps16Bit).not.toContain('expert-up');
  });

  test.each([
    ['fp16', 16],
    ['gguf-q8_0', 8.5],
    ['kv-fp8-e4m3', 8],
    ['kv-q4_0', 4.5],
    ['awq-int4-g128', null],
  ])('%s caches an element in %s bits', (id, bits) => {
    expect(format(id).cacheBitsPerElement).toBe(bits);
  });
});

describe('a format is refused', () => {
  const weights = { bitsPerWeight: 4.5, source: 'gguf-constants' };
  test.each([
    ['a negative width', { weights: { ...weights, bitsPerWeight: -4 } }, 'weights.bitsPerWeight'],
    ['a width its block type does not have', { weights: { ...weights, bitsPerWeight: 4 } }, 'weights.bitsPerWeight'],
    ['a source that is not listed', { weights: { ...weights, source: 'nowhere' } }, 'weights.source'],
    ['an unknown key', { bitsPerWieght: 4.5 }, ''],
    ['weights without a packing', { packing: undefined }, 'packing'],
  ])('with %s, naming the field', (_what, change, path) => {
    const result = kind.schema.safeParse({ ...read('gguf-q4_k_m'), ...change });
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  test('with a block type llama.cpp does not have', () => {
    const facts = kind.schema.parse(read('gguf-q4_k_m'));
    const packing = { ...facts.packing, rules: [{ tensors: ['head'], layers: { kind: 'all' }, blockType: 'Q7_K' }] };
    const result = kind.schema.safeParse({ ...facts, packing });
    expect(result.error?.issues[0]).toMatchObject({ path: ['packing', 'rules', 0, 'blockType'] });
  });
});
