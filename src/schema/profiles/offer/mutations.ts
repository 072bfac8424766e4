import { kind, offerId } from '../../../registry/kinds/offer.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { OfferType } from './type.ts';

profileMutations(kind, {
  name: 'offer',
  thing: 'an offer',
  node: OfferType,
  names: {
    id: { madeOf: 'provider, product, place and day' },
    types: {
      'hardware-hour': 'HardwareHourOffer',
      'hardware-purchase': 'HardwarePurchaseOffer',
      'model-tokens': 'ModelTokensOffer',
      tiers: 'PriceTier',
      disagreements: 'PriceDisagreement',
    },
  },
  idOf: offerId,
  note: 'A new rate is a new offer with its own day: change an offer only to correct a mistake.',
  example:
    'mutation { offerCreate(dryRun: true, input: { hardwareHour: { provider: "Acme Cloud", hardware: "nvidia-t4-16gb", ' +
    'instance: "x1", devices: 1, usdPerHour: 0.3, pricing: ON_DEMAND, region: "eu", effectiveFrom: "2026-10-01", ' +
    'source: { title: "A guess", known: ASSUMED } } }) ' +
    '{ ... on OfferCreatePayload { offer { id date } } ... on Error { message } } }',
});
