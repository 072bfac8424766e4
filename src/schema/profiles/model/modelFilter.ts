import type { Order } from '../../../registry/catalogue/page.ts';
import type { ModelProfile } from '../../../registry/catalogue/profiles.ts';
import type { ModelFacts } from '../../../registry/kinds/model.ts';
import { CountRangeInput, inside, requireOrdered, sameWord } from '../../arguments/filterRange.ts';
import { builder } from '../../builder.ts';
import { OrderDirection } from '../../enums.ts';
import { AttentionKind } from './attention.ts';
import { Modality } from './type.ts';

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

const ModelOrderField = builder.enumType('ModelOrderField', {
  description: 'What models can be ordered by. Models without the figure come last.',
  values: {
    NAME: { description: 'Name.' },
    PARAMETERS: { description: 'Published total parameters.' },
    CONTEXT: { description: 'Longest sequence.' },
    RELEASED: { description: 'Day of the announcement.' },
  },
});

export const ModelOrder = builder.inputType('ModelOrder', {
  description: 'How to order models.',
  fields: (t) => ({
    field: t.field({ type: ModelOrderField, required: true, description: 'What to order by.' }),
    direction: t.field({
      type: OrderDirection,
      required: true,
      defaultValue: 'ascending',
      description: 'Which end comes first.',
    }),
  }),
});

type ModelFilterValue = typeof ModelFilter.$inferInput;
type ModelOrderValue = typeof ModelOrder.$inferInput;

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

/** The order as a sort key. */
export function modelOrder({ field, direction }: ModelOrderValue): Order<ModelProfile> {
  return { name: field, direction, key: keys[field] };
}

const keys: Record<ModelOrderValue['field'], Order<ModelProfile>['key']> = {
  NAME: ({ name }) => name.toLowerCase(),
  PARAMETERS: ({ facts }) => facts.parameters?.total ?? null,
  CONTEXT: ({ facts }) => facts.contextTokens ?? null,
  RELEASED: ({ facts }) => facts.released ?? null,
};
