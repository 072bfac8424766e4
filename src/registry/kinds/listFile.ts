import { array, record, z } from 'zod';
import { ownEntry } from '../../engine/ownEntry.ts';
import type { Source, SourceKeys } from './source.ts';

const anyFields = record(z.string(), z.unknown());
/** Fields that every file of a list has beside its rows and sources. */
export const listTitle = z.string().min(3).describe('What the list is, in words.');
export const listDefaults = anyFields.default({}).describe('Fields of every row that does not state them itself.');
export const listRows = array(anyFields).min(1).describe('The rows.');

/**
 * Rows with ids made of the words that tell one from another. A row that repeats them gets a number, in file order; list
 * files only grow at the end of such a repetition, so an id never moves to another row.
 */
export function withIds<Row>(
  rows: readonly Row[],
  words: (row: Row) => readonly string[],
): { id: string; facts: Row }[] {
  const seen = new Map<string, number>();
  return rows.map((facts) => {
    const id = slug(words(facts).join('-'));
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return { id: times === 1 ? id : `${id}-${times}`, facts };
  });
}

/** The sources that `keys` name; a key that is missing is left for the row's schema to complain about. */
export function namedSources(sources: Readonly<Record<string, Source>>, keys: unknown): Record<string, Source> {
  const named: Record<string, Source> = {};
  for (const key of sourceKeyList(keys)) {
    const source = ownEntry(sources, key);
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
