import { calculate } from '../../../calculator/calculate.ts';
import { scenarioQuestion } from '../../../calculator/question.ts';
import type { ScenarioProfile } from '../../../registry/catalogue/profiles.ts';
import type { ScenarioFacts } from '../../../registry/kinds/scenario.ts';
import { builder } from '../../builder.ts';
import { DeploymentMode, Scheduling } from '../../enums.ts';
import { resolving } from '../../errors.ts';
import { EstimateType } from '../../estimate/estimate.ts';
import { HardwareType } from '../hardware/type.ts';
import { ModelType } from '../model/type.ts';
import { ProfileType } from '../profile.ts';

const TokenSpreadType = builder
  .objectRef<{ mean?: number | undefined; p90?: number | undefined }>('TokenSpread')
  .implement({
    description: 'How a token count spreads over the requests it was taken from.',
    fields: (t) => ({
      mean: t.exposeInt('mean', { nullable: true, description: 'The mean, in tokens; null = not published.' }),
      p90: t.exposeInt('p90', { nullable: true, description: 'The 90th percentile, in tokens; null = not published.' }),
    }),
  });

const ObjectiveType = builder.objectRef<NonNullable<ScenarioFacts['objective']>>('Objective').implement({
  description: 'What the workload wants to be fast enough.',
  fields: (t) => ({
    timeToFirstTokenMs: t.exposeFloat('timeToFirstTokenMs', {
      nullable: true,
      description: 'Longest acceptable time to the first token, in milliseconds.',
    }),
    timePerOutputTokenMs: t.exposeFloat('timePerOutputTokenMs', {
      nullable: true,
      description: 'Longest acceptable time per further token, in milliseconds.',
    }),
    endToEndMs: t.exposeFloat('endToEndMs', {
      nullable: true,
      description: 'Longest acceptable time of a request, in milliseconds.',
    }),
  }),
});

export const ScenarioType = builder.objectRef<ScenarioProfile>('Scenario').implement({
  description: 'A named workload with the deployment it is asked about.',
  interfaces: [ProfileType],
  fields: (t) => ({
    description: t.string({ description: 'What it is about.', resolve: ({ facts }) => facts.description }),
    estimate: t.field({
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
    mode: t.field({
      type: DeploymentMode,
      description: 'Own hardware or an API.',
      resolve: ({ facts }) => facts.deployment,
    }),
    devices: t.int({
      nullable: true,
      description: 'Devices asked about, a count; null = the default.',
      resolve: ({ facts }) => facts.devices,
    }),
    promptTokens: t.int({
      description: 'Read fresh per request, in tokens.',
      resolve: ({ facts }) => facts.promptTokens,
    }),
    promptTokensSpread: t.field({
      type: TokenSpreadType,
      nullable: true,
      description: 'How the prompt’s length spreads, in tokens.',
      resolve: ({ facts }) => facts.promptTokensSpread,
    }),
    contextTokens: t.int({
      description: 'Already in the cache before the prompt, in tokens.',
      resolve: ({ facts }) => facts.contextTokens,
    }),
    outputTokens: t.int({
      description: 'Generated per request, in tokens.',
      resolve: ({ facts }) => facts.outputTokens,
    }),
    outputTokensSpread: t.field({
      type: TokenSpreadType,
      nullable: true,
      description: 'How the answer’s length spreads, in tokens.',
      resolve: ({ facts }) => facts.outputTokensSpread,
    }),
    batch: t.int({ description: 'Sequences in flight, a count.', resolve: ({ facts }) => facts.batch }),
    scheduling: t.field({
      type: Scheduling,
      description: 'How requests are put together.',
      resolve: ({ facts }) => facts.scheduling,
    }),
    objective: t.field({
      type: ObjectiveType,
      nullable: true,
      description: 'What it wants to be fast enough; null where no source says.',
      resolve: ({ facts }) => facts.objective,
    }),
    assumptions: t.stringList({
      description: 'Choices made to turn the words of the scenario into numbers.',
      resolve: ({ facts }) => facts.assumptions,
    }),
  }),
});

builder.queryFields((t) => ({
  scenarios: t.field({
    type: [ScenarioType],
    description:
      'Ready workloads, each with its estimate: the three documented ones first. ' +
      'Example: `{ scenarios { name estimate { summary } } }`',
    resolve: (_root, _args, { catalogue }) => scenariosInOrder(catalogue.scenario.all()),
  }),
  scenario: t.field({
    type: ScenarioType,
    nullable: true,
    description:
      'One ready workload; null when there is none of that id. Example: `{ scenario(id: "chatbot") { name estimate { summary } } }`',
    args: { id: t.arg.id({ required: true, description: 'Id of the scenario.' }) },
    resolve: (_root, { id }, { catalogue }) => catalogue.scenario.find(id),
  }),
}));

function scenariosInOrder(scenarios: readonly ScenarioProfile[]): ScenarioProfile[] {
  return scenarios.toSorted((one, other) => one.facts.order - other.facts.order);
}
