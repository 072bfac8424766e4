import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { kind } from '../../../src/registry/kinds/offer.ts';
import { priceSource } from '../../../src/registry/packs/priceSources/genaiPrices.ts';

const folder = new URL('../../../seeds/prices/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const profiles = (name: string) =>
  new Set(readdirSync(new URL(`../../../seeds/${name}/`, import.meta.url)).map((file) => basename(file, '.json')));
const known: Record<string, Set<string>> = { model: profiles('models'), hardware: profiles('hardware') };

const expand = (file: string) => {
  const list = kind.fileSchema?.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  return kind.expand?.(basename(file, '.json'), list) ?? [];
};
const offer = (file: string, id: string) => {
  const row = expand(file).find((candidate) => candidate.id === id);
  return kind.schema.parse(row?.facts);
};

test.each(files)('%s is a price list of valid offers that point to profiles which exist', (file) => {
  const rows = expand(file);
  expect(rows.length).toBeGreaterThan(0);
  for (const { id, facts, path } of rows) {
    const result = kind.schema.safeParse(facts);
    expect(result.error?.issues.map((issue) => [path, ...issue.path, issue.message].join(' ')) ?? []).toEqual([]);
    if (!result.success) continue;
    const missing = kind.references(result.data).filter((reference) => !known[reference.kind]?.has(reference.id));
    expect(missing, `${id} names profiles that do not exist`).toEqual([]);
  }
});

test('offer ids are unique over all price lists and sources, and are valid ids', () => {
  const ids = [...files.flatMap(expand), ...priceSource.offers()].map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(ids.filter((id) => !/^[a-z0-9][a-z0-9._-]{0,119}$/.test(id))).toEqual([]);
});

test('the lists hold hundreds of hourly, purchase and token prices', () => {
  const rows = files.flatMap(expand).map(({ facts }) => kind.schema.parse(facts));
  const count = (basis: string) => rows.filter((row) => row.basis === basis).length;
  expect(count('hardware-hour')).toBeGreaterThan(100);
  expect(count('hardware-purchase')).toBeGreaterThan(100);
  expect(count('model-tokens')).toBeGreaterThan(100);
});

// AWS price list of 20 July 2026, us-east-1, on demand, Linux.
test.each([
  { instance: 'g4dn.xlarge', hardware: 'nvidia-t4-16gb', devices: 1, usdPerHour: 0.526 },
  { instance: 'g6e.xlarge', hardware: 'nvidia-l40s-48gb', devices: 1, usdPerHour: 1.861 },
  { instance: 'p4d.24xlarge', hardware: 'nvidia-a100-sxm4-40gb', devices: 8, usdPerHour: 21.95764 },
  { instance: 'p5.48xlarge', hardware: 'nvidia-h100-sxm-80gb', devices: 8, usdPerHour: 55.04 },
])('AWS rents $instance for $usdPerHour USD an hour', ({ instance, ...expected }) => {
  const facts = offer('aws.json', `aws-${instance}-on-demand-us-east-1-2026-07-20`);
  expect(facts).toMatchObject({ basis: 'hardware-hour', provider: 'AWS', effectiveFrom: '2026-07-20', ...expected });
});

// OpenAI's announcement of 14 March 2023: 0.03 and 0.06 USD per 1,000 tokens at 8,192 tokens of context.
test('GPT-4 was launched at 30 and 60 USD per million tokens', () => {
  expect(offer('hosted-openai.json', 'openai-gpt-4-2023-03-14')).toMatchObject({
    model: 'gpt-4',
    firstParty: true,
    usdPerMillionInputTokens: 30,
    usdPerMillionOutputTokens: 60,
    contextTokens: 8192,
  });
});

test('a board with several GPUs is priced whole and says how many it has', () => {
  const rows = expand('purchase-street.json').map(({ facts }) => kind.schema.parse(facts));
  const board = rows.find((row) => row.basis === 'hardware-purchase' && row.hardware === 'nvidia-k80-24gb');
  expect(board).toMatchObject({ usd: 5000, devices: 2 });
});

test('toEngine keeps the base rate and the tiers in order', () => {
  const facts = kind.schema.parse({ ...tokenPrice, tiers: [tier(200_000, 2), tier(400_000, 4)] });
  expect(kind.toEngine('tiered', facts)).toMatchObject({
    offer: 'tiered',
    rates: [
      {
        aboveInputTokens: 0,
        usdPerMillionInputTokens: 1,
        usdPerMillionOutputTokens: 2,
        usdPerMillionCachedInputTokens: null,
      },
      { aboveInputTokens: 200_000, usdPerMillionInputTokens: 2 },
      { aboveInputTokens: 400_000, usdPerMillionInputTokens: 4 },
    ],
  });
});

const sources = { list: { title: 'A list', url: 'https://example.com/list', known: 'published' } };
const tokenPrice = {
  basis: 'model-tokens',
  provider: 'Somebody',
  model: null,
  providerModel: 'some-model',
  usdPerMillionInputTokens: 1,
  usdPerMillionOutputTokens: 2,
  effectiveFrom: '2026-07',
  source: 'list',
  sources,
};
const hourly = {
  basis: 'hardware-hour',
  provider: 'Somebody',
  hardware: 'nvidia-t4-16gb',
  instance: 'small',
  devices: 1,
  usdPerHour: 1,
  pricing: 'spot',
  region: 'moon',
  effectiveFrom: null,
  source: 'list',
  sources,
};
function tier(aboveInputTokens: number, usdPerMillionInputTokens: number) {
  return { aboveInputTokens, usdPerMillionInputTokens, usdPerMillionOutputTokens: 3 };
}

test.each([
  ['a negative price', { ...tokenPrice, usdPerMillionInputTokens: -1 }, 'usdPerMillionInputTokens'],
  ['a price nobody asks', { ...hourly, usdPerHour: 1e6 }, 'usdPerHour'],
  ['half a device', { ...hourly, devices: 0.5 }, 'devices'],
  ['an unknown key', { ...hourly, usdPerDay: 24 }, ''],
  ['an unknown pricing', { ...hourly, pricing: 'reserved' }, 'pricing'],
  ['a date that is none', { ...tokenPrice, effectiveFrom: 'July 2026' }, 'effectiveFrom'],
  ['a source that is not listed', { ...hourly, source: 'rumour' }, 'source'],
  ['falling tiers', { ...tokenPrice, tiers: [tier(200_000, 2), tier(100_000, 4)] }, 'tiers'],
  [
    'a disagreement without its source',
    {
      ...tokenPrice,
      disagreements: [{ usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1, source: 'rumour' }],
    },
    'disagreements.0.source',
  ],
])('refuses %s and names the field', (_what, facts, path) => {
  expect(kind.schema.safeParse(facts).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

test('refuses a list without offers', () => {
  const result = kind.fileSchema?.safeParse({ title: 'Empty', basis: 'hardware-hour', offers: [], sources });
  expect(result?.error?.issues[0]?.path).toEqual(['offers']);
});

test('a row that repeats the words of another gets a number, in file order', () => {
  const row = { provider: 'A', model: null, providerModel: 'm', effectiveFrom: '2026' };
  const list = { title: 'List', basis: 'model-tokens', offers: [row, row], sources };
  expect(kind.expand?.('list', list).map(({ id }) => id)).toEqual(['a-m-2026', 'a-m-2026-2']);
});
