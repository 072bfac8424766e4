import { expect, test } from 'vitest';
import { InvalidCursorError, UnknownProfileError } from '../../../src/registry/errors.ts';
import { openSmallRegistry, smallPack, temporaryFolder, writePack } from '../packs/smallPack.ts';
import { hostedModel } from '../profileFacts.ts';

async function smallCatalogue() {
  const registry = await openSmallRegistry(':memory:', smallPack());
  return registry.catalogue();
}

test.each(['alpha-7b', 'ALPHA-7B', ' alpha-7b ', '7B', '7b', 'example/alpha-7b', '７Ｂ'])(
  '"%s" is found by id or alias, whatever its case or width',
  async (name) => {
    const { model } = await smallCatalogue();
    expect(model.get(name).id).toBe('alpha-7b');
  },
);

test.each([
  { typed: 'alfa-7b', first: 'alpha-7b' },
  { typed: 'alpha 7b', first: 'alpha-7b' },
  { typed: 'Alpha', first: 'alpha-7b' },
  { typed: 'beta', first: 'beta-70b' },
  { typed: '70b beta', first: 'beta-70b' },
])('an unknown "$typed" suggests $first', async ({ typed, first }) => {
  const { model } = await smallCatalogue();
  expect(model.find(typed)).toBeNull();
  expect(() => model.get(typed, 'model')).toThrow(
    expect.objectContaining({
      name: 'UnknownProfileError',
      argument: 'model',
      value: typed,
      suggestions: expect.arrayContaining([first]),
      message: expect.stringContaining(`Did you mean ${first}`),
    }),
  );
  expect(model.suggest(typed)[0]).toBe(first);
});

test('a name like nothing else suggests nothing, and a very long one is answered at once', async () => {
  const { model } = await smallCatalogue();
  expect(model.suggest('zzzzqqqq')).toEqual([]);
  expect(model.suggest('')).toEqual([]);
  expect(() => model.get('x'.repeat(1_000_000))).toThrow(UnknownProfileError);
});

test('facts become the engine shape of their kind', async () => {
  const { hardware, offer } = await smallCatalogue();
  expect(hardware.get('T4').engine.memoryBytes).toBe(16 * 2 ** 30);
  expect(offer.all().map(({ engine }) => engine.basis)).toEqual(['hardware-hour', 'hardware-hour']);
});

test('search needs every word, in any order and case', async () => {
  const { model } = await smallCatalogue();
  const ids = (search: string) => model.list({ search, first: 10 }).items.map(({ id }) => id);
  expect(ids('')).toEqual(['alpha-7b', 'beta-70b']);
  expect(ids('EXAMPLE')).toEqual(['alpha-7b', 'beta-70b']);
  expect(ids('70b Beta')).toEqual(['beta-70b']);
  expect(ids('beta 7b-alpha')).toEqual([]);
});

/** Twenty models in five sizes of context, some without any. */
async function manyModels() {
  const seeds = temporaryFolder();
  for (let index = 0; index < 20; index++) {
    const contextTokens = index % 5 === 0 ? undefined : 1024 * (index % 5);
    const id = `m${String(index).padStart(2, '0')}`;
    writePack(seeds, { [`models/${id}.json`]: hostedModel(`Model ${index}`, { contextTokens }) });
  }
  return openSmallRegistry(':memory:', seeds);
}

const byContext = (direction: 'ascending' | 'descending') => ({
  name: 'contextTokens',
  direction,
  key: ({ engine }: { engine: { contextTokens: number | null } }) => engine.contextTokens,
});

test.each(['ascending', 'descending'] as const)('pages in %s order are the whole list, once', async (direction) => {
  const { model } = (await manyModels()).catalogue();
  const order = byContext(direction);
  const whole = model.list({ order, first: 100 });
  expect(whole.items).toHaveLength(20);
  expect(whole.hasNextPage).toBe(false);

  const seen: string[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 10; pages++) {
    const page = model.list({ order, first: 3, after });
    seen.push(...page.items.map(({ id }) => id));
    expect(page.totalCount).toBe(20);
    expect(page.hasPreviousPage).toBe(after !== null);
    if (!page.hasNextPage) break;
    after = page.cursors.at(-1) ?? null;
  }
  expect(seen).toEqual(whole.items.map(({ id }) => id));
  const contexts = whole.items.map(({ engine }) => engine.contextTokens);
  expect(contexts.slice(-4)).toEqual([null, null, null, null]);
  expect(contexts[0]).toBe(direction === 'ascending' ? 1024 : 4096);
});

test('a page after a cursor neither repeats nor skips when profiles appear and vanish', async () => {
  const registry = await manyModels();
  const order = byContext('ascending');
  const before = registry.catalogue();
  const page = before.model.list({ order, first: 6 });
  const rest = before.model.list({ order, first: 100, after: page.cursors.at(-1) ?? null });

  const last = page.items.at(-1);
  await registry.write.retire({ kind: 'model', id: last?.id ?? '', actor: 'test' });
  const facts = hostedModel('Early', { contextTokens: 512 });
  await registry.write.create({ kind: 'model', id: 'early', facts, actor: 'test' });
  const later = registry.catalogue().model.list({ order, first: 100, after: page.cursors.at(-1) ?? null });
  expect(later.items.map(({ id }) => id)).toEqual(rest.items.map(({ id }) => id));
  expect(registry.catalogue().model.find(last?.id ?? '')?.retired).not.toBeNull();
});

test.each([
  ['nonsense', 'not a cursor'],
  [Buffer.from('[1,2]').toString('base64url'), 'not a cursor'],
  [Buffer.from('["id ascending",{},"a"]').toString('base64url'), 'not a cursor'],
  [Buffer.from('["id ascending",null,"a"]').toString('base64url'), 'another order'],
])('the cursor %s is refused, naming the argument', async (after, reason) => {
  const { model } = (await manyModels()).catalogue();
  const list = () => model.list({ order: byContext('ascending'), first: 3, after });
  expect(list).toThrow(InvalidCursorError);
  expect(list).toThrow(expect.objectContaining({ argument: 'after', message: expect.stringContaining(reason) }));
});

test('a catalogue that somebody holds never changes', async () => {
  const registry = await openSmallRegistry(':memory:', smallPack());
  const before = registry.catalogue();
  await registry.write.create({ kind: 'model', id: 'gamma', facts: hostedModel('Gamma'), actor: 'test' });
  expect(before.model.find('gamma')).toBeNull();
  expect(registry.catalogue().model.get('gamma').name).toBe('Gamma');
  expect(registry.catalogue().revision).toBe(before.revision + 1);
  // What did not change is not computed again.
  expect(registry.catalogue().hardware).toBe(before.hardware);
  expect(registry.catalogue().model.get('7B')).toBe(before.model.get('7B'));
});
