import { compareText } from '../../engine/compareText.ts';
import { builder } from '../builder.ts';

interface Facet {
  value: string;
  count: number;
}

export const FacetType = builder.objectRef<Facet>('Facet').implement({
  description: 'A value that profiles of a list have, to filter by.',
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The value, as a filter takes it.' }),
    count: t.exposeInt('count', { description: 'Profiles of the whole list that have it, a count.' }),
  }),
});

/** The values of a fact over a list, the most frequent first. Where a profile lacks the fact it is left out. */
export function facetsOf<Item>(items: readonly Item[], factOf: (item: Item) => string | undefined): Facet[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = factOf(item);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const facets = Array.from(counts, ([value, count]) => ({ value, count }));
  return facets.sort((one, other) => other.count - one.count || compareText(one.value, other.value));
}
