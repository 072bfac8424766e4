import { type Catalogue, shelfOf } from '../catalogue/catalogue.ts';
import type { OfferProfile, RuntimeProfile } from '../catalogue/profiles.ts';
import { AmbiguousNameError, UnknownProfileError } from '../errors.ts';
import type { Profile } from '../kinds/kind.ts';
import { byKey, runtimesByFrontEnd } from './nameKeys.ts';
import { popularityIn } from './popularity.ts';
import { findHardware, type Machine } from './resolveHardware.ts';
import { type Found, findModel } from './resolveModel.ts';
import { nearestProfiles } from './suggest.ts';
import { theOne } from './theOne.ts';
import { keyOf, wordsOf } from './words.ts';

/** The kinds that a question names, and what their shelves hold. */
type Named = {
  [Kind in 'model' | 'hardware' | 'weightFormat' | 'runtime' | 'offer' | 'scenario']: ReturnType<
    Catalogue[Kind]['get']
  >;
};

/** A profile, and what its name said beside. */
export interface Reading<P> extends Machine {
  profile: P;
  /** The name is the profile's id, alias or name; otherwise an answer says how it was taken. */
  literal: boolean;
  /** The weights named with a model: "q4_k_m"; null = none. */
  format: string | null;
  /** The name is a size alone, and the profile the best known open model of it. */
  bySize?: true;
}

const nothingMore = { devices: null, memoryGiB: null, format: null };

/**
 * The profile that a name means, however it is said: by id or alias, whatever its case; by its display name; by one of these
 * without spaces, hyphens, makers' and marketing words; as tools print it; as hosts, clouds and addresses have it. The first of these
 * ways that leads anywhere counts, and it must lead to one profile.
 *
 * @throws AmbiguousNameError it may mean several: candidates, the best known first
 * @throws UnknownProfileError it means none: what may have been meant
 */
export function resolveName<Kind extends keyof Named>(
  catalogue: Catalogue,
  kind: Kind,
  typed: string,
  argument?: string,
): Reading<Named[Kind]> {
  const shelf = catalogue[kind];
  const exact = shelf.find(typed);
  // Written out: this is on the way of every question, and a spread costs more than the look-up.
  if (exact !== null) {
    return { profile: exact as Named[Kind], literal: true, devices: null, memoryGiB: null, format: null };
  }
  const found = findName(catalogue, kind, typed);
  if ('profile' in found) {
    const literal = found.profile.name === typed;
    return { ...nothingMore, ...found, literal } as Reading<Named[Kind]>;
  }
  const known = popularityIn(catalogue);
  if (found.candidates.length > 0) {
    const best = [...found.candidates].sort((one, other) => known(other) - known(one) || (one.id < other.id ? -1 : 1));
    throw new AmbiguousNameError(
      shelf.kind,
      typed,
      best.slice(0, mostCandidates).map(({ id }) => id),
      argument,
    );
  }
  throw new UnknownProfileError(shelf.kind, typed, nearestProfiles(catalogue, shelf.kind, typed), argument);
}

/** The same where nothing being called so is an answer: null. */
export function resolveOrNull<Kind extends keyof Named>(
  catalogue: Catalogue,
  kind: Kind,
  typed: string,
): Named[Kind] | null {
  try {
    return resolveName(catalogue, kind, typed, 'id').profile;
  } catch (error) {
    if (error instanceof UnknownProfileError && !(error instanceof AmbiguousNameError)) return null;
    throw error;
  }
}

/**
 * The one profile that a name means and nothing beside it; null where it means none, several, a size alone, or says a count, a memory
 * or a format too: what is written down must not lose them.
 */
export function resolvePlain(catalogue: Catalogue, kindName: string, typed: string): Profile | null {
  const kind = namedKind(catalogue, kindName);
  if (kind === undefined) return shelfOf(catalogue, kindName).find(typed);
  try {
    const { profile, devices, memoryGiB, format, bySize } = resolveName(catalogue, kind, typed);
    const saysMore = devices !== null || memoryGiB !== null || format !== null;
    return saysMore || bySize ? null : profile;
  } catch (error) {
    if (error instanceof UnknownProfileError) return null;
    throw error;
  }
}

/**
 * The profile that a name means, whatever else it says; of a kind that questions do not name, by id or alias.
 *
 * @throws AmbiguousNameError UnknownProfileError as `resolveName` says
 */
export function resolveAny(catalogue: Catalogue, kindName: string, typed: string): Profile<object, unknown> {
  const kind = namedKind(catalogue, kindName);
  return kind === undefined
    ? shelfOf(catalogue, kindName).get(typed)
    : (resolveName(catalogue, kind, typed).profile as Profile<object, unknown>);
}

function namedKind(catalogue: Catalogue, kindName: string): keyof Named | undefined {
  return namedKinds.find((name) => catalogue[name].kind === kindName);
}

const namedKinds = ['model', 'hardware', 'weightFormat', 'runtime', 'offer', 'scenario'] as const;

const mostCandidates = 5;

type AnyFound = (Found<Profile> & Partial<Omit<Reading<Profile>, 'profile' | 'literal'>>) | Found<Profile>;

function findName(catalogue: Catalogue, kind: keyof Named, typed: string): AnyFound {
  switch (kind) {
    case 'model':
      return findModel(catalogue, typed);
    case 'hardware':
      return findHardware(catalogue, typed);
    case 'runtime':
      return findRuntime(catalogue, typed);
    case 'offer':
      return findOffer(catalogue, typed);
    default:
      return findByKey(catalogue, catalogue[kind].kind, typed);
  }
}

/** By any of its names without separators: what every kind has. */
function findByKey(catalogue: Catalogue, kind: string, typed: string): Found<Profile> {
  const key = keyOf(wordsOf(typed));
  const group = shelfOf(catalogue, kind).derived(byKey).get(key) ?? [];
  const one = theOne(group, key, typed);
  return one === null ? { candidates: group } : { profile: one };
}

/** A version after the name ("vllm 0.11.0", "vllm==0.9") is no part of it: runtimeYear says which build. */
const version = /(?:[\s=@:]+v?|[\s=@:-]+[vbr])\d[\w.]*$/i;

function findRuntime(catalogue: Catalogue, typed: string): Found<RuntimeProfile> {
  for (const name of [typed, typed.replace(version, '')]) {
    const literal = catalogue.runtime.find(name);
    if (literal !== null) return { profile: literal };
    const found = findByKey(catalogue, 'runtime', name) as Found<RuntimeProfile>;
    if ('profile' in found || found.candidates.length > 0) return found;
    const inside = catalogue.runtime.derived(runtimesByFrontEnd).get(keyOf(wordsOf(name))) ?? [];
    const [only, ...others] = inside;
    if (only !== undefined) return others.length === 0 ? { profile: only } : { candidates: inside };
  }
  return { candidates: [] };
}

/** A price list has a row for each rate there ever was: the name means the latest. */
function findOffer(catalogue: Catalogue, typed: string): Found<OfferProfile> {
  const found = findByKey(catalogue, 'offer', typed) as Found<OfferProfile>;
  if ('profile' in found) return found;
  const day = ({ facts }: OfferProfile) =>
    (facts.basis === 'hardware-purchase' ? facts.date : facts.effectiveFrom) ?? '';
  const [latest, second] = [...found.candidates].sort((one, other) => (day(one) < day(other) ? 1 : -1));
  if (latest === undefined || second === undefined) return found;
  return day(latest) === day(second) ? found : { profile: latest };
}
