import { countParameters } from '../../../engine/model/parameters.ts';
import type { ModelProfile } from '../../../registry/catalogue/profiles.ts';
import { kind, type ModelFacts, parametersSchema } from '../../../registry/kinds/model.ts';
import { builder } from '../../builder.ts';
import { enumOf } from '../../enumOf.ts';
import { descriptionOf } from '../factTypes.ts';
import { facts, fieldsOf, itself } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';
import { ArchitectureType, ParameterCountType } from './architecture.ts';

export const Modality = enumOf('Modality', 'What a model reads. All of them write text.', {
  text: 'Text.',
  image: 'Pictures.',
  audio: 'Sound.',
  video: 'Moving pictures.',
});

const ModelParametersType = builder.objectRef<NonNullable<ModelFacts['parameters']>>('ModelParameters').implement({
  description: 'Published parameter counts.',
  fields: (t) => fieldsOf(t, parametersSchema, itself),
});

export const ModelType = builder.objectRef<ModelProfile>('Model').implement({
  description: descriptionOf(kind.schema),
  interfaces: [ProfileType],
  fields: (t) => ({
    ...fieldsOf(t, kind.schema, facts, [
      'developer',
      'family',
      'huggingFaceId',
      'released',
      'license',
      'openWeights',
      'modalities',
      'generates',
      'contextTokens',
      'maximumOutputTokens',
    ]),
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
    ...fieldsOf(t, kind.schema, facts, ['parameterDifference', 'shapeOf']),
    architecture: t.field({
      type: ArchitectureType,
      nullable: true,
      description: 'The block stack; null for a model behind an API.',
      resolve: ({ engine }) => engine.architecture,
    }),
    ...fieldsOf(t, kind.schema, facts, ['notes', 'flags']),
  }),
});
