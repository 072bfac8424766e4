import { UnknownProfileError } from './errors.ts';
import type { Profile } from './kind.ts';
import { compareText, foldName } from './name.ts';
import { nearestIds, type Spelling, spellingOf } from './nearestNames.ts';
import { type Order, type Page, pageOf } from './page.ts';
import type { ProfileIndex } from './profileIndex.ts';
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
  readonly #index: ProfileIndex<StoredProfile<Facts, Engine>>;
  #listed: readonly StoredProfile<Facts, Engine>[] | undefined;
  #spellings: readonly Spelling[] | undefined;

  constructor(kind: string, index: ProfileIndex<StoredProfile<Facts, Engine>>) {
    this.kind = kind;
    this.#index = index;
  }

  /** The profile of that id or alias, whatever its case. A retired one is still found. */
  find(idOrAlias: string): Profile<Facts, Engine> | null {
    return this.#index.find(idOrAlias) ?? null;
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
    this.#spellings ??= this.#all().flatMap(({ id, name, aliases }) =>
      [id, name, ...aliases].map((spelling) => spellingOf(spelling, id)),
    );
    return nearestIds(typed, this.#spellings);
  }

  /** Every listed profile (the retired left out), by id. */
  all(): readonly Profile<Facts, Engine>[] {
    return this.#all();
  }

  /** Every profile, the retired ones too; cheaper than `all`, which sorts. */
  unordered(): Iterable<Profile<Facts, Engine>> {
    return this.#index.all();
  }

  /** @throws InvalidCursorError */
  list(request: ListRequest<Profile<Facts, Engine>>): Page<Profile<Facts, Engine>> {
    const { search, where = () => true, order, first, after } = request;
    const words = foldName(search ?? '').split(/\s+/);
    const found = this.#all().filter(
      (profile) => words.every((word) => profile.searchText.includes(word)) && where(profile),
    );
    return pageOf<Profile<Facts, Engine>>(found, { ...(order && { order }), first, after: after ?? null });
  }

  /** The shelf with these profiles added or put in place of their former selves. */
  with(changed: readonly StoredProfile<Facts, Engine>[]): Shelf<Facts, Engine> {
    return new Shelf(this.kind, this.#index.with(changed));
  }

  #all(): readonly StoredProfile<Facts, Engine>[] {
    this.#listed ??= this.#index
      .all()
      .filter(({ retired }) => retired === null)
      .sort((left, right) => compareText(left.id, right.id));
    return this.#listed;
  }
}
