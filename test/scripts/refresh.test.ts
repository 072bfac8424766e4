import { readFileSync } from 'node:fs';
import { findProvider } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';
import { hourlyChanges } from '../../scripts/refresh/hourly.ts';
import { modelChanges } from '../../scripts/refresh/models.ts';
import { priceChanges } from '../../scripts/refresh/prices.ts';
import { staleProfiles } from '../../scripts/stale/age.ts';
import { kind } from '../../src/registry/kinds/model.ts';
import type { OfferFacts } from '../../src/registry/kinds/offer.ts';
import { pinnedTimestamp } from '../../src/registry/packs/priceSources/genaiPrices.ts';

describe('refresh', () => {
  test('the installed price package moves nothing but what it announces for after the pinned day', () => {
    const moved = priceChanges(findProvider).filter((line) => !line.startsWith('+'));
    const announced = moved.filter((line) => (/ from (\S+)$/.exec(line)?.[1] ?? '') > pinnedTimestamp.slice(0, 10));
    expect(moved).toEqual(announced);
  });

  test('a newer price package is told apart rate by rate', () => {
    const newer: typeof findProvider = (options) => {
      const provider = findProvider(options);
      if (provider?.id !== 'openai') return provider;
      const models = provider.models.filter(({ id }) => id !== 'gpt-4o-mini');
      const dearer = { input_mtok: 31, output_mtok: 61 };
      return {
        ...provider,
        models: models.map((model) => (model.id === 'gpt-4' ? { ...model, prices: dearer } : model)),
      };
    };
    const unmoved = new Set(priceChanges(findProvider));
    expect(priceChanges(newer).filter((line) => !unmoved.has(line))).toEqual([
      '~ OpenAI gpt-4: 30 in, 60 out USD per million tokens -> 31 in, 61 out USD per million tokens',
      '- OpenAI gpt-4o-mini: gone; end its offer',
    ]);
  });

  test('a price file says which machines cost something else, are new or are gone', () => {
    const offer: Omit<Extract<OfferFacts, { basis: 'hardware-hour' }>, 'instance' | 'usdPerHour'> = {
      basis: 'hardware-hour',
      provider: 'Azure',
      hardware: 'nvidia-t4-16gb',
      devices: 1,
      pricing: 'on-demand',
      region: 'eastus',
      effectiveFrom: '2026-06-18',
      source: 'list',
      sources: {},
    };
    const offers = [
      { ...offer, instance: 'same', usdPerHour: 1 },
      { ...offer, instance: 'moved', usdPerHour: 2 },
      { ...offer, instance: 'gone', usdPerHour: 3 },
      { ...offer, instance: 'moved', usdPerHour: 9, effectiveTo: '2026-01-01' },
    ];
    const expected = [
      '~ Azure moved, eastus, on-demand: 2 -> 2.5 USD per hour',
      '- Azure gone, eastus, on-demand: not in the file',
      '+ Azure new: not in the list',
    ];
    const skyPilot = 'InstanceType,Region,Price,SpotPrice\nsame,eastus,1,\nmoved,eastus,2.5,0.5\nnew,eastus,4,\n';
    const plain =
      'instance,region,pricing,usdPerHour\nsame,eastus,on-demand,1\nmoved,eastus,on-demand,2.5\nnew,eastus,spot,4\n';
    expect(hourlyChanges(offers, 'Azure', skyPilot)).toEqual(expected);
    expect(hourlyChanges(offers, 'Azure', plain)).toEqual(expected);
  });

  test('a configuration says which figures of a shape differ', () => {
    const facts = kind.schema.parse(JSON.parse(readFileSync('seeds/models/qwen3-8b.json', 'utf8')));
    const config = (layers: number) =>
      JSON.stringify({
        ...{ model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'], torch_dtype: 'bfloat16', hidden_act: 'silu' },
        ...{ hidden_size: 4096, intermediate_size: 12288, num_hidden_layers: layers, num_attention_heads: 32 },
        ...{ num_key_value_heads: 8, head_dim: 128, vocab_size: 151936, tie_word_embeddings: false },
        ...{ max_position_embeddings: 40960, attention_bias: false, use_sliding_window: false, max_window_layers: 36 },
      });
    expect(modelChanges({ id: 'qwen3-8b', facts }, config(36))).toEqual([]);
    expect(modelChanges({ id: 'qwen3-8b', facts }, config(40))).toEqual([
      '~ qwen3-8b architecture.blocks.0.layers: 36 -> 40',
    ]);
  });
});

describe('stale', () => {
  const price = (id: string, effectiveFrom: string | null, more = {}) => ({
    ...{ kind: 'offer', id },
    facts: { basis: 'model-tokens', effectiveFrom, ...more },
  });
  const groups = staleProfiles(
    [
      price('old', '2026-01-01'),
      price('older', '2025'),
      price('fresh', '2026-06'),
      price('undated', null),
      price('ended', '2024-01-01', { effectiveTo: '2024-02-01' }),
      {
        kind: 'hardware',
        id: 'read-long-ago',
        facts: { sources: { one: { retrieved: '2024' }, two: { retrieved: '2025-06' } } },
      },
    ],
    new Date('2026-11-24'),
  );

  test('lists what is older than its kind may be, oldest first, without what has ended', () => {
    const tokens = groups.find(({ what }) => what === 'prices by the token');
    expect(tokens).toMatchObject({ undated: 1, stale: [{ id: 'older' }, { id: 'old' }] });
  });

  test('a profile is as old as the last source that was read', () => {
    expect(groups.find(({ what }) => what === 'hardware')?.stale).toEqual([{ id: 'read-long-ago', day: '2025-06' }]);
  });
});
