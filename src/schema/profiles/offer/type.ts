import type { z } from 'zod';
import type { OfferProfile } from '../../../registry/catalogue/profiles.ts';
import {
  disagreementSchema,
  hardwareHourSchema,
  hardwarePurchaseSchema,
  modelTokensSchema,
  type OfferFacts,
  tierSchema,
} from '../../../registry/kinds/offer.ts';
import { builder } from '../../builder.ts';
import { enumOf } from '../../enumOf.ts';
import { descriptionOf } from '../factTypes.ts';
import { facts, fieldsOf, itself } from '../fieldsOf.ts';
import { ProfileType, typesOfKind } from '../profile.ts';

enumOf('Pricing', 'On what terms a device is rented.', {
  'on-demand': 'For as long as you like, at the list price.',
  spot: 'Spare capacity that may be taken back at short notice.',
});

enumOf('PurchasePriceKind', 'Whose price it is.', {
  msrp: 'The maker’s list price.',
  street: 'What a shop or a listing asked.',
});

const typeNames = {
  'hardware-hour': 'HardwareHourOffer',
  'hardware-purchase': 'HardwarePurchaseOffer',
  'model-tokens': 'ModelTokensOffer',
} as const satisfies Record<OfferFacts['basis'], string>;

typesOfKind('offer', ({ facts }) => typeNames[(facts as OfferFacts).basis]);

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
    ...fieldsOf(t, hardwareHourSchema, facts, ['provider', 'instance', 'devices', 'usdPerHour']),
    usdPerDeviceHour: t.float({
      description: 'Price divided by devices, in USD per device and hour.',
      resolve: ({ facts }) => facts.usdPerHour / facts.devices,
    }),
    ...fieldsOf(t, hardwareHourSchema, facts, ['pricing', 'region', 'effectiveTo']),
  }),
});

export const HardwarePurchaseOfferType = builder
  .objectRef<OfferProfile<'hardware-purchase'>>('HardwarePurchaseOffer')
  .implement({
    description: 'Hardware to buy.',
    interfaces: [OfferType, ProfileType],
    fields: (t) => fieldsOf(t, hardwarePurchaseSchema, facts, ['devices', 'usd', 'priceKind']),
  });

const PriceTierType = builder.objectRef<z.infer<typeof tierSchema>>('PriceTier').implement({
  description: descriptionOf(tierSchema),
  fields: (t) => fieldsOf(t, tierSchema, itself),
});

const PriceDisagreementType = builder.objectRef<z.infer<typeof disagreementSchema>>('PriceDisagreement').implement({
  description: descriptionOf(disagreementSchema),
  fields: (t) => fieldsOf(t, disagreementSchema, itself),
});

export const ModelTokensOfferType = builder.objectRef<OfferProfile<'model-tokens'>>('ModelTokensOffer').implement({
  description: descriptionOf(modelTokensSchema),
  interfaces: [OfferType, ProfileType],
  fields: (t) =>
    fieldsOf(
      t,
      modelTokensSchema,
      facts,
      [
        'provider',
        'providerModel',
        'firstParty',
        'usdPerMillionInputTokens',
        'usdPerMillionOutputTokens',
        'usdPerMillionCachedInputTokens',
        'usdPerMillionCacheWriteTokens',
        'tiers',
        'contextTokens',
        'maximumOutputTokens',
        'effectiveTo',
        'disagreements',
      ],
      { types: { tiers: PriceTierType, disagreements: PriceDisagreementType } },
    ),
});
