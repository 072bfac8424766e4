import type { Profile } from '../kinds/kind.ts';
import { foldName } from '../name.ts';
import { keyOf, modelWords, wordsOf } from './words.ts';

/** The profile of several with one key that has it most rightfully: as its id, else as its name; null = nobody. */
export function theOne<P extends Profile>(group: readonly P[], key: string, typed?: string): P | null {
  const [only, ...others] = group;
  if (only === undefined || others.length === 0) return only ?? null;
  const ways: ((profile: P) => boolean)[] = [
    ({ id }) => keyOf(wordsOf(id)) === key || keyOf(modelWords(id)) === key,
    ({ name }) => typed !== undefined && foldName(name) === foldName(typed),
    ({ name }) => keyOf(wordsOf(name)) === key || keyOf(modelWords(name)) === key,
  ];
  for (const isRightful of ways) {
    const [rightful, ...more] = group.filter(isRightful);
    if (rightful !== undefined && more.length === 0) return rightful;
  }
  return null;
}
