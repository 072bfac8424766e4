import { compareText } from '../compareText.ts';
import type { HardwareHourPrice, RequestTokens, TokenPrice } from './price.ts';
import { usdPerDeviceHour, usdPerHostedRequest } from './price.ts';

/** The spread of comparable prices, all in the same unit. */
export interface PriceRange {
  low: number;
  /** The middle one; of an even number, the lower of the middle two, so that it is a price somebody asks. */
  median: number;
  high: number;
  count: number;
}

/** One price to answer with, and the ones it was compared with. */
export interface PriceChoice<P> {
  chosen: P;
  /** Cheapest first; the chosen one included. */
  compared: readonly P[];
  /** In words, for the answer. */
  rule: string;
  /** The caller chose it. */
  named?: true;
}

/** Prices older than this, against the newest, are not compared: hourly prices of one device halve within two years. */
const COMPARED_MONTHS = 12;

/** Low, median, high and count of one or more prices. */
export function priceRange(prices: readonly number[]): PriceRange {
  const sorted = prices.toSorted((one, other) => one - other);
  const [low] = sorted;
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted.at(-1);
  if (low === undefined || median === undefined || high === undefined) throw new RangeError('no price to compare');
  return { low, median, high, count: sorted.length };
}

/**
 * The hourly price to answer with when the question names none: of each provider, its cheapest dated on-demand price
 * per device within the latest 12 months of prices; of those, the median. Marketplaces and hyperscalers differ by more
 * than six times, so neither the cheapest nor the most expensive stands for the device. Where nothing dated is on demand,
 * undated on-demand prices are compared, then spot prices. null when nobody rents the device out.
 */
export function chooseHourlyPrice(prices: readonly HardwareHourPrice[]): PriceChoice<HardwareHourPrice> | null {
  const known = latestOfEach(prices, (price) => [price.provider, price.instance, price.region, price.pricing]);
  const onDemand = known.filter((price) => price.pricing === 'on-demand');
  const recent = latestMonths(onDemand);
  const [pool, words] =
    recent.length > 0
      ? [recent, `dated on-demand price per device within ${COMPARED_MONTHS} months of the newest`]
      : onDemand.length > 0
        ? [onDemand, 'on-demand price per device (undated)']
        : [known, 'spot price per device (nobody lists it on demand)'];
  const rule = `the median over providers of each one's cheapest ${words}`;
  return medianChoice(cheapestByProvider(pool, usdPerDeviceHour), usdPerDeviceHour, rule);
}

/**
 * The hosted price to answer with when the question names none: the developer's own where it sells the model itself
 * (the cheapest of its tiers, and the latest of each), else the median over providers (within the latest 12 months of prices) of what this request costs.
 * null when no host of the model is known.
 */
export function chooseTokenPrice(
  prices: readonly TokenPrice[],
  request: RequestTokens,
): PriceChoice<TokenPrice> | null {
  const usd = (price: TokenPrice) => usdPerHostedRequest(price, request);
  const known = latestOfEach(prices, ({ provider, providerModel }) => [provider, providerModel]);
  const recent = latestMonths(known);
  const own = known.filter((price) => price.firstParty);
  const firstParty = own.toSorted((one, other) => usd(one) - usd(other) || compareText(one.offer, other.offer))[0];
  const compared = cheapestByProvider(recent.length > 0 ? recent : known, usd);
  if (firstParty === undefined) {
    const rule = "the median over providers of what this request costs at each one's cheapest offer";
    return medianChoice(compared, usd, rule);
  }
  const others = compared.filter((price) => price.provider !== firstParty.provider);
  return {
    chosen: firstParty,
    compared: [firstParty, ...others].toSorted((one, other) => usd(one) - usd(other)),
    rule: "the price the model's own developer asks, its cheapest",
  };
}

/**
 * The cheapest price in force for a request, whoever asks it; null when no host of the model is known. Of a provider's
 * prices of one thing, only the latest is in force.
 */
export function cheapestTokenPrice(prices: readonly TokenPrice[], request: RequestTokens): TokenPrice | null {
  const known = latestOfEach(prices, ({ provider, providerModel }) => [provider, providerModel]);
  return cheapestByProvider(known, (price) => usdPerHostedRequest(price, request))[0] ?? null;
}

/** The named offer, alone: the caller has chosen. */
export function namedPrice<P extends { offer: string }>(chosen: P): PriceChoice<P> {
  return { chosen, compared: [chosen], rule: 'the offer named in the question', named: true };
}

interface Dated {
  effectiveFrom: string | null;
  effectiveTo: string | null;
}

/** Prices that have not ended; a provider's later price of the same thing replaces its earlier one. */
function latestOfEach<P extends Dated & { offer: string }>(
  prices: readonly P[],
  sameThing: (price: P) => readonly string[],
): P[] {
  const groups = Map.groupBy(
    prices.filter(({ effectiveTo }) => effectiveTo === null),
    (price) => sameThing(price).join('\n'),
  );
  return [...groups.values()].flatMap((group) => latest(group) ?? []);
}

function latestMonths<P extends Dated>(prices: readonly P[]): P[] {
  const days = prices.flatMap((price) => (price.effectiveFrom === null ? [] : [firstDay(price.effectiveFrom)]));
  const newest = days.toSorted().at(-1);
  if (newest === undefined) return [];
  const oldest = monthsBefore(newest, COMPARED_MONTHS);
  return prices.filter((price) => price.effectiveFrom !== null && firstDay(price.effectiveFrom) >= oldest);
}

function latest<P extends Dated & { offer: string }>(prices: readonly P[]): P | null {
  const day = (price: P) => (price.effectiveFrom === null ? '' : firstDay(price.effectiveFrom));
  const byDay = (one: P, other: P) => compareText(day(one), day(other)) || compareText(other.offer, one.offer);
  return prices.toSorted(byDay).at(-1) ?? null;
}

function cheapestByProvider<P extends Dated & { offer: string; provider: string }>(
  prices: readonly P[],
  usd: (price: P) => number,
): P[] {
  const cheapest = new Map<string, P>();
  for (const price of prices.toSorted((one, other) => usd(one) - usd(other) || compareText(one.offer, other.offer))) {
    if (!cheapest.has(price.provider)) cheapest.set(price.provider, price);
  }
  return [...cheapest.values()];
}

function medianChoice<P>(compared: readonly P[], usd: (price: P) => number, rule: string): PriceChoice<P> | null {
  const sorted = compared.toSorted((one, other) => usd(one) - usd(other));
  const chosen = sorted[Math.floor((sorted.length - 1) / 2)];
  return chosen === undefined ? null : { chosen, compared: sorted, rule };
}

/** ISO dates compare as text; a year or a month alone counts from its first day. */
function firstDay(partialDate: string): string {
  return partialDate.length === 4
    ? `${partialDate}-01-01`
    : partialDate.length === 7
      ? `${partialDate}-01`
      : partialDate;
}

function monthsBefore(day: string, months: number): string {
  const total = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - months;
  const month = String((total % 12) + 1).padStart(2, '0');
  return `${Math.floor(total / 12)}-${month}${day.slice(7)}`;
}
