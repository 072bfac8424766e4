import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ApiKeys } from '../../../src/registry/apiKeys.ts';
import { ProfileWriter } from '../../../src/registry/changes/writer.ts';
import {
  IdempotencyConflictError,
  IdTakenError,
  InvalidFactsError,
  NotApplicableError,
  RevisionConflictError,
  UnknownProfileError,
} from '../../../src/registry/errors.ts';
import { loadPacks } from '../../../src/registry/packs/load.ts';
import { readPack } from '../../../src/registry/packs/pack.ts';
import type { Storage } from '../../../src/registry/storage/storage.ts';
import { smallPack, writePack } from '../packs/smallPack.ts';
import { device, hostedModel, hourlyPrices } from '../profileFacts.ts';

/** Opens one database, each time as another process would. */
export interface Open {
  (): Promise<Storage>;
  /** Writes as another program would and does not come to an end; the returned function ends it. */
  hold(): () => void;
}

const ann = { kind: 'model', actor: 'ann' } as const;

/** A storage with the small pack in it, and all that stands on it. */
async function opened(storage: Storage, seeds: string) {
  onTestFinished(() => storage.close());
  await loadPacks(storage, [readPack(seeds, 'seed')], async () => []);
  const live = await storage.openCatalogue();
  return {
    storage,
    catalogue: () => live.current(),
    onChange: live.onChange.bind(live),
    write: new ProfileWriter(live),
    keys: new ApiKeys(storage.keys),
    changes: storage.changes.bind(storage),
    changesFollowing: storage.changesFollowing.bind(storage),
  };
}

const small = async (open: Open) => opened(await open(), smallPack());

/** Two storages on one database, as two processes would have it. */
async function two(open: Open) {
  const seeds = smallPack();
  return [await opened(await open(), seeds), await opened(await open(), seeds)] as const;
}

/** What every storage must do. @param place a new and empty database */
export function storageContract(place: () => Open): void {
  test('a created profile is found at once, under its id and aliases', async () => {
    const { write, catalogue } = await small(place());
    const created = await write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma', { aliases: ['G'] }) });
    expect(created).toMatchObject({ id: 'gamma', revision: 1, origin: 'user' });
    expect(catalogue().model.get('g').facts).toEqual(created.facts);
  });

  test('what one process commits, the other sees at its next look', async () => {
    const [one, other] = await two(place());
    other.catalogue();
    await one.write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') });
    expect(other.catalogue().model.get('gamma').name).toBe('Gamma');
    expect(other.catalogue().revision).toBe(one.catalogue().revision);
    await other.write.update({ ...ann, id: 'gamma', facts: hostedModel('Gamma 2'), expectedRevision: 1 });
    expect(one.catalogue().model.get('gamma')).toMatchObject({ name: 'Gamma 2', revision: 2 });
  });

  test("another process's change reaches those who listen without anybody asking", async () => {
    const [one, other] = await two(place());
    const heard = new Promise<string>((resolve) => {
      other.onChange(({ model }) => resolve(model.get('gamma').name));
    });
    await one.write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') });
    expect(await heard).toBe('Gamma');
  });

  test('what another process did all at once is taken in between reads, not by one of them', async () => {
    const [one, other] = await two(place());
    const { revision } = other.catalogue();
    const requests = Array.from({ length: 101 }, (_, count) => {
      return { ...ann, id: `many-${count}`, facts: hostedModel(`Many ${count}`) };
    });
    await one.write.createAll({ kind: 'model', requests });
    // No timer has had a turn yet.
    expect(other.catalogue().revision).toBe(revision);
    expect(other.catalogue().model.find('many-0')).toBeNull();
    const taken = new Promise((resolve) => {
      other.onChange(resolve);
    });
    expect(await taken).toBe(other.catalogue());
    expect(requests.filter(({ id }) => !other.catalogue().model.has(id))).toEqual([]);
  });

  test('a writer knows at once what others did, however much', async () => {
    const [one, other] = await two(place());
    const facts = hostedModel('Many');
    const requests = Array.from({ length: 101 }, (_, count) => ({ ...ann, id: `many-${count}`, facts }));
    await one.write.createAll({ kind: 'model', requests });
    await expect(other.write.create({ ...ann, id: 'many-7', facts })).rejects.toThrow(IdTakenError);
    expect((await other.write.update({ ...ann, id: 'many-8', facts })).revision).toBe(1);
    const changed = { ...facts, license: 'Ours' };
    expect((await other.write.update({ ...ann, id: 'many-8', facts: changed })).revision).toBe(2);
    expect(other.catalogue().model.get('many-100').revision).toBe(1);
  });

  test('of two changes to one revision, the second is a conflict and changes nothing', async () => {
    const [one, other] = await two(place());
    await one.write.update({ ...ann, id: 'alpha-7b', facts: hostedModel('First'), expectedRevision: 1 });
    const second = () =>
      other.write.update({ kind: 'model', actor: 'bob', id: '7B', facts: hostedModel('Second'), expectedRevision: 1 });
    // Its alias went with the first change.
    await expect(second()).rejects.toThrow(UnknownProfileError);
    const again = () =>
      other.write.update({
        kind: 'model',
        actor: 'bob',
        id: 'alpha-7b',
        facts: hostedModel('Second'),
        expectedRevision: 1,
      });
    await expect(again()).rejects.toThrow(RevisionConflictError);
    await expect(again()).rejects.toThrow(expect.objectContaining({ expected: 1, actual: 2 }));
    expect(other.catalogue().model.get('alpha-7b').name).toBe('First');
  });

  test.each(['alpha-7b', '7b'])('the name %s is taken, in another process as well', async (id) => {
    const [one, other] = await two(place());
    await expect(other.write.create({ ...ann, id, facts: hostedModel('New') })).rejects.toThrow(IdTakenError);
    await one.write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') });
    await expect(other.write.create({ ...ann, id: 'gamma', facts: hostedModel('New') })).rejects.toThrow(IdTakenError);
    const facts = hostedModel('New', { aliases: ['GAMMA'] });
    await expect(other.write.create({ ...ann, id: 'delta', facts })).rejects.toThrow(
      expect.objectContaining({ owner: 'gamma', value: 'GAMMA' }),
    );
  });

  test("a retired profile's id is never reused", async () => {
    const { write } = await small(place());
    await write.retire({ ...ann, id: 'beta-70b' });
    await expect(write.create({ ...ann, id: 'beta-70b', facts: hostedModel('New') })).rejects.toThrow(IdTakenError);
  });

  test('all problems of the facts are told at once', async () => {
    const { write } = await small(place());
    const facts = device('x', {
      memory: { memoryGiB: -1, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 1e12, source: 'a' },
    });
    const create = () => write.create({ kind: 'hardware', actor: 'ann', id: 'Bad Id', facts });
    await expect(create()).rejects.toThrow(InvalidFactsError);
    let problems: InvalidFactsError['problems'] = [];
    try {
      await create();
    } catch (error) {
      problems = (error as InvalidFactsError).problems;
    }
    const messages = Object.fromEntries(problems.map(({ path, message }) => [path, message]));
    expect(messages).toMatchObject({
      id: expect.stringContaining('lower-case'),
      name: 'needs at least 2 letters; got 1',
      'memory.memoryGiB': expect.stringMatching(/^must be from .* to .*; got -1$/),
      'memory.memoryGigabytesPerSecond': expect.stringMatching(/^must be from .* to .*; got 1000000000000$/),
    });
  });

  test('a price must be that of a device that exists', async () => {
    const { write } = await small(place());
    const list = hourlyPrices({ 'example-t5': 1 });
    const [row] = list.offers as object[];
    const facts = { basis: 'hardware-hour', ...(list.defaults as object), ...row, sources: list.sources };
    await expect(write.create({ kind: 'offer', actor: 'ann', id: 'mine', facts })).rejects.toThrow(
      'offer mine: hardware: there is no hardware "example-t5" (did you mean example-t4?)',
    );
  });

  test('another profile may be named in any way; what is kept is its id', async () => {
    const { write, catalogue } = await small(place());
    const list = hourlyPrices({ t4: 1 });
    const [row] = list.offers as object[];
    const facts = { basis: 'hardware-hour', ...(list.defaults as object), ...row, sources: list.sources };
    await write.create({ kind: 'offer', actor: 'ann', id: 'mine', facts: { ...facts, hardware: 'T4' } });
    expect(catalogue().offer.get('mine').facts).toMatchObject({ hardware: 'example-t4' });
    const unknown = () =>
      write.create({ kind: 'offer', actor: 'ann', id: 'other', facts: { ...facts, hardware: 'Example T5' } });
    await expect(unknown()).rejects.toThrow('hardware: there is no hardware "Example T5" (did you mean example-t4?)');
  });

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

  test('a dry run answers and writes nothing', async () => {
    const { write, catalogue, changes } = await small(place());
    const before = catalogue().revision;
    const answer = await write.create({
      ...ann,
      id: 'gamma',
      facts: hostedModel('Gamma'),
      dryRun: true,
      idempotencyKey: 'k',
    });
    expect(answer).toMatchObject({ id: 'gamma', revision: 1 });
    await write.update({ ...ann, id: 'alpha-7b', facts: hostedModel('Else'), dryRun: true });
    await write.retire({ ...ann, id: 'alpha-7b', dryRun: true });
    expect(catalogue().model.find('gamma')).toBeNull();
    expect(catalogue().revision).toBe(before);
    expect((await changes({ actor: 'ann', first: 10 })).items).toEqual([]);
    expect((await write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') })).revision).toBe(1);
  });

  test('retire takes off the list and says what replaces it; restore takes back', async () => {
    const { write, catalogue } = await small(place());
    await write.retire({ ...ann, id: 'beta-70b', replacedBy: '7b', expectedRevision: 1 });
    expect(
      catalogue()
        .model.all()
        .map(({ id }) => id),
    ).toEqual(['alpha-7b']);
    expect(catalogue().model.get('beta-70b').retired).toMatchObject({ replacedBy: 'alpha-7b' });
    await expect(write.retire({ ...ann, id: 'beta-70b' })).rejects.toThrow(NotApplicableError);
    await expect(write.retire({ ...ann, id: 'alpha-7b', replacedBy: '7B' })).rejects.toThrow('cannot replace itself');

    await write.restore({ ...ann, id: 'beta-70b' });
    expect(catalogue().model.get('beta-70b')).toMatchObject({ retired: null, revision: 3, origin: 'seed' });
    await expect(write.restore({ ...ann, id: 'beta-70b' })).rejects.toThrow(NotApplicableError);
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

  test('a pack that says something else waits behind the facts of a user', async () => {
    const open = place();
    const seeds = smallPack();
    const { write } = await opened(await open(), seeds);
    await write.update({ ...ann, id: 'beta-70b', facts: hostedModel('My Beta') });
    writePack(seeds, { 'models/beta-70b.json': hostedModel('Their Beta') });
    const after = await opened(await open(), seeds);
    expect(await after.storage.packs()).toMatchObject({ kept: ['model beta-70b'], conflicts: [] });
    expect((await after.storage.userProfiles()).map(({ id }) => id)).toEqual(['beta-70b']);
    expect(after.catalogue().model.get('beta-70b').name).toBe('My Beta');
    // What another process has put behind them is what comes back.
    expect(await write.restore({ ...ann, id: 'beta-70b' })).toMatchObject({ name: 'Their Beta', origin: 'seed' });
  });

  describe('while another program writes', () => {
    test('reads are answered, and a change is done as soon as it has finished', async () => {
      const open = place();
      const { write, catalogue, changes, keys, storage } = await small(open);
      const key = await keys.create('ci');
      const release = open.hold();
      let isDone = false;
      const created = write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') }).then((profile) => {
        isDone = true;
        return profile;
      });
      expect(catalogue().model.get('7b').id).toBe('alpha-7b');
      expect((await changes({ first: 10 })).items).toHaveLength(6);
      // No failure, and no wait: to note the use of a key is left out.
      await storage.check();
      expect(await keys.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
      expect((await keys.list())[0]?.lastUsedAt).toBeNull();
      expect(isDone).toBe(false);
      release();
      expect(await created).toMatchObject({ id: 'gamma', revision: 1 });
      expect(catalogue().model.has('gamma')).toBe(true);
    });

    test('changes wait in the order in which they were asked for', async () => {
      const open = place();
      const { write, changes } = await small(open);
      const release = open.hold();
      const ids = Array.from({ length: 8 }, (_, count) => `new-${count}`);
      const created = ids.map((id) => write.create({ ...ann, id, facts: hostedModel('New') }));
      release();
      await Promise.all(created);
      const { items } = await changes({ actor: 'ann', first: 10 });
      expect(items.map(({ id }) => id).reverse()).toEqual(ids);
    });
  });

  test('a check of a storage that can be written passes, and leaves nothing behind', async () => {
    const { storage, catalogue, changes } = await small(place());
    const before = catalogue().revision;
    await storage.check();
    expect(catalogue().revision).toBe(before);
    expect((await changes({ first: 10 })).items).toHaveLength(6);
    expect(await storage.userProfiles()).toEqual([]);
  });

  test('of two processes that load the same packs, one does', async () => {
    const open = place();
    const seeds = smallPack();
    const loads = [readPack(seeds, 'seed')];
    const storages = [await open(), await open()];
    const done = await Promise.all(storages.map((storage) => loadPacks(storage, loads, async () => [])));
    expect(done.map(({ created }) => created).sort()).toEqual([0, 6]);
  });

  describe('a key', () => {
    test('lets its name write, and notes its last use', async () => {
      const { keys } = await small(place());
      const key = await keys.create('ci');
      expect(await keys.list()).toMatchObject([{ name: 'ci', scopes: ['write'], lastUsedAt: null, revokedAt: null }]);
      expect(await keys.authorize(`Bearer ${key}`, 'hardware')).toEqual({ actor: 'ci' });
      expect(await keys.authorize(`bearer   ${key}`, 'offer')).toEqual({ actor: 'ci' });
      expect((await keys.list())[0]?.lastUsedAt).toMatch(/^\d{4}-.*Z$/);
    });

    test.each([
      [null, 'missing'],
      ['', 'missing'],
      ['Basic abc', 'missing'],
      ['Bearer', 'missing'],
      ['Bearer llmc_nobody', 'unknown'],
    ])('is asked for: %s is %s', async (header, refused) => {
      const { keys } = await small(place());
      await keys.create('ci');
      expect(await keys.authorize(header, 'hardware')).toEqual({ refused });
    });

    test('of one kind writes that kind alone', async () => {
      const { keys } = await small(place());
      const header = `Bearer ${await keys.create('prices', ['write:offer', 'write:hardware'])}`;
      expect(await keys.authorize(header, 'offer')).toEqual({ actor: 'prices' });
      expect(await keys.authorize(header, 'model')).toEqual({ refused: 'scope' });
    });

    test('that is revoked stops working in every process, and its name is not given again', async () => {
      const [{ keys }, { keys: other }] = await two(place());
      const key = await keys.create('ci');
      expect(await other.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
      await keys.revoke('ci');
      expect(await other.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'revoked' });
      await expect(keys.create('ci')).rejects.toThrow('There is, or was, a key called "ci"');
      await expect(keys.revoke('ci')).rejects.toThrow('no key in use called "ci"');
    });

    test('that has expired stops working, in every process, the moment it does', async () => {
      const [{ keys: withoutEnd, storage: one }, { storage: other }] = await two(place());
      let now = Date.parse('2026-11-24T12:00:00Z');
      const keys = new ApiKeys(one.keys, () => now);
      const elsewhere = new ApiKeys(other.keys, () => now);
      const key = await keys.create('ci', ['write'], '90d');
      const expiresAt = '2027-02-22T12:00:00.000Z';
      expect(await withoutEnd.list()).toMatchObject([{ name: 'ci', expiresAt, revokedAt: null }]);
      now = Date.parse(expiresAt) - 1;
      expect(await elsewhere.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
      now += 1;
      expect(await keys.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'expired' });
      expect(await elsewhere.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'expired' });
      await expect(keys.create('ci')).rejects.toThrow('There is, or was, a key called "ci"');
      await keys.revoke('ci');
      expect(await keys.authorize(`Bearer ${key}`, 'model')).toEqual({ refused: 'revoked' });
    });

    test.each([
      ['', ['write']],
      ['two\nlines', ['write']],
      ['ok', ['read']],
      ['ok', []],
    ])('is not made with the name %j and the scopes %j', async (name, scopes) => {
      const { keys } = await small(place());
      await expect(keys.create(name, scopes)).rejects.toThrow(/is not a/);
      expect(await keys.list()).toEqual([]);
    });
  });

  describe('the first key', () => {
    test('is made once, also when all keys are revoked', async () => {
      const [{ keys }, { keys: other }] = await two(place());
      const first = await keys.createFirst();
      expect(await keys.authorize(`Bearer ${first}`, 'model')).toEqual({ actor: 'first' });
      expect(await other.createFirst()).toBeNull();
      await keys.revoke('first');
      expect(await keys.createFirst()).toBeNull();
    });
  });
}
