import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MissingFigureError } from '../../src/engine/errors.ts';
import { estimateHosted, type HostedMeasurement } from '../../src/engine/hosted.ts';
import type { Workload } from '../../src/engine/shapes.ts';
import { kind } from '../../src/registry/kinds/hostedLatency.ts';

const folder = new URL('../../seeds/hosted-latency/', import.meta.url);
const seeds = readdirSync(folder).flatMap((file) => {
  const rows = kind.expand?.(basename(file, '.json'), JSON.parse(readFileSync(new URL(file, folder), 'utf8'))) ?? [];
  return rows.map(({ id, facts }) => kind.toEngine(id, kind.schema.parse(facts)));
});
const workload: Workload = {
  promptTokens: 1000,
  outputTokens: 500,
  batch: 1,
  contextTokens: 0,
  scheduling: 'continuous',
};

const measured = (id: string, stated: Partial<HostedMeasurement> = {}): HostedMeasurement => ({
  id,
  model: 'a-model',
  provider: 'Maker',
  firstParty: true,
  source: id,
  timeToFirstTokenSeconds: 0.5,
  secondsPerOutputToken: 0.02,
  wholeRequest: null,
  includesReasoning: false,
  promptTokens: 1000,
  percentile: 'p50',
  measured: '2026-04-01',
  measuredAfter: null,
  atypical: false,
  ...stated,
});
const estimate = (rows: readonly HostedMeasurement[], asked: Partial<Workload> = {}, provider?: string) =>
  estimateHosted('a-model', rows, { ...workload, ...asked }, provider);

// Artificial Analysis, GPT-4 at OpenAI, spring 2024: 0.59 s, 19.2 tokens/s. Others: 14.5 to 26 tokens/s, 94 ms in 2023.
test('GPT-4 answers with the median measured at OpenAI in 2024, and the spread of the others there', () => {
  const { latency, timePerOutputTokenFrom, timePerOutputTokenSecondsRange } = estimateHosted('gpt-4', seeds, workload);
  expect(latency.timeToFirstTokenSeconds).toBe(0.59);
  expect(latency.timePerOutputTokenSeconds).toBeCloseTo(1 / 19.2, 12);
  expect(latency.endToEndSeconds).toBeCloseTo(0.59 + 499 / 19.2, 9);
  expect(timePerOutputTokenFrom).toMatchObject({ provider: 'OpenAI', percentile: 'p50', measuredAfter: '2024-03-27' });
  expect(timePerOutputTokenSecondsRange.low).toBeCloseTo(1 / 26, 12);
  expect(timePerOutputTokenSecondsRange.high).toBe(0.094);
});

test('the range contains the answer for every model with a published time and speed', () => {
  const models = [...new Set(seeds.flatMap(({ model }) => model ?? []))];
  const answered = models.flatMap((model) => {
    try {
      return [estimateHosted(model, seeds, workload)];
    } catch (error) {
      expect(error).toBeInstanceOf(MissingFigureError);
      return [];
    }
  });
  expect(answered.length).toBeGreaterThan(60);
  for (const { latency, endToEndSecondsRange } of answered) {
    expect(endToEndSecondsRange.low).toBeLessThanOrEqual(latency.endToEndSeconds);
    expect(endToEndSecondsRange.high).toBeGreaterThanOrEqual(latency.endToEndSeconds);
  }
});

test.each([
  [
    'both figures before a newer single one',
    measured('both'),
    measured('single', { measured: '2026-09', secondsPerOutputToken: null }),
  ],
  [
    "the maker's own before a newer one elsewhere",
    measured('own'),
    measured('host', { firstParty: false, provider: 'Host', measured: '2026-09' }),
  ],
  ['the newer before the older', measured('newer'), measured('older', { measured: '2024' })],
  [
    'a dated one before an undated one',
    measured('dated', { measured: '2023' }),
    measured('undated', { measured: null }),
  ],
  [
    'a bounded date before none',
    measured('bounded', { measured: null, measuredAfter: '2024-03' }),
    measured('none', { measured: null }),
  ],
  ['a median before a mean', measured('median'), measured('mean', { percentile: null })],
  [
    'a typical one before an outlier',
    measured('typical', { measured: '2023' }),
    measured('outlier', { atypical: true }),
  ],
])('%s', (_rule, better, worse) => {
  expect(estimate([worse, better]).timeToFirstTokenFrom.id).toBe(better.id);
  expect(estimate([better, worse]).timePerOutputTokenFrom.id).toBe(better.id);
});

test('of equals, the middle one answers', () => {
  const hosts = [0.9, 0.1, 0.4].map((seconds) =>
    measured(`host-${seconds}`, { provider: `Host ${seconds}`, firstParty: false, timeToFirstTokenSeconds: seconds }),
  );
  expect(estimate(hosts).latency.timeToFirstTokenSeconds).toBe(0.4);
});

test('where no measurement has both, time and speed come from two, and the answer names both', () => {
  const { timeToFirstTokenFrom, timePerOutputTokenFrom, assumptions } = estimate([
    measured('time', { secondsPerOutputToken: null }),
    measured('speed', { timeToFirstTokenSeconds: null, provider: 'Host', firstParty: false }),
  ]);
  expect([timeToFirstTokenFrom.id, timePerOutputTokenFrom.id]).toEqual(['time', 'speed']);
  expect(assumptions[0]?.text).toMatch(/Maker.*Host/);
});

test('without any speed, a whole request of known length gives one', () => {
  const rows = [
    measured('time', { secondsPerOutputToken: null }),
    measured('whole', {
      timeToFirstTokenSeconds: null,
      secondsPerOutputToken: null,
      wholeRequest: { seconds: 10.48, outputTokens: 500 },
    }),
  ];
  const { latency, assumptions } = estimate(rows);
  expect(latency.timePerOutputTokenSeconds).toBeCloseTo(9.98 / 499, 12);
  expect(assumptions.map(({ code }) => code)).toContain('HOSTED_SPEED_DERIVED');
});

test('a figure nobody published is a named error', () => {
  const noSpeed = () => estimate([measured('time', { secondsPerOutputToken: null })]);
  expect(noSpeed).toThrow(MissingFigureError);
  expect(noSpeed).toThrow('No published output speed is known for a-model.');
  expect(() => estimate([])).toThrow('No published time to first token is known for a-model.');
  expect(() => estimate([measured('row')], {}, 'Somebody else')).toThrow(MissingFigureError);
});

test('one source measuring twice counts once, with its newer figure', () => {
  const rows = [
    measured('chosen'),
    measured('page-early', { source: 'page', measured: '2023', secondsPerOutputToken: 0.196 }),
    measured('page-late', { source: 'page', measured: '2023-07', secondsPerOutputToken: 0.094 }),
  ];
  expect(estimate(rows).timePerOutputTokenSecondsRange).toEqual({ low: 0.02, high: 0.094 });
});

test.each([
  ['a much longer prompt', { promptTokens: 10_000 }, 'HOSTED_PROMPT_LENGTH'],
  ['requests side by side', { batch: 4 }, 'HOSTED_NO_CONTENTION'],
])('says what it takes for granted about %s', (_what, asked, code) => {
  expect(estimate([measured('row')], asked).assumptions.map((assumption) => assumption.code)).toContain(code);
  expect(estimate([measured('row')]).assumptions.map((assumption) => assumption.code)).toEqual(['HOSTED_MEASUREMENT']);
});

test('throughput is what requests read and write over the time they take, all of them side by side', () => {
  const { throughput, latency } = estimate([measured('row')], { batch: 4 });
  expect(latency.endToEndSeconds).toBeCloseTo(0.5 + 499 * 0.02, 12);
  expect(throughput.outputTokensPerSecond).toBeCloseTo((4 * 500) / 10.48, 9);
  expect(throughput.outputTokensPerSecondPerSequence).toBeCloseTo(500 / 10.48, 9);
  expect(throughput.prefillTokensPerSecond).toBeCloseTo((4 * 1000) / 0.5, 9);
  expect(throughput.requestsPerSecond).toBeCloseTo(4 / 10.48, 9);
});

test('a prompt that is a little longer or shorter than the measured one needs no word, one several times does', () => {
  const codes = (promptTokens: number, contextTokens = 0) =>
    estimate([measured('row')], { promptTokens, contextTokens }).assumptions.map(({ code }) => code);
  for (const near of [900, 1000, 1100]) expect(codes(near)).not.toContain('HOSTED_PROMPT_LENGTH');
  for (const far of [1, 100_000]) expect(codes(far)).toContain('HOSTED_PROMPT_LENGTH');
  expect(codes(1000, 100_000)).toContain('HOSTED_PROMPT_LENGTH');
  const unstated = estimate([measured('row', { promptTokens: null })]).assumptions;
  expect(unstated.map(({ text }) => text).join(' ')).toContain('a prompt of unstated length');
});

test('says how and when it was measured, in words', () => {
  const text = (stated: Partial<HostedMeasurement>) => estimate([measured('row', stated)]).assumptions[0]?.text;
  const words = [
    text({}),
    text({ percentile: 'p90' }),
    text({ percentile: null, measured: null, measuredAfter: '2024-03' }),
    text({ measured: null }),
  ];
  expect(words).toEqual([
    'Latency is the median measured at Maker, 2026-04-01, not a promise of the provider.',
    'Latency is the p90 measured at Maker, 2026-04-01, not a promise of the provider.',
    'Latency is a figure measured at Maker, undated, not before 2024-03, not a promise of the provider.',
    'Latency is the median measured at Maker, undated, not a promise of the provider.',
  ]);
  const codes = (stated: Partial<HostedMeasurement>) =>
    estimate([measured('row', stated)]).assumptions.map(({ code }) => code);
  expect(codes({ includesReasoning: true })).toContain('HOSTED_REASONING_INCLUDED');
  expect(codes({})).not.toContain('HOSTED_REASONING_INCLUDED');
  expect(codes({})).not.toContain('HOSTED_NO_CONTENTION');
});

test('endToEnd = base + perToken × tokens, and more tokens never take less time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1000 }), (outputTokens, batch) => {
      const { latency, throughput } = estimate([measured('row')], { outputTokens, batch });
      const { baseSeconds, perTokenSeconds, endToEndSeconds } = latency;
      expect(endToEndSeconds).toBeCloseTo(baseSeconds + perTokenSeconds * outputTokens, 6);
      expect(
        estimate([measured('row')], { outputTokens: outputTokens + 1, batch }).latency.endToEndSeconds,
      ).toBeGreaterThan(endToEndSeconds);
      expect(throughput.requestsPerSecond * endToEndSeconds).toBeCloseTo(batch, 6);
    }),
  );
});
