import { array, exactOptional, enum as oneOf, strictObject, z } from 'zod';
import { countParameters } from '../../engine/model/parameters.ts';
import type { Model } from '../../engine/shapes.ts';
import { architectureSchema, toArchitecture } from './architecture.ts';
import type { Kind } from './kind.ts';
import { text, whole } from './ranges.ts';
import { aliasSchema, partialDate, referenceSchema, sourceKeys, sourcesSchema } from './source.ts';
import { complainTo, refuseUnknownSources } from './sourcedGroups.ts';

/** Largest difference between the count from the blocks and the published one that needs no explanation. */
export const parameterTolerance = 0.005;

const contextTokens = whole(16, 1_000_000_000);
const parameterCount = whole(1e6, 1e14);

export const parametersSchema = strictObject({
  total: parameterCount.describe('Everything stored, embedding, head and towers included, a count.'),
  active: parameterCount.describe(
    'What one token passes through, embedding and head included, a count; of a dense model, the total.',
  ),
  statedTotal: exactOptional(parameterCount).describe('The maker’s own figure for the total, often rounded, a count.'),
  statedActive: exactOptional(parameterCount).describe(
    'The maker’s own figure for the active ones, often rounded, a count.',
  ),
  source: sourceKeys,
})
  .refine(({ active, total }) => active <= total, { error: 'must not exceed total', path: ['active'] })
  .refine(({ statedActive, statedTotal, total }) => (statedActive ?? 0) <= (statedTotal ?? total), {
    error: 'must not exceed the total',
    path: ['statedActive'],
  })
  .describe(
    'Published parameter counts. They must agree with the blocks within 0.5 %, or parameterDifference says why.',
  );

const publicationSchema = strictObject({ source: sourceKeys }).describe(
  'Where `released` and `license` come from where the other sources do not say; left out = they do.',
);

const modelFacts = strictObject({
  $schema: exactOptional(z.string()),
  name: text(2, 120).describe('Name for people.'),
  /** Unique over all models. */
  aliases: array(aliasSchema).max(40).default([]).describe('Other names to find it by, upper and lower case alike.'),
  huggingFaceId: exactOptional(z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')).describe(
    'Repository on Hugging Face, as owner/name; works as an alias.',
  ),
  developer: text(2, 120).describe('Who made it.'),
  family: exactOptional(text(1, 80)).describe('Models it belongs with.'),
  released: exactOptional(partialDate).describe('Day of the announcement, as YYYY-MM-DD or as precisely as known.'),
  license: exactOptional(text(2, 120)).describe('Licence of the weights.'),
  openWeights: exactOptional(z.boolean()).describe('The weights can be downloaded; left out = not recorded.'),
  /** All of them write text. */
  modalities: array(oneOf(['text', 'image', 'audio', 'video']))
    .min(1)
    .max(4)
    .default(['text'])
    .describe('What it reads; left out = text.'),
  generates: exactOptional(z.boolean()).describe(
    'It writes text; false = an encoder or an embedding model: one pass over the input. Left out = true.',
  ),
  contextTokens: exactOptional(contextTokens).describe(
    'Longest sequence, prompt and answer together, in tokens; left out = not published.',
  ),
  maximumOutputTokens: exactOptional(contextTokens).describe(
    'Longest answer, in tokens; left out = no limit of its own is published.',
  ),
  /** Of its widest matrices. */
  nativeFormat: exactOptional(referenceSchema).describe(
    'Id or alias of the weight format it is published in, as bf16; left out for a model behind an API.',
  ),
  shapeOf: exactOptional(referenceSchema).describe(
    'Id or alias of the model whose block stack this one has, as a fine-tune or another name of it; left out = its own.',
  ),
  /** Where the figures above come from. */
  source: sourceKeys,
  /** Apart from the figures: a day that somebody recalled is no assumption of an estimate. */
  publication: exactOptional(publicationSchema),
  parameters: exactOptional(parametersSchema).describe('Its parameter counts; come with the architecture.'),
  architecture: exactOptional(architectureSchema).describe('Its block stack; none for an API.'),
  parameterDifference: exactOptional(text(20, 1000)).describe(
    'Why the count of the blocks and the published one differ by more than half a percent; left out = they do not.',
  ),
  notes: exactOptional(array(text(10, 1000)).max(10)).describe('Choices made in writing the architecture down.'),
  flags: exactOptional(array(text(10, 1000)).max(10)).describe(
    'Fields that were solved or taken from a sibling model, not read from this one’s configuration.',
  ),
  sources: sourcesSchema,
});
export type ModelFacts = z.infer<typeof modelFacts>;

const modelSchema = modelFacts
  .superRefine((facts, context) => {
    const complain = complainTo(context);
    refuseUnknownSources(facts, context, (key) => `names the source ${key}, which sources does not define`);
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
      complain(
        [architecture === undefined ? 'architecture' : 'parameters'],
        'parameters and architecture come together',
      );
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
  })
  .describe('A language model: its block stack, or only its limits when it exists behind an API alone.');

/** The Hugging Face id is a name like any other. */
function aliases({ aliases, huggingFaceId }: ModelFacts): string[] {
  return huggingFaceId === undefined ? aliases : [...aliases, huggingFaceId];
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
  references: ({ nativeFormat, shapeOf }) => [
    ...(nativeFormat === undefined ? [] : [{ kind: 'weight-format' as const, id: nativeFormat, path: 'nativeFormat' }]),
    ...(shapeOf === undefined ? [] : [{ kind: 'model' as const, id: shapeOf, path: 'shapeOf' }]),
  ],
  toEngine: (id, facts) => ({
    id,
    name: facts.name,
    contextTokens: facts.contextTokens ?? null,
    architecture: facts.architecture === undefined ? null : toArchitecture(facts.architecture),
  }),
};
