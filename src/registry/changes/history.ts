import type { Page } from '../catalogue/page.ts';
import { InvalidCursorError } from '../errors.ts';
import type { ChangeRow } from '../storage/tables.ts';

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

/** The newest first. All are counted only for those who ask. */
export type ChangePage = Page<Change, Promise<number>>;

/** A change as a database tells it, the facts after it found wherever they are. */
export type ToldChange = Omit<ChangeRow, 'after'> & { after: string };

export function changeOf(row: ToldChange): Change {
  return { ...row, before: row.before === null ? null : JSON.parse(row.before), after: JSON.parse(row.after) };
}

/** Place in the log of the last change that the request has seen; null = none. @throws InvalidCursorError */
export function placeSeen({ after = null }: ChangeRequest): number | null {
  if (after === null) return null;
  const seq = /^change (\d{1,15})$/.exec(Buffer.from(after, 'base64url').toString('utf8'))?.[1];
  if (seq === undefined) throw new InvalidCursorError(after, 'not a cursor of this API');
  return Number(seq);
}

/** @param rows one more than the page holds, where there are more */
export function changePage(
  { first, after = null }: ChangeRequest,
  rows: readonly ToldChange[],
  count: () => Promise<number>,
): ChangePage {
  const page = rows.slice(0, first);
  return {
    items: page.map(changeOf),
    cursors: page.map(({ seq }) => Buffer.from(`change ${seq}`).toString('base64url')),
    get totalCount() {
      return count();
    },
    hasNextPage: rows.length > first,
    hasPreviousPage: after !== null,
  };
}
