import { describe, expect, test } from 'vitest';
import { readableCount, readableSeconds, readableUsd, significant } from '../../src/engine/readable.ts';

describe('numbers in sentences', () => {
  test.each([
    [1, '1'],
    [999, '999'],
    [999.4, '999'],
    [999.5, '1,000'],
    [1000, '1,000'],
    [1_000_000_000, '1,000,000,000'],
  ])('%d is a count of %s', (count, text) => expect(readableCount(count)).toBe(text));

  test.each([
    [0, '0'],
    [0.2149, '0.21'],
    [1.25, '1.3'],
    [54.56, '54.6'],
    [1, '1.0'],
    [99.9, '99.9'],
    [100, '100'],
    [1240.4, '1,240'],
    [-0.5, '-0.5'],
  ])('%d is %s', (value, text) => expect(significant(value)).toBe(text));

  test.each([
    [0.0784, '78.4 ms'],
    [1, '1.0 s'],
    [54.567, '54.6 s'],
    [119.9, '120 s'],
    [120, '2.0 min'],
    [7199, '120 min'],
    [7200, '2.0 h'],
    [172_799, '48.0 h'],
    [172_800, '2.0 days'],
    [192, '3.2 min'],
    [18_360, '5.1 h'],
    [1_036_800, '12.0 days'],
  ])('%d seconds are %s', (seconds, text) => expect(readableSeconds(seconds)).toBe(text));

  test.each([
    [0, '$0'],
    [0.0000012, '$0.0000012'],
    [0.03, '$0.030'],
    [1, '$1.00'],
    [1.25, '$1.25'],
    [99.99, '$99.99'],
    [100, '$100'],
    [12_300, '$12,300'],
  ])('%d USD are %s', (usd, text) => expect(readableUsd(usd)).toBe(text));
});
