import type { OwnedCost } from './ownedCost.ts';
import type { HardwareHourPrice, RequestTokens, TokenPrice } from './price.ts';
import { ratesFor, usdPerDeviceHour, usdPerHostedRequest } from './price.ts';
import type { PriceChoice, PriceRange } from './priceChoice.ts';
import { priceRange } from './priceChoice.ts';

/** What an answer says about money: never a bare price, always with who asks it, since when, and the spread of others. */
export interface CostEstimate {
  usdPerRequest: number;
  /** The same request at the cheapest and the most expensive of the offers compared. */
  usdPerRequestRange: PriceRange;
  /** Hosted: the rate of output tokens. Rented and owned: everything the hour costs, over the tokens it generates. */
  usdPerMillionOutputTokens: number;
  usdPerMillionOutputTokensRange: PriceRange;
  /** Hosted only. */
  usdPerMillionInputTokens: number | null;
  /** Hosted only; null also where the provider has no rate for cached input. */
  usdPerMillionCachedInputTokens: number | null;
  /** Whole request over all its tokens, read and generated. */
  usdPerMillionTokensBlended: number;
  /** Rented and owned: all devices together. */
  usdPerHour: number | null;
  usdPerHourRange: PriceRange | null;
  basis: CostBasis;
  /** Of hardware of one's own, where the question says for how many years and at what price of electricity. */
  owned: OwnedCost | null;
}

export interface CostBasis {
  kind: 'model-tokens' | 'hardware-hour' | 'given' | 'owned';
  /** Offers compared, cheapest first; the chosen one is among them. */
  offers: readonly string[];
  /** null when the caller gave the price. */
  chosen: string | null;
  provider: string | null;
  effectiveFrom: string | null;
  /** How the offer was chosen, in words. */
  rule: string;
}

/** A deployment's pace, from its estimate: all devices, all sequences. */
interface Pace {
  requestsPerSecond: number;
  outputTokensPerSecond: number;
}

/** Cost of a request at hosted models; the choice compares the offers by what this very request costs. */
export function hostedCost(choice: PriceChoice<TokenPrice>, request: RequestTokens): CostEstimate {
  const rates = ratesFor(choice.chosen, request);
  const usdPerRequest = usdPerHostedRequest(choice.chosen, request);
  const tokens = request.promptTokens + request.cachedTokens + request.outputTokens;
  return {
    usdPerRequest,
    usdPerRequestRange: priceRange(choice.compared.map((price) => usdPerHostedRequest(price, request))),
    usdPerMillionOutputTokens: rates.usdPerMillionOutputTokens,
    usdPerMillionOutputTokensRange: priceRange(
      choice.compared.map((price) => ratesFor(price, request).usdPerMillionOutputTokens),
    ),
    usdPerMillionInputTokens: rates.usdPerMillionInputTokens,
    usdPerMillionCachedInputTokens: rates.usdPerMillionCachedInputTokens,
    usdPerMillionTokensBlended: tokens === 0 ? 0 : (usdPerRequest / tokens) * 1e6,
    usdPerHour: null,
    usdPerHourRange: null,
    basis: basisOf('model-tokens', choice),
    owned: null,
  };
}

/**
 * Cost of running a deployment on rented devices. An instance's price is shared equally by its devices, so using
 * four of its eight costs half of it; a provider may not rent out less than the whole.
 */
export function rentedCost(
  choice: PriceChoice<HardwareHourPrice>,
  devices: number,
  pace: Pace,
  tokensPerRequest: number,
): CostEstimate {
  const range = priceRange(choice.compared.map((price) => usdPerDeviceHour(price) * devices));
  const basis = basisOf('hardware-hour', choice);
  return hourlyCost(usdPerDeviceHour(choice.chosen) * devices, range, basis, pace, tokensPerRequest);
}

/** Cost at an hourly price the caller gives for all devices together (a contract, or what owning them comes to). */
export function givenHourlyCost(usdPerHour: number, pace: Pace, tokensPerRequest: number): CostEstimate {
  const rule = 'the hourly price given with the question';
  const basis: CostBasis = { kind: 'given', offers: [], chosen: null, provider: null, effectiveFrom: null, rule };
  return hourlyCost(usdPerHour, priceRange([usdPerHour]), basis, pace, tokensPerRequest);
}

/** Cost at what owning the devices comes to, where nobody rents them out. */
export function ownedHourlyCost(owned: OwnedCost, pace: Pace, tokensPerRequest: number): CostEstimate {
  const rule = `what owning the devices comes to: ${owned.priceBasis}, and electricity`;
  const basis: CostBasis = { kind: 'owned', offers: [], chosen: null, provider: null, effectiveFrom: null, rule };
  return { ...hourlyCost(owned.usdPerHour, priceRange([owned.usdPerHour]), basis, pace, tokensPerRequest), owned };
}

function hourlyCost(
  usdPerHour: number,
  usdPerHourRange: PriceRange,
  basis: CostBasis,
  pace: Pace,
  tokensPerRequest: number,
): CostEstimate {
  const requestsPerHour = pace.requestsPerSecond * 3600;
  const millionOutputTokensPerHour = (pace.outputTokensPerSecond * 3600) / 1e6;
  const usdPerRequest = usdPerHour / requestsPerHour;
  return {
    usdPerRequest,
    usdPerRequestRange: scaled(usdPerHourRange, 1 / requestsPerHour),
    usdPerMillionOutputTokens: usdPerHour / millionOutputTokensPerHour,
    usdPerMillionOutputTokensRange: scaled(usdPerHourRange, 1 / millionOutputTokensPerHour),
    usdPerMillionInputTokens: null,
    usdPerMillionCachedInputTokens: null,
    usdPerMillionTokensBlended: (usdPerRequest / tokensPerRequest) * 1e6,
    usdPerHour,
    usdPerHourRange,
    basis,
    owned: null,
  };
}

function basisOf(
  kind: 'model-tokens' | 'hardware-hour',
  { chosen, compared, rule }: PriceChoice<TokenPrice> | PriceChoice<HardwareHourPrice>,
): CostBasis {
  const { offer, provider, effectiveFrom } = chosen;
  return { kind, offers: compared.map((price) => price.offer), chosen: offer, provider, effectiveFrom, rule };
}

function scaled(range: PriceRange, factor: number): PriceRange {
  return { low: range.low * factor, median: range.median * factor, high: range.high * factor, count: range.count };
}
