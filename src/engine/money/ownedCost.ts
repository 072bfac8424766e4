/** What running hardware of one's own comes to: what it cost, spread over years, and electricity. */
export interface OwnedCost {
  usdPerDevice: number;
  /** Where that is from, in words. */
  priceBasis: string;
  /** Offer the purchase price is from; null = given with the question. */
  offer: string | null;
  /** All devices together. */
  usdPerHour: number;
  usdPerHourOfPurchase: number;
  usdPerHourOfElectricity: number;
  usdPerRequest: number;
  usdPerMillionOutputTokens: number;
}

/** Figures of an owner, all given with the question: none has a default. */
export interface Ownership {
  years: number;
  usdPerKilowattHour: number;
}

const HOURS_PER_YEAR = 8766;

/**
 * usdPerHour = devices × (price ÷ (years × 8,766) + watts ÷ 1,000 × price of a kilowatt-hour), at rated power and busy
 * all the time. Ignores hosts, cooling, space, people, interest and what the devices sell for at the end.
 */
export function ownedCost(
  { years, usdPerKilowattHour }: Ownership,
  price: Pick<OwnedCost, 'usdPerDevice' | 'priceBasis' | 'offer'>,
  { devices, watts }: { devices: number; watts: number },
  pace: { requestsPerSecond: number; outputTokensPerSecond: number },
): OwnedCost {
  const usdPerHourOfPurchase = (devices * price.usdPerDevice) / (years * HOURS_PER_YEAR);
  const usdPerHourOfElectricity = ((devices * watts) / 1000) * usdPerKilowattHour;
  const usdPerHour = usdPerHourOfPurchase + usdPerHourOfElectricity;
  return {
    ...price,
    usdPerHour,
    usdPerHourOfPurchase,
    usdPerHourOfElectricity,
    usdPerRequest: usdPerHour / (pace.requestsPerSecond * 3600),
    usdPerMillionOutputTokens: (usdPerHour / (pace.outputTokensPerSecond * 3600)) * 1e6,
  };
}
