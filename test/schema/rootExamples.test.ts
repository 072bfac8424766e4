import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/schema/index.ts';
import { type Calculator, openCalculator } from './calculator.ts';

const fields = Object.values(buildSchema().getQueryType()?.getFields() ?? {});
const examples = fields.map(({ name, description }) => ({
  name,
  example: /Example: `([^`]+)`/.exec(description ?? '')?.[1] ?? '',
}));

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

describe('every root field carries an example that works', () => {
  test.each(examples)('$name', async ({ name, example }) => {
    expect(validate(calculator.schema, parse(example))).toEqual([]);
    const data = await calculator.answer<Record<string, unknown>>(example);
    expect(data[name]).not.toBeNull();
    expect(data[name]).not.toEqual([]);
  });
});
