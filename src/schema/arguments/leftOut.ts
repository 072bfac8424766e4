import { type GraphQLResolveInfo, Kind } from 'graphql';

/** Arguments of a field that a request leaves out, so that their defaults stand: an unset variable leaves out too. */
export function leftOutArguments({ fieldNodes, variableValues, parentType, fieldName }: GraphQLResolveInfo): string[] {
  const given = new Set<string>();
  for (const { name, value } of fieldNodes[0]?.arguments ?? []) {
    if (value.kind !== Kind.VARIABLE || value.name.value in variableValues) given.add(name.value);
  }
  const { args } = parentType.getFields()[fieldName] ?? { args: [] };
  return args.map(({ name }) => name).filter((name) => !given.has(name));
}
