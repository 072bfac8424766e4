import { offerId } from '../../../registry/kinds/offer.ts';
import { builder } from '../../builder.ts';
import { type Fields, fact, inputPair } from '../../mutations/inputPair.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { sourceField } from '../../mutations/sourceInput.ts';
import { OfferType, PricingType, PurchasePriceKind } from './type.ts';

function idField(t: Fields, required: boolean) {
  if (!required) return {};
  const description =
    'Lower-case letters, digits, dots and hyphens; left out = made of provider, product, place and day.';
  return { id: t.id({ description, ...fact(null) }) };
}

const from = 'First day the price is known to have held, as YYYY-MM-DD or as precisely as known.';
const to = 'Last day the price held, as YYYY-MM-DD; left out = not known to have ended.';
const perMillion = 'in USD per million tokens.';

const hardwareHour = inputPair('HardwareHourOffer', {
  description: 'Hardware rented by the hour: the price of the whole machine.',
  fields: (t, { required }) => ({
    ...idField(t, required),
    provider: t.string({ required, description: 'Who rents it out.' }),
    hardware: t.id({ required, description: 'Id or alias of the device.' }),
    instance: t.string({ required, description: 'The provider’s name for the machine.' }),
    devices: t.int({ required, description: 'Devices in the machine, a count.' }),
    usdPerHour: t.float({ required, description: 'Price of the whole machine, all devices, in USD per hour.' }),
    pricing: t.field({ type: PricingType, required, description: 'On what terms.' }),
    region: t.string({ required, description: 'The provider’s region.' }),
    effectiveFrom: t.string({ required, description: from }),
    effectiveTo: t.string({ description: to }),
    notes: t.string({ description: 'What to know about it.' }),
    source: sourceField(t),
  }),
});

const hardwarePurchase = inputPair('HardwarePurchaseOffer', {
  description: 'Hardware to buy.',
  fields: (t, { required }) => ({
    ...idField(t, required),
    hardware: t.id({ required, description: 'Id or alias of the device.' }),
    devices: t.int({ description: 'Devices that come for this price, a count; left out = 1.' }),
    usd: t.float({ required, description: 'Price of all of them, in USD.' }),
    priceKind: t.field({ type: PurchasePriceKind, required, description: 'List or street price.' }),
    date: t.string({ required, description: from }),
    notes: t.string({ description: 'What to know about it.' }),
    source: sourceField(t),
  }),
});

const PriceTierInput = builder.inputType('PriceTierInput', {
  description: 'Other rates for long requests: the whole request is billed at them.',
  fields: (t) => ({
    aboveInputTokens: t.int({
      required: true,
      description: 'Holds for requests with more input than this, in tokens.',
    }),
    usdPerMillionInputTokens: t.float({ required: true, description: `Price of input, ${perMillion}` }),
    usdPerMillionOutputTokens: t.float({ required: true, description: `Price of output, ${perMillion}` }),
    usdPerMillionCachedInputTokens: t.float({ description: `Price of cached input, ${perMillion}` }),
  }),
});

const PriceDisagreementInput = builder.inputType('PriceDisagreementInput', {
  description: 'What another source says about the same price.',
  fields: (t) => ({
    usdPerMillionInputTokens: t.float({ required: true, description: `Price of input, ${perMillion}` }),
    usdPerMillionOutputTokens: t.float({ required: true, description: `Price of output, ${perMillion}` }),
    date: t.string({ description: 'When it was said, as YYYY-MM-DD or as precisely as known.' }),
    source: sourceField(t),
  }),
});

const modelTokens = inputPair('ModelTokensOffer', {
  description: 'A hosted model, paid by the token.',
  fields: (t, { required }) => ({
    ...idField(t, required),
    provider: t.string({ required, description: 'Who hosts it.' }),
    model: t.id({ required, description: 'Id or alias of the model.' }),
    providerModel: t.string({ required, description: 'The model’s name there.' }),
    firstParty: t.boolean({ description: 'Sold by the model’s own developer; left out = no.' }),
    usdPerMillionInputTokens: t.float({ required, description: `Price of input, ${perMillion}` }),
    usdPerMillionOutputTokens: t.float({ required, description: `Price of output, ${perMillion}` }),
    usdPerMillionCachedInputTokens: t.float({
      description: `Price of input found in the provider’s cache, ${perMillion}`,
    }),
    usdPerMillionCacheWriteTokens: t.float({
      description: `Price of putting input into the provider’s cache, ${perMillion}`,
    }),
    tiers: t.field({ type: [PriceTierInput], description: 'Other rates for long requests, by rising length.' }),
    contextTokens: t.int({ description: 'Longest request there, input and output, in tokens.' }),
    maximumOutputTokens: t.int({ description: 'Longest answer there, in tokens.' }),
    disagreements: t.field({ type: [PriceDisagreementInput], description: 'What other sources say.' }),
    effectiveFrom: t.string({ required, description: from }),
    effectiveTo: t.string({ description: to }),
    notes: t.string({ description: 'What to know about it.' }),
    source: sourceField(t),
  }),
});

const offerInput = inputPair(
  'Offer',
  {
    description: 'A dated price: exactly one of these.',
    oneOf: { tag: 'basis' },
    fields: (t, { of }) => ({
      hardwareHour: t.field({ type: of(hardwareHour), description: 'Hardware by the hour.' }),
      hardwarePurchase: t.field({ type: of(hardwarePurchase), description: 'Hardware to buy.' }),
      modelTokens: t.field({ type: of(modelTokens), description: 'A hosted model by the token.' }),
    }),
  },
  'Create',
);

profileMutations({
  kind: 'offer',
  name: 'offer',
  thing: 'an offer',
  node: OfferType,
  input: offerInput,
  idOf: offerId,
  note: 'A new rate is a new offer with its own day: change an offer only to correct a mistake.',
  example:
    'mutation { offerCreate(dryRun: true, input: { hardwareHour: { provider: "Acme Cloud", hardware: "nvidia-t4-16gb", ' +
    'instance: "x1", devices: 1, usdPerHour: 0.3, pricing: ON_DEMAND, region: "eu", effectiveFrom: "2026-10-01", ' +
    'source: { title: "A guess", known: ASSUMED } } }) ' +
    '{ ... on OfferCreatePayload { offer { id date } } ... on Error { message } } }',
});
