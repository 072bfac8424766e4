import { measurementsOf } from '../../../calculator/evidence/measurementsOf.ts';
import { hourOffersOfHardware, purchaseOffersOfHardware } from '../../../calculator/prices.ts';
import { isEstimable } from '../../../calculator/requirements/usualRuntime.ts';
import { usdPerDeviceHour } from '../../../engine/money/price.ts';
import { priceRange } from '../../../engine/money/priceChoice.ts';
import { pageOf } from '../../../registry/catalogue/page.ts';
import type { HardwareProfile, OfferProfile } from '../../../registry/catalogue/profiles.ts';
import { resolveOrNull } from '../../../registry/names/resolve.ts';
import { anyName } from '../../arguments/anyName.ts';
import { inside, NumberRangeInput, requireOrdered, sameWord } from '../../arguments/filterRange.ts';
import { orderOf } from '../../arguments/orderOf.ts';
import { builder } from '../../builder.ts';
import { FacetType, facetsOf } from '../../catalogue/facets.ts';
import { connectionOf, listPage, pageArguments, pageRequest, searchRequest } from '../../connection.ts';
import { enumName } from '../../enumOf.ts';
import { resolving } from '../../errors.ts';
import { PriceRangeType } from '../../estimate/cost.ts';
import { gibOf, gigabytesOf } from '../../units.ts';
import { MeasurementConnection } from '../measurement/type.ts';
import { HardwareHourOfferType, HardwarePurchaseOfferType } from '../offer/type.ts';
import { HardwareKind, HardwareType, MemoryClass } from './type.ts';

const HardwareFilter = builder.inputType('HardwareFilter', {
  description: 'Which devices to list: all conditions must hold.',
  fields: (t) => ({
    vendor: t.string({ description: 'Made by, in any case: NVIDIA, AMD, Apple.' }),
    family: t.string({ description: 'Of this family, in any case: nvidia-hopper.' }),
    kind: t.field({ type: HardwareKind, description: 'Of this sort.' }),
    memoryClass: t.field({ type: MemoryClass, description: 'With this kind of memory.' }),
    memoryGiB: t.field({ type: NumberRangeInput, description: 'Memory, in GiB.' }),
    memoryBandwidthGBPerSecond: t.field({ type: NumberRangeInput, description: 'Memory bandwidth, in GB/s.' }),
  }),
});

const orders = orderOf<HardwareProfile>('Hardware', 'devices', {
  NAME: { description: 'Name.', key: ({ name }) => name.toLowerCase() },
  MEMORY: { description: 'Memory.', key: ({ engine }) => engine.memoryBytes },
  MEMORY_BANDWIDTH: { description: 'Memory bandwidth.', key: ({ engine }) => engine.memoryBytesPerSecond },
  COMPUTE: { description: 'Dense 16-bit peak rate.', key: ({ engine: { peaks } }) => peaks.bf16 ?? peaks.fp16 ?? null },
  POWER: { description: 'Rated power.', key: ({ engine }) => engine.powerWatts },
  RELEASED: { description: 'Day of the announcement.', key: ({ facts }) => facts.released ?? null },
});

type HardwareFilterValue = typeof HardwareFilter.$inferInput;

/** The filter as a predicate. */
function hardwareWhere(filter: HardwareFilterValue): (hardware: HardwareProfile) => boolean {
  requireOrdered('filter.memoryGiB', filter.memoryGiB);
  requireOrdered('filter.memoryBandwidthGBPerSecond', filter.memoryBandwidthGBPerSecond);
  const { kind, memoryClass } = filter;
  return ({ engine }) =>
    sameWord(engine.vendor, filter.vendor) &&
    sameWord(engine.family, filter.family) &&
    (kind == null || engine.kind === kind) &&
    (memoryClass == null || engine.memoryClass === memoryClass) &&
    inside(gibOf(engine.memoryBytes), filter.memoryGiB) &&
    inside(gigabytesOf(engine.memoryBytesPerSecond), filter.memoryBandwidthGBPerSecond);
}

const HardwareConnection = connectionOf('Hardware', HardwareType, 'devices');

const HardwareFacetsType = builder.objectRef<readonly HardwareProfile[]>('HardwareFacets').implement({
  description: 'What the devices of a list can be filtered by, with counts: over all pages, the filter applied.',
  fields: (t) => ({
    vendor: t.field({
      type: [FacetType],
      description: 'Who makes them.',
      resolve: (devices) => facetsOf(devices, ({ facts }) => facts.vendor),
    }),
    family: t.field({
      type: [FacetType],
      description: 'Their families.',
      resolve: (devices) => facetsOf(devices, ({ facts }) => facts.family),
    }),
    kind: t.field({
      type: [FacetType],
      description: 'Their sorts, as HardwareKind names them.',
      resolve: (devices) => facetsOf(devices, ({ facts }) => enumName(facts.kind)),
    }),
  }),
});

builder.objectField(HardwareConnection, 'facets', (t) =>
  t.field({
    type: HardwareFacetsType,
    description: 'What the whole list can be filtered by, with counts.',
    resolve: ({ whole }) => whole ?? [],
  }),
);

builder.queryFields((t) => ({
  hardware: t.field({
    type: HardwareType,
    nullable: true,
    description:
      'One device by whatever it is called; null when there is none. ' +
      'Example: `{ hardware(id: "T4") { id name memoryGiB memoryBandwidthGBPerSecond peaks { numberFormat tflops } } }`',
    args: { id: t.arg.id({ required: true, description: `The device: ${anyName}` }) },
    resolve: resolving((_root, { id }, { catalogue }) => resolveOrNull(catalogue, 'hardware', id)),
  }),
  hardwareList: t.field({
    type: HardwareConnection,
    nullable: true,
    description:
      'Devices, a page at a time. Example: `{ hardwareList(filter: { vendor: "NVIDIA", memoryGiB: { min: 79 } }, ' +
      'orderBy: { field: MEMORY_BANDWIDTH, direction: DESC }, first: 5) { totalCount nodes { id name memoryGiB } } }`',
    args: {
      filter: t.arg({ type: HardwareFilter, description: 'Which devices; left out = all.' }),
      search: t.arg.string({
        description: 'Words that must all occur in id, name, aliases, vendor or family, in any order.',
      }),
      orderBy: t.arg({ type: orders.input, description: 'How to order them; left out = by id.' }),
      ...pageArguments(t, listPage),
    },
    resolve: resolving((_root, { filter, orderBy, search, ...page }, { catalogue }) =>
      catalogue.hardware.list({
        ...pageRequest(page, listPage),
        search: searchRequest(search),
        ...(filter && { where: hardwareWhere(filter) }),
        ...(orderBy && { order: orders.order(orderBy) }),
      }),
    ),
  }),
}));

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

const PriceFromType = builder.objectRef<HardwarePrices>('PriceFrom').implement({
  description:
    'The least that is asked for a device. Spot prices and old purchase prices count: see `prices` for all of them.',
  fields: (t) => ({
    usdPerDeviceHour: t.float({
      nullable: true,
      description:
        'To rent, of offers not known to have ended, in USD per device and hour; null = nobody rents it out.',
      resolve: ({ hourly }) => spread(hourly.map(({ engine }) => usdPerDeviceHour(engine)))?.low,
    }),
    usdPerDevice: t.float({
      nullable: true,
      description: 'To buy, in USD per device; null = no price is known.',
      resolve: ({ purchase }) => spread(purchase.map(({ facts }) => facts.usd / facts.devices))?.low,
    }),
  }),
});

/** What other kinds say about a device. */
builder.objectFields(HardwareType, (t) => ({
  priceFrom: t.field({
    type: PriceFromType,
    description: 'The least that is asked for it now.',
    resolve: ({ id }, _args, { catalogue }) => ({
      hourly: hourOffersOfHardware(catalogue, id).filter(({ facts }) => facts.effectiveTo === undefined),
      purchase: purchaseOffersOfHardware(catalogue, id),
    }),
  }),
  estimable: t.boolean({
    description: 'Some runtime of the catalogue runs on it and a rate of it is known: estimates answer.',
    resolve: ({ engine }, _args, { catalogue }) => isEstimable(engine, catalogue),
  }),
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
