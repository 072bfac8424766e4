import { type GraphQLObjectType, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/schema/index.ts';
import { type Calculator, openCalculator } from './calculator.ts';

const schema = buildSchema();
const examplesOf = (type: GraphQLObjectType | null | undefined) =>
  Object.values(type?.getFields() ?? {}).map(({ name, description }) => ({
    name,
    example: /Example: `([^`]+)`/.exec(description ?? '')?.[1] ?? '',
  }));
const questions = examplesOf(schema.getQueryType());
const changes = examplesOf(schema.getMutationType()).filter(({ example }) => example !== '');

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

describe('every question carries an example that works', () => {
  test.each(questions)('$name', async ({ name, example }) => {
    expect(validate(calculator.schema, parse(example))).toEqual([]);
    const data = await calculator.answer<Record<string, unknown>>(example);
    expect(data[name]).not.toBeNull();
    expect(data[name]).not.toEqual([]);
    // A list that a filter emptied shows nobody anything.
    expect(JSON.stringify(data[name])).not.toMatch(/"nodes":\[\]|"totalCount":0\b/);
  });
});

describe('every creation carries an example that works', () => {
  test('there is one for each', () => {
    const creations = examplesOf(schema.getMutationType()).filter(({ name }) => name.endsWith('Create'));
    expect(changes).toEqual(expect.arrayContaining(creations));
  });

  test.each(changes)('$name', async ({ example }) => {
    expect(validate(calculator.schema, parse(example))).toEqual([]);
    const answer = await calculator.write(example);
    expect(answer).not.toHaveProperty('message');
    expect(answer).not.toEqual({});
  });
});
