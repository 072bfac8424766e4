import type { Statement } from 'better-sqlite3';
import type { Page } from '../catalogue/page.ts';
import { InvalidCursorError } from '../errors.ts';
import type { SqliteDatabase } from './database.ts';
import type { ChangeRow } from './tables.ts';

/** One revision of one profile: who, when, what, and the facts on either side. */
export interface Change extends Omit<ChangeRow, 'before' | 'after'> {
  /** null for a creation. */
  before: object | null;
  after: object;
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

/** The newest first. */
export type ChangePage = Page<Change>;

type Stored = Omit<ChangeRow, 'after'> & { after: string };

/**
 * The facts after a change are stored only where nothing else has them: else the next change knows what was before it,
 * and the newest left what the profile holds.
 */
const columns = `seq, catalogue_revision AS catalogueRevision, kind, id, revision, actor, action, before, at, coalesce(
    after,
    (SELECT next.before FROM change AS next
     WHERE next.kind = change.kind AND next.id = change.id AND next.revision = change.revision + 1),
    (SELECT facts FROM profile WHERE profile.kind = change.kind AND profile.id = change.id)
  ) AS after`;

const matching = `(@kind IS NULL OR kind = @kind) AND (@id IS NULL OR id = @id) AND (@actor IS NULL OR actor = @actor)
  AND (@since IS NULL OR at >= @since)`;

/** The append-only log: one row for each revision of each profile. */
export class ChangeLog {
  readonly #append: Statement<[Omit<ChangeRow, 'seq'>]>;
  readonly #list: Statement<[Record<string, string | number | null>], Stored>;
  readonly #count: Statement<[Record<string, string | number | null>], number>;
  readonly #following: Statement<[number, number, number], Stored>;

  constructor(database: SqliteDatabase) {
    this.#append = database.prepare(
      `INSERT INTO change (catalogue_revision, kind, id, revision, actor, action, before, after, at)
       VALUES (@catalogueRevision, @kind, @id, @revision, @actor, @action, @before, @after, @at)`,
    );
    this.#list = database.prepare(
      `SELECT ${columns} FROM change WHERE ${matching} AND (@below IS NULL OR seq < @below)
       ORDER BY seq DESC LIMIT @limit`,
    );
    this.#count = database.prepare(`SELECT count(*) FROM change WHERE ${matching}`).pluck() as never;
    this.#following = database.prepare(
      `SELECT ${columns} FROM change WHERE catalogue_revision > ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
  }

  /** Must run in the transaction that writes the revision. */
  append(change: Omit<ChangeRow, 'seq'>): void {
    this.#append.run(change);
  }

  /** @throws InvalidCursorError */
  list({ kind = null, id = null, actor = null, since = null, first, after = null }: ChangeRequest): ChangePage {
    const below = after === null ? null : readCursor(after);
    const filter = { kind, id, actor, since };
    // One more than asked for says whether there is a next page.
    const rows = this.#list.all({ ...filter, below, limit: first + 1 });
    const page = rows.slice(0, first);
    const count = () => this.#count.get(filter) ?? 0;
    return {
      items: page.map(toChange),
      cursors: page.map(({ seq }) => Buffer.from(`change ${seq}`).toString('base64url')),
      // Counted only for those who ask.
      get totalCount() {
        return count();
      },
      hasNextPage: rows.length > first,
      hasPreviousPage: below !== null,
    };
  }

  /** The oldest first: what came after the catalogue's `revision`, and after the change `seq` where one was seen. */
  following(revision: number, seq: number, limit: number): Change[] {
    return this.#following.all(revision, seq, limit).map(toChange);
  }
}

function readCursor(cursor: string): number {
  const seq = /^change (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1];
  if (seq === undefined) throw new InvalidCursorError(cursor, 'not a cursor of this API');
  return Number(seq);
}

function toChange(row: Stored): Change {
  return { ...row, before: row.before === null ? null : JSON.parse(row.before), after: JSON.parse(row.after) };
}
