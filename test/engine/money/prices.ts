import type { HardwareHourPrice, TokenPrice } from '../../../src/engine/money/price.ts';

/** A hosted price with what the test does not care about filled in. */
export function tokenPrice(offer: string, stated: Partial<TokenPrice>): TokenPrice {
  return {
    basis: 'model-tokens',
    offer,
    provider: 'Somebody',
    model: 'a-model',
    providerModel: 'a-model',
    firstParty: false,
    effectiveFrom: '2026-09-23',
    effectiveTo: null,
    rates: [],
    ...stated,
  };
}

/** An hourly price with what the test does not care about filled in. */
export function hourlyPrice(offer: string, stated: Partial<HardwareHourPrice>): HardwareHourPrice {
  return {
    basis: 'hardware-hour',
    offer,
    provider: 'Somebody',
    hardware: 'a-device',
    devices: 1,
    usdPerHour: 1,
    instance: offer,
    region: 'here',
    pricing: 'on-demand',
    effectiveFrom: '2026-07-20',
    effectiveTo: null,
    ...stated,
  };
}
