import type { OfferProfile } from '../../registry/catalogue/profiles.ts';
import { searchCatalogue } from '../../registry/names/search.ts';
import { ranged, requireInRange } from '../arguments/argumentRange.ts';
import { builder } from '../builder.ts';
import { searchRequest } from '../connection.ts';
import { resolving } from '../errors.ts';
import { ProfileType } from '../profiles/profile.ts';
import { ProfileKind } from '../profiles/profileKind.ts';

const listed = { minimum: 1, maximum: 100, whole: true };

/** What people look for first. */
const namedKinds = ['model', 'hardware', 'runtime', 'weight-format', 'scenario'];

builder.queryField('search', (t) =>
  t.field({
    type: [ProfileType],
    description:
      'Profiles of every kind that a text may mean, the likeliest first: what a name leads to (see `estimate`), then those in which all ' +
      'words occur, by likeness and by how well they are known, else names spelled alike. __typename tells the kind. ' +
      'Example: `{ search(text: "4090") { __typename id name ... on Hardware { memoryGiB } } }`',
    args: {
      text: t.arg.string({
        required: true,
        description: 'A name, or words of it, in any order and case: at most 200 characters.',
      }),
      kinds: t.arg({
        type: [ProfileKind],
        description: 'Of these kinds. Default: models, devices, runtimes, weight formats and scenarios.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: 10,
        description: 'How many at most, a count: 1 to 100.',
        ...ranged(listed),
      }),
    },
    resolve: resolving((_root, { text, kinds, first }, { catalogue }) => {
      requireInRange('first', first, listed);
      return [...searchCatalogue(catalogue, searchRequest(text, 'text'), kinds ?? namedKinds, first)] as OfferProfile[];
    }),
  }),
);
