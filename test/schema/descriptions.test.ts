import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/schema/index.ts';

const schema = buildSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** Words that say what a number counts in. */
const unit =
  /\b(GiB|MiB|GB\/s|bytes?|bits?|tokens?|milliseconds|seconds|second|count|counts|percent|USD|watts?|watt-hours|joules|TFLOPS|elements|year|dimensionless|unit)\b/i;
const numeric = new Set(['Int', 'Float', 'SafeInt']);

interface Described {
  place: string;
  description: string | null | undefined;
  typeName?: string;
}

function described(): Described[] {
  return types.flatMap((type): Described[] => {
    const own = { place: type.name, description: type.description };
    if (isEnumType(type)) {
      const values = type.getValues().map((value) => ({ place: `${type.name}.${value.name}`, ...value }));
      return [own, ...values.map(({ place, description }) => ({ place, description }))];
    }
    if (isInputObjectType(type)) {
      return [own, ...Object.values(type.getFields()).map((field) => ofInput(type.name, field))];
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [own];
    return [own, ...Object.values(type.getFields()).flatMap((field) => ofField(type.name, field))];
  });
}

function ofField(owner: string, field: GraphQLField<unknown, unknown>): Described[] {
  const place = `${owner}.${field.name}`;
  return [
    { place, description: field.description, typeName: getNamedType(field.type).name },
    ...field.args.map((argument) => ofInput(place, argument)),
  ];
}

function ofInput(owner: string, input: GraphQLArgument | GraphQLInputField): Described {
  return {
    place: `${owner}.${input.name}`,
    description: input.description,
    typeName: getNamedType(input.type).name,
  };
}

describe('the schema explains itself', () => {
  test('every type, field, argument and enum value has a description', () => {
    const silent = described().filter(({ description }) => !description || description.trim().length < 4);
    expect(silent.map(({ place }) => place)).toEqual([]);
  });

  test('every scalar of our own says where its form is specified', () => {
    const scalars = types.filter(isScalarType);
    expect(scalars.map(({ name }) => name).sort()).toEqual(['JSON', 'SafeInt']);
    for (const { specifiedByURL } of scalars) expect(specifiedByURL).toMatch(/^https:/);
  });

  test('every number says its unit', () => {
    const numbers = described().filter(({ typeName }) => typeName !== undefined && numeric.has(typeName));
    expect(numbers.length).toBeGreaterThan(100);
    const unitless = numbers.filter(({ description }) => !unit.test(description ?? ''));
    expect(unitless.map(({ place }) => place)).toEqual([]);
  });

  test('no description promises a format it does not close', () => {
    const unclosed = described().filter(({ description }) => ((description ?? '').split('`').length - 1) % 2 === 1);
    expect(unclosed.map(({ place }) => place)).toEqual([]);
  });
});
