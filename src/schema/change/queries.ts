import { builder } from '../builder.ts';
import { pageArguments, pageRequest } from '../connection.ts';
import { invalidArgument, resolving } from '../errors.ts';
import { ProfileType } from '../profiles/profile.ts';
import { ChangeConnection } from './change.ts';
import { namedProfile, namedProfileArguments } from './namedProfile.ts';

builder.queryFields((t) => ({
  changes: t.field({
    type: ChangeConnection,
    nullable: true,
    description:
      'Who changed what, the newest first, a page at a time. ' +
      'Example: `{ changes(kind: HARDWARE, first: 5) { nodes { at actor action id differences { path before after } } } }`',
    args: {
      ...namedProfileArguments(t),
      actor: t.arg.string({ description: 'By this key or pack, by its name.' }),
      since: t.arg.string({ description: 'At or after this time, as ISO 8601: 2026-11-24 or 2026-11-24T12:00:00Z.' }),
      ...pageArguments(t),
    },
    resolve: resolving((_root, { kind, id, actor, since, ...page }, { catalogue, registry }) => {
      const profile = namedProfile(catalogue, kind, id);
      return registry.changes({ ...profile, actor, since: timeOf(since), ...pageRequest(page) });
    }),
  }),
}));

/** Every kind of profile has its history. */
builder.interfaceFields(ProfileType, (t) => ({
  history: t.field({
    type: ChangeConnection,
    description: 'Who changed it, the newest change first, a page at a time.',
    args: pageArguments(t),
    resolve: resolving(({ kind, id }, page, { registry }) => registry.changes({ kind, id, ...pageRequest(page) })),
  }),
}));

function timeOf(since: string | null | undefined): string | null {
  if (since == null) return null;
  const time = new Date(since);
  if (/^\d{4}-/.test(since) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw invalidArgument('since', since, 'must be a time as ISO 8601, 2026-11-24T12:00:00Z');
}
