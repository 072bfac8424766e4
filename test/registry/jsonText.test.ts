import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineOfPath, parseJsonText, pathSegments, pathText } from '../../src/registry/jsonText.ts';

const text = `{
  "name": "a, \\"quoted\\" {name}",
  "memory": { "sizes": [1, 2,
    3] },
  "offers": [
    { "usd": 1 },
    { "usd": 2,
      "note": ":" }
  ]
}`;

test.each([
  { path: [], line: 1 },
  { path: ['name'], line: 2 },
  { path: ['memory'], line: 3 },
  { path: ['memory', 'sizes', 1], line: 3 },
  { path: ['memory', 'sizes', 2], line: 4 },
  { path: ['offers', 0, 'usd'], line: 6 },
  { path: ['offers', 1, 'note'], line: 8 },
  // What is missing is reported where it should be.
  { path: ['offers', 1, 'region'], line: 7 },
  { path: ['offers', 9, 'usd'], line: 5 },
  { path: ['nothing'], line: 1 },
])('the value at $path is on line $line', ({ path, line }) => {
  expect(lineOfPath(text, path)).toBe(line);
});

test('every value of any JSON has a line, and paths survive being written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const written = JSON.stringify(value, null, 2);
      expect(lineOfPath(written, [])).toBe(1);
      expect(parseJsonText(written)).toEqual(JSON.parse(written));
    }),
  );
  expect(pathSegments(pathText(['offers', 3, 'tiers', 0, 'usd']))).toEqual(['offers', 3, 'tiers', 0, 'usd']);
});

test.each([
  { text: '{\n  "a": }', place: 'line 2, column 8', what: "Unexpected token '}'" },
  { text: '{\n  "a": 1\n  "b": 2 }', place: 'line 3, column 3', what: "Expected ',' or '}'" },
  { text: '{\n  "a": [1,\n', place: 'line 2, column 11', what: 'the text ends too early' },
])('$text is not JSON: $what at $place', ({ text, place, what }) => {
  expect(() => parseJsonText(text)).toThrow(`not valid JSON at ${place}: ${what}`);
});
