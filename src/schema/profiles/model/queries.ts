import { builder } from '../../builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../connection.ts';
import { resolving } from '../../errors.ts';
import { ModelFilter, ModelOrder, modelOrder, modelsWhere } from './modelFilter.ts';
import { ModelType } from './type.ts';

const ModelConnection = connectionOf('Model', ModelType, 'models');

builder.queryFields((t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    description:
      'One model by id or alias; null when there is none. ' +
      'Example: `{ model(id: "7B") { id name contextTokens parameters { total } architecture { kvCacheBytesPerToken } } }`',
    args: { id: t.arg.id({ required: true, description: 'Id or alias of the model.' }) },
    resolve: (_root, { id }, { catalogue }) => catalogue.model.find(id),
  }),
  models: t.field({
    type: ModelConnection,
    description:
      'Models, a page at a time. Example: `{ models(search: "llama", orderBy: { field: PARAMETERS, direction: DESC }, first: 5) ' +
      '{ totalCount nodes { id name parameters { total } } pageInfo { endCursor hasNextPage } } }`',
    args: {
      filter: t.arg({ type: ModelFilter, description: 'Which models; left out = all.' }),
      search: t.arg.string({
        description: 'Words that must all occur in id, name, aliases, developer or family, in any order.',
      }),
      orderBy: t.arg({ type: ModelOrder, description: 'How to order them; left out = by id.' }),
      ...pageArguments(t),
    },
    resolve: resolving((_root, { filter, orderBy, search, ...page }, { catalogue }) =>
      catalogue.model.list({
        ...pageRequest(page),
        search,
        ...(filter && { where: modelsWhere(filter) }),
        ...(orderBy && { order: modelOrder(orderBy) }),
      }),
    ),
  }),
}));
