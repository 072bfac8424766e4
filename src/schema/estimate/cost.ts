import type { Interval } from '../../engine/hosted.ts';
import type { CostBasis, CostEstimate } from '../../engine/money/cost.ts';
import type { OwnedCost } from '../../engine/money/ownedCost.ts';
import type { PriceRange } from '../../engine/money/priceChoice.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../enumOf.ts';
import { OfferType } from '../profiles/offer/type.ts';
import { RangeType, scaledRange } from '../range.ts';

const CostKind = enumOf('CostKind', 'What is paid for.', {
  'model-tokens': 'Tokens, to a provider of the hosted model.',
  'hardware-hour': 'Hours of rented hardware, at full use.',
  given: 'Hours of hardware, at the price given with the question.',
  owned: 'Hours of hardware of your own: its price spread over years, and electricity.',
});

export const PriceRangeType = builder.objectRef<PriceRange>('PriceRange').implement({
  description: 'The spread of comparable prices, in the unit of the field that holds it.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'The lowest, in the unit of the field that holds the range.' }),
    median: t.exposeFloat('median', { description: 'The middle one, in the unit of the field that holds the range.' }),
    high: t.exposeFloat('high', { description: 'The highest, in the unit of the field that holds the range.' }),
    count: t.exposeInt('count', { description: 'How many prices, a count.' }),
  }),
});

const CostBasisType = builder.objectRef<CostBasis>('CostBasis').implement({
  description: 'Which price was used, and how it was chosen.',
  fields: (t) => ({
    kind: t.expose('kind', { type: CostKind, description: 'What is paid for.' }),
    provider: t.exposeString('provider', {
      nullable: true,
      description: 'Who asks it; null when the price was given.',
    }),
    date: t.exposeString('effectiveFrom', {
      nullable: true,
      description: 'First day the price is known to have held, as precisely as known; null = undated or given.',
    }),
    rule: t.exposeString('rule', { description: 'How the offer was chosen, in words.' }),
    offer: t.field({
      type: OfferType,
      nullable: true,
      description: 'The offer used; null when the price was given.',
      resolve: ({ chosen }, _, { catalogue }) => (chosen === null ? null : catalogue.offer.get(chosen)),
    }),
    compared: t.field({
      type: [OfferType],
      description: 'The offers compared, cheapest first; the one used is among them.',
      resolve: ({ offers }, _, { catalogue }) => offers.map((id) => catalogue.offer.get(id)),
    }),
  }),
});

const ofSpeed =
  'At the price used: 80 % of measured speeds should lie in it; low = high for an API, whose price of a request is known.';

/** What a cost may be times, worked out when somebody asks. */
interface Uncertain {
  factors(): Interval;
}
export type AnsweredCost = CostEstimate & Uncertain;

const OwnedCostType = builder.objectRef<OwnedCost & Uncertain>('OwnedCost').implement({
  description:
    'What owning the devices comes to, busy all the time at rated power. Hosts, cooling, space, people, interest and ' +
    'resale are not in it.',
  fields: (t) => ({
    usdPerDevice: t.exposeFloat('usdPerDevice', { description: 'Purchase price of one device, in USD.' }),
    priceBasis: t.exposeString('priceBasis', { description: 'Where that price is from, in words.' }),
    offer: t.field({
      type: OfferType,
      nullable: true,
      description: 'The purchase offer used; null when the price was given.',
      resolve: ({ offer }, _, { catalogue }) => (offer === null ? null : catalogue.offer.get(offer)),
    }),
    usdPerHour: t.exposeFloat('usdPerHour', { description: 'All devices together, in USD per hour.' }),
    usdPerHourOfPurchase: t.exposeFloat('usdPerHourOfPurchase', {
      description: 'Its part for the purchase, in USD per hour.',
    }),
    usdPerHourOfElectricity: t.exposeFloat('usdPerHourOfElectricity', {
      description: 'Its part for electricity, in USD per hour.',
    }),
    usdPerRequest: t.exposeFloat('usdPerRequest', { description: 'One sequence: prompt and output, in USD.' }),
    usdPerRequestInterval: t.field({
      type: RangeType,
      description: `Interval of usdPerRequest, in USD. ${ofSpeed}`,
      resolve: ({ usdPerRequest, factors }) => scaledRange(factors(), usdPerRequest),
    }),
    usdPerMillionOutputTokens: t.exposeFloat('usdPerMillionOutputTokens', {
      description: 'Everything the hour costs over the tokens it generates, in USD per million tokens.',
    }),
    usdPerMillionOutputTokensInterval: t.field({
      type: RangeType,
      description: `Interval of usdPerMillionOutputTokens, in USD per million tokens. ${ofSpeed}`,
      resolve: ({ usdPerMillionOutputTokens, factors }) => scaledRange(factors(), usdPerMillionOutputTokens),
    }),
  }),
});

export const CostEstimateType = builder.objectRef<AnsweredCost>('CostEstimate').implement({
  description:
    'What it costs, with the spread of other offers beside each figure: prices of one device or one model commonly ' +
    'differ by several times. Rented hardware is taken to be busy all the time; idle hours make each token dearer.',
  fields: (t) => ({
    usdPerRequest: t.exposeFloat('usdPerRequest', { description: 'One sequence: prompt and output, in USD.' }),
    usdPerRequestRange: t.expose('usdPerRequestRange', {
      type: PriceRangeType,
      description: 'The same request at the other offers, in USD.',
    }),
    usdPerRequestInterval: t.field({
      type: RangeType,
      description: `Interval of usdPerRequest, in USD. ${ofSpeed}`,
      resolve: ({ usdPerRequest, factors }) => scaledRange(factors(), usdPerRequest),
    }),
    usdPerMillionOutputTokens: t.exposeFloat('usdPerMillionOutputTokens', {
      description:
        'Hosted: the rate of output. Hardware: everything the hour costs over the tokens it generates. USD per million tokens.',
    }),
    usdPerMillionOutputTokensRange: t.expose('usdPerMillionOutputTokensRange', {
      type: PriceRangeType,
      description: 'The same at the other offers, in USD per million tokens.',
    }),
    usdPerMillionOutputTokensInterval: t.field({
      type: RangeType,
      description: `Interval of usdPerMillionOutputTokens, in USD per million tokens. ${ofSpeed}`,
      resolve: ({ usdPerMillionOutputTokens, factors }) => scaledRange(factors(), usdPerMillionOutputTokens),
    }),
    usdPerMillionInputTokens: t.exposeFloat('usdPerMillionInputTokens', {
      nullable: true,
      description: 'Hosted only: the rate of input, in USD per million tokens.',
    }),
    usdPerMillionCachedInputTokens: t.exposeFloat('usdPerMillionCachedInputTokens', {
      nullable: true,
      description:
        'Hosted only: the rate of input found in the provider’s cache, in USD per million tokens; null = no such rate.',
    }),
    usdPerMillionTokensBlended: t.exposeFloat('usdPerMillionTokensBlended', {
      description: 'The request’s cost over all its tokens, read and generated, in USD per million tokens.',
    }),
    usdPerHour: t.exposeFloat('usdPerHour', {
      nullable: true,
      description: 'Hardware only: all devices together, in USD per hour.',
    }),
    usdPerHourRange: t.expose('usdPerHourRange', {
      type: PriceRangeType,
      nullable: true,
      description: 'Hardware only: the same at the other offers, in USD per hour.',
    }),
    owned: t.field({
      type: OwnedCostType,
      nullable: true,
      description: 'What owning the devices comes to, by `options.owned`; null without it, and for an API.',
      resolve: ({ owned, factors }) => owned && { ...owned, factors },
    }),
    basis: t.expose('basis', { type: CostBasisType, description: 'Which price was used, and how it was chosen.' }),
  }),
});
