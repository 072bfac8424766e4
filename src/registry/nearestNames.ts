import { distance } from 'fastest-levenshtein';
import { compareText } from '../engine/compareText.ts';
import type { Profile } from './kinds/kind.ts';
import { foldName } from './name.ts';

/** Suggestions below this likeness (0..1) would only confuse. */
const leastLikeness = 0.4;
/** Longest name compared: no profile's name is longer, and the cost grows with the square. */
const longestName = 120;

/** A name in the form that is compared, and what it leads to. */
export interface Spelling {
  letters: string;
  id: string;
}

/** Prepares a name for `nearestIds`; worth keeping, it costs more than the comparison. */
function spellingOf(name: string, id: string): Spelling {
  return { letters: letters(foldName(name)), id };
}

/** All names that lead to a profile. */
export function spellingsOf({ id, name, aliases }: Pick<Profile, 'id' | 'name' | 'aliases'>): Spelling[] {
  return [id, name, ...aliases].map((spelling) => spellingOf(spelling, id));
}

/** Up to three ids that `typed` probably meant, the likeliest first: by spelling, by beginning, by words in common. */
export function nearestIds(typed: string, spellings: Iterable<Spelling>): string[] {
  const wanted = letters(foldName(typed.slice(0, longestName)));
  if (wanted === '') return [];
  const best = new Map<string, number>();
  for (const { letters: name, id } of spellings) {
    const score = likeness(wanted, name);
    if (score > (best.get(id) ?? leastLikeness)) best.set(id, score);
  }
  return [...best]
    .sort(([leftId, left], [rightId, right]) => right - left || compareText(leftId, rightId))
    .slice(0, 3)
    .map(([id]) => id);
}

/** The same for names that lead to themselves. */
export function nearestNames(typed: string, names: Iterable<string>): string[] {
  return nearestIds(
    typed,
    Array.from(names, (name) => spellingOf(name, name)),
  );
}

/** What a refusal adds: " (did you mean vllm?)", or nothing. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** Separators carry no meaning in "llama 3.1 8b", "Llama-3.1-8B" and "llama_3.1:8b"; the words stay apart. */
function letters(name: string): string {
  return name.replace(/[^\p{L}\p{N}.]+/gu, ' ').trim();
}

function likeness(wanted: string, name: string): number {
  if (name === '') return 0;
  const spelling = 1 - distance(wanted, name) / Math.max(wanted.length, name.length);
  const [shorter, longer] = wanted.length < name.length ? [wanted, name] : [name, wanted];
  const covered = shorter.length / longer.length;
  // A beginning of two letters fits half the catalogue; of four or more it is likely what was meant.
  const beginning = shorter.length >= 3 && longer.startsWith(shorter) ? 0.6 + 0.4 * covered : 0;
  const inside = shorter.length >= 4 && longer.includes(shorter) ? 0.45 + 0.4 * covered : 0;
  return Math.max(spelling, beginning, inside, 0.9 * wordsInCommon(wanted, name));
}

/** Words in common ÷ words of both (Jaccard). */
function wordsInCommon(left: string, right: string): number {
  const leftWords = new Set(left.split(' '));
  const rightWords = new Set(right.split(' '));
  const common = [...leftWords].filter((word) => rightWords.has(word)).length;
  return common / (leftWords.size + rightWords.size - common);
}
