import { shelfOf } from '../catalogue/catalogue.ts';
import { StoredProfile } from '../catalogue/storedProfile.ts';
import type { Profile } from '../kinds/kind.ts';
import { kindNamed } from '../kinds/kinds.ts';
import type { LiveCatalogue } from '../storage/storage.ts';
import type {
  CreateAllRequest,
  CreateRequest,
  RestoreRequest,
  RetireRequest,
  UpdateRequest,
  WriteRequest,
} from './plan.ts';

/**
 * Changes profiles on behalf of users. Each change is one transaction that holds the row, its revision, its line in
 * the change log and the catalogue's revision; it is on the disk when it is answered, and the catalogue shows it.
 * What each does and throws is said at `plan`.
 */
export class ProfileWriter {
  readonly #catalogue: LiveCatalogue;

  constructor(catalogue: LiveCatalogue) {
    this.#catalogue = catalogue;
  }

  /** A creation that is repeated adds nothing and answers with the profile as it is now: it may have changed since. */
  async create(request: CreateRequest): Promise<Profile> {
    const created = await this.#one({ action: 'create', ...request });
    if (request.idempotencyKey === undefined) return created;
    return shelfOf(this.#catalogue.current(), request.kind).find(created.id) ?? created;
  }

  /** Several profiles of one kind, or none of them. */
  createAll(request: CreateAllRequest): Promise<Profile[]> {
    return this.#all({ action: 'createAll', ...request });
  }

  update(request: UpdateRequest): Promise<Profile> {
    return this.#one({ action: 'update', ...request });
  }

  retire(request: RetireRequest): Promise<Profile> {
    return this.#one({ action: 'retire', ...request });
  }

  restore(request: RestoreRequest): Promise<Profile> {
    return this.#one({ action: 'restore', ...request });
  }

  async #one(request: WriteRequest): Promise<Profile> {
    const [profile] = await this.#all(request);
    if (profile === undefined) throw new Error('a change gave no row');
    return profile;
  }

  async #all(request: WriteRequest): Promise<Profile[]> {
    const rows = await this.#catalogue.write(request);
    return rows.map((row) => new StoredProfile(kindNamed(request.kind), row));
  }
}
