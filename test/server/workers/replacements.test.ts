import { expect, test } from 'vitest';
import { Replacements } from '../../../src/server/workers/replacements.ts';

test('a worker that answered for long is replaced at once, one that dies again and again after growing pauses', () => {
  const replacements = new Replacements();
  const pauses = [60_000, 50, 50, 50, 60_000, 50].map((servedMs) => replacements.pauseAfter(servedMs, true));
  expect(pauses).toEqual([0, 100, 200, 400, 0, 100]);
  for (let deaths = 0; deaths < 20; deaths++) replacements.pauseAfter(50, false);
  expect(replacements.pauseAfter(50, false)).toBe(30_000);
});

test('workers that never answer are given up only when nobody else answers', () => {
  const replacements = new Replacements();
  for (let deaths = 0; deaths < 10; deaths++) expect(replacements.pauseAfter(null, true)).toBeGreaterThan(0);
  expect(replacements.pauseAfter(null, false)).toBeNull();
  replacements.served();
  for (let deaths = 0; deaths < 4; deaths++) expect(replacements.pauseAfter(null, false)).toBe(30_000);
  expect(replacements.pauseAfter(null, false)).toBeNull();
});
