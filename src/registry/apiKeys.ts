import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
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
  /** When it stops writing by itself; null = never. */
  expiresAt: string | null;
}

/** The request for a key, or about one, cannot be met; the message says why. */
export class ApiKeyError extends Error {
  override name = 'ApiKeyError';
}

/** Why a request may not write; none of them says anything about the key it came with. */
export type Refusal = 'missing' | 'unknown' | 'revoked' | 'expired' | 'scope';

/** Last use is written at most this often: a mutation should not cost two commits. */
const lastUsePrecisionMs = 60_000;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Ten years; a key that should last longer has no end. */
const longestLifeMs = 3653 * dayMs;
const isoTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/**
 * The keys that may write. A key is 256 random bits, so its SHA-256 alone can be stored: nobody can try that many, and
 * a slow password hash would add nothing but time to each mutation.
 */
export class ApiKeys {
  readonly #store: KeyStore;
  readonly #now: () => number;

  /** @param now the clock, in milliseconds since 1970 */
  constructor(store: KeyStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Makes a key and returns it: the only moment it can be seen.
   *
   * @param expires when it ends: in 12h, in 90d, or a time as ISO 8601, a date meaning its first moment in UTC; null = never
   * @throws ApiKeyError the name, a scope or the end will not do
   */
  async create(name: string, scopes: readonly string[] = ['write'], expires: string | null = null): Promise<string> {
    if (!/^[\w.@ -]{1,60}$/.test(name)) {
      throw new ApiKeyError(`${JSON.stringify(name)} is not a name: 1 to 60 letters, digits, spaces, dots or hyphens.`);
    }
    const unknown = scopes.find((scope) => !keyScopes.includes(scope));
    if (unknown !== undefined || scopes.length === 0) {
      throw new ApiKeyError(`${JSON.stringify(unknown ?? '')} is not a scope; those are ${keyScopes.join(', ')}.`);
    }
    const expiresAt = expires === null ? null : this.#expiry(expires);
    const { key, row } = this.#newKey(name, scopes, expiresAt);
    if (await this.#store.add(row)) return key;
    throw new ApiKeyError(`There is, or was, a key called ${JSON.stringify(name)}: take another name.`);
  }

  /** A key for a database that never had one; null when it has, or had. Of several processes, one gets it. */
  async createFirst(): Promise<string | null> {
    const { key, row } = this.#newKey('first', ['write']);
    return (await this.#store.addFirst(row)) ? key : null;
  }

  async list(): Promise<ApiKey[]> {
    const rows = await this.#store.list();
    return rows.map(({ hash: _, scopes, ...row }) => ({ ...row, scopes: JSON.parse(scopes) }));
  }

  /** @throws ApiKeyError there is no such key in use */
  async revoke(name: string): Promise<void> {
    if (await this.#store.revoke(name, new Date(this.#now()).toISOString())) return;
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
    if (row.expiresAt !== null && this.#now() >= Date.parse(row.expiresAt)) return { refused: 'expired' };
    const scopes: readonly string[] = JSON.parse(row.scopes);
    if (!scopes.includes('write') && !scopes.includes(`write:${kind}`)) return { refused: 'scope' };
    await this.#noteUse(row);
    return { actor: row.name };
  }

  async #noteUse({ name, lastUsedAt }: ApiKeyRow): Promise<void> {
    const now = this.#now();
    if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < lastUsePrecisionMs) return;
    await this.#store.noteUse(name, new Date(now).toISOString());
  }

  #expiry(text: string): string {
    const now = this.#now();
    const [, count, unit] = /^(\d{1,6})([hd])$/.exec(text) ?? [];
    const at = count === undefined ? isoTimeOf(text) : now + Number(count) * (unit === 'h' ? hourMs : dayMs);
    const quoted = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
    if (at === null) {
      throw new ApiKeyError(
        `${quoted} is no time to expire at: say 12h, 90d, or a time as ISO 8601, 2027-03-01 or 2027-03-01T12:00:00Z.`,
      );
    }
    if (at <= now) throw new ApiKeyError(`${quoted} is not in the future: a key expires after it was made.`);
    if (at > now + longestLifeMs) {
      throw new ApiKeyError(`${quoted} is more than ten years from now (3653d): say less, or leave it out for no end.`);
    }
    return new Date(at).toISOString();
  }

  #newKey(name: string, scopes: readonly string[], expiresAt: string | null = null): { key: string; row: ApiKeyRow } {
    const key = `llmc_${randomBytes(32).toString('base64url')}`;
    const createdAt = new Date(this.#now()).toISOString();
    const life = { createdAt, lastUsedAt: null, revokedAt: null, expiresAt };
    return { key, row: { name, hash: hashOf(key), scopes: JSON.stringify(scopes), ...life } };
  }
}

function isoTimeOf(text: string): number | null {
  return isoTime.safeParse(text).success ? Date.parse(text) : null;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
