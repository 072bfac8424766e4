import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RegistryError } from '../../../src/registry/errors.ts';
import { checkPack } from '../../../src/registry/packs/check.ts';
import { exportPack } from '../../../src/registry/packs/export.ts';
import { loadPack } from '../../../src/registry/packs/package.ts';
import { openRegistry } from '../../../src/registry/registry.ts';
import { openStorage } from '../../../src/registry/storage/open.ts';
import { device, hostedModel, hourlyPrices } from '../profileFacts.ts';
import { openSmallRegistry, smallPack, temporaryFolder, writePack } from './smallPack.ts';

const definePack = pathToFileURL(join(import.meta.dirname, '../../../src/registry/packs/definePack.ts')).href;

/** A package that brings a folder, profiles in code and an estimator; installed where `from` looks for names. */
function installPackage(from: string, name = 'acme-pack'): string {
  return writePack(join(from, 'node_modules', name), {
    'package.json': { name, type: 'module', exports: './index.js' },
    'profiles/hardware/acme-card.json': device('Acme card'),
    'index.js': `
      import { definePack } from ${JSON.stringify(definePack)};
      export default definePack({
        name: 'acme',
        folder: new URL('./profiles', import.meta.url),
        profiles: {
          models: { 'acme-1': ${JSON.stringify(hostedModel('Acme 1'))} },
          prices: { 'acme-card-hour': ${JSON.stringify({
            ...{ basis: 'hardware-hour', provider: 'Acme Cloud', hardware: 'acme-card', devices: 1 },
            ...{ usdPerHour: 2, instance: 'x1', region: 'anywhere', pricing: 'on-demand', effectiveFrom: '2026-01-01' },
            ...{ source: 'maker', sources: { maker: { title: 'The maker', known: 'assumed' } } },
          })} },
        },
        estimators: [{
          id: 'acme-twice',
          title: 'The built-in estimate, twice as slow.',
          estimate(deployment, workload, coefficients, builtIn) {
            const { latency, ...rest } = builtIn();
            return { ...rest, latency: Object.fromEntries(Object.entries(latency).map(([name, value]) => [name, 2 * value])) };
          },
        }],
      });`,
  });
}

describe('a package as a pack', () => {
  test('is found by the name it is installed under, and brings any kind and estimators', async () => {
    const from = temporaryFolder();
    installPackage(from);
    const { pack, estimators } = await loadPack('acme-pack', from);
    expect(pack.name).toBe('pack acme');
    expect(pack.files.map(({ id }) => id)).toEqual(['acme-card', 'acme-1', 'acme-card-hour']);
    expect(estimators.map(({ id }) => id)).toEqual(['acme-twice']);
  });

  test('is found by its folder, and its profiles are in the catalogue', async () => {
    const from = temporaryFolder();
    const registry = await openSmallRegistry(':memory:', smallPack(), [installPackage(from)]);
    const { model, hardware, offer, estimators } = registry.catalogue();
    expect(model.get('acme-1').origin).toBe('pack');
    expect(hardware.get('acme-card').name).toBe('Acme card');
    expect(offer.get('acme-card-hour').facts).toMatchObject({ usdPerHour: 2 });
    expect([...estimators.keys()]).toEqual(['acme-twice']);
  });

  test.each([
    ['no-such-package', {}, 'neither a folder nor an installed package'],
    ['odd', { 'index.js': 'export default { title: "no name" };' }, 'does not export a pack: name'],
    ['throws', { 'index.js': 'throw new Error("no licence");' }, 'cannot be loaded: no licence'],
    [
      'kinds',
      { 'index.js': 'export default { name: "kinds", profiles: { cats: { tom: {} } } };' },
      '"cats", which is no kind',
    ],
  ])('%s is refused in one line', async (name, files, message) => {
    const from = temporaryFolder();
    if (Object.keys(files).length > 0) {
      writePack(join(from, 'node_modules', name), {
        'package.json': { name, type: 'module', main: 'index.js' },
        ...files,
      });
    }
    const refused = await loadPack(name, from).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RegistryError);
    expect(String(refused)).toContain(message);
  });
});

describe('precedence', () => {
  test('says at every start which file stands for which, and why', async () => {
    const database = join(temporaryFolder(), 'c.db');
    const seeds = smallPack();
    const first = writePack(join(temporaryFolder(), 'first'), { 'hardware/example-t4.json': device('First T4') });
    const second = writePack(join(temporaryFolder(), 'second'), { 'hardware/example-t4.json': device('Second T4') });
    for (const _start of [1, 2]) {
      const registry = await openRegistry({ databasePath: database, seeds, packs: [first, second] });
      expect(registry.catalogue().hardware.get('example-t4').name).toBe('Second T4');
      expect(registry.packNames).toEqual(['seeds', 'pack first', 'pack second']);
      expect(registry.packLoad.conflicts).toEqual([
        expect.stringMatching(
          /^hardware example-t4: pack first \(.*example-t4\.json\) stands for seeds \(.*\), because it comes later$/,
        ),
        expect.stringMatching(
          /^hardware example-t4: pack second \(.*\) stands for pack first \(.*\), because it comes later$/,
        ),
      ]);
      registry.close();
    }
  });
});

describe('checking a pack', () => {
  test('lists every problem of every file at its line and column', async () => {
    const folder = writePack(temporaryFolder(), {
      'models/good.json': hostedModel('Good'),
      'models/broken.json': '{\n  "name": "Broken",\n  oops\n}',
      'hardware/slow.json': device('Slow', { memory: { memoryGiB: -1, memoryKind: 7, source: 'nobody' } }),
      'prices/list.json': hourlyPrices({ 'no-such-card': -4 }),
    });
    const { problems } = await checkPack(folder);
    const lines = problems.map((line) => line.slice(line.lastIndexOf('/') + 1));
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^broken\.json:3:3: not valid JSON/),
        expect.stringMatching(/^slow\.json:10:18: memory\.memoryGiB: /),
        expect.stringMatching(/^slow\.json:11:19: memory\.memoryKind: /),
        expect.stringMatching(/^list\.json:\d+:\d+: offers\[0\]\.usdPerHour: /),
      ]),
    );
  });

  test('finds names that built-in profiles have not, and says what would be replaced', async () => {
    const reference = writePack(temporaryFolder(), { 'prices/list.json': hourlyPrices({ 'nvidia-h100-sxm-80g': 4 }) });
    expect((await checkPack(reference)).problems).toEqual([
      expect.stringMatching(/list\.json:\d+:\d+: offers\[0\]\.hardware: there is no hardware .*did you mean/),
    ]);
    const override = writePack(temporaryFolder(), { 'models/llama-2-7b.json': hostedModel('Mine') });
    expect(await checkPack(override)).toMatchObject({
      problems: [],
      replaced: [expect.stringMatching(/^model llama-2-7b: .* stands for seeds/)],
    });
  });
});

describe('exporting a pack', () => {
  test('gives the same catalogue in an empty database, overrides of built-in profiles included', async () => {
    const [from, seeds, folder] = [join(temporaryFolder(), 'a.db'), smallPack(), join(temporaryFolder(), 'mine')];
    const registry = await openSmallRegistry(from, seeds);
    const { write } = registry;
    const actor = 'someone';
    await write.create({ kind: 'model', id: 'mine', actor, facts: hostedModel('Mine') });
    await write.create({ kind: 'hardware', id: 'my-card', actor, facts: device('My card') });
    await write.create({
      kind: 'offer',
      id: 'my-rate',
      actor,
      facts: {
        ...{
          basis: 'hardware-hour',
          provider: 'Me',
          hardware: 'my-card',
          devices: 1,
          usdPerHour: 0.2,
          source: 'maker',
        },
        ...{ instance: 'one', region: 'here', pricing: 'on-demand', effectiveFrom: '2026-01-01' },
        sources: { maker: { title: 'My own bill', known: 'assumed' } },
      },
    });
    await write.update({
      kind: 'model',
      id: 'alpha-7b',
      actor,
      facts: hostedModel('Alpha 7B, corrected', { aliases: ['7B'] }),
    });
    await write.create({ kind: 'model', id: 'gone', actor, facts: hostedModel('Gone') });
    await write.retire({ kind: 'model', id: 'gone', actor });
    await write.retire({ kind: 'model', id: 'beta-70b', actor });

    const storage = await openStorage(from);
    const { files, keptOut } = await exportPack(storage, folder);
    expect(files).toEqual([
      'hardware/my-card.json',
      'models/alpha-7b.json',
      'models/mine.json',
      'prices/my-rate.profile.json',
    ]);
    expect(keptOut).toEqual(['model beta-70b', 'model gone']);
    await expect(exportPack(storage, folder)).rejects.toThrow('is not empty');
    await storage.close();
    // What is retired is kept out: it comes back with the built-in pack, or stays away with the user.
    await write.restore({ kind: 'model', id: 'beta-70b', actor });

    const again = await openSmallRegistry(':memory:', seeds, [folder]);
    expect(factsOf(again)).toEqual(factsOf(registry));
  });
});

function factsOf({ catalogue }: Awaited<ReturnType<typeof openRegistry>>) {
  const { model, hardware, offer } = catalogue();
  return [model, hardware, offer].map((shelf) =>
    shelf
      .all()
      .map(({ id, name, facts }) => ({ id, name, facts }))
      .sort((left, right) => (left.id < right.id ? -1 : 1)),
  );
}
