import { type Catalogue, shelfOf } from '../catalogue/catalogue.ts';
import { AmbiguousNameError, UnknownProfileError } from '../errors.ts';
import type { Profile } from '../kinds/kind.ts';
import { foldName } from '../name.ts';
import { usualnessIn } from './popularity.ts';
import { resolveAny } from './resolve.ts';
import { leastLikeness, relevances } from './suggest.ts';

/** How a profile answers to a text, best first: the text means it, may mean it, all its words occur, it is spelled alike. */
const ways = { meant: 0, candidate: 1, words: 2, alike: 3 };

/** How much each runtime that people run a format with weighs: as much as a few letters of its name. */
const usualShare = 0.1;

interface Found {
  profile: Profile<object, unknown>;
  way: number;
  score: number;
}

/**
 * Profiles of these kinds that a text may mean, the likeliest first: what the name leads to, then those in which all words
 * occur, by likeness of the names and by how well they are known; where there are none, names that are spelled alike.
 */
export function searchCatalogue(
  catalogue: Catalogue,
  text: string,
  kinds: readonly string[],
  first: number,
): readonly Profile[] {
  if (foldName(text) === '') return [];
  const found = kinds.flatMap((kind) => foundOn(catalogue, kind, text));
  const isExact = found.some(({ way }) => way !== ways.alike);
  return (
    found
      .filter(({ way }) => !isExact || way !== ways.alike)
      // Sorting is stable: equals keep the order of the kinds.
      .sort((one, other) => one.way - other.way || other.score - one.score)
      .slice(0, first)
      .map(({ profile }) => profile)
  );
}

function foundOn(catalogue: Catalogue, kind: string, text: string): Found[] {
  const shelf = shelfOf(catalogue, kind);
  const { way, ids } = namesakes(catalogue, kind, text);
  const relevance = relevances(catalogue, kind, text);
  const usualness = usualnessIn(catalogue);
  const usual = (profile: Profile<object, unknown>) => (kind === catalogue.weightFormat.kind ? usualness(profile) : 0);
  const found = new Map<string, Found>();
  const add = (profile: Profile<object, unknown>, way: number, score: number) => {
    if (profile.retired === null && !found.has(profile.id)) found.set(profile.id, { profile, way, score });
  };
  for (const [place, id] of ids.entries()) add(shelf.get(id), way, -place);
  for (const profile of shelf.list({ search: text, first: Number.POSITIVE_INFINITY }).items) {
    add(profile, ways.words, (relevance.get(profile.id)?.score ?? 0) + usualShare * usual(profile));
  }
  if (found.size > 0) return [...found.values()];
  for (const [id, { likeness, score }] of relevance) {
    if (likeness > leastLikeness) add(shelf.get(id), ways.alike, score);
  }
  return [...found.values()];
}

/** What the text means as a name: one profile, or several that it might. */
function namesakes(catalogue: Catalogue, kind: string, text: string): { way: number; ids: readonly string[] } {
  try {
    return { way: ways.meant, ids: [resolveAny(catalogue, kind, text).id] };
  } catch (error) {
    if (error instanceof AmbiguousNameError) return { way: ways.candidate, ids: error.suggestions };
    if (error instanceof UnknownProfileError) return { way: ways.alike, ids: [] };
    throw error;
  }
}
