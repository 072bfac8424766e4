import { type Catalogue, shelfOf } from '../../registry/catalogue/catalogue.ts';
import { UnknownProfileError } from '../../registry/errors.ts';
import { allKinds } from '../../registry/kinds/kinds.ts';
import { resolvePlain } from '../../registry/names/resolve.ts';
import { nearestIds, spellingsOf } from '../../registry/nearestNames.ts';
import type { builder } from '../builder.ts';
import { enumName } from '../enumOf.ts';
import { invalidArgument } from '../errors.ts';
import { ProfileKind } from '../profiles/profileKind.ts';

type Types = (typeof builder)['$inferSchemaTypes'];

export function namedProfileArguments({ arg }: { arg: PothosSchemaTypes.QueryFieldBuilder<Types, object>['arg'] }) {
  return {
    kind: arg({ type: ProfileKind, description: 'Of profiles of this kind only.' }),
    id: arg.id({
      description:
        'Of one profile only, by id, alias or whatever else it is called; of whichever kind, when no kind is named. ' +
        'UNKNOWN_PROFILE where there is none.',
    }),
  };
}

/**
 * The profile that the arguments `kind` and `id` mean: by id, alias or whatever else it is called; of whichever kind has it where
 * none is named; null = any. A retired one is found too.
 *
 * @throws UnknownProfileError nothing is called that; or a coded error when profiles of several kinds are
 */
export function namedProfile(
  catalogue: Catalogue,
  kind: string | null | undefined = null,
  id: string | null | undefined = null,
): { kind: string | null; id: string | null } {
  if (id === null) return { kind, id };
  if (kind !== null)
    return { kind, id: (resolvePlain(catalogue, kind, id) ?? shelfOf(catalogue, kind).get(id, 'id')).id };
  const shelves = allKinds.map((each) => shelfOf(catalogue, each.kind));
  const literal = shelves.flatMap((shelf) => shelf.find(id) ?? []);
  const meant =
    literal.length > 0 ? literal : shelves.flatMap((shelf) => resolvePlain(catalogue, shelf.kind, id) ?? []);
  const found = meant.map((profile) => ({ kind: profile.kind, id: profile.id }));
  const [only, ...others] = found;
  if (only === undefined) {
    // The likeliest of all kinds are among the likeliest of each.
    const likely = shelves.flatMap((shelf) => shelf.suggest(id).map((each) => shelf.get(each)));
    throw new UnknownProfileError('profile', id, nearestIds(id, likely.flatMap(spellingsOf)), 'id');
  }
  if (others.length === 0) return only;
  const kinds = found.map((each) => enumName(each.kind));
  const reason = `must say which is meant: ${kinds.join(' and ')} have a profile called "${id}"`;
  throw invalidArgument('kind', null, reason, kinds);
}
