import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import {
  IdempotencyConflictError,
  IdTakenError,
  InvalidFactsError,
  NotApplicableError,
  RevisionConflictError,
  UnknownProfileError,
} from '../../../src/registry/errors.ts';
import { openSmallRegistry, smallPack, temporaryFolder } from '../packs/smallPack.ts';
import { device, hostedModel, hourlyPrices } from '../profileFacts.ts';

const small = () => openSmallRegistry(':memory:', smallPack());
const ann = { kind: 'model', actor: 'ann' } as const;

/** Two registries on one file, as two processes would have it. */
async function two() {
  const path = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  return [await openSmallRegistry(path, seeds), await openSmallRegistry(path, seeds)] as const;
}

test('a created profile is found at once, under its id and aliases', async () => {
  const { write, catalogue } = await small();
  const created = write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma', { aliases: ['G'] }) });
  expect(created).toMatchObject({ id: 'gamma', revision: 1, origin: 'user' });
  expect(catalogue().model.get('g').facts).toEqual(created.facts);
});

test('what one process commits, the other sees at its next look', async () => {
  const [one, other] = await two();
  other.catalogue();
  one.write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') });
  expect(other.catalogue().model.get('gamma').name).toBe('Gamma');
  expect(other.catalogue().revision).toBe(one.catalogue().revision);
  other.write.update({ ...ann, id: 'gamma', facts: hostedModel('Gamma 2'), expectedRevision: 1 });
  expect(one.catalogue().model.get('gamma')).toMatchObject({ name: 'Gamma 2', revision: 2 });
});

test("another process's change reaches those who listen without anybody asking", async () => {
  const [one, other] = await two();
  const heard = new Promise<string>((resolve) => {
    other.onChange(({ model }) => resolve(model.get('gamma').name));
  });
  one.write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') });
  expect(await heard).toBe('Gamma');
});

test('what another process did all at once is taken in between reads, not by one of them', async () => {
  const [one, other] = await two();
  const { revision } = other.catalogue();
  const requests = Array.from({ length: 101 }, (_, count) => {
    return { ...ann, id: `many-${count}`, facts: hostedModel(`Many ${count}`) };
  });
  one.write.createAll('model', requests);
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
  const [one, other] = await two();
  const facts = hostedModel('Many');
  const requests = Array.from({ length: 101 }, (_, count) => ({ ...ann, id: `many-${count}`, facts }));
  one.write.createAll('model', requests);
  expect(() => other.write.create({ ...ann, id: 'many-7', facts })).toThrow(IdTakenError);
  expect(other.write.update({ ...ann, id: 'many-8', facts }).revision).toBe(1);
  const changed = { ...facts, license: 'Ours' };
  expect(other.write.update({ ...ann, id: 'many-8', facts: changed }).revision).toBe(2);
  expect(other.catalogue().model.get('many-100').revision).toBe(1);
});

test('of two changes to one revision, the second is a conflict and changes nothing', async () => {
  const [one, other] = await two();
  one.write.update({ ...ann, id: 'alpha-7b', facts: hostedModel('First'), expectedRevision: 1 });
  const second = () =>
    other.write.update({ kind: 'model', actor: 'bob', id: '7B', facts: hostedModel('Second'), expectedRevision: 1 });
  // Its alias went with the first change.
  expect(second).toThrow(UnknownProfileError);
  const again = () =>
    other.write.update({
      kind: 'model',
      actor: 'bob',
      id: 'alpha-7b',
      facts: hostedModel('Second'),
      expectedRevision: 1,
    });
  expect(again).toThrow(RevisionConflictError);
  expect(again).toThrow(expect.objectContaining({ expected: 1, actual: 2 }));
  expect(other.catalogue().model.get('alpha-7b').name).toBe('First');
});

test.each(['alpha-7b', '7b'])('the name %s is taken, in another process as well', async (id) => {
  const [one, other] = await two();
  expect(() => other.write.create({ ...ann, id, facts: hostedModel('New') })).toThrow(IdTakenError);
  one.write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') });
  expect(() => other.write.create({ ...ann, id: 'gamma', facts: hostedModel('New') })).toThrow(IdTakenError);
  const facts = hostedModel('New', { aliases: ['GAMMA'] });
  expect(() => other.write.create({ ...ann, id: 'delta', facts })).toThrow(
    expect.objectContaining({ owner: 'gamma', value: 'GAMMA' }),
  );
});

test("a retired profile's id is never reused", async () => {
  const { write } = await small();
  write.retire({ ...ann, id: 'beta-70b' });
  expect(() => write.create({ ...ann, id: 'beta-70b', facts: hostedModel('New') })).toThrow(IdTakenError);
});

test('all problems of the facts are told at once', async () => {
  const { write } = await small();
  const facts = device('x', {
    memory: { memoryGiB: -1, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 1e12, source: 'a' },
  });
  const create = () => write.create({ kind: 'hardware', actor: 'ann', id: 'Bad Id', facts });
  expect(create).toThrow(InvalidFactsError);
  let problems: InvalidFactsError['problems'] = [];
  try {
    create();
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
  const { write } = await small();
  const list = hourlyPrices({ 'example-t5': 1 });
  const [row] = list.offers as object[];
  const facts = { basis: 'hardware-hour', ...(list.defaults as object), ...row, sources: list.sources };
  expect(() => write.create({ kind: 'offer', actor: 'ann', id: 'mine', facts })).toThrow(
    'offer mine: hardware: there is no hardware "example-t5" (did you mean example-t4?)',
  );
});

test('another profile may be named in any way; what is kept is its id', async () => {
  const { write, catalogue } = await small();
  const list = hourlyPrices({ t4: 1 });
  const [row] = list.offers as object[];
  const facts = { basis: 'hardware-hour', ...(list.defaults as object), ...row, sources: list.sources };
  write.create({ kind: 'offer', actor: 'ann', id: 'mine', facts: { ...facts, hardware: 'T4' } });
  expect(catalogue().offer.get('mine').facts).toMatchObject({ hardware: 'example-t4' });
  const unknown = () =>
    write.create({ kind: 'offer', actor: 'ann', id: 'other', facts: { ...facts, hardware: 'Example T5' } });
  expect(unknown).toThrow('hardware: there is no hardware "Example T5" (did you mean example-t4?)');
});

test('the same idempotency key gives the first answer again, also after the profile has moved on', async () => {
  const [one, other] = await two();
  const request = { ...ann, id: 'gamma', facts: hostedModel('Gamma'), idempotencyKey: 'k1' };
  const first = one.write.create(request);
  one.write.update({ ...ann, id: 'gamma', facts: hostedModel('Gamma 2') });
  const replay = other.write.create(request);
  expect({ ...replay, facts: replay.facts }).toEqual({ ...first, facts: first.facts });
  expect(other.catalogue().model.get('gamma').revision).toBe(2);
  expect(() => other.write.create({ ...request, facts: hostedModel('Else') })).toThrow(IdempotencyConflictError);
  // Another client's keys are its own.
  expect(() => other.write.create({ ...request, actor: 'bob' })).toThrow(IdTakenError);
});

test('a dry run answers and writes nothing', async () => {
  const { write, catalogue, changes } = await small();
  const before = catalogue().revision;
  const answer = write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma'), dryRun: true, idempotencyKey: 'k' });
  expect(answer).toMatchObject({ id: 'gamma', revision: 1 });
  write.update({ ...ann, id: 'alpha-7b', facts: hostedModel('Else'), dryRun: true });
  write.retire({ ...ann, id: 'alpha-7b', dryRun: true });
  expect(catalogue().model.find('gamma')).toBeNull();
  expect(catalogue().revision).toBe(before);
  expect(changes({ actor: 'ann', first: 10 }).items).toEqual([]);
  expect(write.create({ ...ann, id: 'gamma', facts: hostedModel('Gamma') }).revision).toBe(1);
});

test('retire takes off the list and says what replaces it; restore takes back', async () => {
  const { write, catalogue } = await small();
  write.retire({ ...ann, id: 'beta-70b', replacedBy: '7b', expectedRevision: 1 });
  expect(
    catalogue()
      .model.all()
      .map(({ id }) => id),
  ).toEqual(['alpha-7b']);
  expect(catalogue().model.get('beta-70b').retired).toMatchObject({ replacedBy: 'alpha-7b' });
  expect(() => write.retire({ ...ann, id: 'beta-70b' })).toThrow(NotApplicableError);
  expect(() => write.retire({ ...ann, id: 'alpha-7b', replacedBy: '7B' })).toThrow('cannot replace itself');

  write.restore({ ...ann, id: 'beta-70b' });
  expect(catalogue().model.get('beta-70b')).toMatchObject({ retired: null, revision: 3, origin: 'seed' });
  expect(() => write.restore({ ...ann, id: 'beta-70b' })).toThrow(NotApplicableError);
});

test('the log shows who changed what, before and after, the newest first and by pages', async () => {
  const { write, changes } = await small();
  write.update({ ...ann, id: 'alpha-7b', facts: hostedModel('Alpha 2') });
  write.update({ ...ann, actor: 'bob', id: 'alpha-7b', facts: hostedModel('Alpha 3') });
  write.retire({ ...ann, id: 'alpha-7b' });

  const history = changes({ kind: 'model', id: 'alpha-7b', first: 2 });
  expect(history.items).toMatchObject([
    { action: 'retire', actor: 'ann', revision: 4, before: { name: 'Alpha 3' }, after: { name: 'Alpha 3' } },
    { action: 'update', actor: 'bob', revision: 3, before: { name: 'Alpha 2' }, after: { name: 'Alpha 3' } },
  ]);
  expect(history.hasNextPage).toBe(true);
  const rest = changes({ kind: 'model', id: 'alpha-7b', first: 2, after: history.cursors.at(-1) ?? null });
  expect(rest.items).toMatchObject([
    { action: 'update', actor: 'ann', revision: 2, before: { name: 'Alpha 7B' }, after: { name: 'Alpha 2' } },
    { action: 'create', actor: 'seeds', revision: 1, before: null, after: { name: 'Alpha 7B' } },
  ]);
  expect(rest.hasNextPage).toBe(false);
  expect(changes({ actor: 'bob', first: 10 }).items).toHaveLength(1);
  expect(changes({ since: '2999-01-01', first: 10 }).items).toEqual([]);
  expect(() => changes({ first: 1, after: 'x' })).toThrow('not a cursor');
});

test("the log sums to the profiles' revisions", async () => {
  const path = join(temporaryFolder(), 'c.db');
  const { write } = await openSmallRegistry(path, smallPack());
  for (let round = 0; round < 5; round++) {
    write.update({ ...ann, id: 'alpha-7b', facts: hostedModel(`Alpha ${round}`) });
    write.create({ ...ann, id: `new-${round}`, facts: hostedModel('New') });
  }
  const file = new Database(path);
  const unequal = file.prepare(`
    SELECT id FROM profile LEFT JOIN (
      SELECT kind, id, count(*) AS changes, max(revision) AS newest FROM change GROUP BY kind, id
    ) USING (kind, id) WHERE changes IS NOT revision OR newest IS NOT revision`);
  expect(unequal.all()).toEqual([]);
  file.close();
});
