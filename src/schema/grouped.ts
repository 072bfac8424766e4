/**
 * Look-up of the profiles of a shelf that name another profile: the offers of a device, the measurements of a model.
 * Grouped on first use and kept with the shelf, which never changes; a changed catalogue has new shelves.
 */
export function groupedBy<Shelf extends { all(): readonly Item[] }, Item>(
  keysOf: (item: Item) => readonly (string | null)[],
): (shelf: Shelf, key: string) => readonly Item[] {
  const known = new WeakMap<Shelf, ReadonlyMap<string, readonly Item[]>>();
  return (shelf, key) => {
    let groups = known.get(shelf);
    if (groups === undefined) {
      groups = group(shelf.all(), keysOf);
      known.set(shelf, groups);
    }
    return groups.get(key) ?? [];
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
