import { z } from 'zod';
import type { Kind, Reference } from './kind.ts';
import { referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { refuseUnknownSources } from './sourcedGroups.ts';

const tokens = z.int().min(0).max(1_000_000_000);

/** How a token count spreads over the requests it was taken from; the count itself is the median unless notes say otherwise. */
const spreadSchema = z.strictObject({ mean: tokens.optional(), p90: tokens.optional() });

/** What the workload wants to be fast enough; only where a source says so. */
const objectiveSchema = z.strictObject({
  timeToFirstTokenMs: z.number().positive().max(600_000).optional(),
  timePerOutputTokenMs: z.number().positive().max(60_000).optional(),
  endToEndMs: z.number().positive().max(3_600_000).optional(),
  source: sourceKeys,
});

const scenarioSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(3).max(80),
    description: z.string().min(10).max(400),
    /** Place in the list: the documented three first. */
    order: z.int().min(1).max(10_000),
    model: referenceSchema,
    /** local: own or rented hardware. api: a hosted model, by the token. */
    deployment: z.enum(['local', 'api']),
    hardware: referenceSchema.optional(),
    devices: z.int().min(1).max(4096).optional(),
    runtime: referenceSchema.optional(),
    /** Weight format; absent = the model's own. */
    weights: referenceSchema.optional(),
    /** Tokens read fresh, per request. */
    promptTokens: tokens,
    promptTokensSpread: spreadSchema.optional(),
    /** Tokens already in the cache before the prompt. */
    contextTokens: tokens.default(0),
    outputTokens: tokens.min(1),
    outputTokensSpread: spreadSchema.optional(),
    /** Sequences in flight. */
    batch: z.int().min(1).max(1_000_000),
    /** static: one batch, prefilled together. continuous: requests come and go at this concurrency. */
    scheduling: z.enum(['static', 'continuous']),
    objective: objectiveSchema.optional(),
    /** What no source says: the choices made to turn the words into numbers. */
    assumptions: z.array(z.string().min(10).max(300)).default([]),
    /** Of the token counts. */
    source: sourceKeys,
    sources: sourcesSchema,
  })
  .superRefine((scenario, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    refuseUnknownSources(scenario, context);
    const local = scenario.deployment === 'local';
    if (local && scenario.hardware === undefined) complain(['hardware'], 'a local deployment names its hardware');
    for (const field of ['hardware', 'devices', 'runtime', 'weights'] as const) {
      if (!local && scenario[field] !== undefined) complain([field], 'an API deployment has none');
    }
  });

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
