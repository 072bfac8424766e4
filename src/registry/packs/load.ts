import { nextCatalogueRevision, readCatalogueValue, writeCatalogueValue } from '../storage/catalogueValues.ts';
import { ChangeLog } from '../storage/changeLog.ts';
import { inTransaction, type SqliteDatabase } from '../storage/database.ts';
import type { ChangeRow, ProfileRow } from '../storage/tables.ts';
import { packDigest } from './digest.ts';
import { type MergedPacks, mergePacks } from './merge.ts';
import type { Pack } from './pack.ts';
import { profilesOfPriceSource } from './priceSources/discover.ts';
import type { PriceSource } from './priceSources/priceSource.ts';
import { type PackProfile, profilesOfPack } from './profiles.ts';

/** What a load did. */
export interface PackLoad {
  created: number;
  updated: number;
  retired: number;
  restored: number;
  /** Kind and id of each profile whose facts a user has put in front of a pack's. The same at every start. */
  kept: readonly string[];
  /** One line for each profile that a later pack replaced: which file stands, for which, and why. The same at every start. */
  conflicts: readonly string[];
}

/**
 * Brings the database in step with the packs, in one transaction or not at all. Files that have not changed since the
 * last load are not even parsed. A row that a user has written keeps the user's facts, with the pack's behind them; a
 * row that only packs have written follows them, and is retired when they no longer have it (its history stays).
 *
 * @param packs in order of precedence, the weakest first
 * @param priceSources their offers join the first pack; asked for only when there is something to load
 * @throws PackError the first file that cannot be used; nothing is written then
 */
export async function loadPacks(
  database: SqliteDatabase,
  packs: readonly Pack[],
  priceSources: () => Promise<readonly PriceSource[]>,
): Promise<PackLoad> {
  const digest = packDigest(packs);
  const nothing = () => {
    const conflicts: string[] = JSON.parse(readCatalogueValue(database, 'pack_conflicts') ?? '[]');
    return { created: 0, updated: 0, retired: 0, restored: 0, kept: keptFacts(database), conflicts };
  };
  if (readCatalogueValue(database, 'pack_digest') === digest) return nothing();

  const merged = mergePacks(profilesOf(packs, await priceSources()), existsInDatabase(database));
  return inTransaction(database, () => {
    // Another process may have loaded the same packs while these were being read.
    if (readCatalogueValue(database, 'pack_digest') === digest) return nothing();
    const load = new Load(database, merged);
    load.apply();
    writeCatalogueValue(database, 'pack_digest', digest);
    writeCatalogueValue(database, 'pack_conflicts', JSON.stringify(merged.conflicts));
    return { ...load.counts, kept: keptFacts(database), conflicts: merged.conflicts };
  });
}

function profilesOf(packs: readonly Pack[], sources: readonly PriceSource[]): PackProfile[][] {
  return packs.map((pack, index) => {
    const profiles = profilesOfPack(pack);
    return index === 0 ? [...profiles, ...sources.flatMap(profilesOfPriceSource)] : profiles;
  });
}

function existsInDatabase(database: SqliteDatabase): (kind: string, id: string) => boolean {
  const find = database.prepare("SELECT 1 FROM profile WHERE kind = ? AND id = ? AND origin = 'user'");
  return (kind, id) => find.get(kind, id) !== undefined;
}

function keptFacts(database: SqliteDatabase): string[] {
  const select = "SELECT kind || ' ' || id FROM profile WHERE pack_facts IS NOT NULL ORDER BY kind, id";
  return database.prepare<[], string>(select).pluck().all() as string[];
}

type ExistingRow = Omit<ProfileRow, 'createdAt' | 'updatedAt' | 'replacedBy'>;

class Load {
  readonly counts = { created: 0, updated: 0, retired: 0, restored: 0 };
  readonly #database: SqliteDatabase;
  readonly #merged: MergedPacks;
  readonly #log: ChangeLog;
  readonly #at = new Date().toISOString();
  readonly #insert;
  readonly #update;
  readonly #retire;
  readonly #setPackFacts;
  /** Taken by the first change: a load without changes leaves the revision alone. */
  #catalogueRevision: number | null = null;

  constructor(database: SqliteDatabase, merged: MergedPacks) {
    this.#database = database;
    this.#merged = merged;
    this.#log = new ChangeLog(database);
    this.#insert = database.prepare(
      `INSERT INTO profile (kind, id, name, revision, origin, facts, created_at, updated_at)
       VALUES (?, ?, ?, 1, ?, ?, ?, ?)`,
    );
    this.#update = database.prepare(
      `UPDATE profile SET name = ?, origin = ?, facts = ?, revision = ?, updated_at = ?,
         retired_at = iif(retired_by = 'pack', NULL, retired_at),
         replaced_by = iif(retired_by = 'pack', NULL, replaced_by),
         retired_by = nullif(retired_by, 'pack')
       WHERE kind = ? AND id = ?`,
    );
    this.#retire = database.prepare(
      `UPDATE profile SET retired_at = ?, retired_by = 'pack', revision = ?, updated_at = ? WHERE kind = ? AND id = ?`,
    );
    this.#setPackFacts = database.prepare(
      'UPDATE profile SET pack_facts = ?, pack_origin = ? WHERE kind = ? AND id = ?',
    );
  }

  apply(): void {
    const existing = new Map(this.#readExisting().map((row) => [`${row.kind}/${row.id}`, row]));
    for (const [key, profile] of this.#merged.profiles) this.#bring(profile, existing.get(key));
    for (const [key, row] of existing) if (!this.#merged.profiles.has(key)) this.#withdraw(row);
  }

  #readExisting(): ExistingRow[] {
    return this.#database
      .prepare<[], ExistingRow>(
        `SELECT kind, id, name, revision, origin, facts, pack_facts AS packFacts, pack_origin AS packOrigin,
           retired_at AS retiredAt, retired_by AS retiredBy FROM profile`,
      )
      .all();
  }

  #bring(profile: PackProfile, row: ExistingRow | undefined): void {
    const { id, name, origin, facts } = profile;
    const kind = profile.kind.kind;
    if (row === undefined) {
      this.#insert.run(kind, id, name, origin, facts, this.#at, this.#at);
      this.#append(kind, id, 1, profile.pack, 'create', null);
      this.counts.created += 1;
    } else if (row.origin === 'user') {
      if (row.packFacts !== facts || row.packOrigin !== origin) this.#setPackFacts.run(facts, origin, kind, id);
    } else {
      const same = row.facts === facts && row.name === name && row.origin === origin;
      const returns = row.retiredBy === 'pack';
      if (same && !returns) return;
      const revision = row.revision + 1;
      this.#update.run(name, origin, facts, revision, this.#at, kind, id);
      this.#append(kind, id, revision, profile.pack, returns ? 'restore' : 'update', row.facts);
      this.counts[returns ? 'restored' : 'updated'] += 1;
    }
  }

  #withdraw({ kind, id, revision, origin, facts, packFacts, retiredAt }: ExistingRow): void {
    if (origin === 'user') {
      if (packFacts !== null) this.#setPackFacts.run(null, null, kind, id);
    } else if (retiredAt === null) {
      this.#retire.run(this.#at, revision + 1, this.#at, kind, id);
      this.#append(kind, id, revision + 1, 'packs', 'retire', facts);
      this.counts.retired += 1;
    }
  }

  /** A pack's facts are not repeated in the log: the row, or the next change's `before`, has them. */
  #append(
    kind: string,
    id: string,
    revision: number,
    actor: string,
    action: ChangeRow['action'],
    before: string | null,
  ) {
    this.#catalogueRevision ??= nextCatalogueRevision(this.#database);
    const catalogueRevision = this.#catalogueRevision;
    this.#log.append({ catalogueRevision, kind, id, revision, actor, action, before, after: null, at: this.#at });
  }
}
