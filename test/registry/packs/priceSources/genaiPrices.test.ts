import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test, vi } from 'vitest';
import { kind } from '../../../../src/registry/kinds/offer.ts';
import {
  packageVersion,
  pinnedTimestamp,
  priceSource,
} from '../../../../src/registry/packs/priceSources/genaiPrices.ts';

const offers = priceSource.offers().map(({ id, facts }) => ({ id, facts: kind.schema.parse(facts) }));

test('the pinned version is the installed one, so its prices are the ones the pin speaks of', () => {
  const manifest = new URL('../../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
  expect(JSON.parse(readFileSync(manifest, 'utf8')).version).toBe(packageVersion);
});

test('reads the bundled prices without touching the network, the same every time', () => {
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(() => {
    throw new Error('prices must not be fetched');
  });
  expect(priceSource.offers()).toEqual(priceSource.offers());
  expect(fetch).not.toHaveBeenCalled();
  fetch.mockRestore();
});

test('every offer names a model of the catalogue', () => {
  const files = readdirSync(new URL('../../../../seeds/models/', import.meta.url));
  const models = new Set(files.map((file) => basename(file, '.json')));
  expect(offers.length).toBeGreaterThan(900);
  const references = offers.flatMap(({ facts }) => kind.references(facts).map(({ id }) => id));
  expect(references.filter((id) => !models.has(id))).toEqual([]);
  expect(references).toHaveLength(offers.length);
});

test('GPT-4 costs 30 and 60 USD per million tokens', () => {
  const gpt4 = offers.find(({ id }) => id === 'openai-gpt-4-2025-07-04');
  expect(gpt4?.facts).toMatchObject({
    model: 'gpt-4',
    firstParty: true,
    usdPerMillionInputTokens: 30,
    usdPerMillionOutputTokens: 60,
  });
});

test('a price without a day has the one somebody checked it on, or none: never that of the package', () => {
  const days = new Set(offers.map(({ facts }) => (facts.basis === 'model-tokens' ? facts.effectiveFrom : null)));
  expect(days.has(pinnedTimestamp.slice(0, 10))).toBe(false);
  expect(days.has(null)).toBe(true);
  // prices/providers/openai.yml: gpt-4, prices_checked: 2025-07-04.
  expect(offers.find(({ id }) => id === 'openai-gpt-4-2025-07-04')?.facts).toMatchObject({
    effectiveFrom: '2025-07-04',
  });
});

// OpenAI cut o3 by 80 % on 10 June 2025.
test('a dated change makes two offers, the old one ending where the new one begins', () => {
  const o3 = offers.filter(
    ({ facts }) => facts.basis === 'model-tokens' && facts.provider === 'OpenAI' && facts.model === 'o3',
  );
  expect(o3.map(({ facts }) => facts)).toMatchObject([
    { usdPerMillionOutputTokens: 40, effectiveFrom: null, effectiveTo: '2025-06-10' },
    { usdPerMillionOutputTokens: 8, effectiveFrom: '2025-06-10' },
  ]);
});

test('long-context prices become tiers', () => {
  const pro = offers.find(({ id }) => id === 'google-gemini-2.5-pro-2025-10-31');
  expect(pro?.facts).toMatchObject({
    usdPerMillionInputTokens: 1.25,
    tiers: [{ aboveInputTokens: 200_000, usdPerMillionInputTokens: 2.5, usdPerMillionOutputTokens: 15 }],
  });
});

test('no price begins after the pinned moment', () => {
  const day = pinnedTimestamp.slice(0, 10);
  const starts = offers.map(({ facts }) => (facts.basis === 'model-tokens' ? facts.effectiveFrom : null) ?? '');
  expect(starts.filter((start) => start > day)).toEqual([]);
});
