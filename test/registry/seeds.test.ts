import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import { shelfOf } from '../../src/registry/catalogue/catalogue.ts';
import { loadCoefficients } from '../../src/registry/coefficients.ts';
import { allKinds, kinds } from '../../src/registry/kinds/kinds.ts';
import type { Source } from '../../src/registry/kinds/source.ts';
import { foldName } from '../../src/registry/name.ts';
import { mergePacks } from '../../src/registry/packs/merge.ts';
import { type Pack, readPack } from '../../src/registry/packs/pack.ts';
import { discoverPriceSources, profilesOfPriceSource } from '../../src/registry/packs/priceSources/discover.ts';
import { type PackProfile, profilesOfPack } from '../../src/registry/packs/profiles.ts';
import { openRegistry, type Registry, seedsFolder } from '../../src/registry/registry.ts';

const pack: Pack = readPack(seedsFolder, 'seed');
const fromFiles: PackProfile[] = profilesOfPack(pack);
const fromSources = (await discoverPriceSources()).flatMap(profilesOfPriceSource);
const all = [...fromFiles, ...fromSources];

describe('the seeds', () => {
  test('hold every kind, and every folder that there is', () => {
    const folders = readdirSync(seedsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const expected = [...allKinds.map(({ folder }) => folder)].sort();
    expect(
      folders
        .map(({ name }) => name)
        .filter((name) => name !== 'schemas')
        .sort(),
    ).toEqual(expected);
    for (const kind of allKinds) {
      expect(all.filter((profile) => profile.kind === kind).length, kind.kind).toBeGreaterThan(0);
    }
  });

  test('are as many as documented', () => {
    const count = (kind: { kind: string }) => all.filter((profile) => profile.kind.kind === kind.kind).length;
    expect(count(kinds.model)).toBeGreaterThanOrEqual(264);
    expect(count(kinds.hardware)).toBeGreaterThanOrEqual(190);
    expect(count(kinds.scenario)).toBeGreaterThanOrEqual(11);
  });

  test('have ids that are their file names, except in lists', () => {
    const single = pack.files.filter(({ kind }) => kind.expand === undefined);
    const ids = fromFiles.filter(({ kind }) => kind.expand === undefined).map(({ id }) => id);
    expect(ids).toEqual(single.map(({ path }) => basename(path, '.json')));
  });

  test('refer only to profiles that exist, under names that are their own', () => {
    expect(mergePacks([all], () => false).conflicts).toEqual([]);
  });

  test.each(allKinds.map((kind) => kind.kind))('%s: ids and aliases lead to one profile each', (kind) => {
    const owners = new Map<string, string>();
    const clashes: string[] = [];
    for (const { id, aliases } of all.filter((profile) => profile.kind.kind === kind)) {
      for (const name of new Set([id, ...aliases].map(foldName))) {
        const owner = owners.get(name);
        if (owner !== undefined) clashes.push(`${name}: ${owner}, ${id}`);
        owners.set(name, id);
      }
    }
    expect(clashes).toEqual([]);
  });

  test.each(allKinds.map((kind) => kind.kind))('%s: a key that nobody knows is refused', (kindName) => {
    const profile = all.find(({ kind }) => kind.kind === kindName);
    const facts = { ...JSON.parse(profile?.facts ?? '{}'), notAKnownKey: 1 };
    const issues = profile?.kind.schema.safeParse(facts).error?.issues ?? [];
    expect(JSON.stringify(issues)).toContain('notAKnownKey');
  });

  test.each(allKinds.map((kind) => kind.kind))('%s: facts that were read back are the same facts', (kindName) => {
    for (const { kind, facts } of all.filter((profile) => profile.kind.kind === kindName)) {
      expect(JSON.stringify(kind.schema.parse(JSON.parse(facts)))).toBe(facts);
    }
  });

  test('rows of lists have no aliases: the catalogue does not look for them', () => {
    expect(all.filter(({ kind, aliases }) => kind.expand !== undefined && aliases.length > 0)).toEqual([]);
  });
});

describe('every source', () => {
  const cited = all.map(({ kind, id, facts }) => ({ name: `${kind.kind} ${id}`, facts: JSON.parse(facts) }));

  test('has a working form of address: a URL, a full citation, or the word assumed', () => {
    const bad = cited.flatMap(({ name, facts }) =>
      Object.entries<Source>(facts.sources)
        .filter(([, { url, citation, known }]) => url === undefined && citation === undefined && known !== 'assumed')
        .map(([key]) => `${name}: ${key}`),
    );
    expect(bad).toEqual([]);
  });

  test('is there, and is named by a group of figures', () => {
    const bad = cited.filter(({ facts }) => {
      const { sources, ...groups } = facts;
      const named = sourceKeysIn(groups);
      const known = Object.keys(sources);
      return known.length === 0 || named.size === 0 || known.some((key) => !named.has(key));
    });
    expect(bad.map(({ name }) => name)).toEqual([]);
  });

  test('that a group names is defined', () => {
    const bad = cited.filter(({ facts: { sources, ...groups } }) =>
      [...sourceKeysIn(groups)].some((key) => !Object.hasOwn(sources, key)),
    );
    expect(bad.map(({ name }) => name)).toEqual([]);
  });
});

describe('the catalogue of the seeds', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await openRegistry({ databasePath: ':memory:' });
    return () => registry.close();
  });

  test('has an engine shape, a name and search words for each profile', () => {
    for (const kind of allKinds) {
      for (const profile of shelfOf(registry.catalogue(), kind.kind).all()) {
        expect(profile.engine, `${kind.kind} ${profile.id}`).toBeTypeOf('object');
        expect(profile.name.length).toBeGreaterThan(1);
        const searched = kind.searchText(profile.id, profile.facts);
        expect(searched).toContain(profile.id);
        expect(searched).toBe(searched.toLowerCase());
      }
    }
  });

  test.each([
    ['model', '7B', 'llama-2-7b'],
    ['model', '13B', 'llama-2-13b'],
    ['model', 'GPT-4', 'gpt-4'],
    ['model', 'meta-llama/Llama-2-7b-hf', 'llama-2-7b'],
    ['hardware', 'T4', 'nvidia-t4-16gb'],
  ] as const)('knows the documented %s %s as %s', (shelf, name, id) => {
    expect(registry.catalogue()[shelf].get(name).id).toBe(id);
  });

  test('knows the documented A100, and prices both devices', () => {
    const { hardware, offer } = registry.catalogue();
    for (const name of ['T4', 'A100']) {
      const { id } = hardware.get(name);
      const priced = offer.all().filter(({ facts }) => facts.basis === 'hardware-hour' && facts.hardware === id);
      expect(priced.length, name).toBeGreaterThan(0);
    }
  });
});

test('the coefficients have the shape the engine looks them up in', () => {
  const { tables, date }: Coefficients = loadCoefficients(join(seedsFolder, 'coefficients.json'));
  expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(Object.keys(tables).length).toBeGreaterThan(0);
  expect(readFileSync(join(seedsFolder, 'coefficients.json'), 'utf8').endsWith('}\n')).toBe(true);
});

/** Values of every `source`, wherever it is. */
function sourceKeysIn(value: unknown): Set<string> {
  const keys = new Set<string>();
  const visit = (part: unknown) => {
    if (typeof part !== 'object' || part === null) return;
    for (const [field, inner] of Object.entries(part)) {
      if (field === 'source') for (const key of [inner].flat()) keys.add(String(key));
      else visit(inner);
    }
  };
  visit(value);
  return keys;
}
