import { usdPerDeviceHour } from '../../../engine/money/price.ts';
import type { Catalogue } from '../../../registry/catalogue/catalogue.ts';
import type { OfferProfile } from '../../../registry/catalogue/profiles.ts';
import { resolveName } from '../../../registry/names/resolve.ts';
import { sameWord } from '../../arguments/filterRange.ts';
import { orderOf } from '../../arguments/orderOf.ts';
import { builder } from '../../builder.ts';
import { connectionOf, listPage, pageArguments, pageRequest, searchRequest } from '../../connection.ts';
import { enumOf } from '../../enumOf.ts';
import { resolving } from '../../errors.ts';
import { OfferType } from './type.ts';

const OfferBasis = enumOf('OfferBasis', 'What a price is for.', {
  'hardware-hour': 'Hardware by the hour.',
  'hardware-purchase': 'Hardware to buy.',
  'model-tokens': 'A hosted model by the token.',
});

const OfferFilter = builder.inputType('OfferFilter', {
  description: 'Which prices to list: all conditions must hold.',
  fields: (t) => ({
    basis: t.field({ type: OfferBasis, description: 'For this.' }),
    hardware: t.id({ description: 'Of this device, whatever it is called.' }),
    model: t.id({ description: 'Of this model, whatever it is called.' }),
    provider: t.string({ description: 'Asked by, in any case: AWS, OpenAI. Shops of purchases are not named.' }),
    inForce: t.boolean({ description: 'Not known to have ended (true), or ended (false).' }),
  }),
});

const orders = orderOf<OfferProfile>('Offer', 'prices', {
  PRICE: {
    description:
      'The price: per device and hour, per device, or for as much input as output. Compares what the filter’s basis holds.',
    key: ({ facts, engine }) => {
      if (engine.basis === 'hardware-hour') return usdPerDeviceHour(engine);
      if (facts.basis === 'hardware-purchase') return facts.usd / facts.devices;
      return facts.basis === 'model-tokens' ? facts.usdPerMillionInputTokens + facts.usdPerMillionOutputTokens : null;
    },
  },
  PROVIDER: {
    description: 'Who asks it.',
    key: ({ facts }) => (facts.basis === 'hardware-purchase' ? null : facts.provider.toLowerCase()),
  },
  DATE: {
    description: 'Since when it is known to have held.',
    key: ({ facts }) => (facts.basis === 'hardware-purchase' ? facts.date : facts.effectiveFrom),
  },
});

/** The filter as a predicate. @throws UnknownProfileError */
function offersWhere(filter: typeof OfferFilter.$inferInput, catalogue: Catalogue): (offer: OfferProfile) => boolean {
  const { basis, provider, inForce } = filter;
  const hardware =
    filter.hardware == null ? null : resolveName(catalogue, 'hardware', filter.hardware, 'filter.hardware').profile.id;
  const model = filter.model == null ? null : resolveName(catalogue, 'model', filter.model, 'filter.model').profile.id;
  return ({ facts }) => {
    const isPurchase = facts.basis === 'hardware-purchase';
    const ends = isPurchase ? undefined : facts.effectiveTo;
    return (
      (basis == null || facts.basis === basis) &&
      (hardware === null || (facts.basis !== 'model-tokens' && facts.hardware === hardware)) &&
      (model === null || (facts.basis === 'model-tokens' && facts.model === model)) &&
      sameWord(isPurchase ? undefined : facts.provider, provider) &&
      (inForce == null || (ends === undefined) === inForce)
    );
  };
}

const OfferConnection = connectionOf('Offer', OfferType, 'prices');

builder.queryFields((t) => ({
  offers: t.field({
    type: OfferConnection,
    description:
      'Prices, in force and past, a page at a time. ' +
      'Example: `{ offers(filter: { basis: HARDWARE_HOUR, hardware: "H100" }, orderBy: { field: PRICE }, first: 5) ' +
      '{ totalCount nodes { id name date ... on HardwareHourOffer { provider usdPerDeviceHour } } } }`',
    args: {
      filter: t.arg({ type: OfferFilter, description: 'Which prices; left out = all.' }),
      search: t.arg.string({
        description: 'Words that must all occur in the id, provider, instance, model or device, in any order.',
      }),
      orderBy: t.arg({ type: orders.input, description: 'How to order them; left out = by id.' }),
      ...pageArguments(t, listPage),
    },
    resolve: resolving((_root, { filter, orderBy, search, ...page }, { catalogue }) =>
      catalogue.offer.list({
        ...pageRequest(page, listPage),
        search: searchRequest(search),
        ...(filter && { where: offersWhere(filter, catalogue) }),
        ...(orderBy && { order: orders.order(orderBy) }),
      }),
    ),
  }),
}));
