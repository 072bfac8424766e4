import { isDeepStrictEqual } from 'node:util';
import { type GraphQLInputField, type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'graphql';
import { pathSegments } from '../../registry/jsonText.ts';
import { slug } from '../../registry/kinds/listFile.ts';
import type { Source } from '../../registry/kinds/source.ts';

type Facts = Record<string, unknown>;
type Sources = Record<string, Source>;

/** Facts as an input states them: null where a change clears one. */
export interface StatedFacts {
  facts: Facts;
  /** The place in the input of a problem with a fact, as in input.memory.memoryBandwidthGBPerSecond. */
  pathOf(factPath: string): string;
}

/**
 * An input in the form of a kind's facts. Both are in the field's own units, so this converts no number: a field is
 * renamed where the API calls a fact otherwise (extension `fact`), the one field of a one-of input becomes the tag it
 * stands for (`groupedQuery` → kind: grouped-query), and sources move from beside their figures into `sources`.
 *
 * @param known sources that the profile has already: an equal one keeps its key
 */
export function factsOfInput(type: GraphQLInputObjectType, input: object, known: Sources = {}): StatedFacts {
  const sources: Sources = {};
  const places = new Map<string, string>();
  const keyOf = (source: Source, place: string): string => {
    const taken = { ...known, ...sources };
    const same = Object.keys(taken).find((key) => isDeepStrictEqual(taken[key], source));
    const key = same ?? freeKey(source.title, taken);
    sources[key] = source;
    places.set(key, place);
    return key;
  };

  const objectFacts = (ofType: GraphQLInputObjectType, stated: object, path: string): Facts => {
    const tag = tagOf(ofType);
    const facts: Facts = {};
    for (const [name, value] of Object.entries(stated)) {
      const field = ofType.getFields()[name];
      const key = field === undefined ? null : factName(field);
      if (field === undefined || key === null) continue;
      const here = `${path}.${name}`;
      if (tag !== null) Object.assign(facts, { [tag]: key }, fieldFacts(field, value, here));
      else facts[key] = fieldFacts(field, value, here);
    }
    return facts;
  };

  const fieldFacts = (field: GraphQLInputField, value: unknown, path: string): unknown => {
    const inner = getNamedType(field.type);
    if (!isInputObjectType(inner)) return value;
    if (inner.name === 'SourceInput' && Array.isArray(value)) {
      return value.map((source, index) => keyOf(withoutNulls(source) as unknown as Source, `${path}[${index}]`));
    }
    const { entries } = field.extensions as { entries?: readonly [string, string] };
    if (entries !== undefined && Array.isArray(value)) {
      return Object.fromEntries(value.map((entry) => [entry[entries[0]], entry[entries[1]]]));
    }
    if (Array.isArray(value)) return value.map((item, index) => objectFacts(inner, item, `${path}[${index}]`));
    return typeof value === 'object' && value !== null ? objectFacts(inner, value, path) : value;
  };

  const facts = objectFacts(type, input, 'input');
  if (Object.keys(sources).length > 0) facts.sources = sources;
  return { facts, pathOf: (factPath) => inputPath(type, facts, factPath, places) };
}

/**
 * Facts with a change made: what the change leaves out stays, null clears (RFC 7396, JSON merge patch). Lists, and
 * things that become another kind of thing, are replaced as a whole.
 */
export function patchedFacts(current: object, change: Facts): Facts {
  const patched = merged(current as Facts, change);
  const sources = { ...(current as { sources?: Sources }).sources, ...(change.sources as Sources | undefined) };
  const used = new Set(sourceKeysIn(patched));
  patched.sources = Object.fromEntries(Object.entries(sources).filter(([key]) => used.has(key)));
  return patched;
}

/** Without the fields that are null, at any depth: a creation has nothing to clear. */
export function withoutNulls(facts: object): Facts {
  const stated = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(stated.map(([key, value]) => [key, withoutNullsInside(value)]));
}

function withoutNullsInside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullsInside);
  return typeof value === 'object' && value !== null ? withoutNulls(value) : value;
}

function merged(current: Facts, change: Facts): Facts {
  const result: Facts = { ...current };
  for (const [key, value] of Object.entries(change)) {
    const before = current[key];
    if (key === 'sources') continue;
    if (value === null) delete result[key];
    else if (key === 'source') result.source = mergedSource(current, change);
    else if (isFacts(value))
      result[key] = isFacts(before) && sameThing(before, value) ? merged(before, value) : withoutNulls(value);
    else result[key] = withoutNullsInside(value);
  }
  return result;
}

/** The change's sources, then those that the figures it leaves alone rest on. */
function mergedSource(current: Facts, change: Facts): unknown {
  const added = change.source as string[];
  const stands = Object.keys(current).some((key) => key !== 'source' && key !== 'sources' && !(key in change));
  const before = stands ? [current.source ?? []].flat() : [];
  return [...new Set([...added, ...before])];
}

/** Unless the tag says that one kind of thing becomes another. */
function sameThing(before: Facts, after: Facts): boolean {
  return after.kind === undefined || after.kind === before.kind;
}

function* sourceKeysIn(value: object): Generator<string> {
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'source') yield* [inner].flat() as string[];
    else if (key !== 'sources' && typeof inner === 'object' && inner !== null) yield* sourceKeysIn(inner);
  }
}

function isFacts(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function freeKey(title: string, taken: Sources): string {
  const words = slug(title).replaceAll('_', '-').slice(0, 60) || 'source';
  for (let count = 1; ; count++) {
    const key = count === 1 ? words : `${words}-${count}`;
    if (!Object.hasOwn(taken, key)) return key;
  }
}

/** Follows a fact's path through the input's type; `facts` tell which field of a one-of input was used. */
function inputPath(root: GraphQLInputObjectType, facts: Facts, factPath: string, places: Map<string, string>): string {
  const segments = pathSegments(factPath);
  const [first, sourceKey, ...inSource] = segments;
  const place = first === 'sources' ? places.get(String(sourceKey)) : undefined;
  if (place !== undefined) return [place, ...inSource.map(String)].join('.');

  let type: GraphQLInputObjectType | null = root;
  let value: unknown = facts;
  let path = 'input';
  const enterOneOf = () => {
    const tag = type === null ? null : tagOf(type);
    if (type === null || tag === null || !isFacts(value)) return;
    const used = Object.values(type.getFields()).find((field) => factName(field) === (value as Facts)[tag]);
    if (used === undefined) return;
    path += `.${used.name}`;
    type = objectTypeOf(used);
  };
  enterOneOf();
  for (const segment of segments) {
    value = isFacts(value) || Array.isArray(value) ? Reflect.get(value, segment) : undefined;
    if (typeof segment === 'number') {
      path += `[${segment}]`;
    } else {
      const fields: GraphQLInputField[] = type === null ? [] : Object.values(type.getFields());
      const field = fields.find((candidate) => factName(candidate) === segment);
      path += `.${field?.name ?? String(segment)}`;
      type = field === undefined ? null : objectTypeOf(field);
    }
    enterOneOf();
  }
  return path;
}

function objectTypeOf(field: GraphQLInputField): GraphQLInputObjectType | null {
  const inner = getNamedType(field.type);
  return isInputObjectType(inner) ? inner : null;
}

function factName(field: GraphQLInputField): string | null {
  const { fact = field.name } = field.extensions as { fact?: string | null };
  return fact;
}

function tagOf(type: GraphQLInputObjectType): string | null {
  return (type.extensions as { tag?: string }).tag ?? null;
}
