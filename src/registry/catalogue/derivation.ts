import { compareText } from '../../engine/compareText.ts';
import type { Profile } from '../kinds/kind.ts';

/**
 * Something worked out from all listed profiles of a shelf. It is worked out once, when first asked for, and carried to
 * the next shelf change by change: no question pays for going through thousands of profiles because one has changed.
 */
export interface Derivation<Item, Result> {
  /** `listed`: in the order of the ids. */
  of(listed: readonly Item[]): Result;
  /** `removed`: those that are gone or replaced; `added`: those that are new or in their place. Neither may be changed. */
  next(before: Result, removed: readonly Item[], added: readonly Item[]): Result;
}

/** Profiles by a key: the offers of a device, the measurements of a model. Each group is in the order of the ids. */
export type Groups<Item> = ReadonlyMap<string, readonly Item[]>;

type WithId = Pick<Profile, 'id'>;

/** Groups of profiles; one may be in several, or (null) in none. */
export function groupedBy<Item extends WithId>(
  keysOf: (item: Item) => readonly (string | null)[],
): Derivation<Item, Groups<Item>> {
  return {
    of: (listed) => group(listed, keysOf),
    next(before, removed, added) {
      const gone = group(removed, keysOf);
      const come = group(added, keysOf);
      const groups = new Map(before);
      for (const key of new Set([...gone.keys(), ...come.keys()])) {
        const members = replaceIn(before.get(key) ?? [], gone.get(key) ?? [], come.get(key) ?? []);
        if (members.length === 0) groups.delete(key);
        else groups.set(key, members);
      }
      return groups;
    },
  };
}

function group<Item>(items: readonly Item[], keysOf: (item: Item) => readonly (string | null)[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      if (key === null) continue;
      const members = groups.get(key);
      if (members === undefined) groups.set(key, [item]);
      else members.push(item);
    }
  }
  return groups;
}

/** A list by id without `removed` and with `added`: a copy and a few searches, where a new list would be sorted. */
export function replaceIn<Item extends WithId>(
  sorted: readonly Item[],
  removed: readonly Item[],
  added: readonly Item[],
): readonly Item[] {
  if (removed.length + added.length > mostSearched) {
    const gone = new Set(removed.map(({ id }) => id));
    return [...sorted.filter(({ id }) => !gone.has(id)), ...added].sort(byId);
  }
  const list = [...sorted];
  for (const item of removed) list.splice(placeOf(item, list), 1);
  for (const item of added) list.splice(placeOf(item, list), 0, item);
  return list;
}

/** So many changes are looked for one by one; of more, all are put in order. */
const mostSearched = 64;

/** Where an item is in a list by id, or would be. */
function placeOf(item: WithId, list: readonly WithId[]): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byId(list[middle] as WithId, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The order of lists: by id. */
export function byId(left: WithId, right: WithId): number {
  return compareText(left.id, right.id);
}
