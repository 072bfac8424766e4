import { expect, test } from 'vitest';
import { partialDate } from '../../../src/registry/kinds/source.ts';

test.each(['2026', '2026-02', '2026-02-28', '2024-02-29', '2026-12-31'])('%s is a date', (date) => {
  expect(partialDate.parse(date)).toBe(date);
});

test.each([
  ['2026-13', 'must be a date: YYYY, YYYY-MM or YYYY-MM-DD'],
  ['2026-1-1', 'must be a date: YYYY, YYYY-MM or YYYY-MM-DD'],
  ['2026-00-10', 'must be a date: YYYY, YYYY-MM or YYYY-MM-DD'],
  ['2026-02-30', 'must be a day of the calendar'],
  ['2026-02-29', 'must be a day of the calendar'],
  ['2026-04-31', 'must be a day of the calendar'],
])('%s is none', (date, message) => {
  expect(partialDate.safeParse(date).error?.issues.map((issue) => issue.message)).toEqual([message]);
});
