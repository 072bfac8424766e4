import { expect, test } from 'vitest';
import { kinds } from '../../src/registry/kinds/kinds.ts';
import type { ModelFacts } from '../../src/registry/kinds/model.ts';
import { readPack } from '../../src/registry/packs/pack.ts';
import { discoverPriceSources, profilesOfPriceSource } from '../../src/registry/packs/priceSources/discover.ts';
import { profilesOfPack } from '../../src/registry/packs/profiles.ts';
import { seedsFolder } from '../../src/registry/registry.ts';

const priced = (await discoverPriceSources()).flatMap(profilesOfPriceSource);
const profiles = [...profilesOfPack(readPack(seedsFolder, 'seed')), ...priced];
const models: (ModelFacts & { id: string })[] = profiles
  .filter(({ kind }) => kind.kind === kinds.model.kind)
  .map(({ id, facts }) => ({ id, ...JSON.parse(facts) }));
const open = models.filter(({ openWeights }) => openWeights === true);

test.each(['released', 'license'] as const)('at least 90 %% of the open models say %s', (field) => {
  const without = open.filter((model) => model[field] === undefined).map(({ id }) => id);
  expect(without.length / open.length, without.join(', ')).toBeLessThanOrEqual(0.1);
});

test('at least 95 % of the open models have a shape', () => {
  const without = open.filter(({ architecture }) => architecture === undefined).map(({ id }) => id);
  expect(without.length / open.length, without.join(', ')).toBeLessThanOrEqual(0.05);
});

/** A company under two names splits every list and filter. */
test('nobody is written in two ways: one developer, vendor or provider has one name', () => {
  const spellings = new Map<string, Set<string>>();
  const note = (kind: string, name: unknown) => {
    if (typeof name !== 'string') return;
    for (const part of name.split(/\s+\/\s+/)) {
      const key = `${kind} ${plain(part)}`;
      spellings.set(key, (spellings.get(key) ?? new Set()).add(name));
    }
  };
  for (const { kind, facts } of profiles) {
    const { developer, vendor, provider } = JSON.parse(facts);
    note(`${kind.kind} developer`, developer);
    note(`${kind.kind} vendor`, vendor);
    note(`${kind.kind} provider`, provider);
  }
  const twice = [...spellings.values()].filter((names) => names.size > 1).map((names) => [...names]);
  expect(twice).toEqual([]);
});

/** Spaces, punctuation and the words companies add to their names say nothing. */
function plain(name: string): string {
  const words = name.toLowerCase().replaceAll(/\b(ai|inc|labs?|research|cloud|technologies|corp|ltd|team)\b/g, '');
  return words.replaceAll(/[^a-z0-9]/g, '') || name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

test('a model that says whose shape it has, has that shape', () => {
  const byId = new Map(models.map((model) => [model.id, model]));
  const named = models.filter(({ shapeOf }) => shapeOf !== undefined);
  expect(named.length).toBeGreaterThan(30);
  for (const { id, shapeOf = '', architecture } of named) {
    const base = byId.get(shapeOf)?.architecture;
    expect(architecture?.blocks, id).toEqual(base?.blocks);
    expect([architecture?.hidden, architecture?.vocabulary], id).toEqual([base?.hidden, base?.vocabulary]);
  }
});

test('a name that moves says what it means, and when it was last seen to', () => {
  const silent = models.filter(
    ({ id, notes = [] }) => id.endsWith('-latest') && !notes.some((note) => note.startsWith('A name that moves')),
  );
  expect(silent.map(({ id }) => id)).toEqual([]);
});
