import { hourOffersOfHardware, purchaseOffersOfHardware } from '../../../calculator/prices.ts';
import { usdPerDeviceHour } from '../../../engine/money/price.ts';
import { priceRange } from '../../../engine/money/priceChoice.ts';
import { pageOf } from '../../../registry/catalogue/page.ts';
import type { OfferProfile } from '../../../registry/catalogue/profiles.ts';
import { builder } from '../../builder.ts';
import { pageArguments, pageRequest } from '../../connection.ts';
import { resolving } from '../../errors.ts';
import { PriceRangeType } from '../../estimate/cost.ts';
import { MeasurementConnection, measurementsOf } from '../measurement/queries.ts';
import { HardwareHourOfferType, HardwarePurchaseOfferType } from '../offer/type.ts';
import { HardwareType } from './type.ts';

interface HardwarePrices {
  hourly: readonly OfferProfile<'hardware-hour'>[];
  purchase: readonly OfferProfile<'hardware-purchase'>[];
}

const HardwarePricesType = builder.objectRef<HardwarePrices>('HardwarePrices').implement({
  description:
    'What a device costs, by everybody known to ask a price: marketplaces and hyperscalers differ by several times.',
  fields: (t) => ({
    usdPerDeviceHour: t.field({
      type: PriceRangeType,
      nullable: true,
      description: 'Spread of all hourly offers, old and new, in USD per device and hour; null = nobody rents it out.',
      resolve: ({ hourly }) => spread(hourly.map(({ engine }) => usdPerDeviceHour(engine))),
    }),
    hourly: t.field({
      type: [HardwareHourOfferType],
      description: 'Offers by the hour.',
      resolve: ({ hourly }) => [...hourly],
    }),
    usdPerDevice: t.field({
      type: PriceRangeType,
      nullable: true,
      description: 'Spread of all purchase prices, in USD per device; null = no price is known.',
      resolve: ({ purchase }) => spread(purchase.map(({ facts }) => facts.usd / facts.devices)),
    }),
    purchase: t.field({
      type: [HardwarePurchaseOfferType],
      description: 'Prices to buy it.',
      resolve: ({ purchase }) => [...purchase],
    }),
  }),
});

/** What other kinds say about a device. */
builder.objectFields(HardwareType, (t) => ({
  prices: t.field({
    type: HardwarePricesType,
    description: 'What it costs to rent or to buy.',
    resolve: ({ id }, _args, { catalogue }) => ({
      hourly: hourOffersOfHardware(catalogue, id),
      purchase: purchaseOffersOfHardware(catalogue, id),
    }),
  }),
  measurements: t.field({
    type: MeasurementConnection,
    description: 'Published and recorded benchmarks on the device, a page at a time.',
    args: pageArguments(t),
    resolve: resolving(({ id }, page, { catalogue }) => pageOf(measurementsOf(catalogue, id), pageRequest(page))),
  }),
}));

function spread(prices: readonly number[]) {
  return prices.length === 0 ? null : priceRange(prices);
}
