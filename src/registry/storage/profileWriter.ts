import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Statement } from 'better-sqlite3';
import { shelfOf } from '../catalogue/catalogue.ts';
import { StoredProfile } from '../catalogue/storedProfile.ts';
import {
  type FactProblem,
  IdempotencyConflictError,
  IdTakenError,
  InvalidFactsError,
  NotApplicableError,
  RevisionConflictError,
} from '../errors.ts';
import { pathSegments } from '../jsonText.ts';
import { factProblems } from '../kinds/factProblems.ts';
import type { Kind, Profile } from '../kinds/kind.ts';
import { kindNamed } from '../kinds/kinds.ts';
import { checkId } from '../packs/profiles.ts';
import type { CatalogueStore } from './catalogueStore.ts';
import { nextCatalogueRevision } from './catalogueValues.ts';
import { ChangeLog } from './changeLog.ts';
import { inTransaction, prepared, type SqliteDatabase } from './database.ts';
import type { ChangeRow, ProfileRow } from './tables.ts';

interface Request {
  kind: string;
  id: string;
  /** Who asks, as the change log will say. */
  actor: string;
  /** Validates and answers as if it were done, and writes nothing. */
  dryRun?: boolean | undefined;
}

interface ChangeOfExisting extends Request {
  /** The revision that the caller has seen; anything else is a conflict. */
  expectedRevision?: number | undefined;
}

export interface CreateRequest extends Request {
  facts: unknown;
  /** Repeating the request with the same key gives the first answer again. */
  idempotencyKey?: string | undefined;
}

export interface UpdateRequest extends ChangeOfExisting {
  /** All facts, not only the changed ones; or a function that makes them from the current ones, in the same transaction. */
  facts: unknown | ((current: object) => unknown);
}

export interface RetireRequest extends ChangeOfExisting {
  replacedBy?: string | null | undefined;
}

export type RestoreRequest = ChangeOfExisting;

/**
 * Changes profiles on behalf of users. Each change is one transaction that holds the row, its revision, its line in
 * the change log and the catalogue's revision; it is on the disk when the method returns, and the catalogue shows it.
 */
export class ProfileWriter {
  readonly #database: SqliteDatabase;
  readonly #store: CatalogueStore;
  readonly #log: ChangeLog;
  readonly #find: Statement<[string, string], ProfileRow>;
  readonly #put: Statement<[ProfileRow]>;

  constructor(database: SqliteDatabase, store: CatalogueStore) {
    this.#database = database;
    this.#store = store;
    this.#log = new ChangeLog(database);
    this.#find = database.prepare(
      `SELECT kind, id, name, revision, origin, facts, pack_facts AS packFacts, pack_origin AS packOrigin,
         retired_at AS retiredAt, retired_by AS retiredBy, replaced_by AS replacedBy, created_at AS createdAt,
         updated_at AS updatedAt FROM profile WHERE kind = ? AND id = ?`,
    );
    this.#put = database.prepare(
      `INSERT INTO profile VALUES (@kind, @id, @name, @revision, @origin, @facts, @packFacts, @packOrigin, @retiredAt,
         @retiredBy, @replacedBy, @createdAt, @updatedAt)
       ON CONFLICT (kind, id) DO UPDATE SET name = @name, revision = @revision, origin = @origin, facts = @facts,
         pack_facts = @packFacts, pack_origin = @packOrigin, retired_at = @retiredAt, retired_by = @retiredBy,
         replaced_by = @replacedBy, updated_at = @updatedAt`,
    );
  }

  /** @throws IdTakenError InvalidFactsError IdempotencyConflictError */
  create(request: CreateRequest): Profile {
    return this.#write(request, () => this.#answerOf(request) ?? this.#stored(request, this.#newRow(request)));
  }

  /** Several profiles of one kind, or none of them. @throws IdTakenError InvalidFactsError */
  createAll(kind: string, requests: readonly CreateRequest[], dryRun = false): Profile[] {
    let rows: ProfileRow[] = [];
    this.#write({ kind, id: '', actor: '', dryRun }, () => {
      // All are checked before any is written: the catalogue in memory must not see rows that may be rolled back.
      rows = requests.map((request) => this.#newRow(request));
      const [twice] = rows.filter(({ id }, place) => rows.findIndex((row) => row.id === id) !== place);
      if (twice !== undefined) throw new IdTakenError(kind, twice.id, twice.id);
      for (const [place, request] of requests.entries()) this.#stored(request, rows[place] as ProfileRow);
      const [first] = rows;
      if (first === undefined) throw new TypeError('there is nothing to create');
      return first;
    });
    return rows.map((row) => new StoredProfile(kindNamed(kind), row));
  }

  /**
   * Replaces the facts; the same facts change nothing. A pack's own facts stay behind them, for `restore`.
   *
   * @throws RevisionConflictError InvalidFactsError
   */
  update(request: UpdateRequest): Profile {
    const kind = kindNamed(request.kind);
    return this.#write(request, () => {
      const row = this.#existing(request);
      const stated = typeof request.facts === 'function' ? request.facts(JSON.parse(row.facts)) : request.facts;
      const facts = this.#validFacts(kind, row.id, stated);
      // A change of nothing is none: it must not hide what a pack says next.
      if (isDeepStrictEqual(JSON.parse(JSON.stringify(facts)), JSON.parse(row.facts))) return row;
      const behind = row.origin === 'user' ? {} : { packFacts: row.facts, packOrigin: row.origin };
      const name = kind.name(row.id, facts);
      const next: ProfileRow = { ...nextRevision(row), ...behind, name, origin: 'user', facts: JSON.stringify(facts) };
      this.#save(next, 'update', request.actor, row);
      return next;
    });
  }

  /** Takes the profile off the lists. It is still found by its id. @throws RevisionConflictError NotApplicableError */
  retire(request: RetireRequest): Profile {
    return this.#write(request, () => {
      const row = this.#existing(request);
      if (row.retiredBy === 'user') throw new NotApplicableError(`${row.kind} ${row.id} is already retired.`);
      const { replacedBy = null } = request;
      const replacement = replacedBy === null ? null : this.#replacement(row, replacedBy);
      const next = nextRevision(row);
      const retired: ProfileRow = { ...next, retiredAt: next.updatedAt, retiredBy: 'user', replacedBy: replacement };
      this.#save(retired, 'retire', request.actor, row);
      return retired;
    });
  }

  /**
   * Undoes a retirement; or, where a user's facts stand in front of a pack's, brings the pack's back.
   *
   * @throws RevisionConflictError NotApplicableError
   */
  restore(request: RestoreRequest): Profile {
    return this.#write(request, () => {
      const row = this.#existing(request);
      const next = row.retiredAt === null ? packFactsInFront(row) : inUse(row);
      this.#save(next, 'restore', request.actor, row);
      return next;
    });
  }

  /** One transaction, after which this process's catalogue shows the change. A dry run is rolled back. */
  #write({ kind, dryRun = false }: Request, work: () => ProfileRow): Profile {
    let row: ProfileRow | null = null;
    try {
      inTransaction(this.#database, () => {
        row = work();
        if (dryRun) throw new DryRun();
      });
    } catch (error) {
      if (!(error instanceof DryRun)) throw error;
    }
    if (row === null) throw new Error('a change gave no row');
    if (!dryRun) this.#store.refresh();
    return new StoredProfile(kindNamed(kind), row);
  }

  #newRow(request: CreateRequest): ProfileRow {
    const kind = kindNamed(request.kind);
    const facts = this.#validFacts(kind, request.id, request.facts);
    const taken = shelfOf(this.#store.refresh(), kind.kind).find(request.id);
    if (taken !== null) throw new IdTakenError(kind.kind, request.id, taken.id);
    const at = new Date().toISOString();
    return {
      ...{ kind: kind.kind, id: request.id, name: kind.name(request.id, facts), revision: 1, origin: 'user' },
      ...{ facts: JSON.stringify(facts), packFacts: null, packOrigin: null },
      ...{ retiredAt: null, retiredBy: null, replacedBy: null, createdAt: at, updatedAt: at },
    };
  }

  #stored(request: CreateRequest, row: ProfileRow): ProfileRow {
    this.#save(row, 'create', request.actor, null);
    this.#rememberAnswer(request, row);
    return row;
  }

  #existing({ kind, id, expectedRevision }: ChangeOfExisting): ProfileRow {
    const { id: known } = shelfOf(this.#store.refresh(), kind).get(id, 'id');
    const row = this.#find.get(kind, known);
    if (row === undefined) throw new Error(`${kind} ${known} is in the catalogue and not in the database`);
    if (expectedRevision !== undefined && expectedRevision !== row.revision) {
      throw new RevisionConflictError(kind, known, expectedRevision, row.revision);
    }
    return row;
  }

  #replacement({ kind, id }: ProfileRow, replacedBy: string): string {
    const replacement = shelfOf(this.#store.refresh(), kind).get(replacedBy, 'replacedBy').id;
    if (replacement === id) throw new NotApplicableError(`${kind} ${id} cannot replace itself.`);
    return replacement;
  }

  /** Every problem at once: what the schema finds, else names and references that do not fit the catalogue. */
  #validFacts(kind: Kind, id: string, stated: unknown): object {
    const badId = checkId(id);
    const parsed = kind.schema.safeParse(stated);
    const problems: FactProblem[] = badId === null ? [] : [{ path: 'id', code: 'INVALID_VALUE', message: badId }];
    if (!parsed.success) problems.push(...factProblems(parsed.error, kind.schema, stated));
    if (!parsed.success || problems.length > 0) throw new InvalidFactsError(kind.kind, id, problems);

    const facts = parsed.data;
    const catalogue = this.#store.refresh();
    for (const alias of kind.aliases(facts)) {
      const owner = shelfOf(catalogue, kind.kind).find(alias);
      if (owner !== null && owner.id !== id) throw new IdTakenError(kind.kind, alias, owner.id);
    }
    const shelf = shelfOf(catalogue, kind.kind);
    const before = shelf.find(id)?.facts ?? null;
    problems.push(...(kind.contradictions?.(id, facts, { before, others: () => shelf.unordered() }) ?? []));
    for (const reference of kind.references(facts)) {
      const referred = shelfOf(catalogue, reference.kind);
      const found = referred.find(reference.id);
      if (found !== null) {
        // Any of its names may be given; what is kept is the id, which never changes.
        if (found.id !== reference.id) setAt(facts, reference.path, found.id);
        continue;
      }
      const [nearest] = referred.suggest(reference.id);
      const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
      const message = `there is no ${reference.kind} ${JSON.stringify(reference.id)}${hint}`;
      const suggestion = nearest === undefined ? {} : { suggestion: nearest };
      problems.push({ path: reference.path, code: 'UNKNOWN_PROFILE', message, ...suggestion });
    }
    if (problems.length > 0) throw new InvalidFactsError(kind.kind, id, problems);
    return facts;
  }

  #save(row: ProfileRow, action: ChangeRow['action'], actor: string, before: ProfileRow | null): void {
    this.#put.run(row);
    const { kind, id, revision, updatedAt: at } = row;
    const catalogueRevision = nextCatalogueRevision(this.#database);
    const facts = { before: before?.facts ?? null, after: action === 'retire' ? null : row.facts };
    this.#log.append({ catalogueRevision, kind, id, revision, actor, action, ...facts, at });
  }

  #answerOf(request: CreateRequest): ProfileRow | null {
    const { idempotencyKey: key, actor } = request;
    if (key === undefined) return null;
    const stored = prepared<[string, string], { requestDigest: string; response: string }>(
      this.#database,
      'SELECT request_digest AS requestDigest, response FROM idempotency_key WHERE actor = ? AND key = ?',
    ).get(actor, key);
    if (stored === undefined) return null;
    if (stored.requestDigest !== digestOf(request)) throw new IdempotencyConflictError(key);
    return JSON.parse(stored.response);
  }

  #rememberAnswer(request: CreateRequest, row: ProfileRow): void {
    if (request.idempotencyKey === undefined) return;
    prepared(
      this.#database,
      'INSERT INTO idempotency_key (actor, key, request_digest, response, at) VALUES (?, ?, ?, ?, ?)',
    ).run(request.actor, request.idempotencyKey, digestOf(request), JSON.stringify(row), row.updatedAt);
  }
}

/** Rolls a transaction back that has shown what it would do. */
class DryRun extends Error {}

function nextRevision(row: ProfileRow): ProfileRow {
  return { ...row, revision: row.revision + 1, updatedAt: new Date().toISOString() };
}

function inUse(row: ProfileRow): ProfileRow {
  return { ...nextRevision(row), retiredAt: null, retiredBy: null, replacedBy: null };
}

function packFactsInFront(row: ProfileRow): ProfileRow {
  const { kind: kindName, id, packFacts, packOrigin } = row;
  if (packFacts === null || packOrigin === null) {
    throw new NotApplicableError(`${kindName} ${id} is in use and has no pack's facts to go back to.`);
  }
  const name = kindNamed(kindName).name(id, JSON.parse(packFacts));
  return { ...nextRevision(row), name, origin: packOrigin, facts: packFacts, packFacts: null, packOrigin: null };
}

function digestOf({ kind, id, facts }: CreateRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, id, facts]))
    .digest('hex');
}

/** Sets the value at a path of facts, such as `memory.defaultCache`, that is there. */
function setAt(facts: object, path: string, value: unknown): void {
  const segments = pathSegments(path);
  const key = segments.pop();
  const holder = segments.reduce<object>((inside, segment) => Reflect.get(inside, segment) as object, facts);
  if (key !== undefined) Reflect.set(holder, key, value);
}
