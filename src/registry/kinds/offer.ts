import { array, discriminatedUnion, enum as oneOf, optional, strictObject, z } from 'zod';
import type { Price, TokenRates } from '../../engine/money/price.ts';
import type { Kind, Reference } from './kind.ts';
import { listDefaults, listRows, listTitle, namedSources, slug, withIds } from './listFile.ts';
import { figure, text, whole } from './ranges.ts';
import { partialDate, referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { refuseUnknownSources } from './sourcedGroups.ts';

const provider = text(2, 60);
const tokens = whole(1, 100_000_000);
const notes = optional(z.string().max(300)).describe('What to know about it.');

const usdPerMillion = figure(0, 2000);
const perMillion = 'in USD per million tokens.';
const rates = {
  usdPerMillionInputTokens: usdPerMillion.describe(`Price of input, ${perMillion}`),
  usdPerMillionOutputTokens: usdPerMillion.describe(`Price of output, ${perMillion}`),
};
const usdPerMillionCachedInputTokens = optional(usdPerMillion).describe(
  'Price of input found in the provider’s cache, in USD per million tokens; left out = no such price known.',
);

/** Announced, or the day of the list it was read from; null = undated. */
const effectiveFrom = partialDate
  .nullable()
  .describe('First day the price is known to have held, as YYYY-MM-DD or as precisely as known.');
const effectiveTo = optional(partialDate).describe(
  'Last day the price held, as YYYY-MM-DD; left out = not known to have ended.',
);

export const hardwareHourSchema = strictObject({
  basis: z.literal('hardware-hour').describe('Hardware by the hour.'),
  provider: provider.describe('Who rents it out.'),
  hardware: referenceSchema.describe('Id or alias of the device.'),
  instance: text(1, 80).describe('The provider’s name for the machine.'),
  /** GPUs, chips, CPU sockets. */
  devices: whole(1, 20_000).describe('Devices in the machine, a count.'),
  usdPerHour: figure(0.001, 50_000).describe('Price of the whole machine, all devices, in USD per hour.'),
  pricing: oneOf(['on-demand', 'spot']).describe('On what terms.'),
  region: text(2, 40).describe('The provider’s region.'),
  effectiveFrom,
  effectiveTo,
  notes,
  source: sourceKeys,
  sources: sourcesSchema,
}).describe('Hardware rented by the hour: the price of the whole machine.');

export const hardwarePurchaseSchema = strictObject({
  basis: z.literal('hardware-purchase').describe('Hardware to buy.'),
  hardware: referenceSchema.describe('Id or alias of the device.'),
  devices: whole(1, 1024)
    .default(1)
    .describe('Devices that come for this price, a count: 2 for a board with two GPUs; left out = 1.'),
  usd: figure(1, 10_000_000).describe('Price of all of them, in USD.'),
  /** msrp: the maker's list price; street: what a shop or a listing asked. */
  priceKind: oneOf(['msrp', 'street']).describe('List or street price.'),
  date: effectiveFrom,
  notes,
  source: sourceKeys,
  sources: sourcesSchema,
}).describe('Hardware to buy.');

export const tierSchema = strictObject({
  aboveInputTokens: tokens.describe(
    'Holds for requests with more input than this, cached input included, in tokens; the whole request is billed at it.',
  ),
  ...rates,
  usdPerMillionCachedInputTokens,
}).describe('Other rates for long requests: the whole request is billed at them.');

export const disagreementSchema = strictObject({
  ...rates,
  date: optional(partialDate).describe('When it was said, as YYYY-MM-DD or as precisely as known.'),
  source: sourceKeys,
}).describe('What another source says about the same price.');

export const modelTokensSchema = strictObject({
  basis: z.literal('model-tokens').describe('A hosted model by the token.'),
  provider: provider.describe('Who hosts it.'),
  /** null: a model the catalogue does not have; `providerModel` still says which. */
  model: referenceSchema.nullable().describe('Id or alias of the model.'),
  providerModel: text(1, 120).describe('The model’s name there.'),
  firstParty: z.boolean().default(false).describe('Sold by the model’s own developer; left out = no.'),
  ...rates,
  usdPerMillionCachedInputTokens,
  usdPerMillionCacheWriteTokens: optional(usdPerMillion).describe(
    'Price of putting input into the provider’s cache, in USD per million tokens; left out = no such price known.',
  ),
  tiers: optional(array(tierSchema).min(1)).describe(
    'Other rates for long requests, by rising length; none = one rate for all.',
  ),
  contextTokens: optional(tokens).describe('Longest request there, input and output, in tokens.'),
  maximumOutputTokens: optional(tokens).describe('Longest answer there, in tokens.'),
  effectiveFrom,
  effectiveTo,
  disagreements: optional(array(disagreementSchema).min(1)).describe(
    'Other prices that sources give for the same offer.',
  ),
  notes: optional(z.string().max(400)).describe('What to know about it.'),
  source: sourceKeys,
  sources: sourcesSchema,
}).describe('A hosted model, paid by the token.');

const offerSchema = discriminatedUnion('basis', [hardwareHourSchema, hardwarePurchaseSchema, modelTokensSchema])
  .superRefine((offer, context) => {
    refuseUnknownSources(offer, context);
    if (offer.basis !== 'model-tokens') return;
    const thresholds = (offer.tiers ?? []).map((tier) => tier.aboveInputTokens);
    if (thresholds.some((threshold, index) => index > 0 && threshold <= (thresholds[index - 1] ?? 0))) {
      context.addIssue({ code: 'custom', path: ['tiers'], message: 'must rise in aboveInputTokens' });
    }
  })
  .describe('A dated price: exactly one of these.');

export type OfferFacts = z.infer<typeof offerSchema>;

/** A price list: what its rows share, and the rows, each checked as an offer once it has them. */
const priceListSchema = strictObject({
  $schema: optional(z.string()),
  title: listTitle,
  basis: oneOf(['hardware-hour', 'hardware-purchase', 'model-tokens']).describe('What its rows are prices of.'),
  defaults: listDefaults,
  offers: listRows,
  sources: sourcesSchema,
});

/** Dated prices: hardware by the hour or to buy, hosted models by the token. A new rate is a new row. */
export const kind: Kind<OfferFacts, Price> = {
  kind: 'offer',
  folder: 'prices',
  schema: offerSchema,
  fileSchema: priceListSchema,
  expand(_fileId, file) {
    const { basis, defaults, offers, sources } = file as z.infer<typeof priceListSchema>;
    const rows = offers.map((stated) => {
      const row: Record<string, unknown> = { basis, ...defaults, ...stated };
      const disagreements = Array.isArray(row.disagreements) ? row.disagreements : [];
      const keys = [row.source, ...disagreements.map((other: { source?: unknown }) => other?.source)].flat();
      return { ...row, sources: namedSources(sources, keys) };
    });
    return withIds(rows, identifyingWords).map((row, index) => ({ ...row, path: `offers[${index}]` }));
  },
  name: (_id, facts) => offerName(facts),
  aliases: () => [],
  searchText: (id, facts) => `${id} ${offerName(facts)} ${referencesOf(facts).map(({ id }) => id)}`.toLowerCase(),
  references: referencesOf,
  toEngine: toPrice,
};

/** The id of an offer that comes alone: what a list would call it. */
export function offerId(facts: object): string {
  return withIds([{ ...facts }], identifyingWords)[0]?.id ?? '';
}

function identifyingWords(row: Record<string, unknown>): string[] {
  const day = row.effectiveFrom ?? row.date ?? 'undated';
  const words =
    row.basis === 'hardware-hour'
      ? [row.provider, row.instance, row.pricing, row.region, day]
      : row.basis === 'hardware-purchase'
        ? [row.hardware, row.priceKind, day]
        : [row.provider, row.providerModel, day];
  return words.map((word) => slug(String(word)));
}

function offerName(facts: OfferFacts): string {
  switch (facts.basis) {
    case 'hardware-hour':
      return `${facts.provider} ${facts.instance}, ${facts.pricing}, ${facts.region}`;
    case 'hardware-purchase':
      return `${facts.hardware}, ${facts.priceKind === 'msrp' ? 'list price' : 'street price'}`;
    case 'model-tokens':
      return `${facts.providerModel} at ${facts.provider}`;
  }
}

function referencesOf(facts: OfferFacts): readonly Reference[] {
  if (facts.basis !== 'model-tokens') return [{ kind: 'hardware', id: facts.hardware, path: 'hardware' }];
  return facts.model === null ? [] : [{ kind: 'model', id: facts.model, path: 'model' }];
}

function toPrice(id: string, facts: OfferFacts): Price {
  switch (facts.basis) {
    case 'hardware-hour': {
      const { basis, provider, hardware, devices, usdPerHour, instance, region, pricing, effectiveFrom } = facts;
      const what = { provider, hardware, devices, instance, region, pricing };
      return { basis, offer: id, ...what, usdPerHour, effectiveFrom, effectiveTo: facts.effectiveTo ?? null };
    }
    case 'hardware-purchase': {
      const { hardware, devices, usd, priceKind, date } = facts;
      return { basis: facts.basis, offer: id, hardware, devices, usd, priceKind, date };
    }
    case 'model-tokens': {
      const {
        basis,
        provider,
        model,
        providerModel,
        firstParty,
        effectiveFrom,
        effectiveTo = null,
        tiers = [],
      } = facts;
      const what = { provider, model, providerModel, firstParty, effectiveFrom, effectiveTo };
      return { basis, offer: id, ...what, rates: [{ ...facts, aboveInputTokens: 0 }, ...tiers].map(toRates) };
    }
  }
}

function toRates(tier: z.infer<typeof tierSchema>): TokenRates {
  const { aboveInputTokens, usdPerMillionInputTokens, usdPerMillionOutputTokens } = tier;
  const { usdPerMillionCachedInputTokens = null } = tier;
  return { aboveInputTokens, usdPerMillionInputTokens, usdPerMillionOutputTokens, usdPerMillionCachedInputTokens };
}
