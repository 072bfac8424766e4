import type { Kind, Profile } from '../kinds/kind.ts';
import { foldName } from '../name.ts';
import type { ProfileRow } from '../storage/tables.ts';

/** The columns of a row that a profile in memory is made of. */
export type StoredRow = Pick<
  ProfileRow,
  'kind' | 'id' | 'name' | 'revision' | 'origin' | 'facts' | 'retiredAt' | 'replacedBy' | 'updatedAt'
>;

/**
 * A profile backed by its row. Facts are parsed, and the engine's shape computed, when first asked for and then kept:
 * most of several thousand prices and measurements are never looked at.
 */
export class StoredProfile<Facts extends object, Engine> implements Profile<Facts, Engine> {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly origin: ProfileRow['origin'];
  readonly updatedAt: string;
  readonly retired: Profile['retired'];

  readonly #kind: Kind<Facts, Engine>;
  #json: string;
  #facts: Facts | undefined;
  #engine: Engine | undefined;
  #searchText: string | undefined;
  #aliases: readonly string[] | undefined;

  constructor(kind: Kind<Facts, Engine>, row: StoredRow) {
    this.kind = row.kind;
    this.id = row.id;
    this.name = row.name;
    this.revision = row.revision;
    this.origin = row.origin;
    this.updatedAt = row.updatedAt;
    this.retired = row.retiredAt === null ? null : { at: row.retiredAt, replacedBy: row.replacedBy };
    this.#kind = kind;
    this.#json = row.facts;
  }

  get facts(): Facts {
    if (this.#facts === undefined) {
      // Validated when it was written; the text is not needed any more.
      this.#facts = JSON.parse(this.#json) as Facts;
      this.#json = '';
    }
    return this.#facts;
  }

  get engine(): Engine {
    this.#engine ??= this.#kind.toEngine(this.id, this.facts);
    return this.#engine;
  }

  /** Rows of a list (`expand`) have no aliases; looking would parse them all. */
  get aliases(): readonly string[] {
    this.#aliases ??= this.#kind.expand === undefined ? this.#kind.aliases(this.facts) : [];
    return this.#aliases;
  }

  /** Folded words that a search looks through. */
  get searchText(): string {
    this.#searchText ??= foldName(this.#kind.searchText(this.id, this.facts));
    return this.#searchText;
  }
}
