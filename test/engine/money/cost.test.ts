import fc from 'fast-check';
import { expect, test } from 'vitest';
import { givenHourlyCost, hostedCost, rentedCost } from '../../../src/engine/money/cost.ts';
import { energyEstimate } from '../../../src/engine/money/energy.ts';
import type { RequestTokens, TokenPrice, TokenRates } from '../../../src/engine/money/price.ts';
import { usdPerDeviceHour, usdPerHostedRequest } from '../../../src/engine/money/price.ts';
import { namedPrice } from '../../../src/engine/money/priceChoice.ts';
import { hourlyPrice, tokenPrice } from './prices.ts';

const gpt4 = tokenPrice('openai-gpt-4', { rates: [rates(0, 30, 60)] });

// OpenAI's launch price: 1,000 × 30 USD + 500 × 60 USD per million.
test('1,000 tokens into GPT-4 and 500 out of it cost 0.06 USD', () => {
  expect(usdPerHostedRequest(gpt4, { promptTokens: 1000, cachedTokens: 0, outputTokens: 500 })).toBe(0.06);
});

test('a hosted answer names the rates, the blend, the offer, its provider and date', () => {
  const cost = hostedCost(namedPrice(gpt4), { promptTokens: 1000, cachedTokens: 0, outputTokens: 500 });
  expect(cost).toMatchObject({
    usdPerRequest: 0.06,
    usdPerMillionInputTokens: 30,
    usdPerMillionOutputTokens: 60,
    usdPerMillionCachedInputTokens: null,
    usdPerMillionTokensBlended: 40,
    usdPerHour: null,
    basis: { kind: 'model-tokens', chosen: 'openai-gpt-4', provider: 'Somebody', effectiveFrom: '2026-09-23' },
  });
});

test('cached input is billed at its own rate, or as fresh input where there is none', () => {
  const request = { promptTokens: 0, cachedTokens: 1_000_000, outputTokens: 0 };
  expect(usdPerHostedRequest(tokenPrice('a', { rates: [rates(0, 3, 15, 0.3)] }), request)).toBe(0.3);
  expect(usdPerHostedRequest(tokenPrice('b', { rates: [rates(0, 3, 15)] }), request)).toBe(3);
});

// Gemini 2.5 Pro: 1.25 and 10 USD per million up to 200,000 input tokens, 2.5 and 15 above.
test.each([
  { promptTokens: 200_000, usd: 0.25 + 0.01 },
  { promptTokens: 200_001, usd: 0.500_002_5 + 0.015 },
])('a request of $promptTokens input tokens is billed wholly at one tier', ({ promptTokens, usd }) => {
  const price = tokenPrice('gemini', { rates: [rates(0, 1.25, 10), rates(200_000, 2.5, 15)] });
  expect(usdPerHostedRequest(price, { promptTokens, cachedTokens: 0, outputTokens: 1000 })).toBeCloseTo(usd, 12);
});

// AWS, July 2026: g4dn.xlarge 0.526 USD an hour. 10 tokens a second make 36,000 an hour.
test('a T4 at 0.526 USD an hour and 10 tokens a second costs 14.61 USD per million tokens', () => {
  const t4 = hourlyPrice('aws-g4dn.xlarge', { usdPerHour: 0.526 });
  const cost = rentedCost(namedPrice(t4), 1, { requestsPerSecond: 0.01, outputTokensPerSecond: 10 }, 1000);
  expect(cost.usdPerMillionOutputTokens).toBeCloseTo(0.526 / 0.036, 10);
  expect(cost.usdPerRequest).toBeCloseTo(0.526 / 36, 10);
  expect(cost.usdPerHour).toBe(0.526);
  expect(cost.basis).toMatchObject({ kind: 'hardware-hour', provider: 'Somebody', effectiveFrom: '2026-07-20' });
});

test("half of an instance's devices costs half of the instance", () => {
  const instance = hourlyPrice('p5.48xlarge', { usdPerHour: 55.04, devices: 8 });
  expect(usdPerDeviceHour(instance)).toBe(6.88);
  expect(rentedCost(namedPrice(instance), 4, { requestsPerSecond: 1, outputTokensPerSecond: 1 }, 1).usdPerHour).toBe(
    27.52,
  );
});

test('an hourly price given with the question is used as it is, and named so', () => {
  const cost = givenHourlyCost(3.6, { requestsPerSecond: 1, outputTokensPerSecond: 100 }, 200);
  expect(cost).toMatchObject({ usdPerHour: 3.6, usdPerRequest: 0.001, usdPerMillionTokensBlended: 5 });
  expect(cost.basis).toMatchObject({ kind: 'given', chosen: null, offers: [] });
});

// 8 × 700 W at 1,000 tokens and 2 requests a second.
test('energy is rated power over pace, and says that it is an upper bound', () => {
  const energy = energyEstimate(700, 8, { requestsPerSecond: 2, outputTokensPerSecond: 1000 });
  expect(energy).toMatchObject({ watts: 5600, joulesPerOutputToken: 5.6 });
  expect(energy?.wattHoursPerRequest).toBeCloseTo(5600 / 2 / 3600, 12);
  expect(energy?.basis).toContain('rated power of 700 W a device: an upper bound');
  expect(energyEstimate(null, 8, { requestsPerSecond: 2, outputTokensPerSecond: 1000 })).toBeNull();
});

const usd = fc.double({ min: 0, max: 1000, noNaN: true });
const count = fc.integer({ min: 0, max: 1_000_000 });
const anyRequest: fc.Arbitrary<RequestTokens> = fc.record({
  promptTokens: count,
  cachedTokens: count,
  outputTokens: count,
});
const anyRates: fc.Arbitrary<TokenRates> = fc.record({
  aboveInputTokens: fc.constant(0),
  usdPerMillionInputTokens: usd,
  usdPerMillionOutputTokens: usd,
  usdPerMillionCachedInputTokens: fc.option(usd),
});
const anyFlatPrice: fc.Arbitrary<TokenPrice> = anyRates.map((base) => tokenPrice('any', { rates: [base] }));
const anyTieredPrice: fc.Arbitrary<TokenPrice> = fc
  .tuple(anyRates, fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 1, max: 5, noNaN: true }))
  .map(([base, aboveInputTokens, factor]) => {
    const cached = base.usdPerMillionCachedInputTokens;
    const dearer = {
      aboveInputTokens,
      usdPerMillionInputTokens: base.usdPerMillionInputTokens * factor,
      usdPerMillionOutputTokens: base.usdPerMillionOutputTokens * factor,
      usdPerMillionCachedInputTokens: cached === null ? null : cached * factor,
    };
    return tokenPrice('tiered', { rates: [base, dearer] });
  });

test('a flat price is linear in the tokens and never negative', () => {
  fc.assert(
    fc.property(anyFlatPrice, anyRequest, fc.integer({ min: 1, max: 100 }), (price, request, times) => {
      const many = {
        promptTokens: request.promptTokens * times,
        cachedTokens: request.cachedTokens * times,
        outputTokens: request.outputTokens * times,
      };
      const once = usdPerHostedRequest(price, request);
      expect(once).toBeGreaterThanOrEqual(0);
      expect(usdPerHostedRequest(price, many)).toBeCloseTo(times * once, 6);
    }),
  );
});

test('more input never costs less, across a tier as within one', () => {
  fc.assert(
    fc.property(anyTieredPrice, anyRequest, count, (price, request, more) => {
      const longer = { ...request, promptTokens: request.promptTokens + more };
      expect(usdPerHostedRequest(price, longer)).toBeGreaterThanOrEqual(usdPerHostedRequest(price, request) - 1e-9);
    }),
  );
});

test('a rented request costs the hour shared by its requests, whatever the pace', () => {
  const pace = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(usd, pace, pace, (usdPerHour, requestsPerSecond, outputTokensPerSecond) => {
      const cost = givenHourlyCost(usdPerHour, { requestsPerSecond, outputTokensPerSecond }, 100);
      expect(cost.usdPerRequest * requestsPerSecond * 3600).toBeCloseTo(usdPerHour, 6);
      expect((cost.usdPerMillionOutputTokens / 1e6) * outputTokensPerSecond * 3600).toBeCloseTo(usdPerHour, 6);
    }),
  );
});

function rates(aboveInputTokens: number, input: number, output: number, cached: number | null = null): TokenRates {
  return {
    aboveInputTokens,
    usdPerMillionInputTokens: input,
    usdPerMillionOutputTokens: output,
    usdPerMillionCachedInputTokens: cached,
  };
}
