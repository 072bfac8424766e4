import { array, enum as oneOf, optional, record, strictObject, union, z } from 'zod';
import { buildYears } from '../../engine/builds.ts';
import { text } from './ranges.ts';

/** A calendar date as precisely as it is known: 2024, 2024-07 or 2024-07-23. */
export const partialDate = z
  .string()
  .regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/, {
    message: 'must be a date: YYYY, YYYY-MM or YYYY-MM-DD',
    abort: true,
  })
  // Date turns 30 February into 2 March.
  .refine((date) => date.length < 10 || isoDay(date) === date, 'must be a day of the calendar');

function isoDay(date: string): string {
  const time = Date.parse(date);
  return Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10);
}

/**
 * Where a group of figures comes from and how it is known.
 *
 * vendor: the maker says so. published: a third party says so. measured: somebody measured it.
 * derived: computed from other figures. assumed: no source we can point to; shown as an assumption in every answer.
 */
export const sourceSchema = strictObject({
  title: z.string().min(3).describe('What it is, in words: "NVIDIA H300 datasheet, March 2027".'),
  url: optional(z.url({ protocol: /^https?$/ })).describe(
    'Public address, if it has a stable one; otherwise a citation, unless it is assumed.',
  ),
  citation: optional(z.string().min(10)).describe('Full citation where there is no stable address.'),
  retrieved: optional(partialDate).describe(
    'Day it was read or the snapshot was taken, as YYYY-MM-DD or as precisely as known.',
  ),
  known: oneOf(['vendor', 'published', 'measured', 'derived', 'assumed']).describe('How the figures are known.'),
}).refine((source) => source.url !== undefined || source.citation !== undefined || source.known === 'assumed', {
  error: 'needs a url or a full citation (or known: "assumed")',
});

export type Source = z.infer<typeof sourceSchema>;

export const sourcesSchema = record(
  z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be lower-case letters, digits, dots or hyphens'),
  sourceSchema,
).describe('Sources by key; groups of figures name the keys they rest on.');

/** The keys in `sources` that a group of figures rests on, the strongest first. */
export const sourceKeys = union([z.string(), array(z.string()).min(1)]).describe(
  'Keys in `sources` of where these figures come from, the strongest first.',
);
export type SourceKeys = z.infer<typeof sourceKeys>;

/** Names people type: at most 120 characters, no control characters. */
export const aliasSchema = text(1, 120).refine(
  (alias) => !/\p{Cc}/u.test(alias),
  'must not contain control characters',
);
/** Ids are human slugs: lower case, digits, dots, hyphens, underscores. */
export const idSchema = z
  .string()
  .max(120)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be lower-case letters, digits, dots, hyphens or underscores');

/** Facts that are the id of something else, for whoever shows or asks for them. */
export const ids = z.registry<{ of: 'profile' | 'estimator' }>();

/** The id of another profile; whether there is one is asked where all are known, with a suggestion. */
export const referenceSchema = text(1, 120).register(ids, { of: 'profile' });

/** Calendar year of a runtime's build. */
export const buildYear = z.int().min(buildYears.minimum).max(buildYears.maximum);
