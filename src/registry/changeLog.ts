import type { Statement } from 'better-sqlite3';
import type { SqliteDatabase } from './database.ts';
import { InvalidCursorError } from './errors.ts';
import type { ChangeRow } from './tables.ts';

/** One revision of one profile: who, when, what, and the facts on either side. */
export interface Change extends Omit<ChangeRow, 'before' | 'after'> {
  before: object | null;
  /** null for a retirement, and where a pack wrote facts that later changes or the profile itself still show. */
  after: object | null;
}

export interface ChangeRequest {
  kind?: string | null | undefined;
  id?: string | null | undefined;
  actor?: string | null | undefined;
  /** ISO time: changes at or after it. */
  since?: string | null | undefined;
  first: number;
  /** Cursor of the last change already seen. */
  after?: string | null | undefined;
}

export interface ChangePage {
  /** The newest first. */
  changes: readonly Change[];
  /** One for each change; opaque. */
  cursors: readonly string[];
  hasNextPage: boolean;
}

const columns = 'seq, catalogue_revision AS catalogueRevision, kind, id, revision, actor, action, before, after, at';

/** The append-only log: one row for each revision of each profile. */
export class ChangeLog {
  readonly #append: Statement<[Omit<ChangeRow, 'seq'>]>;
  readonly #list: Statement<[Record<string, string | number | null>], ChangeRow>;

  constructor(database: SqliteDatabase) {
    this.#append = database.prepare(
      `INSERT INTO change (catalogue_revision, kind, id, revision, actor, action, before, after, at)
       VALUES (@catalogueRevision, @kind, @id, @revision, @actor, @action, @before, @after, @at)`,
    );
    this.#list = database.prepare(
      `SELECT ${columns} FROM change
       WHERE (@kind IS NULL OR kind = @kind) AND (@id IS NULL OR id = @id) AND (@actor IS NULL OR actor = @actor)
         AND (@since IS NULL OR at >= @since) AND (@below IS NULL OR seq < @below)
       ORDER BY seq DESC LIMIT @limit`,
    );
  }

  /** Must run in the transaction that writes the revision. */
  append(change: Omit<ChangeRow, 'seq'>): void {
    this.#append.run(change);
  }

  /** @throws InvalidCursorError */
  list({ kind = null, id = null, actor = null, since = null, first, after = null }: ChangeRequest): ChangePage {
    const below = after === null ? null : readCursor(after);
    // One more than asked for says whether there is a next page.
    const rows = this.#list.all({ kind, id, actor, since, below, limit: first + 1 });
    const page = rows.slice(0, first);
    return {
      changes: page.map((row) => ({ ...row, before: parse(row.before), after: parse(row.after) })),
      cursors: page.map(({ seq }) => Buffer.from(`change ${seq}`).toString('base64url')),
      hasNextPage: rows.length > first,
    };
  }
}

function readCursor(cursor: string): number {
  const seq = /^change (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (seq === undefined) throw new InvalidCursorError(cursor, 'not a cursor of this API');
  return Number(seq);
}

function parse(json: string | null): object | null {
  return json === null ? null : JSON.parse(json);
}
