import { builder } from '../../builder.ts';
import { RuntimeType } from './type.ts';

builder.queryFields((t) => ({
  runtime: t.field({
    type: RuntimeType,
    nullable: true,
    description:
      'One runtime by id or alias; null when there is none. ' +
      'Example: `{ runtime(id: "vllm") { name supports { vendors families formats preference } } }`',
    args: { id: t.arg.id({ required: true, description: 'Id or alias of the runtime.' }) },
    resolve: (_root, { id }, { catalogue }) => catalogue.runtime.find(id),
  }),
  runtimes: t.field({
    type: [RuntimeType],
    description: 'All runtimes, by name. Example: `{ runtimes { id name continuousBatching } }`',
    resolve: (_root, _args, { catalogue }) =>
      catalogue.runtime.all().toSorted((one, other) => one.name.localeCompare(other.name)),
  }),
}));
