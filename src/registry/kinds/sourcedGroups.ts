import type { z } from 'zod';
import { missingSources } from './listFile.ts';
import type { Source, SourceKeys } from './source.ts';

/** For `superRefine`: says what is wrong with the field at a path. */
export function complainTo(context: z.RefinementCtx): (path: PropertyKey[], message: string) => void {
  return (path, message) => context.addIssue({ code: 'custom', path, message });
}

/**
 * For `superRefine`: every `source` anywhere in a profile must name keys of its `sources`.
 * The issue's path is that of the `source` field, so the message says which group of figures rests on nothing.
 */
export function refuseUnknownSources(
  facts: { sources: Readonly<Record<string, Source>> },
  context: z.RefinementCtx,
  complaint = (key: string) => `"${key}" is not in sources`,
): void {
  for (const [path, keys] of sourceFields(facts, [])) {
    for (const key of missingSources(facts.sources, keys)) {
      complainTo(context)(path, complaint(key));
    }
  }
}

function* sourceFields(value: object, path: readonly PropertyKey[]): Generator<[PropertyKey[], SourceKeys]> {
  for (const [key, field] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === 'source') yield [here, field];
    else if (typeof field === 'object' && field !== null && here[0] !== 'sources') yield* sourceFields(field, here);
  }
}
