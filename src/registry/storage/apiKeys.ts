import { createHash, randomBytes } from 'node:crypto';
import { allKinds } from '../kinds/kinds.ts';
import { inTransaction, prepared, type SqliteDatabase } from './database.ts';
import type { ApiKeyRow } from './tables.ts';

/** What a key may do: `write` everything, or `write:<kind>` one kind of profile. */
export const keyScopes: readonly string[] = ['write', ...allKinds.map(({ kind }) => `write:${kind}`)];

/** A key as it may be shown: the key itself is not in the database. */
export interface ApiKey {
  /** Who writes with it, as the change log says. Never reused, so that the log stays true. */
  name: string;
  scopes: readonly string[];
  createdAt: string;
  /** To the minute; null = never used. */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** The request for a key, or about one, cannot be met; the message says why. */
export class ApiKeyError extends Error {
  override name = 'ApiKeyError';
}

/** Why a request may not write; none of them says anything about the key it came with. */
export type Refusal = 'missing' | 'unknown' | 'revoked' | 'scope';

/** Last use is written at most this often: a mutation should not cost two commits. */
const lastUsePrecisionMs = 60_000;

const columns = `name, hash, scopes, created_at AS createdAt, last_used_at AS lastUsedAt, revoked_at AS revokedAt`;

/**
 * The keys that may write. A key is 256 random bits, so its SHA-256 alone can be stored: nobody can try that many, and
 * a slow password hash would add nothing but time to each mutation.
 */
export class ApiKeys {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** Makes a key and returns it: the only moment it can be seen. @throws ApiKeyError the name or a scope will not do */
  create(name: string, scopes: readonly string[] = ['write']): string {
    if (!/^[\w.@ -]{1,60}$/.test(name)) {
      throw new ApiKeyError(`${JSON.stringify(name)} is not a name: 1 to 60 letters, digits, spaces, dots or hyphens.`);
    }
    const unknown = scopes.find((scope) => !keyScopes.includes(scope));
    if (unknown !== undefined || scopes.length === 0) {
      throw new ApiKeyError(`${JSON.stringify(unknown ?? '')} is not a scope; those are ${keyScopes.join(', ')}.`);
    }
    return inTransaction(this.#database, () => {
      if (this.list().some((key) => key.name === name)) {
        throw new ApiKeyError(`There is, or was, a key called ${JSON.stringify(name)}: take another name.`);
      }
      const key = `llmc_${randomBytes(32).toString('base64url')}`;
      this.#database
        .prepare('INSERT INTO api_key (name, hash, scopes, created_at) VALUES (?, ?, ?, ?)')
        .run(name, hashOf(key), JSON.stringify(scopes), new Date().toISOString());
      return key;
    });
  }

  /** A key for a database that never had one; null when it has, or had. Of several processes, one gets it. */
  createFirst(): string | null {
    return inTransaction(this.#database, () => (this.list().length > 0 ? null : this.create('first')));
  }

  list(): ApiKey[] {
    const rows = this.#database.prepare<[], ApiKeyRow>(`SELECT ${columns} FROM api_key ORDER BY created_at, name`);
    return rows.all().map(({ hash: _, scopes, ...row }) => ({ ...row, scopes: JSON.parse(scopes) }));
  }

  /** @throws ApiKeyError there is no such key in use */
  revoke(name: string): void {
    const { changes } = this.#database
      .prepare('UPDATE api_key SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL')
      .run(new Date().toISOString(), name);
    if (changes === 0) throw new ApiKeyError(`There is no key in use called ${JSON.stringify(name)}.`);
  }

  /**
   * Who may write profiles of `kind` with this `Authorization` header. Looked up each time: a key that another
   * process has revoked stops working at once.
   */
  authorize(header: string | null, kind: string): { actor: string } | { refused: Refusal } {
    const key = /^Bearer +(\S+)$/i.exec(header?.trim() ?? '')?.[1];
    if (key === undefined) return { refused: 'missing' };
    const row = prepared<[string], ApiKeyRow>(this.#database, `SELECT ${columns} FROM api_key WHERE hash = ?`).get(
      hashOf(key),
    );
    if (row === undefined) return { refused: 'unknown' };
    if (row.revokedAt !== null) return { refused: 'revoked' };
    const scopes: readonly string[] = JSON.parse(row.scopes);
    if (!scopes.includes('write') && !scopes.includes(`write:${kind}`)) return { refused: 'scope' };
    this.#noteUse(row);
    return { actor: row.name };
  }

  #noteUse({ name, lastUsedAt }: ApiKeyRow): void {
    const now = Date.now();
    if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < lastUsePrecisionMs) return;
    this.#database.prepare('UPDATE api_key SET last_used_at = ? WHERE name = ?').run(new Date(now).toISOString(), name);
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
