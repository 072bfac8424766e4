import type { InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { GraphQLSchema } from 'graphql';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { upperFirst } from '../names.ts';
import { errorTypes, Failed, failedWith, NotAuthorizedError } from './errors.ts';

type Types = (typeof builder)['$inferSchemaTypes'];
export type ArgumentBuilder = PothosSchemaTypes.MutationFieldBuilder<Types, object>['arg'];

/** What a mutation works with, once the request may do it. */
export interface Writing {
  /** Name of the key, for the change log. */
  actor: string;
  context: Context;
  schema: GraphQLSchema;
}

interface MutationOptions<Args extends InputFieldMap, Payload extends object> {
  /** Object and verb: hardwareCreate. */
  name: string;
  description: string;
  /** The kind of profile it writes: the key must have the scope `write` or `write:<kind>`. */
  kind: string;
  args: (arg: ArgumentBuilder) => Args;
  /** The payload's type, called like the mutation: HardwareCreatePayload. */
  payload: PothosSchemaTypes.ObjectRef<Types, Payload>;
  /** Which errors it may answer with, beside those of every mutation. */
  errors: readonly (keyof typeof errorTypes)[];
  /** What a dry run says follows from the request alone and the lists anybody may read: it needs no key. */
  dryRunForAll?: true;
  /** Throws the registry's errors; they become members of the result. */
  run: (args: InputShapeFromFields<Args>, writing: Writing) => Payload | Promise<Payload>;
}

builder.mutationType({
  description:
    'Changes of the catalogue. Each needs `Authorization: Bearer <key>`, is one transaction, and answers with a payload ' +
    'or with one of the errors, which all have `message` and `code`: `... on Error { message code }`.',
});

/** Who tries something out without a key. */
const nobody = { actor: 'nobody' };

/**
 * The only way to make a mutation: it asks for the key before anything else, turns the registry's errors into members
 * of the result `<Name>Result`, and lets the rest of the request see the change.
 */
export function mutation<Args extends InputFieldMap, Payload extends object>(
  options: MutationOptions<Args, Payload>,
): void {
  const { name, description, kind, payload, errors, run } = options;
  const result = builder.unionType(`${upperFirst(name)}Result`, {
    description: `What ${name} answers: its payload, or why it did not happen.`,
    types: [payload, ...errorTypes.always, ...errors.flatMap((group) => [...errorTypes[group]])] as const,
    resolveType: (value) => (value instanceof Failed ? value.typeName : payload.name),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result,
      description,
      args: options.args(t.arg),
      resolve: (_root, args, context, { schema }) => {
        const isOpen = options.dryRunForAll === true && Reflect.get(args, 'dryRun') === true;
        const attempt = async (): Promise<Payload> => {
          const authorization = context.authorization();
          // A key that is sent is looked at all the same: whoever tries it out hears that it is none.
          const authorized =
            isOpen && authorization === null ? nobody : await context.registry.keys.authorize(authorization, kind);
          if ('actor' in authorized) context.caller.key = authorized === nobody ? null : authorized.actor;
          else if (authorized.refused !== 'missing') context.caller.refusedKeys += 1;
          if ('refused' in authorized) throw new NotAuthorizedError(authorized.refused, `write:${kind}`);
          const answer = await run(args as InputShapeFromFields<Args>, { ...authorized, context, schema });
          context.catalogue = context.registry.catalogue();
          return answer;
        };
        return attempt().catch((error: unknown) => {
          const known = failedWith(error);
          if (known === null) throw error;
          return known;
        }) as never;
      },
    }),
  );
}
