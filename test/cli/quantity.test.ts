import { expect, test } from 'vitest';
import { columns, wrap } from '../../src/cli/columns.ts';
import { dollars, duration, gibibytes, number, words } from '../../src/cli/quantity.ts';

test.each([
  [0, '0 ms'],
  [0.8512, '0.851 ms'],
  [43.46, '43.5 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [43_460, '43.5 s'],
  [119_400, '119 s'],
  [725_000, '12 min 5 s'],
  [3_599_900, '1 h 0 min'],
  [12_000_000, '3 h 20 min'],
  [198_720_000, '2.3 days'],
])('%d ms reads as %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [0, '$0'],
  [0.0064123, '$0.00641'],
  [0.000000123, '$0.000000123'],
  [6.4, '$6.40'],
  [1234.5, '$1,235'],
])('%d USD reads as %s', (usd, text) => {
  expect(dollars(usd)).toBe(text);
});

test('numbers keep three digits below a thousand and whole ones above', () => {
  expect([number(23.04), number(0.5), number(1234.5), number(1_000_000)]).toEqual(['23', '0.5', '1,235', '1,000,000']);
});

test('memory keeps two decimals, so that parts add up to the sum beside them', () => {
  expect(gibibytes(12.5518)).toBe('12.55 GiB');
  expect(gibibytes(1280)).toBe('1,280.00 GiB');
});

test('enum values read as words', () => {
  expect(words('MEMORY_BANDWIDTH')).toBe('memory bandwidth');
});

test('text wraps at spaces and continues under its column', () => {
  expect(wrap('one two three', 7)).toBe('one two\nthree');
  const rows = [['Cost', 'one two three'], ['', 'four'], null] as const;
  expect(columns(rows, 13)).toBe('Cost  one two\n      three\n      four\n');
});
