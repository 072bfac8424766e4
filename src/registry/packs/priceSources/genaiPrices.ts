import { type ConditionalPrice, findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import { slug, withIds } from '../../kinds/listFile.ts';
import type { Source } from '../../kinds/source.ts';
import checkedDays from './genaiPricesChecked.json' with { type: 'json' };
import modelTable from './genaiPricesModels.json' with { type: 'json' };
import type { PricedOffer, PriceSource } from './priceSource.ts';

/** Version of the package; a test holds it to the installed one. */
export const packageVersion = '0.1.8';
/** The moment whose prices are read: when that version was published. Moves only with the version. */
export const pinnedTimestamp = '2026-09-23T10:11:04Z';

/**
 * Hosted prices from the data bundled in @pydantic/genai-prices: nothing is fetched, and prices never update themselves.
 *
 * Only models of the catalogue are read, by the table beside this file: providers' model names, and which profile each
 * is. The price lists in the packs hold the models and providers the package lacks, and older dated prices; they leave
 * out what it covers, so no pair of provider and model name has two current prices. The package leaves out on which day
 * its authors last looked at a price; their files say it, and `genaiPricesChecked.json` repeats it. A few rows of the package repeat
 * OpenRouter’s price under the name of the maker, who does not sell that model so; the table leaves them out.
 */
export const priceSource: PriceSource = {
  id: 'genai-prices',
  title: `@pydantic/genai-prices ${packageVersion}`,
  offers() {
    const rows = Object.entries(modelTable).flatMap(([providerId, table]) => providerOffers(providerId, table));
    return withIds(rows, ({ provider, providerModel, effectiveFrom, effectiveTo }) => [
      ...[slug(provider), slug(providerModel)],
      effectiveFrom ?? (effectiveTo === undefined ? 'unchecked' : 'before'),
    ]);
  },
};

interface ProviderTable {
  name: string;
  ownModels?: Record<string, string>;
  otherModels?: Record<string, string>;
}

const source: Record<string, Source> = {
  'genai-prices': {
    title: `@pydantic/genai-prices ${packageVersion}, bundled prices as of ${pinnedTimestamp}`,
    url: `https://www.npmjs.com/package/@pydantic/genai-prices/v/${packageVersion}`,
    retrieved: pinnedTimestamp.slice(0, 10),
    known: 'published',
  },
};

/** By provider and model: `prices_checked` of genai-prices' YAML files at commit 47df840a, 21 August 2026. */
const checked: Readonly<Record<string, Readonly<Record<string, string>>>> = checkedDays;

function providerOffers(providerId: string, { name, ownModels = {}, otherModels = {} }: ProviderTable) {
  const provider = findProvider({ providerId });
  if (provider === undefined) throw new Error(`@pydantic/genai-prices has no provider ${providerId}`);
  const models = new Map(provider.models.map((model) => [model.id, model]));
  return Object.entries({ ...ownModels, ...otherModels }).flatMap(([providerModel, model]) => {
    const info = models.get(providerModel);
    if (info === undefined) throw new Error(`@pydantic/genai-prices has no model ${providerModel} at ${providerId}`);
    const shared = { provider: name, model, providerModel, firstParty: Object.hasOwn(ownModels, providerModel) };
    return pricePeriods(info, checked[providerId]?.[providerModel] ?? null).map((period) =>
      offerFacts(shared, info, period),
    );
  });
}

interface PricePeriod {
  prices: ModelPrice;
  /** null: before the first dated change, since an unknown day. */
  effectiveFrom: string | null;
  effectiveTo: string | null;
}

/**
 * Prices in the order they held, up to the pinned moment; changes announced for later are left to the next version.
 * A price that depends on the hour is read at the pinned one. A price without any date is
 * dated by the day somebody last checked it, if its file says so: a fresh date on an old price would be made up.
 */
function pricePeriods({ prices }: ModelInfo, checkedDay: string | null): PricePeriod[] {
  const pinnedDay = pinnedTimestamp.slice(0, 10);
  if (!Array.isArray(prices)) return [{ prices, effectiveFrom: checkedDay, effectiveTo: null }];
  const changes = prices.filter((price) => startDate(price) !== undefined && (startDate(price) ?? '') <= pinnedDay);
  const first = prices.find(({ constraint }) => constraint === undefined);
  const dated = first === undefined ? changes : [first, ...changes];
  const now = prices.findLast(holdsAtPinnedHour);
  return dated.map((price, index) => {
    const next = dated[index + 1];
    const current = next === undefined ? (now ?? price) : price;
    const undated = dated.length === 1 && startDate(price) === undefined;
    return {
      prices: current.prices,
      effectiveFrom: undated ? checkedDay : (startDate(price) ?? null),
      effectiveTo: next === undefined ? null : (startDate(next) ?? null),
    };
  });
}

function startDate({ constraint }: ConditionalPrice): string | undefined {
  return constraint?.type === 'start_date' ? constraint.start_date : undefined;
}

function holdsAtPinnedHour({ constraint }: ConditionalPrice): boolean {
  if (constraint?.type !== 'time_of_date') return false;
  const hour = pinnedTimestamp.slice(11);
  const [start, end] = [constraint.start_time, constraint.end_time];
  return start <= end ? start <= hour && hour < end : hour >= start || hour < end;
}

function offerFacts(
  shared: Pick<PricedOffer['facts'], 'provider' | 'model' | 'providerModel' | 'firstParty'>,
  { id, context_window: contextTokens }: ModelInfo,
  { prices, effectiveFrom, effectiveTo }: PricePeriod,
): PricedOffer['facts'] {
  const tiers = tierThresholds(prices).map((aboveInputTokens) => ({
    aboveInputTokens,
    ...rates(prices, aboveInputTokens, id),
  }));
  const cacheWrite = rateAt(prices.cache_write_mtok, 0);
  return {
    basis: 'model-tokens',
    ...shared,
    ...rates(prices, 0, id),
    ...(cacheWrite === undefined ? {} : { usdPerMillionCacheWriteTokens: cacheWrite }),
    ...(tiers.length === 0 ? {} : { tiers }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    effectiveFrom,
    ...(effectiveTo === null ? {} : { effectiveTo }),
    source: 'genai-prices',
    sources: source,
  };
}

/** Input, output and cached rates of requests with more than `aboveInputTokens` input tokens. */
function rates(prices: ModelPrice, aboveInputTokens: number, model: string) {
  const usdPerMillionInputTokens = rateAt(prices.input_mtok, aboveInputTokens);
  const usdPerMillionOutputTokens = rateAt(prices.output_mtok, aboveInputTokens);
  if (usdPerMillionInputTokens === undefined || usdPerMillionOutputTokens === undefined) {
    throw new Error(`@pydantic/genai-prices gives ${model} no price by the token`);
  }
  const cached = rateAt(prices.cache_read_mtok, aboveInputTokens);
  return {
    usdPerMillionInputTokens,
    usdPerMillionOutputTokens,
    ...(cached === undefined ? {} : { usdPerMillionCachedInputTokens: cached }),
  };
}

function rateAt(price: ModelPrice[string], aboveInputTokens: number): number | undefined {
  if (price === undefined || typeof price === 'number') return price;
  return price.tiers.findLast(({ start }) => start <= aboveInputTokens)?.price ?? price.base;
}

function tierThresholds(prices: ModelPrice): number[] {
  const tiered = [prices.input_mtok, prices.output_mtok].filter((price) => typeof price === 'object');
  const starts = new Set(tiered.flatMap(({ tiers }) => tiers.map(({ start }) => start)));
  return [...starts].toSorted((one, other) => one - other);
}
