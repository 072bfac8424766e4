import { expect, test } from 'vitest';
import { calculateOptions } from '../../src/cli/calculate.ts';
import { benchmarkOptions } from '../../src/cli/importBenchmark.ts';
import { type Given, variablesOf } from '../../src/cli/sentOption.ts';
import { buildSchema } from '../../src/schema/index.ts';

const estimateVariables = (given: Given) => variablesOf(calculateOptions, given);

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

test('labels of a benchmark go as deep as the API has them', () => {
  expect(variablesOf(benchmarkOptions, { format: 'csv', tensor: '2', pipeline: '1', runtimeVersion: '0.14' })).toEqual({
    format: 'CSV',
    labels: { runtimeVersion: '0.14', parallelism: { tensor: 2, pipeline: 1 } },
  });
});

test.each([
  ['1e3', 1000],
  ['-5', -5],
  ['1.5', 1.5],
  ['1e10', 1e10],
  ['1k', 1000],
  ['1.5K', 1500],
  ['2m', 2e6],
  ['k', 'k'],
  ['1kk', '1kk'],
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
  for (const name of ['model', 'hardware', 'tokens', 'batch', 'promptTokens']) {
    const argument = estimate?.args.find((candidate) => candidate.name === name);
    const sent = calculateOptions.find(({ option }) => option.attributeName() === name);
    expect(sent?.option.description).toContain(`default: ${argument?.defaultValue})`);
  }
});

test('settings of a run go as the API takes them', () => {
  const said = { flashAttention: 'off', microBatch: '2k', threads: '8', backend: 'vulkan', runtimeVersion: '0.14' };
  expect(estimateVariables(said)).toEqual({
    options: { flashAttention: false, microBatch: 2000, threads: 8, backend: 'vulkan', runtimeVersion: '0.14' },
  });
  expect(estimateVariables({ flashAttention: 'ON' })).toEqual({ options: { flashAttention: true } });
  expect(estimateVariables({ flashAttention: 'maybe' })).toEqual({ options: { flashAttention: 'maybe' } });
});
