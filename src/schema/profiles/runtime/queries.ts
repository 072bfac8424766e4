import { builder } from '../../builder.ts';
import { RuntimeType } from './type.ts';

builder.queryFields((t) => ({
  runtimes: t.field({
    type: [RuntimeType],
    description: 'All runtimes, by name. Example: `{ runtimes { id name continuousBatching } }`',
    resolve: (_root, _args, { catalogue }) =>
      catalogue.runtime.all().toSorted((one, other) => one.name.localeCompare(other.name)),
  }),
}));
