import { kind } from '../../../registry/kinds/scenario.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { ScenarioType } from './type.ts';

profileMutations(kind, {
  name: 'scenario',
  thing: 'a scenario',
  node: ScenarioType,
  names: {
    id: { example: 'acme-helpdesk' },
    fields: { deployment: 'mode' },
    types: { promptTokensSpread: 'TokenSpread', outputTokensSpread: 'TokenSpread', objective: 'Objective' },
    defaults: { order: 1000 },
  },
  example:
    'mutation { scenarioCreate(dryRun: true, input: { id: "acme-helpdesk", name: "Acme helpdesk", ' +
    'description: "Answers to questions of customers.", model: "llama-3.1-8b", mode: LOCAL, hardware: "nvidia-l40s-48gb", ' +
    'promptTokens: 800, outputTokens: 200, batch: 8, scheduling: CONTINUOUS, source: { title: "A guess", known: ASSUMED } }) ' +
    '{ ... on ScenarioCreatePayload { scenario { id estimate { summary } } } ... on Error { message } } }',
});
