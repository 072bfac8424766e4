import { UnknownProfileError } from './errors.ts';
import type { Profile } from './kind.ts';
import { compareText, foldName } from './name.ts';
import { nearestIds } from './nearestNames.ts';
import { type Order, type Page, pageOf } from './page.ts';
import type { StoredProfile } from './storedProfile.ts';

export interface ListRequest<Item> {
  /** Words that must all occur in id, name, aliases or what else the kind searches; any order, any case. */
  search?: string | null | undefined;
  where?: (item: Item) => boolean;
  order?: Order<Item>;
  first: number;
  after?: string | null | undefined;
}

/** All profiles of one kind, as one moment of the catalogue has them. Never changes. */
export class Shelf<Facts extends object, Engine> {
  readonly kind: string;
  /** Listed profiles (the retired left out), by id. */
  readonly #listed: readonly StoredProfile<Facts, Engine>[];
  readonly #byId: ReadonlyMap<string, StoredProfile<Facts, Engine>>;
  /** Folded ids and aliases. */
  readonly #byName: ReadonlyMap<string, StoredProfile<Facts, Engine>>;

  constructor(kind: string, byId: ReadonlyMap<string, StoredProfile<Facts, Engine>>) {
    this.kind = kind;
    this.#byId = byId;
    const everything = [...byId.values()];
    this.#listed = everything
      .filter(({ retired }) => retired === null)
      .sort((left, right) => compareText(left.id, right.id));
    this.#byName = nameIndex(everything);
  }

  /** The profile of that id or alias, whatever its case. A retired one is still found. */
  find(idOrAlias: string): Profile<Facts, Engine> | null {
    return this.#byId.get(idOrAlias) ?? this.#byName.get(foldName(idOrAlias)) ?? null;
  }

  has(idOrAlias: string): boolean {
    return this.find(idOrAlias) !== null;
  }

  /** @throws UnknownProfileError with up to three suggestions; `argument` is where the name came from */
  get(idOrAlias: string, argument?: string): Profile<Facts, Engine> {
    const found = this.find(idOrAlias);
    if (found !== null) return found;
    throw new UnknownProfileError(this.kind, idOrAlias, this.suggest(idOrAlias), argument);
  }

  /** Up to three ids that `typed` may have meant. */
  suggest(typed: string): string[] {
    return nearestIds(
      typed,
      this.#listed.flatMap(({ id, name, aliases }) =>
        [id, name, ...aliases].map((spelling) => ({ name: spelling, id })),
      ),
    );
  }

  /** Every listed profile, by id. */
  all(): readonly Profile<Facts, Engine>[] {
    return this.#listed;
  }

  /** @throws InvalidCursorError */
  list(request: ListRequest<Profile<Facts, Engine>>): Page<Profile<Facts, Engine>> {
    const { search, where = () => true, order, first, after } = request;
    const words = foldName(search ?? '').split(/\s+/);
    const found = this.#listed.filter(
      (profile) => words.every((word) => profile.searchText.includes(word)) && where(profile),
    );
    return pageOf<Profile<Facts, Engine>>(found, { ...(order && { order }), first, after: after ?? null });
  }

  /** The shelf with these profiles added or put in place of their former selves. */
  with(changed: readonly StoredProfile<Facts, Engine>[]): Shelf<Facts, Engine> {
    const byId = new Map(this.#byId);
    for (const profile of changed) byId.set(profile.id, profile);
    return new Shelf(this.kind, byId);
  }
}

/** Ids before aliases, listed profiles before retired ones: a name leads to what people most likely mean by it. */
function nameIndex<Facts extends object, Engine>(
  profiles: readonly StoredProfile<Facts, Engine>[],
): ReadonlyMap<string, StoredProfile<Facts, Engine>> {
  const index = new Map<string, StoredProfile<Facts, Engine>>();
  const claim = (name: string, profile: StoredProfile<Facts, Engine>) => {
    const folded = foldName(name);
    if (!index.has(folded)) index.set(folded, profile);
  };
  for (const profile of profiles) claim(profile.id, profile);
  for (const retired of [false, true]) {
    for (const profile of profiles) {
      if ((profile.retired !== null) !== retired) continue;
      for (const alias of profile.aliases) claim(alias, profile);
    }
  }
  return index;
}
