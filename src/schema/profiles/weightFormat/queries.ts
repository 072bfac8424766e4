import type { WeightFormatProfile } from '../../../registry/catalogue/profiles.ts';
import { resolveOrNull } from '../../../registry/names/resolve.ts';
import { anyName } from '../../arguments/anyName.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { WeightFormatType } from './type.ts';

builder.queryFields((t) => ({
  weightFormat: t.field({
    type: WeightFormatType,
    nullable: true,
    description:
      'One format by whatever it is called; null when there is none. ' +
      'Example: `{ weightFormat(id: "q4_k_m") { id name bitsPerWeight efficiencyClass } }`',
    args: { id: t.arg.id({ required: true, description: `The format: ${anyName}` }) },
    resolve: resolving((_root, { id }, { catalogue }) => resolveOrNull(catalogue, 'weightFormat', id)),
  }),
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
