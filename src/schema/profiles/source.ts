import type { KeyedSource } from '../../calculator/evidence/rests.ts';
import { type Source, sourceSchema } from '../../registry/kinds/source.ts';
import { builder } from '../builder.ts';
import { factOf, factsIn, valueType } from './factTypes.ts';
import { fieldsOf } from './fieldsOf.ts';

export const SourceInput = builder.inputType('SourceInput', {
  description:
    'Where a group of figures comes from. What nobody can point to is `known: ASSUMED`, with a title that says what the ' +
    'assumption rests on; every answer that uses it says so.',
  fields: (t) => {
    const fields = factsIn(sourceSchema).map(([name, stated]) => {
      const { schema, optional, description } = factOf(stated);
      return [name, t.field({ type: valueType(schema) as 'String', required: !optional, description })];
    });
    return Object.fromEntries(fields);
  },
});

export const SourceType = builder.objectRef<KeyedSource>('Source').implement({
  description: 'Where a group of figures comes from and how it is known.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name of the source within its profile.' }),
    ...fieldsOf(t, sourceSchema, ({ source }) => source),
  }),
});

/** The sources of a profile, in the order its file lists them. */
export function sourceList(sources: Readonly<Record<string, Source>>): KeyedSource[] {
  return Object.entries(sources).map(([key, source]) => ({ key, source }));
}
