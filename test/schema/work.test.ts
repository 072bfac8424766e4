import { setImmediate as nextRound } from 'node:timers/promises';
import { buildSchema, graphql } from 'graphql';
import { afterEach, expect, test, vi } from 'vitest';
import { countWork, Work } from '../../src/schema/work.ts';

const unhandled = vi.fn();
process.on('unhandledRejection', unhandled);
afterEach(() => void process.off('unhandledRejection', unhandled));

test('what waits for a turn when the rest of its list is refused is refused in silence', async () => {
  const schema = countWork(
    buildSchema('type Query { items: [Item!]! } type Item { parts: [Item!]! page(first: Int): Int! }'),
  );
  const rootValue = { items: () => [item, item] };
  const item = {
    parts() {
      // The round is full afterwards: the first page waits for its turn.
      const until = performance.now() + 15;
      while (performance.now() < until);
      return [item, item];
    },
    page() {
      throw new Error('no such page');
    },
  };
  // Two items and the parts of the first are allowed: those of the second are too many.
  const work = new Work({ nodes: 5, estimates: 1, milliseconds: 1000 });
  const source = '{ items { parts { __typename } page(first: 1) } }';
  const { errors } = await graphql({ schema, source, rootValue, contextValue: { work } });
  expect(errors?.map(({ message }) => message)).toEqual([expect.stringMatching(/6 objects/)]);
  for (let round = 0; round < 5; round++) await nextRound();
  expect(unhandled).not.toHaveBeenCalled();
});
