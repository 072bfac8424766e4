import { z } from 'zod';
import { builder } from '../builder.ts';
import { camelCase, upperFirst } from '../names.ts';
import { descriptionOf, factOf, factsIn, valueType } from './factTypes.ts';
import { SourceInput } from './source.ts';

type Types = (typeof builder)['$inferSchemaTypes'];
export type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;
type InputRef = PothosSchemaTypes.InputObjectRef<Types, object>;
type Schema = z.core.$ZodType;

/** One input twice: for creating, where some fields are required, and for changing, where what is left out stays. */
interface InputPair {
  create: InputRef;
  update: InputRef;
}

/** What the facts of a kind are called in the API, where that is not their own name, and what it fills in. */
export interface InputNames {
  /** The kind's own: Hardware. */
  name: string;
  /** An id as an example; or, in words, what it is made of when a creation states none. */
  id: { example: string } | { madeOf: string };
  /** Of fields, by fact. */
  fields?: Readonly<Record<string, string>>;
  /** Of groups, by the fact that holds one or by their tag; otherwise the kind's name and the fact's. */
  types?: Readonly<Record<string, string>>;
  /** The two fields of an entry, of facts that are kept as a record and given as a list. */
  entries?: Readonly<Record<string, readonly [key: string, value: string]>>;
  /** What stands where a creation leaves out a fact that every profile has. */
  defaults?: Readonly<Record<string, unknown>>;
}

/** entry: part of a list, which changes as a whole. */
type Form = 'create' | 'update' | 'entry';

interface Place {
  form: Form;
  /** The profile as a whole. */
  root?: boolean;
  /** The fact that says which kind of group it is, which a one-of input has said already. */
  tag?: string;
}

/** A field as Pothos takes it. */
interface FieldOptions {
  type: TypeName | [TypeName];
  required?: boolean;
  defaultValue?: unknown;
  description: string;
  /** `fact` and `entries`: how a value becomes a fact. */
  extensions?: { fact: string | null; entries?: readonly [string, string] | undefined };
}
type TypeName = string | InputRef;

/** The inputs of a kind, from the schema of its facts: names, types, what is required, and the words that describe it. */
export function inputsOf(schema: z.ZodType, names: InputNames): InputPair {
  const made = new Map<string, InputRef>();
  return {
    create: groupInput(`${names.name}CreateInput`, schema, { form: 'create', root: true }),
    update: groupInput(`${names.name}UpdateInput`, schema, { form: 'update', root: true }),
  };

  /** The input of a group of facts; of a choice between kinds of group, with one field for each. */
  function groupInput(typeName: string, group: Schema, place: Place): InputRef {
    const oneOf = group instanceof z.ZodDiscriminatedUnion;
    const note = place.form === 'update' && !oneOf ? ' A field left out stays as it is; null clears it.' : '';
    const description = descriptionOf(group) + note;
    if (!oneOf) return inputType(typeName, description, () => groupFields(group, place));
    const tag = group.def.discriminator;
    return inputType(typeName, description, () => optionFields(group, place), tag);
  }

  function inputType(
    typeName: string,
    description: string,
    fieldsOf: () => Iterable<[string, FieldOptions]>,
    tag?: string,
  ): InputRef {
    const known = made.get(typeName);
    if (known !== undefined) return known;
    const fields = [...fieldsOf()];
    const ref = builder.inputType(typeName, {
      description,
      ...(tag !== undefined && { isOneOf: true, extensions: { tag } }),
      fields: (t) => Object.fromEntries(fields.map(([name, options]) => [name, t.field(options as never)])),
    }) as InputRef;
    made.set(typeName, ref);
    return ref;
  }

  function* groupFields(group: Schema, { form, root, tag }: Place): Generator<[string, FieldOptions]> {
    if (root && form === 'create') yield ['id', idField(names.id)];
    for (const [fact, schema] of factsIn(group)) {
      if (fact === tag) continue;
      // A changed group says where its new figures come from; a whole profile only where it changes such figures.
      if (fact === 'source') yield [fact, sourceField(form !== 'update' || !root || tag !== undefined)];
      else yield [names.fields?.[fact] ?? unitName(fact), factField(fact, schema, form)];
    }
  }

  /** A group of no facts is `true`. */
  function* optionFields(union: z.ZodDiscriminatedUnion, place: Place): Generator<[string, FieldOptions]> {
    const tag = union.def.discriminator;
    for (const option of union.options) {
      const facts = factsIn(option);
      const { schema, description } = factOf(new Map(facts).get(tag) ?? option);
      const fact = schema instanceof z.ZodLiteral ? String(schema.value) : '';
      const extensions = { fact };
      if (facts.length === 1) {
        yield [camelCase(fact), { type: 'Boolean', description: description.replace(/\.$/, ': true.'), extensions }];
      } else {
        const type = inBothForms(place.form, (form) => {
          return groupInput(inputName(typeName(fact), form), option, { ...place, form, tag });
        });
        yield [camelCase(fact), { type, description, extensions }];
      }
    }
  }

  function factField(fact: string, stated: Schema, form: Form): FieldOptions {
    const { schema, optional, description } = factOf(stated);
    const standard = form === 'update' ? undefined : names.defaults?.[fact];
    return {
      type: inBothForms(form, (form) => typeOf(fact, schema, form)),
      required: form !== 'update' && !optional && (standard === undefined || form === 'entry'),
      ...(standard !== undefined && { defaultValue: standard }),
      description,
      extensions: { fact, ...(schema instanceof z.ZodRecord && { entries: names.entries?.[fact] }) },
    };
  }

  function typeOf(fact: string, schema: Schema, form: Form): TypeName | [TypeName] {
    const items = schema instanceof z.ZodArray ? schema.element : schema instanceof z.ZodTuple && schema.def.items[0];
    if (items) return [typeOf(fact, items, 'entry')].flat() as [TypeName];
    if (schema instanceof z.ZodRecord) return [entryInput(fact, schema)];
    return valueType(schema) ?? groupInput(inputName(typeName(fact), form), schema, { form });
  }

  function entryInput(fact: string, record: z.ZodRecord): InputRef {
    const [key, value] = names.entries?.[fact] ?? ['key', 'value'];
    const field = (name: string, schema: Schema): [string, FieldOptions] => {
      return [name, { type: typeOf(name, schema, 'entry'), required: true, description: factOf(schema).description }];
    };
    return inputType(inputName(typeName(fact), 'entry'), descriptionOf(record), () => [
      field(key, record.keyType),
      field(value, record.valueType),
    ]);
  }

  function typeName(fact: string): string {
    return names.types?.[fact] ?? names.name + upperFirst(camelCase(fact));
  }
}

/** The type in its form; that of a change is made with that of a creation, so that the schema lists them together. */
function inBothForms<Type>(form: Form, typeIn: (form: Form) => Type): Type {
  const type = typeIn(form);
  if (form === 'create') typeIn('update');
  return type;
}

function inputName(name: string, form: Form): string {
  return `${name}${form === 'update' ? 'Update' : ''}Input`;
}

/** The API shortens the units of rates. */
function unitName(fact: string): string {
  return fact.replace(/Teraflops$/, 'Tflops').replace(/TeraOps$/, 'Tops');
}

/** The id of a profile is stated once: when it is created. */
function idField(id: InputNames['id']): FieldOptions {
  const made = 'madeOf' in id;
  const rest = made
    ? `hyphens; left out = made of ${id.madeOf}.`
    : `hyphens: ${id.example}. Never changes, never reused.`;
  const description = `Lower-case letters, digits, dots and ${rest}`;
  return { type: 'ID', required: !made, description, extensions: { fact: null } };
}

function sourceField(required: boolean): FieldOptions {
  const description =
    'Where these figures come from, the strongest source first. A change adds its source before those that the figures ' +
    'it leaves alone rest on.';
  return { type: [SourceInput as InputRef], required, description };
}
