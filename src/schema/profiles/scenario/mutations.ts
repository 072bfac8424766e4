import { DeploymentMode, Scheduling } from '../../enums.ts';
import { fact, idField, inputPair } from '../../mutations/inputPair.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { sourceField } from '../../mutations/sourceInput.ts';
import { ScenarioType } from './type.ts';

const spread = inputPair('TokenSpread', {
  description: 'How a token count spreads over the requests it was taken from.',
  fields: (t) => ({
    mean: t.int({ description: 'The mean, in tokens.' }),
    p90: t.int({ description: 'The 90th percentile, in tokens.' }),
  }),
});

const objective = inputPair('Objective', {
  description: 'What the workload wants to be fast enough.',
  fields: (t) => ({
    timeToFirstTokenMs: t.float({ description: 'Longest acceptable time to the first token, in milliseconds.' }),
    timePerOutputTokenMs: t.float({ description: 'Longest acceptable time per further token, in milliseconds.' }),
    endToEndMs: t.float({ description: 'Longest acceptable time of a request, in milliseconds.' }),
    source: sourceField(t),
  }),
});

const scenarioInput = inputPair(
  'Scenario',
  {
    description: 'A named workload with the deployment it is asked about.',
    fields: (t, { required, of }) => ({
      ...idField(t, required, 'acme-helpdesk'),
      name: t.string({ required, description: 'Name for people.' }),
      description: t.string({ required, description: 'What it is about.' }),
      order: t.int({
        ...(required && { defaultValue: 1000 }),
        description: 'Place in the list, a count from 1; the documented three come first.',
      }),
      model: t.id({ required, description: 'Id or alias of the model asked about.' }),
      mode: t.field({
        type: DeploymentMode,
        required,
        description: 'Own hardware or an API.',
        ...fact('deployment'),
      }),
      hardware: t.id({ description: 'Id or alias of the device asked about; none for an API.' }),
      devices: t.int({ description: 'Devices, a count; left out = as few as hold the model.' }),
      runtime: t.id({ description: 'Id or alias of the runtime; left out = the usual one.' }),
      weights: t.id({ description: 'Id or alias of the weight format; left out = the model’s own.' }),
      promptTokens: t.int({ required, description: 'Read fresh per request, in tokens.' }),
      promptTokensSpread: t.field({ type: of(spread), description: 'How the prompt’s length spreads, in tokens.' }),
      contextTokens: t.int({ description: 'Already in the cache before the prompt, in tokens; left out = 0.' }),
      outputTokens: t.int({ required, description: 'Generated per request, in tokens.' }),
      outputTokensSpread: t.field({ type: of(spread), description: 'How the answer’s length spreads, in tokens.' }),
      batch: t.int({ required, description: 'Sequences in flight, a count.' }),
      scheduling: t.field({ type: Scheduling, required, description: 'How requests are put together.' }),
      objective: t.field({ type: of(objective), description: 'What it wants to be fast enough.' }),
      assumptions: t.stringList({ description: 'Choices made to turn the words of the scenario into numbers.' }),
      source: sourceField(t, required),
    }),
  },
  'Create',
);

profileMutations({
  kind: 'scenario',
  name: 'scenario',
  thing: 'a scenario',
  node: ScenarioType,
  input: scenarioInput,
  example:
    'mutation { scenarioCreate(dryRun: true, input: { id: "acme-helpdesk", name: "Acme helpdesk", ' +
    'description: "Answers to questions of customers.", model: "llama-3.1-8b", mode: LOCAL, hardware: "nvidia-l40s-48gb", ' +
    'promptTokens: 800, outputTokens: 200, batch: 8, scheduling: CONTINUOUS, source: { title: "A guess", known: ASSUMED } }) ' +
    '{ ... on ScenarioCreatePayload { scenario { id estimate { summary } } } ... on Error { message } } }',
});
