import { UnknownProfileError } from '../errors.ts';
import type { Profile } from '../kinds/kind.ts';
import { foldName } from '../name.ts';
import { nearestIds, type Spelling, spellingsOf } from '../nearestNames.ts';
import { byId, type Derivation, replaceIn } from './derivation.ts';
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

/** What has been worked out from a shelf so far. */
interface WorkedOut<Facts extends object, Engine> {
  listed: readonly StoredProfile<Facts, Engine>[];
  derived: Map<Derivation<Profile<Facts, Engine>, unknown>, unknown>;
}

const spellings: Derivation<Profile, readonly Spelling[]> = {
  of: (profiles) => profiles.flatMap(spellingsOf),
  next(before, removed, added) {
    const gone = new Set(removed.map(({ id }) => id));
    return [...before.filter(({ id }) => !gone.has(id)), ...added.flatMap(spellingsOf)];
  },
};

/** All profiles of one kind, as one moment of the catalogue has them. Never changes. */
export class Shelf<Facts extends object, Engine> {
  readonly kind: string;
  readonly #index: ProfileIndex<StoredProfile<Facts, Engine>>;
  #workedOut: WorkedOut<Facts, Engine> | undefined;

  constructor(kind: string, index: ProfileIndex<StoredProfile<Facts, Engine>>, workedOut?: WorkedOut<Facts, Engine>) {
    this.kind = kind;
    this.#index = index;
    this.#workedOut = workedOut;
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
    return nearestIds(typed, this.derived(spellings));
  }

  /** Every listed profile (the retired left out), by id. */
  all(): readonly Profile<Facts, Engine>[] {
    return this.#workOut().listed;
  }

  /** What `derivation` makes of every listed profile; worked out once, then carried from shelf to shelf. */
  derived<Result>(derivation: Derivation<Profile<Facts, Engine>, Result>): Result {
    const { listed, derived } = this.#workOut();
    if (!derived.has(derivation)) derived.set(derivation, derivation.of(listed));
    return derived.get(derivation) as Result;
  }

  /** Every profile, the retired ones too; cheaper than `all`, which sorts. */
  unordered(): Iterable<Profile<Facts, Engine>> {
    return this.#index.all();
  }

  /** @throws InvalidCursorError */
  list(request: ListRequest<Profile<Facts, Engine>>): Page<Profile<Facts, Engine>> {
    const { search, where = () => true, order, first, after } = request;
    const words = foldName(search ?? '').split(/\s+/);
    const found = this.#workOut().listed.filter(
      (profile) => words.every((word) => profile.searchText.includes(word)) && where(profile),
    );
    return pageOf<Profile<Facts, Engine>>(found, { ...(order && { order }), first, after: after ?? null });
  }

  /** The shelf with these profiles added or put in place of their former selves. */
  with(changed: readonly StoredProfile<Facts, Engine>[]): Shelf<Facts, Engine> {
    const index = this.#index.with(changed);
    if (this.#workedOut === undefined) return new Shelf(this.kind, index);
    const removed = changed.flatMap(({ id }) => this.#index.get(id) ?? []).filter(isListed);
    const added = changed.filter(isListed);
    const derived = new Map(
      [...this.#workedOut.derived].map(([derivation, before]) => [derivation, derivation.next(before, removed, added)]),
    );
    return new Shelf(this.kind, index, { listed: replaceIn(this.#workedOut.listed, removed, added), derived });
  }

  /** The shelf with a profile that is found by its id and on no list: nothing is worked out anew for it. */
  withUnlisted(profile: StoredProfile<Facts, Engine>): Shelf<Facts, Engine> {
    return new Shelf(this.kind, this.#index.with([profile]), this.#workOut());
  }

  #workOut(): WorkedOut<Facts, Engine> {
    this.#workedOut ??= { listed: this.#index.all().filter(isListed).sort(byId), derived: new Map() };
    return this.#workedOut;
  }
}

function isListed({ retired }: Profile): boolean {
  return retired === null;
}
