import { check, index, integer, primaryKey, sql, sqliteTable, text, uniqueIndex } from './drizzle.ts';

/**
 * The tables: drizzle-kit reads them to write `migrations/`, and every statement of the program is made from them.
 * Storage knows no kinds; what a kind's facts look like is in `kinds/`.
 */

/** Profiles as they stand: one row an id, whatever its kind. */
export const profile = sqliteTable(
  'profile',
  {
    kind: text().notNull(),
    id: text().notNull(),
    name: text().notNull(),
    /** Counts the row's changes, from 1: as many rows of `change`. */
    revision: integer().notNull(),
    /** Who wrote the current facts. */
    origin: text({ enum: ['seed', 'pack', 'user'] }).notNull(),
    /** Validated facts, JSON. */
    facts: text().notNull(),
    /** What the packs say, JSON, while a user's own facts stand in front of it; null otherwise. */
    packFacts: text('pack_facts'),
    /** Whose `packFacts` are. */
    packOrigin: text('pack_origin', { enum: ['seed', 'pack'] }),
    retiredAt: text('retired_at'),
    /** A pack retires what it no longer holds, and takes it back when it returns; a user's decision stays. */
    retiredBy: text('retired_by', { enum: ['pack', 'user'] }),
    replacedBy: text('replaced_by'),
    createdAt: text('created_at').notNull(),
    updatedAt: text('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.id] }),
    check('profile_revision', sql`${table.revision} >= 1`),
    check('profile_origin', sql`${table.origin} in ('seed', 'pack', 'user')`),
    check('profile_facts', sql`json_valid(${table.facts}) and json_type(${table.facts}) = 'object'`),
    check('profile_pack_facts', sql`(${table.packFacts} is null) = (${table.packOrigin} is null)`),
    check('profile_pack_facts_json', sql`${table.packFacts} is null or json_valid(${table.packFacts})`),
    check('profile_retired', sql`(${table.retiredAt} is null) = (${table.retiredBy} is null)`),
    check('profile_replaced', sql`${table.replacedBy} is null or ${table.retiredAt} is not null`),
  ],
);

/** What happened, in order; one row a revision of a profile. Triggers refuse to change or delete rows. */
export const change = sqliteTable(
  'change',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    /** The catalogue's revision that this change is part of; a pack's whole load is one revision. */
    catalogueRevision: integer('catalogue_revision').notNull(),
    kind: text().notNull(),
    id: text().notNull(),
    revision: integer().notNull(),
    /** Name of the API key, or of the pack. */
    actor: text().notNull(),
    action: text({ enum: ['create', 'update', 'retire', 'restore'] }).notNull(),
    /** Facts before and after, JSON. A pack's facts are left out of `after`: the row, or the next `before`, has them. */
    before: text(),
    after: text(),
    at: text().notNull(),
  },
  (table) => [
    uniqueIndex('change_of_profile').on(table.kind, table.id, table.revision),
    index('change_of_catalogue').on(table.catalogueRevision),
    check('change_action', sql`${table.action} in ('create', 'update', 'retire', 'restore')`),
    check('change_before', sql`${table.before} is null or json_valid(${table.before})`),
    check('change_after', sql`${table.after} is null or json_valid(${table.after})`),
  ],
);

/** Answers to creations by the client's own key, so that a repeated request gets the same answer. */
export const idempotencyKey = sqliteTable(
  'idempotency_key',
  {
    actor: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of the request: the same key with another request is refused. */
    requestDigest: text('request_digest').notNull(),
    /** The stored answer, JSON. */
    response: text().notNull(),
    at: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.actor, table.key] }),
    check('idempotency_key_response', sql`json_valid(${table.response})`),
  ],
);

/** Keys that may write. The key itself is never stored. */
export const apiKey = sqliteTable(
  'api_key',
  {
    name: text().primaryKey().notNull(),
    /** SHA-256 of the key, hexadecimal. */
    hash: text().notNull(),
    /** JSON array of words. */
    scopes: text().notNull(),
    createdAt: text('created_at').notNull(),
    lastUsedAt: text('last_used_at'),
    revokedAt: text('revoked_at'),
    /** From then on it may not write; null = for ever. */
    expiresAt: text('expires_at'),
  },
  (table) => [
    uniqueIndex('api_key_hash').on(table.hash),
    check('api_key_scopes', sql`json_valid(${table.scopes}) and json_type(${table.scopes}) = 'array'`),
  ],
);

/** Facts about the catalogue as a whole: `revision` counts its changes, `pack_digest` says which packs it holds, `pack_conflicts` which of their files stand for others. */
export const catalogue = sqliteTable('catalogue', {
  key: text({ enum: ['revision', 'pack_digest', 'pack_conflicts'] })
    .primaryKey()
    .notNull(),
  value: text().notNull(),
});

export type ProfileRow = typeof profile.$inferSelect;
export type ChangeRow = typeof change.$inferSelect;
export type IdempotencyKeyRow = typeof idempotencyKey.$inferSelect;
export type ApiKeyRow = typeof apiKey.$inferSelect;
