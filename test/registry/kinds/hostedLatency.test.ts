import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { kind } from '../../../src/registry/kinds/hostedLatency.ts';

const folder = new URL('../../../seeds/hosted-latency/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const models = new Set(
  readdirSync(new URL('../../../seeds/models/', import.meta.url)).map((file) => basename(file, '.json')),
);
const expand = (file: string) => {
  const list = kind.fileSchema?.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  return kind.expand?.(basename(file, '.json'), list) ?? [];
};

test.each(files)('%s holds valid measurements of models which exist', (file) => {
  for (const { id, facts, path } of expand(file)) {
    const result = kind.schema.safeParse(facts);
    expect(result.error?.issues.map((issue) => [path, ...issue.path, issue.message].join(' ')) ?? []).toEqual([]);
    if (!result.success) continue;
    const missing = kind.references(result.data).filter((reference) => !models.has(reference.id));
    expect(missing, `${id} names a model that does not exist`).toEqual([]);
  }
});

test('every measurement has an id of its own', () => {
  const ids = files.flatMap(expand).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

// llmperf leaderboard, 21 December 2023: end to end 2.95 s for 151 tokens, first token after 0.204 s.
test('a figure over the whole request becomes a decode speed by taking the first token out', () => {
  const row = expand('llmperf-leaderboard.json').find(({ id }) => id.includes('7b-chat-anyscale'));
  const engine = kind.toEngine('row', kind.schema.parse(row?.facts));
  expect(engine.secondsPerOutputToken).toBeCloseTo((2.95 - 0.204) / 150, 12);
});

const measurement = {
  model: null,
  measuredModel: 'some-model',
  provider: 'Somebody',
  timeToFirstTokenSeconds: 0.5,
  outputTokensPerSecond: 50,
  measured: '2026-04',
  notes: '',
  source: 'page',
  sources: { page: { title: 'A page', url: 'https://example.com', known: 'measured' } },
};
const speedOf = (facts: object) => kind.toEngine('row', kind.schema.parse({ ...measurement, ...facts }));

test('a speed after the first token is used as it is', () => {
  expect(speedOf({})).toMatchObject({ secondsPerOutputToken: 0.02, wholeRequest: null });
});

test('a speed over a whole request of unknown length is not used', () => {
  expect(speedOf({ includesTimeToFirstToken: true })).toMatchObject({
    secondsPerOutputToken: null,
    wholeRequest: null,
  });
});

test('a whole request of known length without its first token is left to the estimator', () => {
  const facts = { includesTimeToFirstToken: true, outputTokens: 500, timeToFirstTokenSeconds: undefined };
  expect(speedOf(facts)).toMatchObject({
    secondsPerOutputToken: null,
    wholeRequest: { seconds: 10, outputTokens: 500 },
  });
});

test.each([
  ['two speeds', { secondsPerOutputToken: 0.02 }, 'secondsPerOutputToken'],
  ['no figure at all', { timeToFirstTokenSeconds: undefined, outputTokensPerSecond: undefined }, ''],
  ['a negative time', { timeToFirstTokenSeconds: -1 }, 'timeToFirstTokenSeconds'],
  ['a percentile in words', { percentile: 'median' }, 'percentile'],
  ['a source that is not listed', { source: 'rumour' }, 'source'],
  ['an unknown key', { ttft: 1 }, ''],
])('refuses %s and names the field', (_what, facts, path) => {
  const issues = kind.schema.safeParse({ ...measurement, ...facts }).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});
