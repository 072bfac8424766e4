import { createHash, randomBytes } from 'node:crypto';
import { allKinds } from './kinds/kinds.ts';
import type { KeyStore } from './storage/storage.ts';
import type { ApiKeyRow } from './storage/tables.ts';

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

/**
 * The keys that may write. A key is 256 random bits, so its SHA-256 alone can be stored: nobody can try that many, and
 * a slow password hash would add nothing but time to each mutation.
 */
export class ApiKeys {
  readonly #store: KeyStore;

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /** Makes a key and returns it: the only moment it can be seen. @throws ApiKeyError the name or a scope will not do */
  async create(name: string, scopes: readonly string[] = ['write']): Promise<string> {
    if (!/^[\w.@ -]{1,60}$/.test(name)) {
      throw new ApiKeyError(`${JSON.stringify(name)} is not a name: 1 to 60 letters, digits, spaces, dots or hyphens.`);
    }
    const unknown = scopes.find((scope) => !keyScopes.includes(scope));
    if (unknown !== undefined || scopes.length === 0) {
      throw new ApiKeyError(`${JSON.stringify(unknown ?? '')} is not a scope; those are ${keyScopes.join(', ')}.`);
    }
    const { key, row } = newKey(name, scopes);
    if (await this.#store.add(row)) return key;
    throw new ApiKeyError(`There is, or was, a key called ${JSON.stringify(name)}: take another name.`);
  }

  /** A key for a database that never had one; null when it has, or had. Of several processes, one gets it. */
  async createFirst(): Promise<string | null> {
    const { key, row } = newKey('first', ['write']);
    return (await this.#store.addFirst(row)) ? key : null;
  }

  async list(): Promise<ApiKey[]> {
    const rows = await this.#store.list();
    return rows.map(({ hash: _, scopes, ...row }) => ({ ...row, scopes: JSON.parse(scopes) }));
  }

  /** @throws ApiKeyError there is no such key in use */
  async revoke(name: string): Promise<void> {
    if (await this.#store.revoke(name, new Date().toISOString())) return;
    throw new ApiKeyError(`There is no key in use called ${JSON.stringify(name)}.`);
  }

  /**
   * Who may write profiles of `kind` with this `Authorization` header. Looked up each time: a key that another
   * process has revoked stops working at once.
   */
  async authorize(header: string | null, kind: string): Promise<{ actor: string } | { refused: Refusal }> {
    const key = /^Bearer +(\S+)$/i.exec(header?.trim() ?? '')?.[1];
    if (key === undefined) return { refused: 'missing' };
    const row = await this.#store.find(hashOf(key));
    if (row === null) return { refused: 'unknown' };
    if (row.revokedAt !== null) return { refused: 'revoked' };
    const scopes: readonly string[] = JSON.parse(row.scopes);
    if (!scopes.includes('write') && !scopes.includes(`write:${kind}`)) return { refused: 'scope' };
    await this.#noteUse(row);
    return { actor: row.name };
  }

  async #noteUse({ name, lastUsedAt }: ApiKeyRow): Promise<void> {
    const now = Date.now();
    if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < lastUsePrecisionMs) return;
    await this.#store.noteUse(name, new Date(now).toISOString());
  }
}

function newKey(name: string, scopes: readonly string[]): { key: string; row: ApiKeyRow } {
  const key = `llmc_${randomBytes(32).toString('base64url')}`;
  const createdAt = new Date().toISOString();
  const row = { name, hash: hashOf(key), scopes: JSON.stringify(scopes), createdAt, lastUsedAt: null, revokedAt: null };
  return { key, row };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
