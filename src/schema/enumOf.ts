import { builder } from './builder.ts';

type EnumRef<Value extends string> = PothosSchemaTypes.EnumRef<(typeof builder)['$inferSchemaTypes'], Value>;

/** What the API calls a value of an enum: weight-format → WEIGHT_FORMAT. */
export function enumName(value: string): string {
  return value.replaceAll(/[- ]/g, '_').toUpperCase();
}

/** An enum whose values are called what they are inside, in capitals. */
export function enumOf<Value extends string>(
  name: string,
  description: string,
  descriptions: Readonly<Record<Value, string>>,
): EnumRef<Value> {
  const values = Object.entries<string>(descriptions).map(([value, description]) => [
    enumName(value),
    { value, description },
  ]);
  return builder.enumType(name, { description, values: Object.fromEntries(values) }) as EnumRef<Value>;
}
