import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Indexed, ProfileIndex } from '../../../src/registry/catalogue/profileIndex.ts';

const names = ['a', 'b', 'c', 'd', 'A', 'x', 'Y'];

const anyProfile: fc.Arbitrary<Indexed> = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  origin: fc.constantFrom('seed', 'pack', 'user'),
  retired: fc.constantFrom(null, { at: '2026-01-01T00:00:00Z', replacedBy: null }),
  aliases: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
});

test('an index derived change by change finds what one built at once finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(anyProfile, { maxLength: 3, selector: ({ id }) => id }), { maxLength: 12 }),
      (steps) => {
        const derived = steps.reduce((index, changed) => index.with(changed), ProfileIndex.of<Indexed>([]));
        const latest = new Map(steps.flat().map((profile) => [profile.id, profile]));
        const built = ProfileIndex.of([...latest.values()]);
        for (const name of [...names, 'e', 'f', 'F', 'z']) expect(derived.find(name), name).toBe(built.find(name));
        expect(new Set(derived.all())).toEqual(new Set(latest.values()));
        expect(derived.all()).toHaveLength(latest.size);
      },
    ),
    { numRuns: 500 },
  );
});

test('many changes, one by one', () => {
  let index = ProfileIndex.of<Indexed>([]);
  for (let count = 0; count < 700; count++) {
    index = index.with([{ id: `p${count}`, origin: 'user', retired: null, aliases: [`Alias ${count}`] }]);
  }
  expect(index.all()).toHaveLength(700);
  for (const count of [0, 255, 256, 257, 512, 699]) expect(index.find(`alias ${count}`)?.id).toBe(`p${count}`);
});

test("a user's alias leads to the user's profile, a listed one's to the listed", () => {
  const retired = { at: '2026-01-01T00:00:00Z', replacedBy: null };
  const index = ProfileIndex.of<Indexed>([
    { id: 'seeded', origin: 'seed', retired: null, aliases: ['card', 'old'] },
    { id: 'mine', origin: 'user', retired: null, aliases: ['Card'] },
    { id: 'gone', origin: 'user', retired, aliases: ['old', 'gone-card', 'mine'] },
  ]);
  expect(index.find('CARD')?.id).toBe('mine');
  expect(index.find('old')?.id).toBe('seeded');
  expect(index.find('gone-card')?.id).toBe('gone');
  expect(index.find('mine')?.id).toBe('mine');
});
