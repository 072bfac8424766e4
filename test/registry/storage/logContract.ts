import { expect, onTestFinished, test, vi } from 'vitest';
import { IdempotencyConflictError, IdTakenError } from '../../../src/registry/errors.ts';
import { hostedModel } from '../profileFacts.ts';
import { ann, type Open, small, two } from './openedStorage.ts';

/** What every storage must remember of what was done. @param place a new and empty database */
export function logContract(place: () => Open): void {
  test('the same idempotency key adds nothing again, and answers with what the profile has become', async () => {
    const [one, other] = await two(place());
    const request = { ...ann, id: 'gamma', facts: hostedModel('Gamma'), idempotencyKey: 'k1' };
    const first = await one.write.create(request);
    await one.write.update({ ...ann, id: 'gamma', facts: hostedModel('Gamma 2') });
    const replay = await other.write.create(request);
    expect([replay.id, replay.name, replay.revision]).toEqual([first.id, 'Gamma 2', 2]);
    expect(other.catalogue().model.get('gamma').revision).toBe(2);
    await expect(other.write.create({ ...request, facts: hostedModel('Else') })).rejects.toThrow(
      IdempotencyConflictError,
    );
    // Another client's keys are its own.
    await expect(other.write.create({ ...request, actor: 'bob' })).rejects.toThrow(IdTakenError);
  });

  test('an idempotency key expires after seven days', async () => {
    const { write } = await small(place());
    const request = { ...ann, id: 'gamma', facts: hostedModel('Gamma'), idempotencyKey: 'k1' };
    onTestFinished(() => void vi.useRealTimers());
    const created = Date.parse('2026-01-01T12:00:00Z');
    const day = 86_400_000;
    vi.useFakeTimers({ toFake: ['Date'], now: created });
    await write.create(request);
    vi.setSystemTime(created + 7 * day);
    expect((await write.create(request)).revision).toBe(1);
    vi.setSystemTime(created + 7 * day + 1);
    await expect(write.create(request)).rejects.toThrow(IdTakenError);
    const other = { ...request, id: 'delta' };
    expect(await write.create(other)).toMatchObject({ id: 'delta' });
    expect(await write.create(other)).toMatchObject({ id: 'delta' });
  });

  test('the log shows who changed what, before and after, the newest first and by pages', async () => {
    const { write, changes } = await small(place());
    await write.update({ ...ann, id: 'alpha-7b', facts: hostedModel('Alpha 2') });
    await write.update({ ...ann, actor: 'bob', id: 'alpha-7b', facts: hostedModel('Alpha 3') });
    await write.retire({ ...ann, id: 'alpha-7b' });

    const history = await changes({ kind: 'model', id: 'alpha-7b', first: 2 });
    expect(history.items).toMatchObject([
      { action: 'retire', actor: 'ann', revision: 4, before: { name: 'Alpha 3' }, after: { name: 'Alpha 3' } },
      { action: 'update', actor: 'bob', revision: 3, before: { name: 'Alpha 2' }, after: { name: 'Alpha 3' } },
    ]);
    expect(history.hasNextPage).toBe(true);
    const rest = await changes({ kind: 'model', id: 'alpha-7b', first: 2, after: history.cursors.at(-1) ?? null });
    expect(rest.items).toMatchObject([
      { action: 'update', actor: 'ann', revision: 2, before: { name: 'Alpha 7B' }, after: { name: 'Alpha 2' } },
      { action: 'create', actor: 'seeds', revision: 1, before: null, after: { name: 'Alpha 7B' } },
    ]);
    expect(rest.hasNextPage).toBe(false);
    expect((await changes({ actor: 'bob', first: 10 })).items).toHaveLength(1);
    expect((await changes({ since: '2999-01-01', first: 10 })).items).toEqual([]);
    await expect(changes({ first: 1, after: 'x' })).rejects.toThrow('not a cursor');
  });

  test("the log sums to the profiles' revisions, and its newest is the catalogue's", async () => {
    const { write, catalogue, changes } = await small(place());
    for (let round = 0; round < 5; round++) {
      await write.update({ ...ann, id: 'alpha-7b', facts: hostedModel(`Alpha ${round}`) });
      await write.create({ ...ann, id: `new-${round}`, facts: hostedModel('New') });
    }
    const page = await changes({ first: 1000 });
    expect(await page.totalCount).toBe(page.items.length);
    expect(page.items[0]?.catalogueRevision).toBe(catalogue().revision);
    const { model, hardware, offer } = catalogue();
    const profiles = [model, hardware, offer].flatMap((shelf) => [...shelf.unordered()]);
    for (const { kind, id, revision } of profiles) {
      const ofProfile = page.items.filter((change) => change.kind === kind && change.id === id);
      expect(ofProfile.map((change) => change.revision)).toEqual(
        Array.from({ length: revision }, (_, place) => revision - place),
      );
    }
  });

  test('what follows a revision is told once, the oldest first', async () => {
    const { write, catalogue, changesFollowing } = await small(place());
    const { revision } = catalogue();
    for (const id of ['one', 'two', 'three']) await write.create({ ...ann, id, facts: hostedModel('New') });
    const first = await changesFollowing(revision, 0, 2);
    expect(first.map(({ id }) => id)).toEqual(['one', 'two']);
    const rest = await changesFollowing(revision, first.at(-1)?.seq ?? 0, 2);
    expect(rest.map(({ id }) => id)).toEqual(['three']);
  });
}
