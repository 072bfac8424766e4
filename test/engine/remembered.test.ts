import { expect, test } from 'vitest';
import { remembered } from '../../src/engine/remembered.ts';

test('one object is asked about once, an equal one by itself', () => {
  const asked: object[] = [];
  const counted = remembered((key: { layers: number }) => asked.push(key));
  const one = { layers: 1 };
  expect([counted(one), counted(one), counted({ layers: 1 })]).toEqual([1, 1, 2]);
});

test('a pair of objects is remembered by remembering for each first one', () => {
  let made = 0;
  const pairs = remembered((first: { of: string }) =>
    remembered((second: { of: string }) => {
      made++;
      return first.of + second.of;
    }),
  );
  const [a, b] = [{ of: 'a' }, { of: 'b' }];
  expect([pairs(a)(b), pairs(a)(b), pairs(b)(a)]).toEqual(['ab', 'ab', 'ba']);
  expect(made).toBe(2);
});
