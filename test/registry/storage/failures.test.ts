import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ProfileWriter } from '../../../src/registry/changes/writer.ts';
import { RegistryError } from '../../../src/registry/errors.ts';
import { openRegistry, type Registry } from '../../../src/registry/registry.ts';
import { openDatabase } from '../../../src/registry/storage/database.ts';
import { drizzle } from '../../../src/registry/storage/drizzle.ts';
import { SqliteStorage } from '../../../src/registry/storage/sqliteStorage.ts';
import { smallPack, temporaryFolder } from '../packs/smallPack.ts';
import { hostedModel } from '../profileFacts.ts';
import { expectConsistent } from './consistency.ts';

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
  const path = join(temporaryFolder(), 'c.db');
  (await openRegistry({ databasePath: path, seeds: smallPack() })).close();
  const database = openDatabase(path);
  const storage = new SqliteStorage(drizzle(database));
  onTestFinished(() => storage.close());
  const catalogue = await storage.openCatalogue();
  const writer = new ProfileWriter(catalogue);
  const create = (id: string) => {
    const facts = hostedModel('Large', { notes: ['x'.repeat(900)] });
    return writer.create({ kind: 'model', id, facts, actor: 'ann', idempotencyKey: id });
  };
  // SQLite's own way of being full: the file may have no more pages than it has now.
  database.pragma('max_page_count = 1');
  const acknowledged: string[] = [];
  const fill = async () => {
    for (let count = 0; count < 1000; count++) acknowledged.push((await create(`large-${count}`)).id);
  };
  await expect(fill()).rejects.toThrow('full');
  expect(acknowledged.length).toBeLessThan(1000);
  const { model, revision } = catalogue.current();
  expect(acknowledged.filter((id) => !model.has(id))).toEqual([]);
  expect(model.has(`large-${acknowledged.length}`)).toBe(false);
  expect(revision).toBe(1 + acknowledged.length);

  database.pragma('max_page_count = 1000000');
  expect(await create(`large-${acknowledged.length}`)).toMatchObject({ revision: 1 });
  expectConsistent(path);
});
