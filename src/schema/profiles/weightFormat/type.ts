import type { WeightFormatProfile } from '../../../registry/catalogue/profiles.ts';
import type { WeightFormatFacts } from '../../../registry/kinds/weightFormat.ts';
import { builder } from '../../builder.ts';
import { NumberFormat } from '../../enums.ts';
import { ProfileType } from '../profile.ts';

type WholeFile = NonNullable<WeightFormatFacts['wholeFiles']>[number];

const WholeFileType = builder.objectRef<WholeFile>('MeasuredFile').implement({
  description:
    'A published file in this format: wider embeddings and mixed blocks lift its rate over the format’s own.',
  fields: (t) => ({
    model: t.exposeString('model', { description: 'What is in the file.' }),
    bitsPerWeight: t.exposeFloat('bitsPerWeight', { description: 'Size over parameters, in bits per weight.' }),
  }),
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
    arithmetic: t.field({
      type: [NumberFormat],
      description:
        'What the matrix multiplication calculates in, best first: the first one a device has a peak rate for is used.',
      resolve: ({ engine }) => [...engine.arithmetic],
    }),
    measuredFiles: t.field({
      type: [WholeFileType],
      description: 'Published files in this format.',
      resolve: ({ facts }) => facts.wholeFiles ?? [],
    }),
    notes: t.string({ nullable: true, description: 'What to know about it.', resolve: ({ facts }) => facts.notes }),
  }),
});

builder.queryFields((t) => ({
  weightFormats: t.field({
    type: [WeightFormatType],
    description:
      'All formats of weights and caches, widest first. Example: `{ weightFormats { id name bitsPerWeight cacheBitsPerElement } }`',
    resolve: (_root, _args, { catalogue }) => widestFirst(catalogue.weightFormat.all()),
  }),
}));

function widestFirst(formats: readonly WeightFormatProfile[]): WeightFormatProfile[] {
  const bits = ({ facts }: WeightFormatProfile) => facts.weights?.bitsPerWeight ?? facts.cache?.bitsPerElement ?? 0;
  return formats.toSorted((one, other) => bits(other) - bits(one) || one.id.localeCompare(other.id));
}
