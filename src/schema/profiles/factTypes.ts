import { z } from 'zod';
import { ids } from '../../registry/kinds/source.ts';
import { builder } from '../builder.ts';
import { largestInt } from '../units.ts';

/** A fact without what says that it may be left out. */
export interface Fact {
  schema: z.core.$ZodType;
  /** May be left out. */
  optional: boolean;
  /** May be null; `missing` where nothing is stated otherwise. */
  nullable: boolean;
  /** Something stands where it is left out. */
  defaulted: boolean;
  /** The words nearest to the field. */
  description: string;
}

/** What the schema of a fact says, through its wrappers. */
export function factOf(schema: z.core.$ZodType): Fact {
  const description = z.globalRegistry.get(schema)?.description;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  ) {
    const inner = factOf(schema.def.innerType);
    const defaulted = schema instanceof z.ZodDefault;
    const nullable = schema instanceof z.ZodNullable;
    return {
      ...inner,
      optional: inner.optional || !nullable,
      nullable: inner.nullable || nullable,
      defaulted: inner.defaulted || defaulted,
      description: description ?? inner.description,
    };
  }
  return { schema, optional: false, nullable: false, defaulted: false, description: description ?? '' };
}

/** What a group of facts is by itself: the words it had before the field that holds it added its own. */
export function descriptionOf(group: z.core.$ZodType): string {
  const { parent } = group._zod;
  const inherited = parent === undefined ? '' : descriptionOf(parent);
  return inherited === '' ? (z.globalRegistry.get(group)?.description ?? '') : inherited;
}

/** The facts of a group by name, without what is not a figure. */
export function factsIn(group: z.core.$ZodType): [name: string, schema: z.core.$ZodType][] {
  if (!(group instanceof z.ZodObject)) throw new TypeError('only groups of facts have fields');
  return Object.entries<z.core.$ZodType>(group.shape).filter(([name]) => name !== '$schema' && name !== 'sources');
}

/** Name of the API's scalar or enum for a single value; null for groups. */
export function valueType(schema: z.core.$ZodType): string | null {
  if (ids.get(schema) !== undefined) return 'ID';
  if (schema instanceof z.ZodNumber) {
    if (!schema.isInt) return 'Float';
    const most = schema.maxValue ?? Number.MAX_SAFE_INTEGER;
    return most > largestInt && most !== Number.MAX_SAFE_INTEGER ? 'SafeInt' : 'Int';
  }
  if (schema instanceof z.ZodBoolean) return 'Boolean';
  if (schema instanceof z.ZodLiteral) return schema.value === true ? 'Boolean' : 'Int';
  if (schema instanceof z.ZodEnum) return enumNameOf(schema.options) ?? 'String';
  if (schema instanceof z.ZodDiscriminatedUnion) return null;
  // A choice of numbers.
  if (schema instanceof z.ZodUnion) return 'Int';
  return schema._zod.def.type === 'string' ? 'String' : null;
}

/** The enum of the API that has these values; the fact is text where it has none. */
function enumNameOf(values: readonly unknown[]): string | null {
  for (const config of builder.configStore.typeConfigs.values()) {
    if (config.kind !== 'Enum') continue;
    const known = Object.values(config.values ?? {}).map(({ value }) => value);
    if (known.length === values.length && known.every((value) => values.includes(value))) return config.name;
  }
  return null;
}
