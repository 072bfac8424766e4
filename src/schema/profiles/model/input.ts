import { idField, inputPair } from '../../mutations/inputPair.ts';
import { sourceField } from '../../mutations/sourceInput.ts';
import { architectureInput } from './architectureInput.ts';
import { Modality } from './type.ts';

const parameters = inputPair('ModelParameters', {
  description:
    'Published parameter counts. They must agree with the blocks within 0.5 %, or parameterDifference says why.',
  fields: (t, { required }) => ({
    total: t.field({
      type: 'SafeInt',
      required,
      description: 'Everything stored, embedding, head and towers included, a count.',
    }),
    active: t.field({
      type: 'SafeInt',
      required,
      description: 'What one token passes through, embedding and head included, a count; of a dense model, the total.',
    }),
    statedTotal: t.field({ type: 'SafeInt', description: 'The maker’s own figure, often rounded, a count.' }),
    statedActive: t.field({
      type: 'SafeInt',
      description: 'The maker’s own figure for the active ones, often rounded, a count.',
    }),
    source: sourceField(t),
  }),
});

export const modelInput = inputPair(
  'Model',
  {
    description: 'A language model: its block stack, or only its limits when it exists behind an API alone.',
    fields: (t, { required, of }) => ({
      ...idField(t, required, 'acme-support-8b'),
      name: t.string({ required, description: 'Name for people.' }),
      aliases: t.stringList({ description: 'Other names to find it by, upper and lower case alike.' }),
      huggingFaceId: t.string({ description: 'Repository on Hugging Face, as owner/name; works as an alias.' }),
      developer: t.string({ required, description: 'Who made it.' }),
      family: t.string({ description: 'Models it belongs with.' }),
      released: t.string({ description: 'Day of the announcement, as YYYY-MM-DD or as precisely as known.' }),
      license: t.string({ description: 'Licence of the weights.' }),
      openWeights: t.boolean({ description: 'The weights can be downloaded.' }),
      modalities: t.field({ type: [Modality], description: 'What it reads; left out = text.' }),
      contextTokens: t.int({ description: 'Longest sequence, prompt and answer together, in tokens.' }),
      maximumOutputTokens: t.int({ description: 'Longest answer, in tokens.' }),
      nativeFormat: t.id({
        description:
          'Id or alias of the weight format it is published in, as bf16; left out for a model behind an API.',
      }),
      source: sourceField(t, required),
      parameters: t.field({ type: of(parameters), description: 'Its parameter counts; come with the architecture.' }),
      architecture: t.field({ type: of(architectureInput), description: 'Its block stack; none for an API.' }),
      parameterDifference: t.string({
        description: 'Why the count of the blocks and the published one differ by more than half a percent.',
      }),
      notes: t.stringList({ description: 'Choices made in writing the architecture down.' }),
      flags: t.stringList({ description: 'Fields that were solved or taken from a sibling model.' }),
    }),
  },
  'Create',
);
