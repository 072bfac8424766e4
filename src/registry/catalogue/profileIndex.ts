import type { Profile } from '../kinds/kind.ts';
import { foldName } from '../name.ts';

/** What the index needs to know of a profile. */
export type Indexed = Pick<Profile, 'id' | 'origin' | 'retired' | 'aliases'>;

/** Changes are kept beside the large maps until there are this many; then the maps take them in. */
const mostRecent = 256;

/** Who keeps a name that several claim: a user before a pack, a pack before the seeds. */
const precedence: Readonly<Record<Profile['origin'], number>> = { user: 0, pack: 1, seed: 2 };

interface Names {
  /** Id by folded id or alias. */
  idOf: ReadonlyMap<string, string>;
  /** Names that several claim: whoever has one may lose it when another is listed or retired. */
  contested: ReadonlySet<string>;
}

/**
 * Profiles of one kind by id and by name. Immutable, and cheap to derive from: one changed profile costs a copy of the
 * recent changes, not of ten thousand names.
 */
export class ProfileIndex<P extends Indexed> {
  readonly #byId: ReadonlyMap<string, P>;
  readonly #names: Names;
  readonly #recent: ReadonlyMap<string, P>;
  readonly #recentIdOfName: ReadonlyMap<string, string>;

  private constructor(
    byId: ReadonlyMap<string, P>,
    names: Names,
    recent: ReadonlyMap<string, P> = new Map(),
    recentIdOfName: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#byId = byId;
    this.#names = names;
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
    const id = this.#recentIdOfName.get(folded) ?? this.#names.idOf.get(folded);
    return id === undefined ? undefined : this.get(id);
  }

  /** In no particular order. */
  all(): P[] {
    const unchanged = [...this.#byId.values()].filter(({ id }) => !this.#recent.has(id));
    return [...unchanged, ...this.#recent.values()];
  }

  /** The index with these profiles added or put in place of their former selves. */
  with(changed: readonly P[]): ProfileIndex<P> {
    if (!changed.every((profile) => this.#movesNoName(profile))) {
      const byId = new Map(this.all().map((profile) => [profile.id, profile]));
      for (const profile of changed) byId.set(profile.id, profile);
      return ProfileIndex.of([...byId.values()]);
    }
    const recent = new Map(this.#recent);
    for (const profile of changed) recent.set(profile.id, profile);
    const added = namesOf(changed.filter(({ id }) => this.get(id) === undefined));
    // Two new ones may claim a name that nobody had.
    const contested =
      added.contested.size === 0 ? this.#names.contested : new Set([...this.#names.contested, ...added.contested]);
    const recentNames = added.idOf.size === 0 ? this.#recentIdOfName : merged(this.#recentIdOfName, added.idOf);
    const { idOf } = this.#names;
    if (recent.size <= mostRecent) return new ProfileIndex(this.#byId, { idOf, contested }, recent, recentNames);
    // No name has moved: the large maps take the recent entries in, and nothing is worked out anew.
    return new ProfileIndex(merged(this.#byId, recent), { idOf: merged(idOf, recentNames), contested });
  }

  /** Neither gives a name up, nor claims one that somebody has, nor changes its rank among those who claim one. */
  #movesNoName(profile: P): boolean {
    const before = this.get(profile.id);
    if (before === undefined) return [profile.id, ...profile.aliases].every((name) => this.find(name) === undefined);
    if (before.aliases.join('\n') !== profile.aliases.join('\n')) return false;
    if (rank(before) === rank(profile)) return true;
    return profile.aliases.every((alias) => !this.#names.contested.has(foldName(alias)));
  }
}

/** Ids before aliases, listed profiles before retired ones: a name leads to what people most likely mean by it. */
function namesOf(profiles: readonly Indexed[]): Names {
  const idOf = new Map<string, string>();
  const contested = new Set<string>();
  const claim = (name: string, id: string) => {
    const folded = foldName(name);
    const owner = idOf.get(folded);
    if (owner === undefined) idOf.set(folded, id);
    else if (owner !== id) contested.add(folded);
  };
  for (const { id } of profiles) claim(id, id);
  const named = profiles.filter(({ aliases }) => aliases.length > 0);
  named.sort((left, right) => rank(left) - rank(right) || (left.id < right.id ? -1 : 1));
  for (const { id, aliases } of named) for (const alias of aliases) claim(alias, id);
  return { idOf, contested };
}

function rank({ retired, origin }: Indexed): number {
  return (retired === null ? 0 : 10) + precedence[origin];
}

function merged<Value>(large: ReadonlyMap<string, Value>, recent: ReadonlyMap<string, Value>): Map<string, Value> {
  const both = new Map(large);
  for (const [key, value] of recent) both.set(key, value);
  return both;
}
