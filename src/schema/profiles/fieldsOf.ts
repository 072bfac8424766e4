import { z } from 'zod';
import type { builder } from '../builder.ts';
import { factOf, factsIn, valueType } from './factTypes.ts';

type Types = (typeof builder)['$inferSchemaTypes'];
type OutputRef = PothosSchemaTypes.ObjectRef<Types, never>;

interface FieldNames {
  /** What a fact is called, where that is not its own name. */
  as?: Readonly<Record<string, string>>;
  /** Types of facts that are groups. */
  types?: Readonly<Record<string, unknown>>;
}

/**
 * Fields that pass facts on as they are, with the words of the facts: null where a fact is left out, an empty list for
 * a list.
 *
 * @param group the schema that the facts are part of
 * @param of where the group is
 * @param names which facts, in this order; left out = all but what says which kind of group it is, and the sources
 */
export function fieldsOf<Parent, Group extends object>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>,
  group: z.core.$ZodType,
  of: (parent: Parent) => Group,
  names: readonly (keyof Group & string)[] = allOf<Group>(group),
  { as = {}, types = {} }: FieldNames = {},
): Record<string, ReturnType<typeof t.field>> {
  const facts = new Map(factsIn(group));
  const fields = names.map((name) => {
    const stated = facts.get(name);
    if (stated === undefined) throw new TypeError(`there is no fact called ${name}`);
    const { schema, optional, nullable, defaulted, description } = factOf(stated);
    const list = schema instanceof z.ZodArray;
    const type = types[name] ?? valueType(list ? schema.element : schema);
    const nothing = list ? [] : null;
    const isNullable = !list && (nullable || (optional && !defaulted));
    const field = t.field({
      type: (list ? [type] : type) as OutputRef,
      nullable: isNullable,
      description: shownAs(description, isNullable),
      resolve: (parent) => (of(parent)[name] ?? nothing) as never,
    });
    return [as[name] ?? name, field] as const;
  });
  return Object.fromEntries(fields) as Record<string, ReturnType<typeof t.field>>;
}

function allOf<Group>(group: z.core.$ZodType): (keyof Group & string)[] {
  const names = factsIn(group).map(([name]) => name as keyof Group & string);
  return names.filter((name) => name !== 'kind' && name !== 'source');
}

/** What is left out of an input is null in an answer; where something else stands then, answers cannot tell. */
function shownAs(description: string, isNullable: boolean): string {
  const words = description.replace(/^Id or alias of/, 'Id of');
  return isNullable ? words.replace(/left out (=|where)/, 'null $1') : words.replace(/; left out (=|where) [^.]*/, '');
}

/** The facts of a profile. */
export function facts<Facts>(profile: { facts: Facts }): Facts {
  return profile.facts;
}

/** The parent is the group itself. */
export function itself<Group>(group: Group): Group {
  return group;
}
