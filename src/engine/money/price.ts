/** Renting an instance. USD for all its devices together. */
export interface HardwareHourPrice {
  basis: 'hardware-hour';
  /** Offer id. */
  offer: string;
  provider: string;
  hardware: string;
  devices: number;
  usdPerHour: number;
  instance: string;
  region: string;
  pricing: 'on-demand' | 'spot';
  /** First day the price is known to have been in force, as precisely as known; null = undated. */
  effectiveFrom: string | null;
  /** First day it no longer was; null = not known to have ended. */
  effectiveTo: string | null;
}

/** Buying a board or a system. USD for all its devices together. */
export interface PurchasePrice {
  basis: 'hardware-purchase';
  offer: string;
  hardware: string;
  devices: number;
  usd: number;
  priceKind: 'msrp' | 'street';
  date: string | null;
}

/** Rates of requests with more than `aboveInputTokens` input tokens, cached ones included. */
export interface TokenRates {
  aboveInputTokens: number;
  usdPerMillionInputTokens: number;
  usdPerMillionOutputTokens: number;
  /** null = cached input costs the same as fresh input. */
  usdPerMillionCachedInputTokens: number | null;
}

/** A hosted model by the token. `rates` rise in `aboveInputTokens`, the first from 0. */
export interface TokenPrice {
  basis: 'model-tokens';
  offer: string;
  provider: string;
  model: string | null;
  /** The model's name at the provider. */
  providerModel: string;
  /** Sold by the model's own developer. */
  firstParty: boolean;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  rates: readonly TokenRates[];
}

export type Price = HardwareHourPrice | PurchasePrice | TokenPrice;

/** Tokens of one request. */
export interface RequestTokens {
  /** Read fresh. */
  promptTokens: number;
  /** Already in the provider's cache. */
  cachedTokens: number;
  outputTokens: number;
}

/**
 * USD of one request at a hosted model: fresh input × its rate + cached input × its rate + output × its rate.
 *
 * A request with more input tokens than a tier's threshold is billed wholly at that tier, as the published
 * long-context tiers do. Cached input without a rate of its own costs what fresh input does.
 * Ignores writing to the cache, batch discounts, and per-request and per-tool charges.
 */
export function usdPerHostedRequest(price: TokenPrice, request: RequestTokens): number {
  const rates = ratesFor(price, request);
  const cachedRate = rates.usdPerMillionCachedInputTokens ?? rates.usdPerMillionInputTokens;
  const usdPerMillionRequests =
    request.promptTokens * rates.usdPerMillionInputTokens +
    request.cachedTokens * cachedRate +
    request.outputTokens * rates.usdPerMillionOutputTokens;
  return usdPerMillionRequests / 1e6;
}

/** USD for one device for one hour: the instance's price shared equally by its devices. */
export function usdPerDeviceHour(price: HardwareHourPrice): number {
  return price.usdPerHour / price.devices;
}

/** The rates this request is billed at. */
export function ratesFor(price: TokenPrice, request: RequestTokens): TokenRates {
  const inputTokens = request.promptTokens + request.cachedTokens;
  const rates = price.rates.findLast((tier) => tier.aboveInputTokens === 0 || inputTokens > tier.aboveInputTokens);
  if (rates === undefined) throw new RangeError(`offer ${price.offer} has no rate from 0 input tokens`);
  return rates;
}
