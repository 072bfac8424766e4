import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ImportProblem, ImportRefusedError } from '../../../src/importers/importRefused.ts';
import { type ImportedGguf, importGguf } from '../../../src/importers/models/ggufFile.ts';
import { kind } from '../../../src/registry/kinds/model.ts';
import { blockTypes, ggufHeader, type HeaderContent, llamaQ4KM } from './ggufBytes.ts';

beforeAll(() => {
  vi.stubGlobal('fetch', () => {
    throw new Error('an import must not reach the network');
  });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

function read(content: HeaderContent) {
  return importGguf(ggufHeader(content).toString('base64'));
}

function problemsOf(bytes: Buffer | string): readonly ImportProblem[] {
  try {
    importGguf(typeof bytes === 'string' ? bytes : bytes.toString('base64'));
  } catch (error) {
    if (error instanceof ImportRefusedError) return error.problems;
    throw error;
  }
  return [];
}

/** A small dense model of one block. */
function tiny(more: HeaderContent['tensors'] = [], metadata: HeaderContent['metadata'] = {}): HeaderContent {
  const { F16 } = blockTypes;
  const matrix = (name: string, shape: (number | bigint)[]) => ({ name, shape, type: F16 });
  return {
    metadata: {
      'general.architecture': 'llama',
      'general.name': 'Tiny',
      'llama.block_count': 1,
      'llama.embedding_length': 256,
      'llama.attention.head_count': 4,
      'llama.attention.head_count_kv': 2,
      ...metadata,
    },
    tensors: [
      matrix('token_embd.weight', [256, 32_000]),
      matrix('blk.0.attn_q.weight', [256, 256]),
      matrix('blk.0.attn_k.weight', [256, 128]),
      matrix('blk.0.attn_v.weight', [256, 128]),
      matrix('blk.0.attn_output.weight', [256, 256]),
      matrix('blk.0.ffn_gate.weight', [256, 1024]),
      matrix('blk.0.ffn_up.weight', [256, 1024]),
      matrix('blk.0.ffn_down.weight', [1024, 256]),
      ...more,
    ],
  };
}

describe('Llama 3.1 8B as Q4_K_M', () => {
  let llama: ImportedGguf;
  beforeAll(() => {
    llama = read(llamaQ4KM());
  });

  test('is the block stack of the catalogue', () => {
    const { facts } = llama;
    const stored = kind.schema.parse(JSON.parse(readFileSync('seeds/models/llama-3.1-8b.json', 'utf8')));
    const imported = kind.schema.parse(facts);
    expect(imported.architecture?.blocks).toEqual(stored.architecture?.blocks);
    expect(imported.contextTokens).toBe(131_072);
    expect(imported.nativeFormat).toBe('gguf-q4_k_m');
    expect(imported.name).toBe('Meta Llama 3.1 8B Instruct');
    // The file holds 64 rotary factors beside the 8,030,261,248 parameters.
    expect(imported.parameters?.total).toBe(8_030_261_312);
  });

  test('weighs what llama.cpp publishes of that file: 4.8944 bits a weight', () => {
    const { bitsPerWeight, weightBytes, blockTypes: shares } = llama;
    expect(bitsPerWeight).toBeCloseTo(4.8944, 2);
    expect(shares.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(weightBytes);
    expect(shares.map(({ blockType }) => blockType)).toEqual(['Q4_K', 'Q6_K', 'F32']);
  });

  test('says how large its tokenizer is', () => {
    expect(llama).toMatchObject({ tokenizerTokens: 128_256, tokenizerMerges: 1000 });
  });
});

describe('what the tensors say', () => {
  test('tied embeddings, where there is no output matrix', () => {
    expect(read(tiny()).facts).toMatchObject({ architecture: { tiedEmbeddings: true, vocabulary: 32_000 } });
  });

  test('experts, and a shared one', () => {
    const { F16 } = blockTypes;
    const matrix = (name: string, shape: number[]) => ({ name: `blk.0.${name}.weight`, shape, type: F16 });
    const content = tiny(
      [
        matrix('ffn_gate_inp', [256, 8]),
        matrix('ffn_gate_exps', [256, 64, 8]),
        matrix('ffn_up_exps', [256, 64, 8]),
        matrix('ffn_down_exps', [64, 256, 8]),
        matrix('ffn_gate_shexp', [256, 96]),
        matrix('ffn_up_shexp', [256, 96]),
        matrix('ffn_down_shexp', [96, 256]),
      ],
      { 'llama.expert_used_count': 2 },
    );
    const dense = /ffn_(gate|up|down)\.weight/;
    const { facts } = read({ ...content, tensors: content.tensors.filter(({ name }) => !dense.test(name)) });
    const feedForward = { kind: 'experts', experts: 8, activeExperts: 2, intermediate: 64, sharedIntermediate: 96 };
    expect(facts).toMatchObject({ architecture: { blocks: [{ feedForward }] } });
  });

  test('a window on the layers that the file lists', () => {
    const metadata = { 'llama.attention.sliding_window': 128, 'llama.attention.sliding_window_pattern': [true] };
    const { facts } = read(tiny([], metadata));
    expect(facts).toMatchObject({ architecture: { blocks: [{ attention: { windowTokens: 128 } }] } });
  });
});

describe('is refused', () => {
  const whole = ggufHeader(tiny());
  const enormous = tiny([{ name: 'blk.0.attn_sinks.weight', shape: [2n ** 64n - 1n, 2n ** 64n - 1n], type: 0 }]);
  test.each([
    { what: 'nothing', bytes: Buffer.alloc(0), code: 'TRUNCATED' },
    { what: 'a header cut off', bytes: whole.subarray(0, whole.length - 9), code: 'TRUNCATED' },
    { what: 'a header cut within its first bytes', bytes: whole.subarray(0, 12), code: 'TRUNCATED' },
    { what: 'a safetensors file', bytes: Buffer.from('{"__metadata__":{"format":"pt"}}'), code: 'NOT_READABLE' },
    { what: 'a file of another version', bytes: Buffer.from(whole).fill(9, 4, 5), code: 'NOT_READABLE' },
    { what: 'a dimension of 2^64', bytes: ggufHeader(enormous), code: 'INVALID_VALUE' },
    { what: '2^64 tensors', bytes: Buffer.from(whole).fill(255, 8, 16), code: 'TOO_LARGE' },
    { what: '2^64 entries', bytes: Buffer.from(whole).fill(255, 16, 24), code: 'TOO_LARGE' },
    { what: 'what is not base64', bytes: 'GGUF!', code: 'NOT_READABLE' },
    { what: 'more than a header', bytes: 'A'.repeat(40_000_000), code: 'TOO_LARGE' },
    {
      what: 'a tensor of an unknown part',
      bytes: ggufHeader(tiny([{ name: 'blk.0.time_mix_w1.weight', shape: [256, 8], type: 1 }])),
      code: 'UNKNOWN_KIND',
    },
    {
      what: 'an unknown block type',
      bytes: ggufHeader(tiny([{ name: 'output.weight', shape: [256, 32_000], type: 99 }])),
      code: 'UNKNOWN_KIND',
    },
    { what: 'one of three shards', bytes: ggufHeader(tiny([], { 'split.count': 3 })), code: 'UNKNOWN_KIND' },
    {
      what: 'more blocks than a model has',
      bytes: ggufHeader(tiny([], { 'general.architecture': 'llama', 'llama.block_count': 5000 })),
      code: 'INVALID_VALUE',
    },
  ])('$what: $code', ({ bytes, code }) => {
    expect(problemsOf(bytes)).toMatchObject([{ code }]);
  });

  test('whatever else is wrong with the bytes', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        expect(problemsOf(damaged).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
