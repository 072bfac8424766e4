import { expect, test } from 'vitest';
import { normaliseOptions, withCommand } from '../../src/cli/spelling.ts';

test.each([
  ['documented', ['--model_size', '7B', '--batch_size', '2', '--hardware_type', 'T4', '--deployment_mode', 'local']],
  ['kebab', ['--model-size', '7B', '--batch-size', '2', '--hardware-type', 'T4', '--deployment-mode', 'local']],
  ['plain', ['--model', '7B', '--batch', '2', '--hardware', 'T4', '--deployment', 'local']],
])('the %s spelling becomes the plain one', (_, words) => {
  const plain = ['--model', '7B', '--batch', '2', '--hardware', 'T4', '--deployment', 'local'];
  expect(normaliseOptions(words)).toEqual(plain);
});

test('values stay as they are, written with = or without', () => {
  expect(normaliseOptions(['--model_size=my_model', '--kv_cache', 'fp8_e4m3'])).toEqual([
    '--model=my_model',
    '--kv-cache',
    'fp8_e4m3',
  ]);
});

test('words after a lone -- are not options', () => {
  expect(normaliseOptions(['--batch_size', '1', '--', '--batch_size'])).toEqual(['--batch', '1', '--', '--batch_size']);
});

test.each([
  [
    ['8b', '4090'],
    ['calculate', '8b', '4090'],
  ],
  [
    ['llama', 'h100', '--json'],
    ['calculate', 'llama', 'h100', '--json'],
  ],
  [['8b'], ['calculate', '8b']],
  [
    ['models', 'qwen3'],
    ['models', 'qwen3'],
  ],
  [['calculat'], ['calculat']],
  [
    ['calculat', '--model', '7B'],
    ['calculat', '--model', '7B'],
  ],
  [['--help'], ['--help']],
  [[], []],
])('%j means %j', (words, meant) => {
  expect(withCommand(words, ['calculate', 'models'])).toEqual(meant);
});
