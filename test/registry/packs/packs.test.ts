import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PackError, RegistryError } from '../../../src/registry/errors.ts';
import { openRegistry } from '../../../src/registry/registry.ts';
import { device, hostedModel, hourlyPrices } from '../profileFacts.ts';
import { openSmallRegistry, smallPack, temporaryFolder, writePack } from './smallPack.ts';

const untouched = { created: 0, updated: 0, retired: 0, restored: 0, kept: [], conflicts: [] };

/** Opens, closes: what one start of the program does to the database. */
async function start(databasePath: string, seeds: string, packs: readonly string[] = []) {
  const registry = await openRegistry({ databasePath, seeds, packs });
  const catalogue = registry.catalogue();
  const changes = (await registry.changes({ first: 1000 })).items;
  await registry.close();
  return { load: registry.packLoad, catalogue, changes };
}

test('a pack becomes profiles, each with one change in the log', async () => {
  const { load, catalogue, changes } = await start(join(temporaryFolder(), 'c.db'), smallPack());
  expect(load).toEqual({ ...untouched, created: 6 });
  expect(catalogue.revision).toBe(1);
  expect(catalogue.model.get('7B')).toMatchObject({ id: 'alpha-7b', revision: 1, origin: 'seed', retired: null });
  expect(changes).toHaveLength(6);
  expect(changes[0]).toMatchObject({ actor: 'seeds', action: 'create', revision: 1, catalogueRevision: 1 });
});

test('loading the same files again changes nothing', async () => {
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const first = await start(database, seeds);
  const second = await start(database, seeds);
  expect(second.load).toEqual(untouched);
  expect(second.catalogue.revision).toBe(first.catalogue.revision);
  expect(second.changes).toEqual(first.changes);
});

test('a changed file updates its profile alone, and the log keeps what it said before', async () => {
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  await start(database, seeds);
  writePack(seeds, { 'models/beta-70b.json': hostedModel('Beta 70B', { contextTokens: 32_768 }) });
  const { load, catalogue, changes } = await start(database, seeds);
  expect(load).toEqual({ ...untouched, updated: 1 });
  expect(catalogue.revision).toBe(2);
  expect(catalogue.model.get('beta-70b')).toMatchObject({ revision: 2, engine: { contextTokens: 32_768 } });
  expect(catalogue.model.get('alpha-7b').revision).toBe(1);
  expect(changes[0]).toMatchObject({ id: 'beta-70b', action: 'update', before: { contextTokens: 8192 } });
});

test('a profile that the pack no longer has is retired, and comes back with the file', async () => {
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  await start(database, seeds);
  rmSync(join(seeds, 'models/beta-70b.json'));
  const without = await start(database, seeds);
  expect(without.load).toEqual({ ...untouched, retired: 1 });
  expect(without.catalogue.model.all().map(({ id }) => id)).toEqual(['alpha-7b']);
  expect(without.catalogue.model.get('beta-70b').retired).toMatchObject({ replacedBy: null });

  writePack(seeds, { 'models/beta-70b.json': hostedModel('Beta 70B') });
  const again = await start(database, seeds);
  expect(again.load).toEqual({ ...untouched, restored: 1 });
  expect(again.catalogue.model.get('beta-70b')).toMatchObject({ revision: 3, retired: null });
});

test("a user's facts stay in front of a changed pack, and restore brings the pack's newest", async () => {
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const before = await openRegistry({ databasePath: database, seeds });
  const facts = hostedModel('My Beta', { contextTokens: 4096 });
  await before.write.update({ kind: 'model', id: 'beta-70b', facts, actor: 'ann', expectedRevision: 1 });
  before.close();

  writePack(seeds, { 'models/beta-70b.json': hostedModel('Beta 70B', { contextTokens: 32_768 }) });
  const registry = await openSmallRegistry(database, seeds);
  expect(registry.packLoad).toEqual({ ...untouched, kept: ['model beta-70b'] });
  expect((await start(database, seeds)).load.kept).toEqual(['model beta-70b']);
  expect(registry.catalogue().model.get('beta-70b')).toMatchObject({ name: 'My Beta', origin: 'user', revision: 2 });

  await registry.write.restore({ kind: 'model', id: 'beta-70b', actor: 'ann' });
  expect(registry.catalogue().model.get('beta-70b')).toMatchObject({
    ...{ name: 'Beta 70B', origin: 'seed', revision: 3 },
    engine: { contextTokens: 32_768 },
  });
  expect((await start(database, seeds)).load.kept).toEqual([]);
});

test('a profile that a user has retired stays retired, whatever the pack does', async () => {
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const before = await openRegistry({ databasePath: database, seeds });
  await before.write.retire({ kind: 'model', id: 'beta-70b', actor: 'ann', replacedBy: '7B' });
  before.close();
  writePack(seeds, { 'models/beta-70b.json': hostedModel('Beta 70B', { contextTokens: 32_768 }) });
  const { catalogue } = await start(database, seeds);
  expect(catalogue.model.get('beta-70b')).toMatchObject({ retired: { replacedBy: 'alpha-7b' }, revision: 3 });
  expect(catalogue.model.all()).toHaveLength(1);
});

test('a later pack stands for an earlier one, and the start says so', async () => {
  const mine = writePack(temporaryFolder(), {
    'hardware/example-t4.json': device('Example T4 with 32 GiB', {
      memory: { memoryGiB: 32, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 320, source: 'maker' },
    }),
    'hardware/mine.json': device('My card'),
    'prices/mine.json': hourlyPrices({ mine: 1 }),
  });
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const { load, catalogue } = await start(database, seeds, [mine]);
  expect(load.conflicts).toEqual([
    expect.stringMatching(/^hardware example-t4: pack .* stands for seeds .*, because it comes later$/),
  ]);
  expect(catalogue.hardware.get('example-t4')).toMatchObject({ origin: 'pack', name: 'Example T4 with 32 GiB' });
  expect(catalogue.hardware.get('mine').origin).toBe('pack');

  const without = await start(database, seeds);
  expect(without.catalogue.hardware.get('example-t4')).toMatchObject({ origin: 'seed', name: 'Example T4' });
  expect(without.catalogue.hardware.get('mine').retired).not.toBeNull();
});

test('$schema is for editors and not part of the facts', async () => {
  const seeds = writePack(temporaryFolder(), {
    'models/a.json': { $schema: '../schemas/models.json', ...hostedModel('Model A') },
  });
  const { catalogue } = await start(':memory:', seeds);
  expect(catalogue.model.get('a').facts).not.toHaveProperty('$schema');
});

test.each([
  {
    what: 'a truncated file',
    files: { 'models/bad.json': '{\n  "name": "Bad",\n  "aliases": [' },
    says: [/models\/bad\.json:3: not valid JSON at line 3, column 15: the text ends too early/],
  },
  {
    what: 'a missing comma',
    files: { 'models/bad.json': '{\n  "name": "Bad"\n  "aliases": []\n}' },
    says: [/models\/bad\.json:3: not valid JSON at line 3, column 3: Expected ',' or '}'/],
  },
  {
    what: 'an empty file',
    files: { 'models/bad.json': '' },
    says: [/models\/bad\.json:1: not valid JSON/],
  },
  {
    what: 'an unknown key',
    files: { 'models/bad.json': hostedModel('Bad', { bandwith: 1 }) },
    says: [/models\/bad\.json:1: .*bandwith/],
  },
  {
    what: 'a figure outside its range',
    files: {
      'hardware/bad.json': device('Bad', {
        memory: { memoryGiB: 16, memoryKind: 'GDDR6', memoryGigabytesPerSecond: -3, source: 'maker' },
      }),
    },
    says: [/hardware\/bad\.json:12: memory\.memoryGigabytesPerSecond: /],
  },
  {
    what: 'a row of a list',
    files: { 'prices/bad.json': hourlyPrices({ 'example-t4': 0.5, 'example-h100': -1 }) },
    says: [/prices\/bad\.json:\d+: offers\[1\]\.usdPerHour: /],
  },
  {
    what: 'a source that is not there',
    files: { 'models/bad.json': hostedModel('Bad', { source: 'somebody' }) },
    says: [/models\/bad\.json:6: source: .*somebody/],
  },
  {
    what: 'a reference to nothing',
    files: { 'prices/bad.json': hourlyPrices({ 'exmaple-t4': 0.5 }) },
    says: [
      /prices\/bad\.json:\d+: offers\[0\]\.hardware: there is no hardware "exmaple-t4" \(did you mean example-t4\?\)/,
    ],
  },
  {
    what: 'an alias that is taken',
    files: { 'models/bad.json': hostedModel('Bad', { aliases: ['7b'] }) },
    says: [/models\/bad\.json:3: aliases: "7b" is already a name of alpha-7b/],
  },
  {
    what: 'a file name that is no id',
    files: { 'models/Bad Name.json': hostedModel('Bad') },
    says: [/models\/Bad Name\.json:1: the file's name must be lower-case/],
  },
  {
    what: 'a folder of no kind',
    files: { 'gpus/bad.json': device('Bad') },
    says: [/gpus: not a folder of a pack; those are .*hardware/],
  },
  {
    what: 'a file that is not JSON',
    files: { 'hardware/bad.jsn': device('Bad') },
    says: [/hardware\/bad\.jsn: not a profile/],
  },
])('$what stops the load with its place and reason, and nothing is written', async ({ files, says }) => {
  const database = join(temporaryFolder(), 'c.db');
  const seeds = smallPack();
  const before = await start(database, seeds);
  writePack(seeds, { ...files, 'models/good.json': hostedModel('Good') });
  const failure = await start(database, seeds).then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(PackError);
  const { message } = failure as PackError;
  for (const pattern of says) expect(message).toMatch(pattern);
  expect(message).not.toContain('\n');

  for (const name of Object.keys(files)) rmSync(join(seeds, name));
  rmSync(join(seeds, 'gpus'), { recursive: true, force: true });
  rmSync(join(seeds, 'models/good.json'));
  const after = await start(database, seeds);
  expect(after.load).toEqual(untouched);
  expect(after.changes).toEqual(before.changes);
});

test('a pack that is not there is one clear line', async () => {
  const opening = openRegistry({ databasePath: ':memory:', seeds: smallPack(), packs: ['/nowhere/at-all'] });
  await expect(opening).rejects.toThrow(RegistryError);
  await expect(opening).rejects.toThrow('The pack /nowhere/at-all cannot be read (ENOENT).');
});
