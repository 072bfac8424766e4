import { builder } from './builder.ts';

type EnumRef<Value extends string> = PothosSchemaTypes.EnumRef<(typeof builder)['$inferSchemaTypes'], Value>;

/** An enum whose values are called what they are inside, in capitals: in-flight → IN_FLIGHT. */
export function enumOf<Value extends string>(
  name: string,
  description: string,
  descriptions: Readonly<Record<Value, string>>,
): EnumRef<Value> {
  const values = Object.entries<string>(descriptions).map(([value, description]) => {
    return [value.replaceAll(/[- ]/g, '_').toUpperCase(), { value, description }];
  });
  return builder.enumType(name, { description, values: Object.fromEntries(values) }) as EnumRef<Value>;
}
