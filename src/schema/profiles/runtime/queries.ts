import { resolveOrNull } from '../../../registry/names/resolve.ts';
import { anyName } from '../../arguments/anyName.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { RuntimeType } from './type.ts';

builder.queryFields((t) => ({
  runtime: t.field({
    type: RuntimeType,
    nullable: true,
    description:
      'One runtime by whatever it is called; null when there is none. ' +
      'Example: `{ runtime(id: "vllm") { name supports { vendors families formats preference } } }`',
    args: { id: t.arg.id({ required: true, description: `The runtime: ${anyName}` }) },
    resolve: resolving((_root, { id }, { catalogue }) => resolveOrNull(catalogue, 'runtime', id)),
  }),
  runtimes: t.field({
    type: [RuntimeType],
    description: 'All runtimes, by name. Example: `{ runtimes { id name continuousBatching } }`',
    resolve: (_root, _args, { catalogue }) =>
      catalogue.runtime.all().toSorted((one, other) => one.name.localeCompare(other.name)),
  }),
}));
