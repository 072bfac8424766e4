import type { InputFieldMap } from '@pothos/core';
import { builder } from '../builder.ts';

type Types = (typeof builder)['$inferSchemaTypes'];
export type Fields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;
type InputRef = PothosSchemaTypes.InputObjectRef<Types, object>;

/** One input twice: for creating, where some fields are required, and for changing, where what is left out stays. */
export interface InputPair {
  create: InputRef;
  update: InputRef;
}

/** Which of the two is being made. */
export interface Which {
  /** Required when creating. */
  required: boolean;
  /** The matching one of another pair. */
  of(pair: InputPair): InputRef;
}

interface PairOptions {
  description: string;
  /** Exactly one of the fields is given, and says what kind of thing it is. */
  oneOf?: { tag: string };
  fields: (t: Fields, which: Which) => InputFieldMap;
}

/** `<name>Input` (or `<name>CreateInput` for the input of a mutation) and `<name>UpdateInput`. */
export function inputPair(name: string, { description, oneOf, fields }: PairOptions, createSuffix = ''): InputPair {
  const make = (typeName: string, which: Which, note: string) =>
    builder.inputType(typeName, {
      description: `${description}${note}`,
      ...(oneOf && { isOneOf: true, extensions: { tag: oneOf.tag } }),
      fields: (t) => fields(t, which),
    }) as InputRef;
  return {
    create: make(`${name}${createSuffix}Input`, { required: true, of: ({ create }) => create }, ''),
    update: make(
      `${name}UpdateInput`,
      { required: false, of: ({ update }) => update },
      oneOf ? '' : ' A field left out stays as it is; null clears it.',
    ),
  };
}

/** The id of a profile, which is stated once: when it is created. */
export function idField(t: Fields, required: boolean, example: string) {
  if (!required) return {};
  const description = `Lower-case letters, digits, dots and hyphens: ${example}. Never changes, never reused.`;
  return { id: t.id({ required, description, ...fact(null) }) };
}

export function aliasesField(t: Fields, required: boolean) {
  return t.stringList({
    ...(required && { defaultValue: [] }),
    description: 'Other names to find it by, upper and lower case alike.',
  });
}

/** A list of entries that a fact keeps as a record, by the fields that are its key and its value. */
export function entries(key: string, value: string): { extensions: { entries: readonly [string, string] } } {
  return { extensions: { entries: [key, value] } };
}

/** The name of the fact that a field states, where the API calls it otherwise; null = not one of the facts. */
export function fact(name: string | null): { extensions: { fact: string | null } } {
  return { extensions: { fact: name } };
}
