import { compareText } from '../../engine/compareText.ts';
import { InvalidCursorError } from '../errors.ts';

/** A way to sort a list: by `key`, then by id, so that no two items tie. Items without a key come last. */
export interface Order<Item> {
  /** Says in a cursor which order it belongs to. */
  name: string;
  key(item: Item): string | number | null;
  direction?: 'ascending' | 'descending';
}

export interface PageRequest<Item> {
  order?: Order<Item>;
  /** Items at most. */
  first: number;
  /** Cursor of the last item already seen. */
  after?: string | null;
}

export interface Page<Item, Count = number> {
  items: readonly Item[];
  /** One for each item; opaque. */
  cursors: readonly string[];
  /** Items of the whole list. */
  totalCount: Count;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** The items of the whole list, where they are at hand. */
  whole?: readonly Item[];
}

type Key = string | number | null;

/**
 * One page by keyset: it starts behind the cursor's sort key and id, wherever they are now, so that items which
 * appear or vanish in between neither repeat nor skip others.
 *
 * @throws InvalidCursorError the cursor is not one of this list in this order
 */
export function pageOf<Item extends { id: string }>(items: readonly Item[], request: PageRequest<Item>): Page<Item> {
  const { order = byId, first, after } = request;
  const sign = order.direction === 'descending' ? -1 : 1;
  const compare = (left: readonly [Key, string], right: readonly [Key, string]) =>
    compareKeys(left[0], right[0], sign) || compareText(left[1], right[1]);

  const keyed = items.map((item) => ({ item, place: [order.key(item), item.id] as const }));
  keyed.sort((left, right) => compare(left.place, right.place));

  let start = 0;
  if (after !== undefined && after !== null) {
    const seen = readCursor(after, order);
    const next = keyed.findIndex(({ place }) => compare(place, seen) > 0);
    start = next === -1 ? keyed.length : next;
  }
  const page = keyed.slice(start, start + first);
  return {
    items: page.map(({ item }) => item),
    cursors: page.map(({ place }) => writeCursor(order, place)),
    totalCount: items.length,
    hasNextPage: start + page.length < keyed.length,
    hasPreviousPage: start > 0,
    whole: items,
  };
}

const byId: Order<{ id: string }> = { name: 'id', key: () => null };

/** Absent keys last in either direction. */
function compareKeys(left: Key, right: Key, sign: number): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
  return sign * compareText(String(left), String(right));
}

function writeCursor<Item>(order: Order<Item>, [key, id]: readonly [Key, string]): string {
  return Buffer.from(JSON.stringify([orderWord(order), key, id])).toString('base64url');
}

function readCursor<Item>(cursor: string, order: Order<Item>): readonly [Key, string] {
  const [word, key, id] = decodeCursor(cursor);
  const isKey = key === null || typeof key === 'number' || typeof key === 'string';
  if (typeof word !== 'string' || !isKey || typeof id !== 'string') throw notACursor(cursor);
  if (word !== orderWord(order)) throw new InvalidCursorError(cursor, 'the cursor belongs to a list in another order');
  return [key, id];
}

function decodeCursor(cursor: string): readonly unknown[] {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(decoded) && decoded.length === 3) return decoded;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw notACursor(cursor);
}

function notACursor(cursor: string): InvalidCursorError {
  return new InvalidCursorError(cursor, 'not a cursor of this API');
}

function orderWord<Item>({ name, direction = 'ascending' }: Order<Item>): string {
  return `${name} ${direction}`;
}
