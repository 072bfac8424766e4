import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Catalogue, shelfOf } from '../catalogue/catalogue.ts';
import { IdempotencyConflictError, IdTakenError, NotApplicableError, RevisionConflictError } from '../errors.ts';
import { kindNamed } from '../kinds/kinds.ts';
import type { ChangeRow, IdempotencyKeyRow, ProfileRow } from '../storage/tables.ts';
import { validFacts } from './validFacts.ts';

interface Request {
  kind: string;
  id: string;
  /** Who asks, as the change log will say. */
  actor: string;
  /** Validates and answers as if it were done, and writes nothing. */
  dryRun?: boolean | undefined;
}

interface RequestOfExisting extends Request {
  /** The revision that the caller has seen; anything else is a conflict. */
  expectedRevision?: number | undefined;
}

export interface CreateRequest extends Request {
  facts: unknown;
  /** Repeating the request with the same key gives the first answer again. */
  idempotencyKey?: string | undefined;
}

export interface UpdateRequest extends RequestOfExisting {
  /** All facts, not only the changed ones; or a function that makes them from the current ones, in the same transaction. */
  facts: unknown | ((current: object) => unknown);
}

export interface RetireRequest extends RequestOfExisting {
  replacedBy?: string | null | undefined;
}

export type RestoreRequest = RequestOfExisting;

/** Several profiles of one kind, or none of them. */
export interface CreateAllRequest {
  kind: string;
  requests: readonly Omit<CreateRequest, 'idempotencyKey'>[];
  dryRun?: boolean | undefined;
}

export type WriteRequest =
  | ({ action: 'create' } & CreateRequest)
  | ({ action: 'createAll' } & CreateAllRequest)
  | ({ action: 'update' } & UpdateRequest)
  | ({ action: 'retire' } & RetireRequest)
  | ({ action: 'restore' } & RestoreRequest);

/** A line for the change log; the log numbers it. */
export type NewChange = Omit<ChangeRow, 'seq'>;

/** What a database is to write, in one transaction. */
export interface Writes {
  /** Rows as they become: new ones, and those that stand in the place of their former selves. */
  profiles: readonly ProfileRow[];
  /** In order; the last one's `catalogueRevision` becomes the catalogue's. */
  changes: readonly NewChange[];
}

export interface Plan extends Writes {
  /** The profiles that the request is about, as they are then. */
  answer: readonly ProfileRow[];
  /** To be kept for whoever repeats the request. */
  remembered: IdempotencyKeyRow | null;
}

/** What a request finds: the catalogue as it stands in the transaction, the row of `subjectOf`, and the time. */
export interface Found {
  catalogue: Catalogue;
  row: ProfileRow | null;
  /** ISO 8601 in UTC. */
  at: string;
}

/** The profile whose row the plan starts from; null for a creation. @throws UnknownProfileError */
export function subjectOf(catalogue: Catalogue, request: WriteRequest): { kind: string; id: string } | null {
  if (request.action === 'create' || request.action === 'createAll') return null;
  return { kind: request.kind, id: shelfOf(catalogue, request.kind).get(request.id, 'id').id };
}

/**
 * The rows that a request changes. Pure: reads nothing but what it is given.
 *
 * - create: @throws IdTakenError InvalidFactsError
 * - update: replaces the facts; the same facts change nothing. A pack's own facts stay behind them, for restore.
 *   @throws RevisionConflictError InvalidFactsError
 * - retire: takes the profile off the lists. It is still found by its id. @throws RevisionConflictError NotApplicableError
 * - restore: undoes a retirement; or, where a user's facts stand in front of a pack's, brings the pack's back.
 *   @throws RevisionConflictError NotApplicableError
 */
export function plan(found: Found, request: WriteRequest): Plan {
  switch (request.action) {
    case 'create':
      return creation(found, request);
    case 'createAll':
      return creations(found, request);
    case 'update':
      return update(found, request);
    case 'retire':
      return retirement(found, request);
    case 'restore': {
      const row = existing(found, request);
      return changed(found, request, row.retiredAt === null ? packFactsInFront(row, found.at) : inUse(row, found.at));
    }
  }
}

/** How long the answer to a creation is kept for its repetitions, in days: long after any client has given up. */
export const idempotencyDays = 7;

/** Answers given before this time are forgotten. @param at the present, both as ISO 8601 in UTC */
export function rememberedSince(at: string): string {
  return new Date(Date.parse(at) - idempotencyDays * 86_400_000).toISOString();
}

/**
 * The first answer to a creation that is repeated; null for one that is new, or whose key has expired.
 *
 * @param at the present, ISO 8601 in UTC
 * @throws IdempotencyConflictError
 */
export function repeatedAnswer(
  request: CreateRequest,
  stored: Pick<IdempotencyKeyRow, 'requestDigest' | 'response' | 'at'> | undefined,
  at: string,
): ProfileRow | null {
  if (stored === undefined || stored.at < rememberedSince(at)) return null;
  if (stored.requestDigest !== digestOf(request)) throw new IdempotencyConflictError(request.idempotencyKey ?? '');
  return JSON.parse(stored.response);
}

/** The first revision of a profile. */
export function newRow(
  profile: Pick<ProfileRow, 'kind' | 'id' | 'name' | 'origin' | 'facts'>,
  createdAt: string,
): ProfileRow {
  const retirement = { retiredAt: null, retiredBy: null, replacedBy: null };
  return { ...profile, ...retirement, revision: 1, packFacts: null, packOrigin: null, createdAt, updatedAt: createdAt };
}

function creation(found: Found, request: CreateRequest): Plan {
  const row = createdRow(found, request);
  const { actor, idempotencyKey: key } = request;
  const remembered = () => ({ requestDigest: digestOf(request), response: JSON.stringify(row), at: row.updatedAt });
  return {
    answer: [row],
    profiles: [row],
    changes: [changeOf(row, null, 'create', actor, found.catalogue.revision + 1)],
    remembered: key === undefined ? null : { actor, key, ...remembered() },
  };
}

function creations(found: Found, { kind, requests }: CreateAllRequest): Plan {
  const rows = requests.map((request) => createdRow(found, request));
  const [twice] = rows.filter(({ id }, place) => rows.findIndex((row) => row.id === id) !== place);
  if (twice !== undefined) throw new IdTakenError(kind, twice.id, twice.id);
  const changes = rows.map((row, place) =>
    changeOf(row, null, 'create', requests[place]?.actor ?? '', found.catalogue.revision + 1 + place),
  );
  return { answer: rows, profiles: rows, changes, remembered: null };
}

function update(found: Found, request: { action: 'update' } & UpdateRequest): Plan {
  const row = existing(found, request);
  const current = JSON.parse(row.facts);
  const stated = typeof request.facts === 'function' ? request.facts(JSON.parse(row.facts)) : request.facts;
  const kind = kindNamed(row.kind);
  const facts = validFacts(found.catalogue, kind, row.id, stated);
  const text = JSON.stringify(facts);
  // A change of nothing is none: it must not hide what a pack says next.
  if (isDeepStrictEqual(JSON.parse(text), current)) {
    return { answer: [row], profiles: [], changes: [], remembered: null };
  }
  const behind = row.origin === 'user' ? {} : { packFacts: row.facts, packOrigin: row.origin };
  const name = kind.name(row.id, facts);
  return changed(found, request, { ...nextRevision(row, found.at), ...behind, name, origin: 'user', facts: text });
}

function retirement(found: Found, request: { action: 'retire' } & RetireRequest): Plan {
  const row = existing(found, request);
  if (row.retiredBy === 'user') throw new NotApplicableError(`${row.kind} ${row.id} is already retired.`);
  const { replacedBy = null } = request;
  return changed(found, request, {
    ...nextRevision(row, found.at),
    retiredAt: found.at,
    retiredBy: 'user',
    replacedBy: replacedBy === null ? null : replacement(found.catalogue, row, replacedBy),
  });
}

function changed(
  { catalogue, row: before }: Found,
  { action, actor }: { action: ChangeRow['action']; actor: string },
  row: ProfileRow,
): Plan {
  const changes = [changeOf(row, before, action, actor, catalogue.revision + 1)];
  return { answer: [row], profiles: [row], changes, remembered: null };
}

export function changeOf(
  row: ProfileRow,
  before: ProfileRow | null,
  action: ChangeRow['action'],
  actor: string,
  catalogueRevision: number,
): NewChange {
  const { kind, id, revision, updatedAt: at } = row;
  const facts = { before: before?.facts ?? null, after: action === 'retire' ? null : row.facts };
  return { catalogueRevision, kind, id, revision, actor, action, ...facts, at };
}

/**
 * The row that a creation would write.
 *
 * @throws IdTakenError InvalidFactsError
 */
export function createdRow(
  { catalogue, at }: Pick<Found, 'catalogue' | 'at'>,
  request: Pick<CreateRequest, 'kind' | 'id' | 'facts'>,
): ProfileRow {
  const kind = kindNamed(request.kind);
  const facts = validFacts(catalogue, kind, request.id, request.facts);
  const taken = shelfOf(catalogue, kind.kind).find(request.id);
  if (taken !== null) throw new IdTakenError(kind.kind, request.id, taken.id);
  const { id } = request;
  const profile = {
    kind: kind.kind,
    id,
    name: kind.name(id, facts),
    origin: 'user',
    facts: JSON.stringify(facts),
  } as const;
  return newRow(profile, at);
}

function existing({ row }: Found, { kind, id, expectedRevision }: RequestOfExisting): ProfileRow {
  if (row === null) throw new Error(`${kind} ${id} is in the catalogue and not in the database`);
  if (expectedRevision !== undefined && expectedRevision !== row.revision) {
    throw new RevisionConflictError(kind, row.id, expectedRevision, row.revision);
  }
  return row;
}

function replacement(catalogue: Catalogue, { kind, id }: ProfileRow, replacedBy: string): string {
  const other = shelfOf(catalogue, kind).get(replacedBy, 'replacedBy').id;
  if (other === id) throw new NotApplicableError(`${kind} ${id} cannot replace itself.`);
  return other;
}

export function nextRevision(row: ProfileRow, at: string): ProfileRow {
  return { ...row, revision: row.revision + 1, updatedAt: at };
}

export function inUse(row: ProfileRow, at: string): ProfileRow {
  return { ...nextRevision(row, at), retiredAt: null, retiredBy: null, replacedBy: null };
}

function packFactsInFront(row: ProfileRow, at: string): ProfileRow {
  const { kind: kindName, id, packFacts, packOrigin } = row;
  if (packFacts === null || packOrigin === null) {
    throw new NotApplicableError(`${kindName} ${id} is in use and has no pack's facts to go back to.`);
  }
  const name = kindNamed(kindName).name(id, JSON.parse(packFacts));
  return { ...nextRevision(row, at), name, origin: packOrigin, facts: packFacts, packFacts: null, packOrigin: null };
}

function digestOf({ kind, id, facts }: CreateRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, id, facts]))
    .digest('hex');
}
