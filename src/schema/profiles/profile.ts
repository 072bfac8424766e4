import type { Profile } from '../../registry/kinds/kind.ts';
import type { Source } from '../../registry/kinds/source.ts';
import { builder } from '../builder.ts';
import { Origin } from '../enums.ts';
import { camelCase, upperFirst } from '../names.ts';
import { SourceType, sourceList } from './source.ts';

/** What every kind of profile has, whatever its facts. */
type AnyProfile = Profile<{ sources: Readonly<Record<string, Source>> }>;

/** Kinds whose type is not simply called as they are. */
const typeNames = new Map<string, (profile: AnyProfile) => string>();

/** Says which type a profile of a kind is, where one kind has several. */
export function typesOfKind(kind: string, nameOf: (profile: AnyProfile) => string): void {
  typeNames.set(kind, nameOf);
}

function typeNameOf(profile: AnyProfile): string {
  return typeNames.get(profile.kind)?.(profile) ?? upperFirst(camelCase(profile.kind));
}

export const ProfileType = builder.interfaceRef<AnyProfile>('Profile').implement({
  description: 'An entry of the catalogue: a set of facts with sources, found by its id or an alias.',
  resolveType: (profile) => typeNameOf(profile),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Short slug; never changes and is never reused.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    aliases: t.exposeStringList('aliases', {
      description: 'Other names it is found by, upper and lower case alike.',
    }),
    sources: t.field({
      type: [SourceType],
      description: 'Where its figures come from.',
      resolve: ({ facts }) => sourceList(facts.sources),
    }),
    revision: t.exposeInt('revision', { description: 'Count of the changes of this profile, from 1.' }),
    origin: t.expose('origin', { type: Origin, description: 'Who wrote its current facts.' }),
    updatedAt: t.exposeString('updatedAt', { description: 'Time of its last change, as ISO 8601 in UTC.' }),
    retired: t.boolean({
      description: 'No longer listed; still found by its id.',
      resolve: ({ retired }) => retired !== null,
    }),
    replacedById: t.id({
      nullable: true,
      description: 'Id of the one to use instead of a retired one; null = in use, or nothing was named.',
      resolve: ({ retired }) => retired?.replacedBy,
    }),
  }),
});
