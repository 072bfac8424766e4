import type { ScenarioProfile } from '../../../registry/catalogue/profiles.ts';
import { resolveOrNull } from '../../../registry/names/resolve.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { ScenarioType } from './type.ts';

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
    args: { id: t.arg.id({ required: true, description: 'Id or name of the scenario.' }) },
    resolve: resolving((_root, { id }, { catalogue }) => resolveOrNull(catalogue, 'scenario', id)),
  }),
}));

function scenariosInOrder(scenarios: readonly ScenarioProfile[]): ScenarioProfile[] {
  return scenarios.toSorted((one, other) => one.facts.order - other.facts.order);
}
