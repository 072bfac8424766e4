import type { Kind } from '../kinds/kind.ts';
import { allKinds, kinds } from '../kinds/kinds.ts';
import type { Estimators } from '../pluggedEstimator.ts';
import { ProfileIndex } from './profileIndex.ts';
import { Shelf } from './shelf.ts';
import { StoredProfile, type StoredRow } from './storedProfile.ts';

type ShelfOf<K> = K extends Kind<infer Facts, infer Engine> ? Shelf<Facts, Engine> : never;
type Shelves = { readonly [Name in keyof typeof kinds]: ShelfOf<(typeof kinds)[Name]> };

/** Every profile at one revision of the database, in memory. Immutable: a request that holds one sees no change. */
export interface Catalogue extends Shelves {
  /** Counts the transactions that changed the catalogue. */
  readonly revision: number;
  /** What the packs of this process bring to estimate with, beside the engine. */
  readonly estimators: Estimators;
  /** The catalogue that this one was made of by `withUnlisted`; null = itself. */
  readonly listed: Catalogue | null;
}

export function buildCatalogue(
  revision: number,
  rows: Iterable<StoredRow>,
  estimators: Estimators = new Map(),
): Catalogue {
  const profiles = profilesByKind(rows);
  return withShelves(
    { revision, estimators, listed: null },
    ({ kind }) => new Shelf(kind, ProfileIndex.of(profiles.get(kind) ?? [])),
  );
}

/** The next revision: kinds without changed rows keep their shelves, and profiles without changes what was computed. */
export function updateCatalogue(catalogue: Catalogue, revision: number, changed: Iterable<StoredRow>): Catalogue {
  const profiles = profilesByKind(changed);
  return withShelves({ revision, estimators: catalogue.estimators, listed: null }, (kind) => {
    const shelf = shelfOf(catalogue, kind.kind);
    const ofKind = profiles.get(kind.kind);
    return ofKind === undefined ? shelf : shelf.with(ofKind);
  });
}

/** The catalogue with profiles beside that are found by their ids and on no list; nothing is worked out anew for them. */
export function withUnlisted(catalogue: Catalogue, profiles: readonly StoredProfile<object, unknown>[]): Catalogue {
  const { revision, estimators, listed } = catalogue;
  return withShelves({ revision, estimators, listed: listed ?? catalogue }, ({ kind }) =>
    profiles
      .filter((profile) => profile.kind === kind)
      .reduce((shelf, profile) => shelf.withUnlisted(profile), shelfOf(catalogue, kind)),
  );
}

/** The shelf of a kind known only at run time. */
export function shelfOf(catalogue: Catalogue, kindName: string): Shelf<object, unknown> {
  const name = shelfNames.get(kindName);
  if (name === undefined) throw new TypeError(`there is no kind of profile called ${kindName}`);
  return catalogue[name] as unknown as Shelf<object, unknown>;
}

const shelfNames = new Map(
  Object.entries(kinds).map(([name, { kind }]) => [kind as string, name as keyof Shelves] as const),
);

function withShelves(
  rest: Pick<Catalogue, 'revision' | 'estimators' | 'listed'>,
  shelf: (kind: Kind) => Shelf<object, unknown>,
): Catalogue {
  const shelves = Object.entries(kinds).map(([name, kind]) => [name, shelf(kind)]);
  // Each shelf was made by the kind of its own name, so its facts are that kind's.
  return Object.freeze({ ...rest, ...Object.fromEntries(shelves) }) as Catalogue;
}

function profilesByKind(rows: Iterable<StoredRow>): Map<string, StoredProfile<object, unknown>[]> {
  return Map.groupBy(profilesOf(rows), ({ kind }) => kind);
}

function* profilesOf(rows: Iterable<StoredRow>): Generator<StoredProfile<object, unknown>> {
  const known = new Map(allKinds.map((kind) => [kind.kind, kind]));
  for (const row of rows) {
    const kind = known.get(row.kind);
    // A kind that this version does not have stays in the database, unseen.
    if (kind !== undefined) yield new StoredProfile(kind, row);
  }
}
