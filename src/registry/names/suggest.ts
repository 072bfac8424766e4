import { distance } from 'fastest-levenshtein';
import { compareText } from '../../engine/compareText.ts';
import { type Catalogue, shelfOf } from '../catalogue/catalogue.ts';
import type { Derivation } from '../catalogue/derivation.ts';
import type { Profile } from '../kinds/kind.ts';
import { readHardware } from './hardwareName.ts';
import { readModel } from './modelName.ts';
import { spellings } from './nameKeys.ts';
import { popularityIn } from './popularity.ts';
import { keyOf, wordsOf } from './words.ts';

interface Spelling {
  id: string;
  words: readonly string[];
  key: string;
}

const spelled: Derivation<Profile, readonly Spelling[]> = {
  of: (profiles) => profiles.flatMap(spellingsOf),
  next(before, removed, added) {
    const gone = new Set(removed.map(({ id }) => id));
    return [...before.filter(({ id }) => !gone.has(id)), ...added.flatMap(spellingsOf)];
  },
};

function spellingsOf(profile: Profile): Spelling[] {
  return spellings(profile).map((name) => spellingOf(name, profile.id));
}

function spellingOf(name: string, id: string): Spelling {
  const words = wordsOf(name.slice(0, longestName)).filter((word) => !says.nothing.has(word));
  return { id, words, key: keyOf(words) };
}

/** Longest name compared: the cost grows with the square. */
const longestName = 120;
/** Likeness (0..1) below which a suggestion would only confuse. */
export const leastLikeness = 0.4;
/** Words that many names share and that are typed or not at whim. */
const says = {
  nothing: new Set(['nvidia', 'amd', 'intel', 'geforce', 'radeon', 'instruct', 'it', 'chat', 'hf', 'the']),
};

/** Up to three ids that `typed` may have meant: the likest in words and letters, of equally like ones the best known. */
export function nearestProfiles(catalogue: Catalogue, kind: string, typed: string): string[] {
  return [...relevances(catalogue, kind, typed)]
    .filter(([, { likeness }]) => likeness > leastLikeness)
    .sort(([one, { score }], [other, { score: otherScore }]) => otherScore - score || compareText(one, other))
    .slice(0, 3)
    .map(([id]) => id);
}

/** How well a profile answers to a text. */
interface Relevance {
  /** Of the likest of its names, in words and letters, from 0 to 1. */
  likeness: number;
  /** The same, and a little for being well known: to order by. */
  score: number;
}

/** How well each profile of a kind answers to a text, by its id; of a text without words none does. */
export function relevances(catalogue: Catalogue, kind: string, typed: string): ReadonlyMap<string, Relevance> {
  const wanted = spellingOf(stripped(kind, typed), '');
  const best = new Map<string, Relevance>();
  if (wanted.key === '') return best;
  const known = popularityIn(catalogue);
  for (const candidate of shelfOf(catalogue, kind).derived(spelled)) {
    const { id } = candidate;
    const likeness = likenessOf(wanted, candidate);
    if (likeness <= (best.get(id)?.likeness ?? -1)) continue;
    best.set(id, { likeness, score: likeness + knownShare * Math.log1p(known({ id })) });
  }
  return best;
}

/** How much being well known weighs: less than one letter of a short name. */
const knownShare = 0.008;

/** Without what surrounds a name: addresses, counts, formats. */
function stripped(kind: string, typed: string): string {
  if (kind === 'model') return (readModel(typed).readings.at(-1) ?? []).join(' ');
  return kind === 'hardware' ? readHardware(typed).name : typed;
}

function likenessOf(wanted: Spelling, candidate: Spelling): number {
  const longest = Math.max(wanted.key.length, candidate.key.length);
  if (candidate.key === '') return 0;
  const letters = 1 - distance(wanted.key, candidate.key) / longest;
  const common = 0.5 * (shareFound(wanted.words, candidate.words) + shareFound(candidate.words, wanted.words));
  return 0.45 * letters + 0.55 * common;
}

/** Share of words that the others have too; a word with a slip of the hand counts for most of one, another figure for none. */
function shareFound(words: readonly string[], others: readonly string[]): number {
  let found = 0;
  for (const word of words) found += Math.max(0, ...others.map((other) => wordLikeness(word, other)));
  return found / Math.max(1, words.length);
}

function wordLikeness(word: string, other: string): number {
  if (word === other) return 1;
  if (/\d/.test(word) || /\d/.test(other) || Math.min(word.length, other.length) < 3) return 0;
  if (other.startsWith(word) || word.startsWith(other)) return 0.7;
  const slips = distance(word, other);
  return slips <= (Math.max(word.length, other.length) >= 7 ? 2 : 1) ? 0.85 : 0;
}
