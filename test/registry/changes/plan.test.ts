import { expect, test } from 'vitest';
import { buildCatalogue, shelfOf } from '../../../src/registry/catalogue/catalogue.ts';
import { type Found, newRow, plan, subjectOf, type WriteRequest } from '../../../src/registry/changes/plan.ts';
import { IdTakenError } from '../../../src/registry/errors.ts';
import { kinds } from '../../../src/registry/kinds/kinds.ts';
import { hostedModel } from '../profileFacts.ts';

const at = '2026-11-24T12:00:00.000Z';
const facts = JSON.stringify(kinds.model.schema.parse(hostedModel('Alpha', { aliases: ['A'] })));
const alpha = newRow({ kind: 'model', id: 'alpha', name: 'Alpha', origin: 'seed', facts }, '2026-01-01T00:00:00.000Z');
const found: Found = { catalogue: buildCatalogue(7, [alpha]), row: alpha, at };
const ann = { kind: 'model', actor: 'ann' } as const;

test('a creation is one row, one line of the log and the next revision', () => {
  const { answer, profiles, changes, remembered } = plan(
    { ...found, row: null },
    { action: 'create', ...ann, id: 'beta', facts: hostedModel('Beta'), idempotencyKey: 'k' },
  );
  expect(profiles).toEqual(answer);
  expect(profiles).toMatchObject([{ id: 'beta', revision: 1, origin: 'user', createdAt: at, updatedAt: at }]);
  expect(changes).toMatchObject([
    { catalogueRevision: 8, id: 'beta', revision: 1, action: 'create', before: null, at },
  ]);
  expect(remembered).toMatchObject({ actor: 'ann', key: 'k', response: JSON.stringify(answer[0]), at });
});

test('several creations are a revision each, and a name given twice is none', () => {
  const named = (id: string) => ({ ...ann, id, facts: hostedModel('New') });
  const all = (...ids: string[]): WriteRequest => ({ action: 'createAll', kind: 'model', requests: ids.map(named) });
  expect(plan(found, all('b', 'c')).changes.map(({ catalogueRevision }) => catalogueRevision)).toEqual([8, 9]);
  expect(() => plan(found, all('b', 'b'))).toThrow(IdTakenError);
});

test('an update keeps what the pack says behind it; the same facts change nothing', () => {
  const request = { action: 'update', ...ann, id: 'A' } as const;
  expect(subjectOf(found.catalogue, { ...request, facts: {} })).toEqual({ kind: 'model', id: 'alpha' });
  const { profiles, changes } = plan(found, { ...request, facts: hostedModel('Mine') });
  expect(profiles).toMatchObject([{ name: 'Mine', origin: 'user', revision: 2, packFacts: facts, packOrigin: 'seed' }]);
  expect(changes).toMatchObject([{ action: 'update', before: facts, after: profiles[0]?.facts }]);
  expect(plan(found, { ...request, facts: (current: object) => current })).toEqual({
    ...{ answer: [alpha], profiles: [], changes: [], remembered: null },
  });
});

test('retiring and restoring give back the row, two revisions later', () => {
  const request = { ...ann, id: 'alpha' };
  const [retired] = plan(found, { action: 'retire', ...request }).profiles;
  expect(retired).toMatchObject({ retiredAt: at, retiredBy: 'user', revision: 2 });
  const after: Found = { ...found, row: retired ?? null };
  expect(plan(after, { action: 'restore', ...request }).profiles).toEqual([{ ...alpha, revision: 3, updatedAt: at }]);
});

test('a plan leaves the catalogue it was made from as it was', () => {
  plan(found, { action: 'update', ...ann, id: 'alpha', facts: hostedModel('Mine') });
  expect(found.catalogue.revision).toBe(7);
  expect(shelfOf(found.catalogue, 'model').get('alpha').name).toBe('Alpha');
});
