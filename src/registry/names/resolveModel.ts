import { compareText } from '../../engine/compareText.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ModelProfile } from '../catalogue/profiles.ts';
import { readModel } from './modelName.ts';
import {
  modelSpellings,
  modelsByKey,
  modelsByUnsaidKey,
  modelsByWord,
  offersByHostedName,
  sizeWord,
  wordsOfModel,
} from './nameKeys.ts';
import { popularityIn } from './popularity.ts';
import { theOne } from './theOne.ts';
import { keyOf } from './words.ts';

/** What a typed name leads to: one profile, or several that it might mean. */
export type Found<P> = { profile: P; bySize?: true } | { candidates: readonly P[] };

/** The model that a name no profile has literally means, and the format named beside it. */
export function findModel(catalogue: Catalogue, typed: string): Found<ModelProfile> & { format: string | null } {
  const { readings, path, format } = readModel(typed);
  const listed = path === null ? null : hostedModel(catalogue, keyOf(path));
  if (listed !== null) return { profile: listed, format };
  const { model } = catalogue;
  const indexes = [model.derived(modelsByKey), model.derived(modelsByUnsaidKey)];
  const fullest = readings[0] ?? [];
  let candidates: readonly ModelProfile[] = [];
  for (const words of readings) {
    for (const index of indexes) {
      const key = keyOf(words);
      const found = theOne(index.get(key) ?? [], key);
      if (found !== null) return { profile: found, format: words === fullest ? null : format };
      if (candidates.length === 0) candidates = index.get(key) ?? [];
    }
    const hosted = hostedModel(catalogue, keyOf(words));
    if (hosted !== null) return { profile: hosted, format: words === fullest ? null : format };
  }
  if (candidates.length > 0) return { candidates, format };
  // What a size begins with names nothing else: "70b", "70b-awq".
  const ofSize = path === null && /^\s*\d/.test(typed) ? bestKnownOfSize(catalogue, readings.at(-1) ?? []) : null;
  if (ofSize !== null) return { profile: ofSize, bySize: true, format };
  for (const words of readings.toReversed()) {
    const found = byWords(catalogue, words, path !== null);
    if ('profile' in found || found.candidates.length > 0) return { ...found, format };
  }
  return { candidates, format };
}

/** Hosts call a model by names of their own; a name that leads to one model only is a name of it. */
function hostedModel({ offer, model }: Catalogue, key: string): ModelProfile | null {
  const ids = new Set(
    (offer.derived(offersByHostedName).get(key) ?? []).map(({ engine }) => ('model' in engine ? engine.model : null)),
  );
  const [only, ...others] = ids;
  return only == null || others.length > 0 ? null : model.find(only);
}

/**
 * The model that a size alone means, as "7B" and "70b" are asked about: of the open ones that are called so and have a shape of
 * their own, the one with the most prices and measurements. Null = the words say more than a size, or no model is called so.
 */
function bestKnownOfSize(catalogue: Catalogue, words: readonly string[]): ModelProfile | null {
  const [size, ...more] = words;
  if (size === undefined || more.length > 0 || !sizeWord.test(size)) return null;
  const called = (catalogue.model.derived(modelsByWord).get(size) ?? []).filter((model) => {
    const { facts, engine, retired } = model;
    const isOpen = engine.architecture !== null && facts.shapeOf === undefined && facts.generates !== false;
    return isOpen && retired === null && modelSpellings(model).some((spelling) => spelling.includes(size));
  });
  const known = popularityIn(catalogue);
  const [best] = called.toSorted((one, other) => known(other) - known(one) || compareText(one.id, other.id));
  return best ?? null;
}

/** Words that tell neither a model's shape nor its price: leaving them out is no choice between models. */
const unsaid =
  /^(?:(?:\d+x)?\d+(?:\.\d+)?[bmt]|a\d+(?:\.\d+)?[bm]|\d{4,8}|instruct|it|chat|hf|base|preview|latest|beta|reasoning|generation)$/;

/**
 * The only model that has all the words; or, of several, the one that has fewest beside them, when each of those is a
 * size, a date or a word of tuning, and all the others have the same and more.
 */
function byWords({ model }: Catalogue, words: readonly string[], isRepository: boolean): Found<ModelProfile> {
  const index = model.derived(modelsByWord);
  const groups = words.map((word) => index.get(word) ?? []);
  const rarest = groups.reduce((fewest, group) => (group.length < fewest.length ? group : fewest), groups[0] ?? []);
  const having = rarest.filter((candidate) => {
    const all = wordsOfModel(candidate);
    return words.every((word) => all.has(word));
  });
  const [only, ...others] = having;
  if (only === undefined) return { candidates: [] };
  // A repository's name is complete: one that lacks more than a size or a date is another model's.
  if (others.length === 0) {
    const isWhole = !isRepository || leftOver(only, words).every((word) => unsaid.test(word));
    return isWhole ? { profile: only } : { candidates: [] };
  }
  const rests = having.map((candidate) => ({ candidate, rest: leftOver(candidate, words) }));
  const plainest = rests.reduce((one, other) => (other.rest.length < one.rest.length ? other : one));
  const isPlain =
    plainest.rest.every((word) => unsaid.test(word)) &&
    rests.every(({ candidate, rest }) => {
      return (
        candidate === plainest.candidate ||
        (rest.length > plainest.rest.length && plainest.rest.every((word) => rest.includes(word)))
      );
    });
  return isPlain ? { profile: plainest.candidate } : { candidates: having };
}

/** Words of a model's id or name, whichever has fewer, that were not typed. */
function leftOver({ id, name }: ModelProfile, words: readonly string[]): string[] {
  const rests = modelSpellings({ id, name, aliases: [] }).map((spelling) =>
    spelling.filter((word) => !words.includes(word)),
  );
  return rests.reduce((one, other) => (other.length < one.length ? other : one));
}
