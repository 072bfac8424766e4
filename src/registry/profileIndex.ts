import type { Profile } from './kind.ts';
import { foldName } from './name.ts';

/** What the index needs to know of a profile. */
export type Indexed = Pick<Profile, 'id' | 'origin' | 'retired' | 'aliases'>;

/** Changes are kept beside the large maps until there are this many; then the maps take them in. */
const mostRecent = 256;

/** Who keeps a name that several claim: a user before a pack, a pack before the seeds. */
const precedence: Readonly<Record<Profile['origin'], number>> = { user: 0, pack: 1, seed: 2 };

/**
 * Profiles of one kind by id and by name. Immutable, and cheap to derive from: one changed profile costs a copy of the
 * recent changes, not of ten thousand names.
 */
export class ProfileIndex<P extends Indexed> {
  readonly #byId: ReadonlyMap<string, P>;
  /** Id by folded id or alias. */
  readonly #idOfName: ReadonlyMap<string, string>;
  readonly #recent: ReadonlyMap<string, P>;
  readonly #recentIdOfName: ReadonlyMap<string, string>;

  private constructor(
    byId: ReadonlyMap<string, P>,
    idOfName: ReadonlyMap<string, string>,
    recent: ReadonlyMap<string, P> = new Map(),
    recentIdOfName: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#byId = byId;
    this.#idOfName = idOfName;
    this.#recent = recent;
    this.#recentIdOfName = recentIdOfName;
  }

  static of<P extends Indexed>(profiles: readonly P[]): ProfileIndex<P> {
    return new ProfileIndex(new Map(profiles.map((profile) => [profile.id, profile])), namesOf(profiles));
  }

  /** By the id as it is stored. */
  get(id: string): P | undefined {
    return this.#recent.get(id) ?? this.#byId.get(id);
  }

  /** By id or alias, whatever its case. */
  find(name: string): P | undefined {
    const exact = this.get(name);
    if (exact !== undefined) return exact;
    const folded = foldName(name);
    const id = this.#recentIdOfName.get(folded) ?? this.#idOfName.get(folded);
    return id === undefined ? undefined : this.get(id);
  }

  /** In no particular order. */
  all(): P[] {
    const unchanged = [...this.#byId.values()].filter(({ id }) => !this.#recent.has(id));
    return [...unchanged, ...this.#recent.values()];
  }

  /** The index with these profiles added or put in place of their former selves. */
  with(changed: readonly P[]): ProfileIndex<P> {
    if (!changed.every((profile) => this.#takesNoName(profile))) {
      const byId = new Map(this.all().map((profile) => [profile.id, profile]));
      for (const profile of changed) byId.set(profile.id, profile);
      return ProfileIndex.of([...byId.values()]);
    }
    const recent = new Map(this.#recent);
    for (const profile of changed) recent.set(profile.id, profile);
    const added = namesOf(changed.filter(({ id }) => this.get(id) === undefined));
    const recentNames = added.size === 0 ? this.#recentIdOfName : new Map([...this.#recentIdOfName, ...added]);
    if (recent.size <= mostRecent) return new ProfileIndex(this.#byId, this.#idOfName, recent, recentNames);
    // No name has moved: the large maps take the recent entries in, and nothing is worked out anew.
    return new ProfileIndex(new Map([...this.#byId, ...recent]), new Map([...this.#idOfName, ...recentNames]));
  }

  /** Neither gives a name up nor claims one that somebody has. */
  #takesNoName(profile: P): boolean {
    const before = this.get(profile.id);
    if (before === undefined) return [profile.id, ...profile.aliases].every((name) => this.find(name) === undefined);
    const sameState = (before.retired === null) === (profile.retired === null) && before.origin === profile.origin;
    const sameNames = before.aliases.join('\n') === profile.aliases.join('\n');
    return sameState && sameNames;
  }
}

/** Ids before aliases, listed profiles before retired ones: a name leads to what people most likely mean by it. */
function namesOf(profiles: readonly Indexed[]): Map<string, string> {
  const names = new Map<string, string>();
  const claim = (name: string, id: string) => {
    const folded = foldName(name);
    if (!names.has(folded)) names.set(folded, id);
  };
  for (const { id } of profiles) claim(id, id);
  const named = profiles.filter(({ aliases }) => aliases.length > 0);
  const rank = ({ retired, origin }: Indexed) => (retired === null ? 0 : 10) + precedence[origin];
  named.sort((left, right) => rank(left) - rank(right) || (left.id < right.id ? -1 : 1));
  for (const { id, aliases } of named) for (const alias of aliases) claim(alias, id);
  return names;
}
