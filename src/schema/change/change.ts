import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../registry/changes/history.ts';
import { builder } from '../builder.ts';
import { connectionOf } from '../connection.ts';
import { enumOf } from '../enumOf.ts';
import { ProfileKind } from '../profiles/profileKind.ts';

const ChangeAction = enumOf('ChangeAction', 'What was done to a profile.', {
  create: 'It was added.',
  update: 'Its facts changed.',
  retire: 'It was taken off the lists.',
  restore: 'It was put back on the lists, or a pack’s facts were brought back.',
});

interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

const DifferenceType = builder.objectRef<Difference>('FactDifference').implement({
  description: 'One fact that a change touched.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where, as in memory.memoryGigabytesPerSecond of a pack’s file.' }),
    before: t.expose('before', { type: 'JSON', nullable: true, description: 'What it was; null = not stated.' }),
    after: t.expose('after', { type: 'JSON', nullable: true, description: 'What it became; null = not stated.' }),
  }),
});

export const ChangeType = builder.objectRef<Change>('Change').implement({
  description: 'One revision of one profile: who changed what, when, before and after.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ProfileKind, description: 'Kind of the profile.' }),
    id: t.exposeID('id', { description: 'Id of the profile.' }),
    revision: t.exposeInt('revision', { description: 'The profile’s revision that this change made, a count from 1.' }),
    action: t.expose('action', { type: ChangeAction, description: 'What was done.' }),
    actor: t.exposeString('actor', { description: 'Who did it: the name of an API key, or of a pack.' }),
    at: t.exposeString('at', { description: 'When, as ISO 8601 in UTC.' }),
    catalogueRevision: t.exposeInt('catalogueRevision', {
      description: 'The catalogue’s revision that it is part of, a count; loading packs is one revision.',
    }),
    differences: t.field({
      type: [DifferenceType],
      description: 'Fact by fact; empty for a creation, and where only the listing changed.',
      resolve: ({ before, after }) => (before === null ? [] : differences(before, after)),
    }),
    before: t.expose('before', { type: 'JSON', nullable: true, description: 'All facts before; null for a creation.' }),
    after: t.expose('after', { type: 'JSON', nullable: true, description: 'All facts after.' }),
  }),
});

export const ChangeConnection = connectionOf('Change', ChangeType, 'changes');

/** The facts that differ, lists compared as a whole. */
function differences(before: object, after: object, within = ''): Difference[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const [was, is]: unknown[] = [Reflect.get(before, key), Reflect.get(after, key)];
    const path = within === '' ? key : `${within}.${key}`;
    if (isDeepStrictEqual(was, is)) return [];
    return isGroup(was) && isGroup(is) ? differences(was, is, path) : [{ path, before: was, after: is }];
  });
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
