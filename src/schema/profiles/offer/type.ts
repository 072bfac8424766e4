import type { OfferProfile } from '../../../registry/catalogue/profiles.ts';
import type { OfferFacts } from '../../../registry/kinds/offer.ts';
import { builder } from '../../builder.ts';
import { ProfileType } from '../profile.ts';

export const PricingType = builder.enumType('Pricing', {
  description: 'On what terms a device is rented.',
  values: {
    ON_DEMAND: { value: 'on-demand', description: 'For as long as you like, at the list price.' },
    SPOT: { value: 'spot', description: 'Spare capacity that may be taken back at short notice.' },
  } as const,
});

export const PurchasePriceKind = builder.enumType('PurchasePriceKind', {
  description: 'Whose price it is.',
  values: {
    MSRP: { value: 'msrp', description: 'The maker’s list price.' },
    STREET: { value: 'street', description: 'What a shop or a listing asked.' },
  } as const,
});

const typeNames = {
  'hardware-hour': 'HardwareHourOffer',
  'hardware-purchase': 'HardwarePurchaseOffer',
  'model-tokens': 'ModelTokensOffer',
} as const satisfies Record<OfferFacts['basis'], string>;

export const OfferType = builder.interfaceRef<OfferProfile>('Offer').implement({
  description: 'A dated price. A new rate is a new offer: prices are never overwritten.',
  interfaces: [ProfileType],
  resolveType: ({ facts }) => typeNames[facts.basis],
  fields: (t) => ({
    date: t.string({
      nullable: true,
      description:
        'First day the price is known to have held, as YYYY-MM-DD or as precisely as known; null = undated source.',
      resolve: ({ facts }) => (facts.basis === 'hardware-purchase' ? facts.date : facts.effectiveFrom),
    }),
    notes: t.string({ nullable: true, description: 'What to know about it.', resolve: ({ facts }) => facts.notes }),
  }),
});

export const HardwareHourOfferType = builder.objectRef<OfferProfile<'hardware-hour'>>('HardwareHourOffer').implement({
  description: 'Hardware rented by the hour.',
  interfaces: [OfferType, ProfileType],
  fields: (t) => ({
    provider: t.string({ description: 'Who rents it out.', resolve: ({ facts }) => facts.provider }),
    instance: t.string({ description: 'The provider’s name for the machine.', resolve: ({ facts }) => facts.instance }),
    devices: t.int({ description: 'Devices in the machine, a count.', resolve: ({ facts }) => facts.devices }),
    usdPerHour: t.float({
      description: 'Price of the whole machine, in USD per hour.',
      resolve: ({ facts }) => facts.usdPerHour,
    }),
    usdPerDeviceHour: t.float({
      description: 'Price divided by devices, in USD per device and hour.',
      resolve: ({ facts }) => facts.usdPerHour / facts.devices,
    }),
    pricing: t.field({ type: PricingType, description: 'On what terms.', resolve: ({ facts }) => facts.pricing }),
    region: t.string({ description: 'The provider’s region.', resolve: ({ facts }) => facts.region }),
    effectiveTo: t.string({
      nullable: true,
      description: 'Last day the price held, as YYYY-MM-DD; null = not known to have ended.',
      resolve: ({ facts }) => facts.effectiveTo,
    }),
  }),
});

export const HardwarePurchaseOfferType = builder
  .objectRef<OfferProfile<'hardware-purchase'>>('HardwarePurchaseOffer')
  .implement({
    description: 'Hardware to buy.',
    interfaces: [OfferType, ProfileType],
    fields: (t) => ({
      devices: t.int({
        description: 'Devices that come for this price, a count: 2 for a board with two GPUs.',
        resolve: ({ facts }) => facts.devices,
      }),
      usd: t.float({ description: 'Price of all of them, in USD.', resolve: ({ facts }) => facts.usd }),
      priceKind: t.field({
        type: PurchasePriceKind,
        description: 'List or street price.',
        resolve: ({ facts }) => facts.priceKind,
      }),
    }),
  });

type ModelTokensFacts = OfferProfile<'model-tokens'>['facts'];
type PriceTier = NonNullable<ModelTokensFacts['tiers']>[number];

const PriceTierType = builder.objectRef<PriceTier>('PriceTier').implement({
  description: 'Other rates for long requests.',
  fields: (t) => ({
    aboveInputTokens: t.exposeInt('aboveInputTokens', {
      description: 'Holds for requests with more input than this, in tokens; the whole request is billed at it.',
    }),
    usdPerMillionInputTokens: t.exposeFloat('usdPerMillionInputTokens', {
      description: 'Price of input, in USD per million tokens.',
    }),
    usdPerMillionOutputTokens: t.exposeFloat('usdPerMillionOutputTokens', {
      description: 'Price of output, in USD per million tokens.',
    }),
    usdPerMillionCachedInputTokens: t.exposeFloat('usdPerMillionCachedInputTokens', {
      nullable: true,
      description: 'Price of input found in the provider’s cache, in USD per million tokens.',
    }),
  }),
});

const PriceDisagreementType = builder
  .objectRef<NonNullable<ModelTokensFacts['disagreements']>[number]>('PriceDisagreement')
  .implement({
    description: 'What another source says about the same price.',
    fields: (t) => ({
      usdPerMillionInputTokens: t.exposeFloat('usdPerMillionInputTokens', {
        description: 'Price of input, in USD per million tokens.',
      }),
      usdPerMillionOutputTokens: t.exposeFloat('usdPerMillionOutputTokens', {
        description: 'Price of output, in USD per million tokens.',
      }),
      date: t.exposeString('date', {
        nullable: true,
        description: 'When it was said, as YYYY-MM-DD or as precisely as known.',
      }),
    }),
  });

export const ModelTokensOfferType = builder.objectRef<OfferProfile<'model-tokens'>>('ModelTokensOffer').implement({
  description: 'A hosted model, paid by the token.',
  interfaces: [OfferType, ProfileType],
  fields: (t) => ({
    provider: t.string({ description: 'Who hosts it.', resolve: ({ facts }) => facts.provider }),
    providerModel: t.string({ description: 'The model’s name there.', resolve: ({ facts }) => facts.providerModel }),
    firstParty: t.boolean({
      description: 'Sold by the model’s own developer.',
      resolve: ({ facts }) => facts.firstParty,
    }),
    usdPerMillionInputTokens: t.float({
      description: 'Price of input, in USD per million tokens.',
      resolve: ({ facts }) => facts.usdPerMillionInputTokens,
    }),
    usdPerMillionOutputTokens: t.float({
      description: 'Price of output, in USD per million tokens.',
      resolve: ({ facts }) => facts.usdPerMillionOutputTokens,
    }),
    usdPerMillionCachedInputTokens: t.float({
      nullable: true,
      description:
        'Price of input found in the provider’s cache, in USD per million tokens; null = no such price known.',
      resolve: ({ facts }) => facts.usdPerMillionCachedInputTokens,
    }),
    usdPerMillionCacheWriteTokens: t.float({
      nullable: true,
      description:
        'Price of putting input into the provider’s cache, in USD per million tokens; null = no such price known.',
      resolve: ({ facts }) => facts.usdPerMillionCacheWriteTokens,
    }),
    tiers: t.field({
      type: [PriceTierType],
      description: 'Other rates for long requests, by rising length; empty = one rate for all.',
      resolve: ({ facts }) => facts.tiers ?? [],
    }),
    contextTokens: t.int({
      nullable: true,
      description: 'Longest request there (input and output), in tokens.',
      resolve: ({ facts }) => facts.contextTokens,
    }),
    maximumOutputTokens: t.int({
      nullable: true,
      description: 'Longest answer there, in tokens.',
      resolve: ({ facts }) => facts.maximumOutputTokens,
    }),
    effectiveTo: t.string({
      nullable: true,
      description: 'Last day the price held, as YYYY-MM-DD; null = not known to have ended.',
      resolve: ({ facts }) => facts.effectiveTo,
    }),
    disagreements: t.field({
      type: [PriceDisagreementType],
      description: 'Other prices that sources give for the same offer.',
      resolve: ({ facts }) => facts.disagreements ?? [],
    }),
  }),
});
