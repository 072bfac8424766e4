import type { ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices';
import { priceSource } from '../../src/registry/packs/priceSources/genaiPrices.ts';
import modelTable from '../../src/registry/packs/priceSources/genaiPricesModels.json' with { type: 'json' };

type FindProvider = (options: { providerId: string }) => Provider | undefined;

interface ProviderTable {
  name: string;
  ownModels?: Record<string, string>;
  otherModels?: Record<string, string>;
}

/**
 * What another version of genai-prices says differently about the models that the catalogue prices by it: one line for
 * rates that moved, for a model that is gone, and for a model that the table of names does not have yet.
 */
export function priceChanges(findProvider: FindProvider): string[] {
  const current = priceSource.offers().filter(({ facts }) => facts.effectiveTo === undefined);
  return Object.entries(modelTable).flatMap(([providerId, table]: [string, ProviderTable]) => {
    const models = new Map(findProvider({ providerId })?.models.map((model) => [model.id, model]));
    if (models.size === 0) return [`- ${table.name}: not in this version`];
    const named = { ...table.ownModels, ...table.otherModels };
    const moved = Object.keys(named).flatMap((name) => {
      const before = current.find(({ facts }) => facts.provider === table.name && facts.providerModel === name)?.facts;
      if (before === undefined) return [];
      const now = models.get(name);
      if (now === undefined) return [`- ${table.name} ${name}: gone; end its offer`];
      const was = rates(before.usdPerMillionInputTokens, before.usdPerMillionOutputTokens);
      const all = ratesOf(now);
      return all.length === 0 || all.includes(was)
        ? []
        : [`~ ${table.name} ${name}: ${was} -> ${all.at(-1)}${since(now)}`];
    });
    const unnamed = [...models.values()].filter(({ id }) => !Object.hasOwn(named, id));
    return [
      ...moved,
      ...unnamed.flatMap((model) =>
        ratesOf(model)
          .slice(-1)
          .map((rate) => `+ ${table.name} ${model.id}: ${rate}`),
      ),
    ];
  });
}

/** The day a price that has one began or is to begin. */
function since({ prices }: ModelInfo): string {
  const last = Array.isArray(prices)
    ? prices.findLast(({ constraint }) => constraint?.type === 'start_date')
    : undefined;
  return last?.constraint?.type === 'start_date' ? ` from ${last.constraint.start_date}` : '';
}

/** The rates without tiers since the last change of a day: one, or one for each part of the day; none by the token. */
function ratesOf({ prices }: ModelInfo): string[] {
  if (!Array.isArray(prices)) return written(prices);
  const lastChange = prices.findLastIndex(({ constraint }) => constraint?.type === 'start_date');
  return prices.slice(Math.max(0, lastChange)).flatMap((price) => written(price.prices));
}

function written({ input_mtok, output_mtok }: ModelPrice): string[] {
  const [input, output] = [base(input_mtok), base(output_mtok)];
  return input === undefined || output === undefined ? [] : [rates(input, output)];
}

function base(price: ModelPrice[string]): number | undefined {
  return typeof price === 'object' ? price.base : price;
}

function rates(input: number, output: number): string {
  return `${input} in, ${output} out USD per million tokens`;
}
