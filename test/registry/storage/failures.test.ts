import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ApiKeys } from '../../../src/registry/apiKeys.ts';
import { ProfileWriter } from '../../../src/registry/changes/writer.ts';
import { RegistryError, StorageError } from '../../../src/registry/errors.ts';
import { openRegistry, type Registry } from '../../../src/registry/registry.ts';
import { openDatabase } from '../../../src/registry/storage/database.ts';
import { drizzle } from '../../../src/registry/storage/drizzle.ts';
import { SqliteStorage } from '../../../src/registry/storage/sqliteStorage.ts';
import { smallPack, temporaryFolder } from '../packs/smallPack.ts';
import { hostedModel } from '../profileFacts.ts';
import { expectConsistent } from './consistency.ts';

/** A storage with the small pack in it, its file, and what it has complained of. */
async function filled() {
  const path = join(temporaryFolder(), 'c.db');
  (await openRegistry({ databasePath: path, seeds: smallPack() })).close();
  const database = openDatabase(path);
  const failures: string[] = [];
  const storage = new SqliteStorage(drizzle(database), { onFailure: ({ what }) => failures.push(what) });
  onTestFinished(() => storage.close());
  const catalogue = await storage.openCatalogue();
  return { path, database, storage, catalogue, write: new ProfileWriter(catalogue), failures };
}

test('any page whose bits are flipped is found at start, or nothing it held is missing', async () => {
  const path = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const before = await openRegistry({ databasePath: path, seeds });
  await before.write.create({ kind: 'model', id: 'mine', facts: hostedModel('Mine'), actor: 'ann' });
  const profiles = (registry: Registry) =>
    [registry.catalogue().model, registry.catalogue().hardware, registry.catalogue().offer].map((shelf) =>
      shelf.all().map(({ id, revision, facts }) => ({ id, revision, facts })),
    );
  const whole = profiles(before);
  before.close();
  const bytes = readFileSync(path);
  const pageSize = 4096;
  let found = 0;
  for (let offset = 0; offset < bytes.length; offset += pageSize) {
    const flipped = Buffer.from(bytes);
    for (let at = offset; at < offset + pageSize; at++) flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    const damaged = join(temporaryFolder(), 'c.db');
    writeFileSync(damaged, flipped);
    try {
      const registry = await openRegistry({ databasePath: damaged, seeds });
      expect(profiles(registry)).toEqual(whole);
      registry.close();
    } catch (error) {
      expect(error).toBeInstanceOf(RegistryError);
      found += 1;
    }
  }
  expect(found).toBeGreaterThan(10);
});

test('a full disk refuses the change as a whole, and the next one succeeds when there is room', async () => {
  const { path, database, storage, catalogue, write, failures } = await filled();
  const create = (id: string) => {
    const facts = hostedModel('Large', { notes: ['x'.repeat(900)] });
    return write.create({ kind: 'model', id, facts, actor: 'ann', idempotencyKey: id });
  };
  // SQLite's own way of being full: the file may have no more pages than it has now.
  database.pragma('max_page_count = 1');
  const acknowledged: string[] = [];
  const fill = async () => {
    for (let count = 0; count < 1000; count++) acknowledged.push((await create(`large-${count}`)).id);
  };
  await expect(fill()).rejects.toThrow('full');
  expect(acknowledged.length).toBeLessThan(1000);
  await expect(storage.check()).rejects.toThrow('full');
  expect(failures.length).toBeGreaterThan(0);
  const { model, revision } = catalogue.current();
  expect(acknowledged.filter((id) => !model.has(id))).toEqual([]);
  expect(model.has(`large-${acknowledged.length}`)).toBe(false);
  expect(revision).toBe(1 + acknowledged.length);

  database.pragma('max_page_count = 1000000');
  expect(await create(`large-${acknowledged.length}`)).toMatchObject({ revision: 1 });
  expectConsistent(path);
});

describe('a file that is not there any more', () => {
  const copied = (path: string) => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
  };
  test.each<[string, (path: string) => void]>([
    ['deleted', (path) => rmSync(path)],
    ['deleted with its folder', (path) => rmSync(dirname(path), { recursive: true })],
    ['moved', (path) => renameSync(path, `${path}.old`)],
    ['replaced by a copy', copied],
    ['without its log', (path) => rmSync(`${path}-wal`)],
    ['without the index of its log', (path) => rmSync(`${path}-shm`)],
  ])('%s: takes no change, of whatever kind, and says so', async (_, remove) => {
    const { path, storage, catalogue, write, failures } = await filled();
    const keys = new ApiKeys(storage.keys);
    const key = await keys.create('ci');
    remove(path);
    const gone = expect.objectContaining({ what: 'was deleted, moved or replaced while in use' });
    const create = write.create({ kind: 'model', id: 'gamma', facts: hostedModel('Gamma'), actor: 'ann' });
    await expect(create).rejects.toEqual(gone);
    await expect(keys.create('other')).rejects.toEqual(gone);
    await expect(keys.revoke('ci')).rejects.toEqual(gone);
    await expect(
      storage.loadPacks({ digest: 'x', conflicts: [] }, () => ({ profiles: [], changes: [] })),
    ).rejects.toEqual(gone);
    await expect(storage.check()).rejects.toEqual(gone);
    failures.length = 0;
    // A use of a key is not noted, and no request fails for that.
    expect(await keys.authorize(`Bearer ${key}`, 'model')).toEqual({ actor: 'ci' });
    expect(failures).toHaveLength(1);
    expect((await keys.list())[0]?.lastUsedAt).toBeNull();
    expect(catalogue.current().model.has('gamma')).toBe(false);
  });

  test('takes changes again when it is put back', async () => {
    const { path, write } = await filled();
    const create = () => write.create({ kind: 'model', id: 'gamma', facts: hostedModel('Gamma'), actor: 'ann' });
    renameSync(path, `${path}.away`);
    await expect(create()).rejects.toThrow(StorageError);
    renameSync(`${path}.away`, path);
    expect(await create()).toMatchObject({ revision: 1 });
  });
});

test('a damaged file: what reads it says so, what is in memory answers, and the check fails from then on', async () => {
  const { path, database, storage, catalogue, failures } = await filled();
  database.pragma('wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(path);
  await storage.check();
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]), {
    flag: 'r+',
  });
  const damaged = expect.objectContaining({ what: 'is damaged' });
  await expect(storage.changes({ first: 10 })).rejects.toEqual(damaged);
  await expect(storage.changesFollowing(0, 0, 10)).rejects.toEqual(damaged);
  await expect(new ApiKeys(storage.keys).authorize('Bearer llmc_nobody', 'model')).rejects.toEqual(damaged);
  expect(catalogue.current().model.get('7b').id).toBe('alpha-7b');
  expect(failures).toEqual(['is damaged', 'is damaged', 'is damaged']);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1001);
  await expect(storage.check()).rejects.toEqual(damaged);
});

test('a check is made once a second, however many ask', async () => {
  const { path, storage } = await filled();
  await storage.check();
  rmSync(path);
  await storage.check();
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1001);
  await expect(storage.check()).rejects.toThrow(StorageError);
  expect(now).toHaveBeenCalled();
});
