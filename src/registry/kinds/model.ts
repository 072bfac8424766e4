import { z } from 'zod';
import { countParameters } from '../../engine/model/parameters.ts';
import type { Model } from '../../engine/shapes.ts';
import { architectureSchema, toArchitecture } from './architecture.ts';
import type { Kind } from './kind.ts';
import { aliasSchema, partialDate, referenceSchema, type SourceKeys, sourceKeys, sourcesSchema } from './source.ts';

/** Largest difference between the count from the blocks and the published one that needs no explanation. */
export const parameterTolerance = 0.005;

const contextTokens = z.int().min(16).max(1_000_000_000);
const parameterCount = z.int().min(1e6).max(1e14);

const parametersSchema = z
  .strictObject({
    /** Everything stored, embedding, head and towers included. */
    total: parameterCount,
    /** What one token passes through, embedding and head included. */
    active: parameterCount,
    /** The maker's own figures, often rounded. */
    statedTotal: parameterCount.exactOptional(),
    statedActive: parameterCount.exactOptional(),
    source: sourceKeys,
  })
  .refine(({ active, total }) => active <= total, { error: 'must not exceed total', path: ['active'] })
  .refine(({ statedActive, statedTotal, total }) => (statedActive ?? 0) <= (statedTotal ?? total), {
    error: 'must not exceed the total',
    path: ['statedActive'],
  });

const modelFacts = z.strictObject({
  $schema: z.string().exactOptional(),
  name: z.string().min(2).max(120),
  /** Other names people type; unique over all models, upper and lower case alike. */
  aliases: z.array(aliasSchema).max(40).default([]),
  huggingFaceId: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')
    .exactOptional(),
  developer: z.string().min(2).max(120),
  family: z.string().min(1).max(80).exactOptional(),
  /** Day of the announcement, as precisely as it is known. */
  released: partialDate.exactOptional(),
  license: z.string().min(2).max(120).exactOptional(),
  openWeights: z.boolean().exactOptional(),
  /** What it reads; all of them write text. */
  modalities: z
    .array(z.enum(['text', 'image', 'audio', 'video']))
    .min(1)
    .max(4)
    .default(['text']),
  /** Longest sequence it was made for: prompt and answer together. */
  contextTokens: contextTokens.exactOptional(),
  maximumOutputTokens: contextTokens.exactOptional(),
  /** Weight format it is published in, for its widest matrices; absent for a model behind an API. */
  nativeFormat: referenceSchema.exactOptional(),
  /** Where the figures above come from. */
  source: sourceKeys,
  parameters: parametersSchema.exactOptional(),
  architecture: architectureSchema.exactOptional(),
  /** Why the count from the blocks, or the published total, differs by more than half a percent. */
  parameterDifference: z.string().min(20).max(1000).exactOptional(),
  /** Choices made in writing the architecture down. */
  notes: z.array(z.string().min(10).max(1000)).max(10).exactOptional(),
  /** Fields that were solved or taken from a sibling, not read from the model's own configuration. */
  flags: z.array(z.string().min(10).max(1000)).max(10).exactOptional(),
  sources: sourcesSchema,
});
export type ModelFacts = z.infer<typeof modelFacts>;

const modelSchema = modelFacts.superRefine((facts, context) => {
  const complain = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const [path, keys] of namedSources(facts)) {
    for (const key of typeof keys === 'string' ? [keys] : keys) {
      if (!Object.hasOwn(facts.sources, key)) complain(path, `names the source ${key}, which sources does not define`);
    }
  }
  const spellings = new Set<string>();
  for (const [index, alias] of facts.aliases.entries()) {
    const spelling = alias.toLowerCase();
    if (spellings.has(spelling)) complain(['aliases', index], `repeats ${alias}`);
    spellings.add(spelling);
  }
  const { architecture, parameters, contextTokens, maximumOutputTokens } = facts;
  if (maximumOutputTokens !== undefined && maximumOutputTokens > (contextTokens ?? Number.POSITIVE_INFINITY)) {
    complain(['maximumOutputTokens'], 'must not exceed contextTokens');
  }
  if ((architecture === undefined) !== (parameters === undefined)) {
    complain([architecture === undefined ? 'architecture' : 'parameters'], 'parameters and architecture come together');
  }
  if (architecture === undefined || parameters === undefined) return;
  if (facts.parameterDifference !== undefined) return;
  const counted = countParameters(toArchitecture(architecture)).total;
  for (const field of ['total', 'statedTotal'] as const) {
    const difference = counted / (parameters[field] ?? counted) - 1;
    if (Math.abs(difference) <= parameterTolerance) continue;
    const percent = (100 * difference).toFixed(2);
    complain(
      ['parameters', field],
      `differs from the count of the blocks by ${percent} %: say why in parameterDifference`,
    );
  }
});

/** The Hugging Face id is a name like any other. */
function aliases({ aliases, huggingFaceId }: ModelFacts): string[] {
  return huggingFaceId === undefined ? aliases : [...aliases, huggingFaceId];
}

function namedSources({ source, parameters, architecture }: ModelFacts): [path: string[], keys: SourceKeys][] {
  const named: [string[], SourceKeys][] = [[['source'], source]];
  if (parameters !== undefined) named.push([['parameters', 'source'], parameters.source]);
  if (architecture !== undefined) named.push([['architecture', 'source'], architecture.source]);
  return named;
}

/** A language model: its block stack, or only its limits when it exists behind an API. */
export const kind: Kind<ModelFacts, Model> = {
  kind: 'model',
  folder: 'models',
  schema: modelSchema,
  name: (_id, facts) => facts.name,
  aliases,
  searchText: (id, facts) =>
    [id, facts.name, facts.developer, facts.family, ...aliases(facts)]
      .filter((word) => word !== undefined)
      .join(' ')
      .toLowerCase(),
  references: (facts) =>
    facts.nativeFormat === undefined ? [] : [{ kind: 'weight-format', id: facts.nativeFormat, path: 'nativeFormat' }],
  toEngine: (id, facts) => ({
    id,
    name: facts.name,
    contextTokens: facts.contextTokens ?? null,
    architecture: facts.architecture === undefined ? null : toArchitecture(facts.architecture),
  }),
};
