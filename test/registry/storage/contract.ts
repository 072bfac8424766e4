import { describe, expect, test } from 'vitest';
import {
  IdTakenError,
  InvalidFactsError,
  NotApplicableError,
  RevisionConflictError,
  UnknownProfileError,
} from '../../../src/registry/errors.ts';
import { loadPacks } from '../../../src/registry/packs/load.ts';
import { readPack } from '../../../src/registry/packs/pack.ts';
import { smallPack, writePack } from '../packs/smallPack.ts';
import { device, hostedModel, hourlyPrices } from '../profileFacts.ts';
import { keyContract } from './keyContract.ts';
import { logContract } from './logContract.ts';
import { ann, type Open, opened, small, two } from './openedStorage.ts';

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

  keyContract(place);
  logContract(place);
}
