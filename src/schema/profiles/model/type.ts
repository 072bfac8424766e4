import { countParameters } from '../../../engine/model/parameters.ts';
import type { ModelProfile } from '../../../registry/catalogue/profiles.ts';
import type { ModelFacts } from '../../../registry/kinds/model.ts';
import { builder } from '../../builder.ts';
import { ProfileType } from '../profile.ts';
import { ArchitectureType, ParameterCountType } from './architecture.ts';

export const Modality = builder.enumType('Modality', {
  description: 'What a model reads. All of them write text.',
  values: {
    TEXT: { value: 'text', description: 'Text.' },
    IMAGE: { value: 'image', description: 'Pictures.' },
    AUDIO: { value: 'audio', description: 'Sound.' },
    VIDEO: { value: 'video', description: 'Moving pictures.' },
  } as const,
});

const ModelParametersType = builder.objectRef<NonNullable<ModelFacts['parameters']>>('ModelParameters').implement({
  description: 'Published parameter counts.',
  fields: (t) => ({
    total: t.expose('total', {
      type: 'SafeInt',
      description: 'Everything stored, embedding, head and towers included, a count.',
    }),
    active: t.expose('active', {
      type: 'SafeInt',
      description: 'What one token passes through, embedding and head included, a count.',
    }),
    statedTotal: t.expose('statedTotal', {
      type: 'SafeInt',
      nullable: true,
      description: 'The maker’s own figure for the total, often rounded, a count.',
    }),
    statedActive: t.expose('statedActive', {
      type: 'SafeInt',
      nullable: true,
      description: 'The maker’s own figure for the active ones, often rounded, a count.',
    }),
  }),
});

export const ModelType = builder.objectRef<ModelProfile>('Model').implement({
  description: 'A language model: its block stack, or only its limits when it exists behind an API alone.',
  interfaces: [ProfileType],
  fields: (t) => ({
    developer: t.string({ description: 'Who made it.', resolve: ({ facts }) => facts.developer }),
    family: t.string({ nullable: true, description: 'Models it belongs with.', resolve: ({ facts }) => facts.family }),
    huggingFaceId: t.string({
      nullable: true,
      description: 'Repository on Hugging Face, as owner/name.',
      resolve: ({ facts }) => facts.huggingFaceId,
    }),
    released: t.string({
      nullable: true,
      description: 'Day of the announcement, as YYYY-MM-DD or as precisely as known.',
      resolve: ({ facts }) => facts.released,
    }),
    license: t.string({
      nullable: true,
      description: 'Licence of the weights.',
      resolve: ({ facts }) => facts.license,
    }),
    openWeights: t.boolean({
      nullable: true,
      description: 'The weights can be downloaded; null = not recorded.',
      resolve: ({ facts }) => facts.openWeights,
    }),
    modalities: t.field({ type: [Modality], description: 'What it reads.', resolve: ({ facts }) => facts.modalities }),
    contextTokens: t.int({
      nullable: true,
      description: 'Longest sequence it was made for (prompt and answer together), in tokens; null = not published.',
      resolve: ({ facts }) => facts.contextTokens,
    }),
    maximumOutputTokens: t.int({
      nullable: true,
      description: 'Longest answer, in tokens; null = no limit of its own is published.',
      resolve: ({ facts }) => facts.maximumOutputTokens,
    }),
    parameters: t.field({
      type: ModelParametersType,
      nullable: true,
      description: 'Published parameter counts; null for a model behind an API.',
      resolve: ({ facts }) => facts.parameters,
    }),
    countedParameters: t.field({
      type: ParameterCountType,
      nullable: true,
      description: 'Parameters counted from the architecture; null for a model behind an API.',
      resolve: ({ engine: { architecture } }) => (architecture === null ? null : countParameters(architecture)),
    }),
    parameterDifference: t.string({
      nullable: true,
      description: 'Why the counted and the published total differ by more than half a percent; null = they do not.',
      resolve: ({ facts }) => facts.parameterDifference,
    }),
    architecture: t.field({
      type: ArchitectureType,
      nullable: true,
      description: 'The block stack; null for a model behind an API.',
      resolve: ({ engine }) => engine.architecture,
    }),
    notes: t.stringList({
      description: 'Choices made in writing the architecture down.',
      resolve: ({ facts }) => facts.notes ?? [],
    }),
    flags: t.stringList({
      description: 'Fields that were solved or taken from a sibling model, not read from this one’s configuration.',
      resolve: ({ facts }) => facts.flags ?? [],
    }),
  }),
});
