import type { z } from 'zod';
import { calculate } from '../../../calculator/calculate.ts';
import { scenarioQuestion } from '../../../calculator/question.ts';
import type { ScenarioProfile } from '../../../registry/catalogue/profiles.ts';
import { kind, objectiveSchema, spreadSchema } from '../../../registry/kinds/scenario.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { EstimateType } from '../../estimate/estimate.ts';
import { worth } from '../../work.ts';
import { descriptionOf } from '../factTypes.ts';
import { facts, fieldsOf, itself } from '../fieldsOf.ts';
import { HardwareType } from '../hardware/type.ts';
import { ModelType } from '../model/type.ts';
import { ProfileType } from '../profile.ts';

const TokenSpreadType = builder.objectRef<z.infer<typeof spreadSchema>>('TokenSpread').implement({
  description: descriptionOf(spreadSchema),
  fields: (t) => fieldsOf(t, spreadSchema, itself),
});

const ObjectiveType = builder.objectRef<z.infer<typeof objectiveSchema>>('Objective').implement({
  description: descriptionOf(objectiveSchema),
  fields: (t) => fieldsOf(t, objectiveSchema, itself),
});

export const ScenarioType = builder.objectRef<ScenarioProfile>('Scenario').implement({
  description: descriptionOf(kind.schema),
  interfaces: [ProfileType],
  fields: (t) => ({
    ...fieldsOf(t, kind.schema, facts, ['description']),
    estimate: t.field({
      ...worth(1),
      type: EstimateType,
      nullable: true,
      description:
        'The answer for this scenario, as Query.estimate gives it; null with an error at its path where it cannot be ' +
        'answered, and the other scenarios keep their answers.',
      resolve: resolving(({ facts }, _, { catalogue, coefficients }) =>
        calculate(catalogue, coefficients, scenarioQuestion(facts)),
      ),
    }),
    model: t.field({
      type: ModelType,
      description: 'The model asked about.',
      resolve: ({ facts }, _, { catalogue }) => catalogue.model.get(facts.model),
    }),
    hardware: t.field({
      type: HardwareType,
      nullable: true,
      description: 'The device asked about; null for an API.',
      resolve: ({ facts }, _, { catalogue }) =>
        facts.hardware === undefined ? null : catalogue.hardware.get(facts.hardware),
    }),
    ...fieldsOf(
      t,
      kind.schema,
      facts,
      [
        'deployment',
        'devices',
        'promptTokens',
        'promptTokensSpread',
        'contextTokens',
        'outputTokens',
        'outputTokensSpread',
        'batch',
        'scheduling',
        'objective',
        'assumptions',
      ],
      {
        as: { deployment: 'mode' },
        types: {
          promptTokensSpread: TokenSpreadType,
          outputTokensSpread: TokenSpreadType,
          objective: ObjectiveType,
        },
      },
    ),
  }),
});
