import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../../src/engine/model/architecture.ts';
import {
  attendedPairs,
  cachedBytesOfSequence,
  cacheGroups,
  cacheShareOfRank,
  elementsReadPerQuery,
  kvCacheBytesPerToken,
  stateBytesPerSequence,
} from '../../../src/engine/model/kvCache.ts';
import { kind as modelKind } from '../../../src/registry/kinds/model.ts';
import { anyArchitecture } from '../deployments.ts';

function seedArchitecture(id: string): Architecture {
  const file = new URL(`../../../seeds/models/${id}.json`, import.meta.url);
  const { architecture } = modelKind.toEngine(id, modelKind.schema.parse(JSON.parse(readFileSync(file, 'utf8'))));
  if (architecture === null) throw new Error(`${id} has no architecture`);
  return architecture;
}

describe('bytes of KV cache a token at 16 bits', () => {
  // The first three: arXiv:2505.09343 (DeepSeek-V3 hardware paper), table of KV-cache sizes; exact, no tolerance.
  // The others: layers × 2 × kvHeads × headDim × 2 bytes from each model's published config.json.
  test.each([
    ['deepseek-v3', 70_272],
    ['qwen2.5-72b', 327_680],
    ['llama-3.1-405b', 516_096],
    ['deepseek-r1', 70_272],
    ['llama-3.1-8b', 32 * 2 * 8 * 128 * 2],
    ['llama-3.1-70b', 80 * 2 * 8 * 128 * 2],
    ['llama-2-7b', 32 * 2 * 32 * 128 * 2],
    ['llama-2-13b', 40 * 2 * 40 * 128 * 2],
    ['llama-2-70b', 80 * 2 * 8 * 128 * 2],
    ['mistral-7b-v0.1', 32 * 2 * 8 * 128 * 2],
    ['mixtral-8x7b', 32 * 2 * 8 * 128 * 2],
    ['qwen2.5-7b', 28 * 2 * 4 * 128 * 2],
    ['qwen3-8b', 36 * 2 * 8 * 128 * 2],
    ['qwen3-235b-a22b', 94 * 2 * 4 * 128 * 2],
    ['gemma-2-9b', 42 * 2 * 8 * 256 * 2],
    ['gemma-3-27b', 62 * 2 * 16 * 128 * 2],
    ['gpt-oss-20b', 24 * 2 * 8 * 64 * 2],
    ['gpt-oss-120b', 36 * 2 * 8 * 64 * 2],
    ['phi-4', 40 * 2 * 10 * 128 * 2],
    ['falcon-7b', 32 * 2 * 1 * 64 * 2],
    ['deepseek-v2-lite', 27 * 576 * 2],
    ['jamba-1.5-large', 9 * 2 * 8 * 128 * 2],
    ['qwen3-next-80b-a3b', 12 * 2 * 2 * 256 * 2],
    ['falcon-mamba-7b', 0],
  ])('%s caches %i', (id, bytes) => {
    expect(kvCacheBytesPerToken(seedArchitecture(id), 2)).toBe(bytes);
  });
});

describe('windows', () => {
  // Gemma 3 27B: 52 of 62 layers see 1,024 tokens (arXiv:2503.19786).
  test('Gemma 3 keeps 1,024 tokens in 52 layers and everything in 10', () => {
    const layer = 2 * 16 * 128 * 2;
    const bytes = cachedBytesOfSequence(seedArchitecture('gemma-3-27b'), 100_000, 2, { windowed: true });
    expect(bytes).toBe(layer * (52 * 1024 + 10 * 100_000));
  });

  // gpt-oss: every other layer sees 128 tokens (model card, August 2025).
  test('gpt-oss-20b keeps 128 tokens in 12 layers and everything in 12', () => {
    const layer = 2 * 8 * 64 * 2;
    const bytes = cachedBytesOfSequence(seedArchitecture('gpt-oss-20b'), 50_000, 2, { windowed: true });
    expect(bytes).toBe(layer * (12 * 128 + 12 * 50_000));
  });

  test('a runtime without windowed caches keeps everything everywhere', () => {
    const architecture = seedArchitecture('gemma-3-27b');
    const bytes = cachedBytesOfSequence(architecture, 100_000, 2, { windowed: false });
    expect(bytes).toBe(100_000 * kvCacheBytesPerToken(architecture, 2));
  });
});

describe('cross-attention', () => {
  // Llama 3.2 Vision, config.json of meta-llama/Llama-3.2-11B-Vision-Instruct: 8 of 40 layers attend to the image, of
  // at most 4 tiles of (560 ÷ 14)² patches and a class token: 6,404 tokens, as in vLLM's mllama.
  const text = seedArchitecture('llama-3.2-11b-vision');
  const withImage: Architecture = {
    ...text,
    blocks: text.blocks.map(({ attention, ...group }) => ({
      ...group,
      attention: attention?.kind === 'cross' ? { ...attention, sourceTokens: 4 * ((560 / 14) ** 2 + 1) } : attention,
    })),
  };
  const layer = 2 * 8 * 128 * 2;

  test('Llama 3.2 11B Vision keeps keys and values of 6,404 image tokens in 8 layers, however long the text', () => {
    for (const tokens of [0, 1, 1000, 100_000]) {
      const bytes = cachedBytesOfSequence(withImage, tokens, 2, { windowed: true });
      expect(bytes).toBe(layer * (32 * tokens + 8 * 6404));
    }
    expect(kvCacheBytesPerToken(withImage, 2)).toBe(32 * layer);
  });

  test('and none of them for text alone', () => {
    expect(cachedBytesOfSequence(text, 1000, 2, { windowed: true })).toBe(32 * 1000 * layer);
  });

  test('every token reads all of them', () => {
    const elements = (tokens: number) =>
      cacheGroups(withImage).reduce((sum, group) => sum + group.layers * elementsReadPerQuery(group, tokens), 0);
    expect(2 * elements(1000)).toBe(layer * (32 * 1000 + 8 * 6404));
  });
});

describe('compressed caches', () => {
  // DeepSeek-V4-Flash, config.json: 43 layers of one 512-wide key that is its value; all keep the last 128 tokens.
  // 21 add one entry for every 4 tokens with an index key of 128, and read the 512 best; 20 one for every 128 tokens.
  const flash = seedArchitecture('deepseek-v4-flash');
  const entry = 512;

  test.each([128, 1024, 100_352])(
    'DeepSeek V4 Flash keeps a window of 128 tokens and merged entries of %i',
    (tokens) => {
      const bytes = cachedBytesOfSequence(flash, tokens, 1, { windowed: true });
      const window = 43 * entry * 128;
      const quarters = 21 * (entry + 128) * (tokens / 4);
      expect(bytes).toBe(window + quarters + 20 * entry * (tokens / 128));
    },
  );

  test.each([
    [128, 32],
    [1024, 256],
    [2048, 512],
    [100_352, 512],
  ])('and at %i tokens reads the window and %i of the finer entries', (tokens, best) => {
    const read = cacheGroups(flash).reduce((sum, group) => sum + group.layers * elementsReadPerQuery(group, tokens), 0);
    const window = 43 * entry * 128;
    // The indexer looks at every key to find the best.
    const fine = 21 * (entry * best + 128 * (tokens / 4));
    expect(read).toBe(window + fine + 20 * entry * (tokens / 128));
  });
});

describe('sparse attention', () => {
  // DeepSeek-V3.2-Exp, config.json: index_topk 2,048, one index key of 128 elements a token beside the latent of 576.
  test.each([
    [1000, 1000],
    [2048, 2048],
    [100_000, 2048],
  ])('DeepSeek V3.2 at %i tokens reads the latents of %i and every index key', (tokens, best) => {
    const architecture = seedArchitecture('deepseek-v3.2');
    const groups = cacheGroups(architecture);
    const read = groups.reduce((sum, group) => sum + group.layers * elementsReadPerQuery(group, tokens), 0);
    expect(read).toBe(61 * (576 * best + 128 * tokens));
    expect(kvCacheBytesPerToken(architecture, 2)).toBe(61 * (576 + 128) * 2);
  });
});

describe('state', () => {
  // Falcon Mamba 7B: 64 layers, d_inner 8,192, d_state 16 in fp32, convolution of width 4 in 16 bits.
  test('Falcon Mamba keeps a state of fixed size and no cache', () => {
    const architecture = seedArchitecture('falcon-mamba-7b');
    const state = stateBytesPerSequence(architecture);
    expect(state).toBeGreaterThanOrEqual(64 * 8192 * 16 * 4);
    expect(state).toBeLessThanOrEqual(64 * 8192 * (16 * 4 + 4 * 2));
    expect(cachedBytesOfSequence(architecture, 1_000_000, 2, { windowed: true })).toBe(0);
  });

  test('a hybrid has both', () => {
    const architecture = seedArchitecture('qwen3-next-80b-a3b');
    expect(stateBytesPerSequence(architecture)).toBeGreaterThan(0);
    expect(kvCacheBytesPerToken(architecture, 2)).toBeGreaterThan(0);
  });
});

describe('what holds for every architecture', () => {
  test('a longer sequence never caches less, and a window never more than the whole', () => {
    const tokens = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(anyArchitecture, tokens, tokens, (architecture, a, b) => {
        const bytes = (count: number, windowed: boolean) => cachedBytesOfSequence(architecture, count, 2, { windowed });
        expect(bytes(Math.max(a, b), true)).toBeGreaterThanOrEqual(bytes(Math.min(a, b), true));
        expect(bytes(a, true)).toBeLessThanOrEqual(bytes(a, false));
      }),
    );
  });

  test('pages round up by less than a page a layer', () => {
    fc.assert(
      fc.property(anyArchitecture, fc.integer({ min: 1, max: 100_000 }), (architecture, tokens) => {
        const exact = cachedBytesOfSequence(architecture, tokens, 2, { windowed: false });
        const paged = cachedBytesOfSequence(architecture, tokens, 2, { windowed: false, pageTokens: 16 });
        expect(paged).toBeGreaterThanOrEqual(exact);
        expect(paged).toBeLessThanOrEqual(exact + 15 * kvCacheBytesPerToken(architecture, 2));
      }),
    );
  });

  test('a rank holds at least its share and at most everything', () => {
    fc.assert(
      fc.property(anyArchitecture, fc.integer({ min: 1, max: 64 }), (architecture, tensor) => {
        for (const group of cacheGroups(architecture)) {
          const share = cacheShareOfRank(group, tensor);
          expect(share).toBeGreaterThanOrEqual(1 / tensor - 1e-12);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('causal pairs', () => {
  test('a prompt alone is half of the square', () => {
    expect(attendedPairs(1000, 0, Number.POSITIVE_INFINITY)).toBe(500_000);
  });

  test('equal the sum over tokens, window or not', () => {
    const tokens = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(tokens, tokens, fc.integer({ min: 1, max: 800 }), (fresh, past, limit) => {
        let sum = 0;
        for (let i = 0; i < fresh; i++) sum += Math.min(past + i + 0.5, limit);
        expect(Math.abs(attendedPairs(fresh, past, limit) - sum)).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});

describe('compressed caches', () => {
  // DeepSeek V4: a raw window of 128 tokens, and beside it one entry of 512 elements for every 4 or 128 tokens.
  test('hold a window and merged entries, far below one entry a token', () => {
    const architecture = seedArchitecture('deepseek-v4-flash');
    const bytes = (tokens: number) => cachedBytesOfSequence(architecture, tokens, 2, { windowed: true });
    const growth = (bytes(200_000) - bytes(100_000)) / 100_000;
    let expected = 0;
    for (const group of cacheGroups(architecture)) {
      const perToken = (group.elementsPerToken + group.indexElementsPerToken) * group.compressedEntriesPerToken;
      const whole = group.windowTokens === Number.POSITIVE_INFINITY ? group.elementsPerToken : 0;
      expected += group.layers * (perToken + whole) * 2;
    }
    expect(growth).toBeCloseTo(expected, 6);
    expect(growth).toBeLessThan(kvCacheBytesPerToken(architecture, 2) / 4);
  });
});
