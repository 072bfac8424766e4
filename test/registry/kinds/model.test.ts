import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../../src/engine/model/architecture.ts';
import { kvCacheBytesPerToken, stateBytesPerSequence } from '../../../src/engine/model/kvCache.ts';
import { countParameters } from '../../../src/engine/model/parameters.ts';
import type { Model } from '../../../src/engine/shapes.ts';
import { kind, type ModelFacts, parameterTolerance } from '../../../src/registry/kinds/model.ts';

const ids = readdirSync('seeds/models').map((file) => file.replace(/\.json$/, ''));

function fileOf(id: string): unknown {
  return JSON.parse(readFileSync(`seeds/models/${id}.json`, 'utf8'));
}

const all = ids.map((id) => {
  const facts = kind.schema.parse(fileOf(id));
  return { id, facts, model: kind.toEngine(id, facts) };
});
const open = all.filter(
  (entry): entry is { id: string; facts: ModelFacts; model: Model & { architecture: Architecture } } =>
    entry.model.architecture !== null,
);

function modelOf(id: string): Model & { architecture: Architecture } {
  const found = open.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`no open model ${id}`);
  return found.model;
}

function problems(facts: object): string[] {
  const result = kind.schema.safeParse(facts);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}

describe('the models of the catalogue', () => {
  test('are at least 272 open ones', () => {
    expect(open.length).toBeGreaterThanOrEqual(272);
  });

  test('count within half a percent of the published parameters, or say why not', () => {
    const unexplained = open.filter(({ facts, model }) => {
      const { total = 0, statedTotal = total } = facts.parameters ?? {};
      const counted = countParameters(model.architecture).total;
      const off = [total, statedTotal].some((published) => Math.abs(counted / published - 1) > parameterTolerance);
      return off && facts.parameterDifference === undefined;
    });
    expect(unexplained.map(({ id }) => id)).toEqual([]);
  });

  test('explain a difference only where there is one', () => {
    const needless = open.filter(({ facts, model }) => {
      const { total = 0, statedTotal = total } = facts.parameters ?? {};
      const counted = countParameters(model.architecture).total;
      const off = [total, statedTotal].some((published) => Math.abs(counted / published - 1) > parameterTolerance);
      return !off && facts.parameterDifference !== undefined;
    });
    expect(needless.map(({ id }) => id)).toEqual([]);
  });

  test('have no more active parameters than parameters', () => {
    for (const { facts, model } of open) {
      const { active, total } = countParameters(model.architecture);
      expect(active).toBeLessThanOrEqual(total);
      const difference = active / (facts.parameters?.active ?? 0) - 1;
      expect(Math.abs(difference) <= parameterTolerance || facts.parameterDifference !== undefined).toBe(true);
    }
  });

  test('go by names that no other open model has', () => {
    const taken = new Map<string, string>();
    for (const { id, facts } of open) {
      for (const spelling of [id, ...kind.aliases(facts)]) {
        expect(`${spelling}: ${taken.get(spelling.toLowerCase()) ?? id}`).toBe(`${spelling}: ${id}`);
        taken.set(spelling.toLowerCase(), id);
      }
    }
  });

  test('answer to the documented names', () => {
    const named = (alias: string) => all.filter(({ facts }) => kind.aliases(facts).includes(alias)).map(({ id }) => id);
    expect(named('7B')).toEqual(['llama-2-7b']);
    expect(named('13B')).toEqual(['llama-2-13b']);
    // ollama.com/library/mistral: mistral:7b is version 0.3.
    expect(named('mistral-7b')).toEqual(['mistral-7b-v0.3']);
    expect(named('meta-llama/Llama-3.1-8B-Instruct')).toEqual(['llama-3.1-8b']);
  });

  test('are found by developer, family and Hugging Face id', () => {
    const { id, facts } = all.find((entry) => entry.id === 'qwen2.5-72b') as (typeof all)[number];
    expect(kind.searchText(id, facts)).toMatch(/qwen2\.5-72b.*alibaba.*qwen\/qwen2\.5-72b/);
  });
});

describe('the KV cache that follows from the blocks', () => {
  // Bytes a token at 16 bits. DeepSeek-V3, Qwen2.5-72B and Llama-3.1-405B: arXiv:2505.09343, KV-cache comparison table.
  // The others by hand: layers with a cache × elements × 2 bytes; shapes from the sources in each file.
  test.each([
    { model: 'deepseek-v3', bytes: 70_272 },
    { model: 'qwen2.5-72b', bytes: 327_680 },
    { model: 'llama-3.1-405b', bytes: 516_096 },
    { model: 'llama-3.1-8b', bytes: 131_072 },
    { model: 'llama-2-7b', bytes: 32 * 2 * 32 * 128 * 2 },
    { model: 'llama-2-13b', bytes: 40 * 2 * 40 * 128 * 2 },
    { model: 'mistral-7b-v0.1', bytes: 32 * 2 * 8 * 128 * 2 },
    { model: 'qwen3-30b-a3b', bytes: 48 * 2 * 4 * 128 * 2 },
    { model: 'phi-4', bytes: 40 * 2 * 10 * 128 * 2 },
    // Multi-query: one key head.
    { model: 'falcon-7b', bytes: 32 * 2 * 1 * 64 * 2 },
    { model: 'gpt-2-124m', bytes: 12 * 2 * 12 * 64 * 2 },
    // Latent: rank + rotary, once for keys and values; LongCat has two attentions in each of 28 layers.
    { model: 'deepseek-v2-lite', bytes: 27 * (512 + 64) * 2 },
    { model: 'longcat-flash-560b', bytes: 2 * 28 * (512 + 64) * 2 },
    // The indexer keeps a key of 128 beside the latent; in GLM-5.2 only 21 of 78 layers have one.
    { model: 'deepseek-v3.2', bytes: 61 * (512 + 64 + 128) * 2 },
    { model: 'glm-5.2', bytes: (78 * (512 + 64) + 21 * 128) * 2 },
    // Below the window every layer of a windowed model counts.
    { model: 'gemma-2-9b', bytes: 42 * 2 * 8 * 256 * 2 },
    { model: 'gemma-3-27b', bytes: 62 * 2 * 16 * 128 * 2 },
    { model: 'gpt-oss-20b', bytes: 24 * 2 * 8 * 64 * 2 },
    { model: 'gpt-oss-120b', bytes: 36 * 2 * 8 * 64 * 2 },
    // Full-attention layers differ in heads and widths.
    { model: 'mimo-v2-flash', bytes: (9 * 4 + 39 * 8) * (192 + 128) * 2 },
    { model: 'gemma-4-31b', bytes: (50 * 2 * 16 * 256 + 10 * 2 * 4 * 512) * 2 },
    // Layers that read another layer's cache keep none.
    { model: 'gemma-3n-e4b', bytes: (35 - 15) * 2 * 2 * 256 * 2 },
    { model: 'hunyuan-large', bytes: 32 * 2 * 8 * 80 * 2 },
    // Hybrids: only the attention layers.
    { model: 'qwen3-next-80b-a3b', bytes: 12 * 2 * 2 * 256 * 2 },
    { model: 'jamba-v0.1', bytes: 4 * 2 * 8 * 128 * 2 },
    { model: 'minimax-text-01', bytes: 10 * 2 * 8 * 128 * 2 },
    { model: 'kimi-linear-48b-a3b', bytes: 7 * (512 + 64) * 2 },
    { model: 'llama-3.3-nemotron-super-49b', bytes: 49 * 2 * 8 * 128 * 2 },
    // Cross-attention layers cache image tokens, which do not grow with the text.
    { model: 'llama-3.2-11b-vision', bytes: 32 * 2 * 8 * 128 * 2 },
    { model: 'mamba-2.8b', bytes: 0 },
  ])('$model caches $bytes bytes per token', ({ model, bytes }) => {
    expect(kvCacheBytesPerToken(modelOf(model).architecture, 2)).toBe(bytes);
  });

  test('windows stand on the layers the makers gave them', () => {
    const windowed = (id: string) =>
      modelOf(id)
        .architecture.blocks.filter(
          ({ attention }) => attention?.kind === 'grouped-query' && attention.windowTokens !== undefined,
        )
        .reduce((sum, { layers }) => sum + layers, 0);
    expect(windowed('gemma-2-9b')).toBe(21);
    expect(windowed('gemma-3-27b')).toBe(52);
    expect(windowed('gpt-oss-120b')).toBe(18);
    expect(windowed('llama-4-maverick')).toBe(36);
    expect(windowed('llama-3.1-8b')).toBe(0);
  });

  test('a pure state-space model keeps a state of fixed size: 64 × (5120 × 16 × 4 + 5120 × 3 × 2) bytes', () => {
    expect(stateBytesPerSequence(modelOf('mamba-2.8b').architecture)).toBe(22_937_600);
  });
});

describe('a model file', () => {
  const good = fileOf('llama-2-7b') as { parameters: object; architecture: { blocks: object[] } };
  const withAttention = (change: object) => ({
    ...good,
    architecture: {
      ...good.architecture,
      blocks: [
        {
          layers: 32,
          attention: { kind: 'grouped-query', heads: 32, kvHeads: 32, headDim: 128, ...change },
          feedForward: { kind: 'gated', intermediate: 11_008 },
        },
      ],
    },
  });

  test('is accepted as it stands', () => {
    expect(problems(good)).toEqual([]);
  });

  test('may describe a model that only exists behind an API', () => {
    const { architecture: _, parameters: __, ...limits } = good;
    const facts = kind.schema.parse(limits);
    expect(kind.toEngine('hosted', facts).architecture).toBeNull();
  });

  test.each([
    { slip: 'an unknown field', facts: { ...good, contextTokenz: 4096 }, path: '' },
    { slip: 'a source nobody defined', facts: { ...good, source: 'nowhere' }, path: 'source' },
    {
      slip: 'a count that the blocks do not give',
      facts: { ...good, parameters: { ...good.parameters, total: 7_000_000_000 } },
      path: 'parameters.total',
    },
    {
      slip: 'more active parameters than parameters',
      facts: { ...good, parameters: { ...good.parameters, active: 7_000_000_000 } },
      path: 'parameters.active',
    },
    {
      slip: 'key heads that do not divide the heads',
      facts: withAttention({ kvHeads: 5 }),
      path: 'architecture.blocks.0.attention.kvHeads',
    },
    {
      slip: 'a head of 8192',
      facts: withAttention({ headDim: 8192 }),
      path: 'architecture.blocks.0.attention.headDim',
    },
    { slip: 'the same alias twice', facts: { ...good, aliases: ['7B', '7b'] }, path: 'aliases.1' },
    {
      slip: 'an answer longer than the context',
      facts: { ...good, maximumOutputTokens: 8192 },
      path: 'maximumOutputTokens',
    },
  ])('with $slip is refused at the field', ({ facts, path }) => {
    expect(problems(facts)).toContain(path);
  });
});
