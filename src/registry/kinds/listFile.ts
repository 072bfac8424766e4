import type { Source, SourceKeys } from './source.ts';

/**
 * Id made of the words that tell one row from another. A row that repeats them gets a number, in file order; list
 * files only grow at the end of such a repetition, so an id never moves to another row.
 */
export function rowIds(words: readonly (readonly string[])[]): string[] {
  const seen = new Map<string, number>();
  return words.map((parts) => {
    const id = slug(parts.join('-'));
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return times === 1 ? id : `${id}-${times}`;
  });
}

/** The sources that `keys` name; a key that is missing is left for the row's schema to complain about. */
export function namedSources(sources: Readonly<Record<string, Source>>, keys: unknown): Record<string, Source> {
  const named: Record<string, Source> = {};
  for (const key of sourceKeyList(keys)) {
    const source = sources[key];
    if (source !== undefined) named[key] = source;
  }
  return named;
}

/** Keys in `keys` that `sources` does not define. */
export function missingSources(sources: Readonly<Record<string, unknown>>, keys: SourceKeys): string[] {
  return sourceKeyList(keys).filter((key) => !Object.hasOwn(sources, key));
}

/** Lower-case letters, digits, dots, hyphens and underscores; everything else becomes one hyphen. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-._]+|-+$/g, '')
    .slice(0, 110);
}

function sourceKeyList(keys: unknown): string[] {
  if (typeof keys === 'string') return [keys];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
}
