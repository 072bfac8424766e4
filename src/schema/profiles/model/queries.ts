import { measurementsOf } from '../../../calculator/evidence/measurementsOf.ts';
import { latenciesOfModel } from '../../../calculator/hosted.ts';
import { tokenOffersOfModel } from '../../../calculator/prices.ts';
import { cheapestTokenPrice } from '../../../engine/money/priceChoice.ts';
import { pageOf } from '../../../registry/catalogue/page.ts';
import type { ModelProfile } from '../../../registry/catalogue/profiles.ts';
import type { ModelFacts } from '../../../registry/kinds/model.ts';
import { resolveOrNull } from '../../../registry/names/resolve.ts';
import { anyName } from '../../arguments/anyName.ts';
import { CountRangeInput, inside, requireOrdered, sameWord } from '../../arguments/filterRange.ts';
import { orderOf } from '../../arguments/orderOf.ts';
import { builder } from '../../builder.ts';
import { FacetType, facetsOf } from '../../catalogue/facets.ts';
import { connectionOf, listPage, pageArguments, pageRequest, searchRequest } from '../../connection.ts';
import { resolving } from '../../errors.ts';
import { HostedLatencyType } from '../hostedLatency/type.ts';
import { MeasurementConnection } from '../measurement/type.ts';
import { ModelTokensOfferType } from '../offer/type.ts';
import { WeightFormatType } from '../weightFormat/type.ts';
import { AttentionKind } from './attention.ts';
import { Modality, ModelType } from './type.ts';

export const ModelFilter = builder.inputType('ModelFilter', {
  description: 'Which models to list: all conditions must hold.',
  fields: (t) => ({
    developer: t.string({ description: 'Made by, in any case: Meta, Qwen.' }),
    family: t.string({ description: 'Of this family, in any case: llama-3.' }),
    attention: t.field({ type: AttentionKind, description: 'Has at least one layer of this kind.' }),
    experts: t.boolean({ description: 'Has (true) or lacks (false) mixture-of-experts layers.' }),
    parameters: t.field({ type: CountRangeInput, description: 'Published total parameters, a count.' }),
    contextTokens: t.field({ type: CountRangeInput, description: 'Longest sequence, in tokens.' }),
    modality: t.field({ type: Modality, description: 'Reads this.' }),
    openWeights: t.boolean({ description: 'The weights can (true) or cannot (false) be downloaded.' }),
    hasArchitecture: t.boolean({
      description: 'Can be estimated on hardware (true), or exists behind an API alone (false).',
    }),
  }),
});

export const modelOrders = orderOf<ModelProfile>('Model', 'models', {
  NAME: { description: 'Name.', key: ({ name }) => name.toLowerCase() },
  PARAMETERS: { description: 'Published total parameters.', key: ({ facts }) => facts.parameters?.total ?? null },
  CONTEXT: { description: 'Longest sequence.', key: ({ facts }) => facts.contextTokens ?? null },
  RELEASED: { description: 'Day of the announcement.', key: ({ facts }) => facts.released ?? null },
});

type ModelFilterValue = typeof ModelFilter.$inferInput;

/** The filter as a predicate. */
export function modelsWhere(filter: ModelFilterValue): (model: ModelProfile) => boolean {
  requireOrdered('filter.parameters', filter.parameters);
  requireOrdered('filter.contextTokens', filter.contextTokens);
  const { attention, experts, modality, openWeights, hasArchitecture } = filter;
  return ({ facts }) =>
    sameWord(facts.developer, filter.developer) &&
    sameWord(facts.family, filter.family) &&
    inside(facts.parameters?.total, filter.parameters) &&
    inside(facts.contextTokens, filter.contextTokens) &&
    (openWeights == null || facts.openWeights === openWeights) &&
    (modality == null || facts.modalities.includes(modality)) &&
    (hasArchitecture == null || (facts.architecture !== undefined) === hasArchitecture) &&
    (attention == null || someBlock(facts, (block) => block.attention?.kind === attention)) &&
    (experts == null || someBlock(facts, (block) => block.feedForward?.kind === 'experts') === experts);
}

type Block = NonNullable<ModelFacts['architecture']>['blocks'][number];

function someBlock({ architecture }: ModelFacts, holds: (block: Block) => boolean): boolean {
  return architecture?.blocks.some(holds) ?? false;
}

const ModelConnection = connectionOf('Model', ModelType, 'models');

const ModelFacetsType = builder.objectRef<readonly ModelProfile[]>('ModelFacets').implement({
  description: 'What the models of a list can be filtered by, with counts: over all pages, the filter applied.',
  fields: (t) => ({
    developer: t.field({
      type: [FacetType],
      description: 'Who made them.',
      resolve: (models) => facetsOf(models, ({ facts }) => facts.developer),
    }),
    family: t.field({
      type: [FacetType],
      description: 'Their families; models without one are in none.',
      resolve: (models) => facetsOf(models, ({ facts }) => facts.family),
    }),
  }),
});

builder.objectField(ModelConnection, 'facets', (t) =>
  t.field({
    type: ModelFacetsType,
    description: 'What the whole list can be filtered by, with counts.',
    resolve: ({ whole }) => whole ?? [],
  }),
);

builder.queryFields((t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    description:
      'One model by whatever it is called; null when there is none. ' +
      'Example: `{ model(id: "7B") { id name contextTokens parameters { total } architecture { kvCacheBytesPerToken } } }`',
    args: { id: t.arg.id({ required: true, description: `The model: ${anyName}` }) },
    resolve: resolving((_root, { id }, { catalogue }) => resolveOrNull(catalogue, 'model', id)),
  }),
  models: t.field({
    type: ModelConnection,
    nullable: true,
    description:
      'Models, a page at a time. Example: `{ models(search: "llama", orderBy: { field: PARAMETERS, direction: DESC }, first: 5) ' +
      '{ totalCount nodes { id name parameters { total } } pageInfo { endCursor hasNextPage } } }`',
    args: {
      filter: t.arg({ type: ModelFilter, description: 'Which models; left out = all.' }),
      search: t.arg.string({
        description: 'Words that must all occur in id, name, aliases, developer or family, in any order.',
      }),
      orderBy: t.arg({ type: modelOrders.input, description: 'How to order them; left out = by id.' }),
      ...pageArguments(t, listPage),
    },
    resolve: resolving((_root, { filter, orderBy, search, ...page }, { catalogue }) =>
      catalogue.model.list({
        ...pageRequest(page, listPage),
        search: searchRequest(search),
        ...(filter && { where: modelsWhere(filter) }),
        ...(orderBy && { order: modelOrders.order(orderBy) }),
      }),
    ),
  }),
}));

/** Short enough for the first rate of every tier. */
const evenRequest = { promptTokens: 1000, cachedTokens: 0, outputTokens: 1000 };

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
  cheapestOffer: t.field({
    type: ModelTokensOfferType,
    nullable: true,
    description:
      'The cheapest of them now, for as much input as output; null where nobody is known to sell it by the token.',
    resolve: ({ id }, _args, { catalogue }) => {
      const prices = tokenOffersOfModel(catalogue, id).map(({ engine }) => engine);
      const cheapest = cheapestTokenPrice(prices, evenRequest);
      return cheapest === null ? null : tokenOffersOfModel(catalogue, id).find((offer) => offer.id === cheapest.offer);
    },
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
