import { array, enum as oneOf, optional, strictObject, z } from 'zod';
import type { Kind, Reference } from './kind.ts';
import { positive, text, whole } from './ranges.ts';
import { referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { complainTo, refuseUnknownSources } from './sourcedGroups.ts';

const tokens = whole(0, 1_000_000_000);

/** The count itself is the median unless notes say otherwise. */
export const spreadSchema = strictObject({
  mean: optional(tokens).describe('The mean, in tokens; left out = not published.'),
  p90: optional(tokens).describe('The 90th percentile, in tokens; left out = not published.'),
}).describe('How a token count spreads over the requests it was taken from.');

/** Only where a source says so. */
export const objectiveSchema = strictObject({
  timeToFirstTokenMs: optional(positive(600_000)).describe(
    'Longest acceptable time to the first token, in milliseconds.',
  ),
  timePerOutputTokenMs: optional(positive(60_000)).describe(
    'Longest acceptable time per further token, in milliseconds.',
  ),
  endToEndMs: optional(positive(3_600_000)).describe('Longest acceptable time of a request, in milliseconds.'),
  source: sourceKeys,
}).describe('What the workload wants to be fast enough.');

const scenarioSchema = strictObject({
  $schema: optional(z.string()),
  name: text(3, 80).describe('Name for people.'),
  description: text(10, 400).describe('What it is about.'),
  order: whole(1, 10_000).describe('Place in the list, a count from 1; the documented three come first.'),
  model: referenceSchema.describe('Id or alias of the model asked about.'),
  /** local: own or rented hardware. api: a hosted model, by the token. */
  deployment: oneOf(['local', 'api']).describe('Own hardware or an API.'),
  hardware: optional(referenceSchema).describe('Id or alias of the device asked about; none for an API.'),
  devices: optional(whole(1, 4096)).describe('Devices, a count; left out = as few as hold the model.'),
  runtime: optional(referenceSchema).describe('Id or alias of the runtime; left out = the usual one.'),
  weights: optional(referenceSchema).describe('Id or alias of the weight format; left out = the model’s own.'),
  promptTokens: tokens.describe('Read fresh per request, in tokens.'),
  promptTokensSpread: optional(spreadSchema).describe('How the prompt’s length spreads, in tokens.'),
  contextTokens: tokens.default(0).describe('Already in the cache before the prompt, in tokens; left out = 0.'),
  outputTokens: tokens.min(1).describe('Generated per request, in tokens.'),
  outputTokensSpread: optional(spreadSchema).describe('How the answer’s length spreads, in tokens.'),
  batch: whole(1, 1_000_000).describe('Sequences in flight, a count.'),
  /** static: one batch, prefilled together. continuous: requests come and go at this concurrency. */
  scheduling: oneOf(['static', 'continuous']).describe('How requests are put together.'),
  objective: optional(objectiveSchema).describe('What it wants to be fast enough; left out where no source says.'),
  /** What no source says. */
  assumptions: array(text(10, 300))
    .default([])
    .describe('Choices made to turn the words of the scenario into numbers.'),
  /** Of the token counts. */
  source: sourceKeys,
  sources: sourcesSchema,
})
  .superRefine((scenario, context) => {
    const complain = complainTo(context);
    refuseUnknownSources(scenario, context);
    const local = scenario.deployment === 'local';
    if (local && scenario.hardware === undefined) complain(['hardware'], 'a local deployment names its hardware');
    for (const field of ['hardware', 'devices', 'runtime', 'weights'] as const) {
      if (!local && scenario[field] !== undefined) complain([field], 'an API deployment has none');
    }
  })
  .describe('A named workload with the deployment it is asked about.');

export type ScenarioFacts = z.infer<typeof scenarioSchema>;

/** Named workloads with the deployment they are asked about. */
export const kind: Kind<ScenarioFacts, ScenarioFacts> = {
  kind: 'scenario',
  folder: 'scenarios',
  schema: scenarioSchema,
  name: (_id, { name }) => name,
  aliases: () => [],
  searchText: (id, { name, description, model, hardware }) =>
    `${id} ${name} ${description} ${model} ${hardware ?? ''}`.toLowerCase(),
  references: ({ model, hardware, runtime, weights }) => {
    const named: (Reference | null)[] = [
      { kind: 'model', id: model, path: 'model' },
      hardware === undefined ? null : { kind: 'hardware', id: hardware, path: 'hardware' },
      runtime === undefined ? null : { kind: 'runtime', id: runtime, path: 'runtime' },
      weights === undefined ? null : { kind: 'weight-format', id: weights, path: 'weights' },
    ];
    return named.filter((reference) => reference !== null);
  },
  toEngine: (_id, facts) => facts,
};
