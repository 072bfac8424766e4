import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addCalculateOptions, estimateVariables } from '../../src/cli/calculate.ts';
import { buildSchema } from '../../src/schema/index.ts';

test('what was not said stays out, so that the schema decides', () => {
  expect(estimateVariables({})).toEqual({});
  expect(estimateVariables({ model: '13B', tokens: '200' })).toEqual({ model: '13B', tokens: 200 });
});

test('options of the deployment go into options', () => {
  expect(estimateVariables({ weights: 'fp8', devices: '4', usdPerHour: '2.5', deployment: 'local' })).toEqual({
    deployment: 'LOCAL',
    options: { weights: 'fp8', devices: 4, usdPerHour: 2.5 },
  });
});

test.each([
  ['1e3', 1000],
  ['-5', -5],
  ['1.5', 1.5],
  ['1e10', 1e10],
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['ten', 'ten'],
  ['0x10', '0x10'],
  ['', ''],
  ['1e999', '1e999'],
])('--tokens "%s" is sent as %j: GraphQL judges it', (text, sent) => {
  expect(estimateVariables({ tokens: text })).toEqual({ tokens: sent });
});

test('the defaults that help names are those of the schema', () => {
  const estimate = buildSchema().getQueryType()?.getFields().estimate;
  const { options } = addCalculateOptions(new Command());
  for (const name of ['model', 'hardware', 'tokens', 'batch', 'promptTokens']) {
    const argument = estimate?.args.find((candidate) => candidate.name === name);
    const option = options.find((candidate) => candidate.attributeName() === name);
    expect(option?.description).toContain(`default: ${argument?.defaultValue})`);
  }
});
