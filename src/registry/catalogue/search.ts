import type { Profile } from '../kinds/kind.ts';
import { foldName } from '../name.ts';
import { type Catalogue, shelfOf } from './catalogue.ts';

/** How well a profile answers to a text, best first: it is called that, begins so, has all words, is spelled alike. */
const called = 0;
const begins = 1;
const hasWords = 2;
const alike = 3;

/**
 * Profiles of these kinds that a text may mean, the likeliest first: of one likeness, in the order of the kinds, then in
 * the order in which the shelf answers.
 */
export function searchCatalogue(
  catalogue: Catalogue,
  text: string,
  kinds: readonly string[],
  first: number,
): readonly Profile[] {
  if (foldName(text) === '') return [];
  const found = kinds.flatMap((kind) => foundOn(catalogue, kind, text, first));
  // Sorting is stable: equals keep their order.
  const sorted = found.toSorted((one, other) => one.likeness - other.likeness);
  return sorted.slice(0, first).map(({ profile }) => profile);
}

interface Found {
  profile: Profile<object, unknown>;
  likeness: number;
}

function foundOn(catalogue: Catalogue, kind: string, text: string, first: number): Found[] {
  const shelf = shelfOf(catalogue, kind);
  const exact = shelf.find(text);
  const found: Found[] = exact === null ? [] : [{ profile: exact, likeness: called }];
  const begun = foldName(text);
  for (const profile of shelf.list({ search: text, first }).items) {
    if (profile === exact) continue;
    const isBeginning = [profile.id, profile.name].some((name) => foldName(name).startsWith(begun));
    found.push({ profile, likeness: isBeginning ? begins : hasWords });
  }
  if (found.length > 0) return found;
  return shelf.suggest(text).map((id) => ({ profile: shelf.get(id), likeness: alike }));
}
