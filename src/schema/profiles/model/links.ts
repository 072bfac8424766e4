import { latenciesOfModel } from '../../../calculator/hosted.ts';
import { tokenOffersOfModel } from '../../../calculator/prices.ts';
import { pageOf } from '../../../registry/catalogue/page.ts';
import { builder } from '../../builder.ts';
import { pageArguments, pageRequest } from '../../connection.ts';
import { resolving } from '../../errors.ts';
import { HostedLatencyType } from '../hostedLatency/type.ts';
import { MeasurementConnection, measurementsOf } from '../measurement/queries.ts';
import { ModelTokensOfferType } from '../offer/type.ts';
import { WeightFormatType } from '../weightFormat/type.ts';
import { ModelType } from './type.ts';

/** What other kinds say about a model. */
builder.objectFields(ModelType, (t) => ({
  nativeFormat: t.field({
    type: WeightFormatType,
    nullable: true,
    description: 'Format its weights are published in; null for a model behind an API.',
    resolve: ({ facts }, _args, { catalogue }) =>
      facts.nativeFormat === undefined ? null : catalogue.weightFormat.find(facts.nativeFormat),
  }),
  offers: t.field({
    type: [ModelTokensOfferType],
    description: 'Prices of the hosted model by the token, in force and past.',
    resolve: ({ id }, _args, { catalogue }) => tokenOffersOfModel(catalogue, id),
  }),
  hostedLatencies: t.field({
    type: [HostedLatencyType],
    description: 'Published measurements of the hosted model.',
    resolve: ({ id }, _args, { catalogue }) => [...latenciesOfModel(catalogue, id)],
  }),
  measurements: t.field({
    type: MeasurementConnection,
    description: 'Published and recorded benchmarks of the model, a page at a time.',
    args: pageArguments(t),
    resolve: resolving(({ id }, page, { catalogue }) => pageOf(measurementsOf(catalogue, id), pageRequest(page))),
  }),
}));
