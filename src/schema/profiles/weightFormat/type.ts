import type { WeightFormatProfile } from '../../../registry/catalogue/profiles.ts';
import { type WeightFormatFacts, weightFormatKind, wholeFileSchema } from '../../../registry/kinds/weightFormat.ts';
import { builder } from '../../builder.ts';
import { facts, fieldsOf, itself } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';

type WholeFile = NonNullable<WeightFormatFacts['wholeFiles']>[number];

const WholeFileType = builder.objectRef<WholeFile>('MeasuredFile').implement({
  description:
    'A published file in this format: wider embeddings and mixed blocks lift its rate over the format’s own.',
  fields: (t) => fieldsOf(t, wholeFileSchema, itself),
});

export const WeightFormatType = builder.objectRef<WeightFormatProfile>('WeightFormat').implement({
  description: 'A way of storing weights, cached keys and values, or both.',
  interfaces: [ProfileType],
  fields: (t) => ({
    bitsPerWeight: t.float({
      nullable: true,
      description:
        'One weight of a quantised matrix, scales included, in bits; of a mixed format, its default block. null = a format ' +
        'for the cache alone.',
      resolve: ({ facts }) => facts.weights?.bitsPerWeight,
    }),
    groupSize: t.int({
      nullable: true,
      description: 'Weights that share a scale, a count; null = no such groups.',
      resolve: ({ facts }) => facts.weights?.groupSize,
    }),
    scales: t.string({
      nullable: true,
      description: 'What is stored beside the values, in words.',
      resolve: ({ facts }) => facts.weights?.scales ?? facts.cache?.scales,
    }),
    cacheBitsPerElement: t.float({
      nullable: true,
      description: 'One cached key or value element, scales included, in bits; null = not used for the cache.',
      resolve: ({ engine }) => engine.cacheBitsPerElement,
    }),
    ...fieldsOf(t, weightFormatKind.schema, facts, ['arithmetic', 'efficiencyClass', 'wholeFiles', 'notes'], {
      as: { wholeFiles: 'measuredFiles' },
      types: { wholeFiles: WholeFileType },
    }),
  }),
});
