import {
  coerceInputValue,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../../src/registry/kinds/kinds.ts';
import { buildSchema } from '../../../src/schema/index.ts';
import { factsOfInput, patchedFacts, withoutNulls } from '../../../src/schema/mutations/inputFacts.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

const schema = buildSchema();
type Facts = Record<string, unknown>;

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

/** What a person would have to send for these facts; the inverse of `factsOfInput`, written for this test alone. */
function inputOf(type: GraphQLInputObjectType, facts: Facts, sources: Facts): Facts {
  const tag = type.extensions.tag as string | undefined;
  const fields = Object.values(type.getFields());
  if (tag !== undefined) {
    const camel = String(facts[tag]).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const field = fields.find(({ name }) => name === camel);
    if (field === undefined) throw new Error(`${type.name} has no ${camel}`);
    const { [tag]: _, ...rest } = facts;
    return { [field.name]: isInputObjectType(getNamedType(field.type)) ? sentFor(field, rest, sources) : true };
  }
  const input: Facts = {};
  for (const [key, value] of Object.entries(facts)) {
    if (key === 'sources' || value === null) continue;
    const field = fields.find(({ name, extensions }) => (extensions.fact ?? name) === key);
    if (field === undefined) throw new Error(`${type.name} has no field for ${key}`);
    input[field.name] = sentFor(field, value, sources);
  }
  return input;
}

function sentFor({ type, extensions }: GraphQLInputField, value: unknown, sources: Facts): unknown {
  const inner = getNamedType(type as GraphQLInputType);
  if (Array.isArray(extensions.entries)) {
    const [key, of] = extensions.entries as [string, string];
    return Object.entries(value as Facts).map(([name, entry]) => ({ [key]: name, [of]: entry }));
  }
  const one = (item: unknown): unknown => {
    if (isEnumType(inner)) return inner.serialize(item);
    if (!isInputObjectType(inner)) return item;
    return inputOf(inner, (inner.name === 'SourceInput' ? sources[String(item)] : item) as Facts, sources);
  };
  const isSource = isInputObjectType(inner) && inner.name === 'SourceInput';
  if (isSource) return [value].flat().map(one);
  return Array.isArray(value) ? value.map(one) : one(value);
}

/** Facts with each source key replaced by the source itself: keys are words of their own on either side. */
function spelledOut(value: unknown, sources: Facts): unknown {
  if (Array.isArray(value)) return value.map((item) => spelledOut(item, sources));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).filter(([key]) => key !== 'sources');
  return Object.fromEntries(
    inner.map(([key, item]) => [
      key,
      key === 'source' ? [item].flat().map((name) => sources[String(name)]) : spelledOut(item, sources),
    ]),
  );
}

const written = ['model', 'hardware', 'weightFormat', 'runtime', 'offer', 'scenario'] as const;

describe('an input can say everything that a file can', () => {
  test.each(written)('every built-in %s survives the way through the API', (name) => {
    const type = schema.getType(`${name.charAt(0).toUpperCase()}${name.slice(1)}CreateInput`);
    if (!isInputObjectType(type)) throw new Error(`no input for ${name}`);
    const shelf = calculator.registry.catalogue()[name];
    // Prices are thousands of rows of three shapes; every tenth is enough.
    const profiles = shelf.all().filter((_, index) => name !== 'offer' || index % 10 === 0);
    expect(profiles.length).toBeGreaterThan(5);
    for (const { id, facts } of profiles) {
      const stated = facts as unknown as Facts;
      // What the API requires of new entries and old lists do not always have: a day, and a model of the catalogue.
      if (name === 'offer' && ('model' in stated ? stated.model : true) === null) continue;
      if (name === 'offer' && (stated.effectiveFrom ?? stated.date ?? null) === null) continue;
      const sources = stated.sources as Facts;
      const input = inputOf(type, stated, sources);
      const [holder = input] = type.isOneOf ? (Object.values(input) as Facts[]) : [input];
      holder.id = id;
      const problems: string[] = [];
      const coerced = coerceInputValue(input, type, (path, _, error) => {
        problems.push(`${id} ${path.join('.')}: ${error.message}`);
      });
      expect(problems).toEqual([]);
      const converted = withoutNulls(factsOfInput(type, coerced as object).facts);
      const parsed = kinds[name].schema.safeParse(converted);
      expect(parsed.error?.issues, id).toBeUndefined();
      const back = parsed.data as unknown as Facts;
      expect(spelledOut(back, back.sources as Facts), id).toEqual(
        JSON.parse(JSON.stringify(spelledOut(stated, sources))),
      );
    }
  });
});

describe('a change of facts', () => {
  const facts = {
    name: 'x',
    notes: 'y',
    memory: { memoryGiB: 48, memoryKind: 'GDDR6', source: ['a', 'b'] },
    packing: { kind: 'uniform', keeps16Bit: ['head'], source: ['b'] },
    list: [{ one: 1 }, { two: 2 }],
    sources: { a: { title: 'A' }, b: { title: 'B' }, unused: { title: 'C' } },
  };

  test('of nothing changes nothing but sources without figures', () => {
    const { unused: _, ...sources } = facts.sources;
    expect(patchedFacts(facts, {})).toEqual({ ...facts, sources });
  });

  test('keeps, clears and replaces', () => {
    expect(patchedFacts(facts, { notes: null, list: [{ three: null, four: 4 }], name: 'z' })).toMatchObject({
      name: 'z',
      list: [{ four: 4 }],
      memory: facts.memory,
    });
    expect(patchedFacts(facts, { notes: null })).not.toHaveProperty('notes');
  });

  test('of every figure of a group leaves only its own sources; of some, the old ones follow', () => {
    const sources = { n: { title: 'New' } };
    const some = patchedFacts(facts, { memory: { memoryGiB: 24, source: ['n'] }, sources });
    expect(some.memory).toMatchObject({ memoryGiB: 24, memoryKind: 'GDDR6', source: ['n', 'a', 'b'] });
    const every = patchedFacts(facts, { memory: { memoryGiB: 24, memoryKind: 'HBM3', source: ['n'] }, sources });
    expect(every.memory).toMatchObject({ source: ['n'] });
    expect(Object.keys(every.sources as object)).toEqual(['b', 'n']);
  });

  test('of one kind of thing into another replaces it as a whole', () => {
    const packing = { kind: 'gguf', defaultType: 'Q4_K', rules: [], source: ['b'] };
    expect(patchedFacts(facts, { packing }).packing).toEqual(packing);
  });
});
