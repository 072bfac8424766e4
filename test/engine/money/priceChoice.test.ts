import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseHourlyPrice, chooseTokenPrice, priceRange } from '../../../src/engine/money/priceChoice.ts';
import { hourlyPrice, tokenPrice } from './prices.ts';

const request = { promptTokens: 1000, cachedTokens: 0, outputTokens: 500 };
const at = (usdPerMillion: number) => [
  {
    aboveInputTokens: 0,
    usdPerMillionInputTokens: usdPerMillion,
    usdPerMillionOutputTokens: usdPerMillion,
    usdPerMillionCachedInputTokens: null,
  },
];

test('the median over providers answers, each with its cheapest price per device', () => {
  const choice = chooseHourlyPrice([
    hourlyPrice('dear', { provider: 'A', usdPerHour: 12 }),
    hourlyPrice('middle-big', { provider: 'B', usdPerHour: 32, devices: 8 }),
    hourlyPrice('middle-small', { provider: 'B', usdPerHour: 5 }),
    hourlyPrice('cheap', { provider: 'C', usdPerHour: 1 }),
  ]);
  expect(choice?.chosen.offer).toBe('middle-big');
  expect(choice?.compared.map(({ offer }) => offer)).toEqual(['cheap', 'middle-big', 'dear']);
});

test('old, undated and spot prices are left out where newer on-demand prices exist', () => {
  const choice = chooseHourlyPrice([
    hourlyPrice('current', { usdPerHour: 4, effectiveFrom: '2026-10-10' }),
    hourlyPrice('old', { provider: 'B', usdPerHour: 9, effectiveFrom: '2025-09' }),
    hourlyPrice('undated', { provider: 'C', usdPerHour: 1, effectiveFrom: null }),
    hourlyPrice('spot', { provider: 'D', usdPerHour: 1, pricing: 'spot' }),
  ]);
  expect(choice?.compared.map(({ offer }) => offer)).toEqual(['current']);
});

test('prices are compared that are at most twelve months older than the newest', () => {
  const offers = (months: string) =>
    chooseHourlyPrice([
      hourlyPrice('newest', { provider: 'A', effectiveFrom: '2026-07-20' }),
      hourlyPrice('older', { provider: 'B', usdPerHour: 9, effectiveFrom: months }),
    ])?.compared.map(({ offer }) => offer);
  expect(offers('2025-08-01')).toEqual(['newest', 'older']);
  expect(offers('2025-07-20')).toEqual(['newest', 'older']);
  expect(offers('2025-07-19')).toEqual(['newest']);
  expect(offers('2025-06-20')).toEqual(['newest']);
});

test.each([
  {
    left: [hourlyPrice('undated', { effectiveFrom: null }), hourlyPrice('spot', { pricing: 'spot' })],
    offer: 'undated',
  },
  { left: [hourlyPrice('spot', { pricing: 'spot' })], offer: 'spot' },
])('without better, $offer prices answer, and the rule says so', ({ left, offer }) => {
  const choice = chooseHourlyPrice(left);
  expect(choice?.chosen.offer).toBe(offer);
  expect(choice?.rule).toContain(offer);
});

test('a later price of the same thing replaces the earlier one', () => {
  const prices = [
    hourlyPrice('2025', { instance: 'x', usdPerHour: 4, effectiveFrom: '2025-12-01' }),
    hourlyPrice('2026', { instance: 'x', usdPerHour: 8, effectiveFrom: '2026-05-01' }),
  ];
  expect(chooseHourlyPrice(prices)?.chosen.offer).toBe('2026');
  expect(chooseHourlyPrice(prices)?.compared.map(({ offer }) => offer)).toEqual(['2026']);
});

test("the developer's own price answers before cheaper hosts, its latest, and its price without a date is no obstacle", () => {
  const choice = chooseTokenPrice(
    [
      tokenPrice('own-launch', {
        provider: 'Maker',
        firstParty: true,
        effectiveFrom: null,
        effectiveTo: '2025-06-10',
        rates: at(40),
      }),
      tokenPrice('own', { provider: 'Maker', firstParty: true, effectiveFrom: '2025-06-10', rates: at(8) }),
      tokenPrice('host', { provider: 'Host', rates: at(1) }),
    ],
    request,
  );
  expect(choice?.chosen.offer).toBe('own');
  expect(choice?.compared.map(({ offer }) => offer)).toEqual(['host', 'own']);
});

test('of hosts alone, the median of what the request costs answers', () => {
  const hosts = [5, 1, 3].map((usd) => tokenPrice(`at-${usd}`, { provider: `Host ${usd}`, rates: at(usd) }));
  expect(chooseTokenPrice(hosts, request)?.chosen.offer).toBe('at-3');
});

test('nobody selling is null, not a guess', () => {
  expect(chooseHourlyPrice([])).toBeNull();
  expect(chooseTokenPrice([], request)).toBeNull();
});

test('low ≤ median ≤ high, and the median is one of the prices', () => {
  const prices = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(prices, (asked) => {
      const { low, median, high, count } = priceRange(asked);
      expect(low).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(high);
      expect(asked).toContain(median);
      expect(count).toBe(asked.length);
    }),
  );
});
