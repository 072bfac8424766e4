import { z } from 'zod';
import type { Kind } from '../src/registry/kinds/kind.ts';
import { allKinds } from '../src/registry/kinds/kinds.ts';

type Schema = z.core.JSONSchema.JSONSchema;
type Properties = Record<string, Schema>;

/**
 * JSON schemas of pack files by file name, for editors: keys, meanings, types and ranges while one types. What compares fields
 * with each other (sources that exist, sums that agree) is checked when a pack is loaded.
 */
export function profileSchemas(): Map<string, string> {
  const schemas = allKinds.map((kind) => [`${kind.folder}.schema.json`, schemaOfFile(kind)] as const);
  return new Map(schemas.map(([name, schema]) => [name, `${JSON.stringify(schema, null, 2)}\n`]));
}

function schemaOfFile(kind: Kind): Schema {
  const { properties = {}, ...file } = jsonSchema(kind.fileSchema ?? kind.schema);
  const stated = kind.expand === undefined ? properties : withRows(properties as Properties, jsonSchema(kind.schema));
  return { ...file, title: `A file in ${kind.folder}/`, properties: { $schema: { type: 'string' }, ...stated } };
}

function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input' });
}

/** Rows leave out what `defaults` state, so nothing is required of either alone. */
function withRows(properties: Properties, row: Schema): Properties {
  const shapes = (row.oneOf ?? [row]) as Schema[];
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      if (name === 'defaults') return [name, { description: schema.description, ...partial(shapes, {}) }];
      if (schema.type !== 'array') return [name, schema];
      const { properties: identity = {}, required = [] } = schema.items as Schema;
      return [name, { ...schema, items: { ...partial(shapes, identity as Properties), required } }];
    }),
  );
}

function partial(shapes: readonly Schema[], identity: Properties): Schema {
  const [only, ...others] = shapes.map(({ properties = {} }) => {
    // A row gets these two from its file.
    const { sources: _, set: __, ...stated } = properties as Properties;
    return { type: 'object' as const, properties: { ...identity, ...stated }, additionalProperties: false };
  });
  return only === undefined || others.length > 0 ? { anyOf: [only, ...others] as Schema[] } : only;
}
