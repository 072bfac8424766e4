import { type NumberRange, rangeText } from '../calculator/numberRange.ts';
import type { Page } from '../registry/catalogue/page.ts';
import { ranged, requireInRange } from './arguments/argumentRange.ts';
import { builder } from './builder.ts';
import { invalidArgument, resolving } from './errors.ts';

const pageRange: NumberRange = { minimum: 1, maximum: 100, whole: true };

/** Lists that pickers are filled from: a page may hold the whole of them. */
export const listPage: NumberRange = { ...pageRange, maximum: 1000 };

const PageInfoType = builder.objectRef<Omit<Page<unknown>, 'totalCount'>>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'There are items after this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'There are items before this page.' }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first item; null when the page is empty.',
      resolve: ({ cursors }) => cursors[0],
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last item, to pass as `after`; null when the page is empty.',
      resolve: ({ cursors }) => cursors.at(-1),
    }),
  }),
});

interface Edge<Item> {
  cursor: string;
  node: Item;
}

type Types = (typeof builder)['$inferSchemaTypes'];

/** The connection and edge types of a list of `node`s. */
export function connectionOf<Item>(
  name: string,
  node: PothosSchemaTypes.ObjectRef<Types, Item> | PothosSchemaTypes.InterfaceRef<Types, Item>,
  things: string,
) {
  const EdgeType = builder.objectRef<Edge<Item>>(`${name}Edge`).implement({
    description: `One of the ${things}, with its place in the list.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Its place, to pass as `after`.' }),
      node: t.field({ type: node, description: 'The item.', resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<Page<Item, number | Promise<number>>>(`${name}Connection`).implement({
    description: `A page of ${things}.`,
    fields: (t) => ({
      nodes: t.field({ type: [node], description: 'The items.', resolve: ({ items }) => [...items] }),
      edges: t.field({
        type: [EdgeType],
        description: 'The items with their places in the list.',
        resolve: ({ items, cursors }) => items.map((node, index) => ({ node, cursor: cursors[index] ?? '' })),
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'Where the page lies in the list.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        description: 'Items in the whole list, a count.',
        resolve: resolving(({ totalCount }: Page<Item, number | Promise<number>>) => totalCount),
      }),
    }),
  });
}

/** `first` and `after` of a list. */
export function pageArguments(
  { arg }: { arg: PothosSchemaTypes.QueryFieldBuilder<Types, object>['arg'] },
  range = pageRange,
) {
  return {
    first: arg.int({
      defaultValue: 25,
      description: `Items on the page, a count: ${rangeText(range)}.`,
      ...ranged(range),
    }),
    after: arg.string({ description: 'Cursor of the item before the page: `endCursor` of the page before.' }),
  };
}

/** `first` and `after` as GraphQL hands them in. */
export interface PageValues {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** @throws GraphQLError INVALID_ARGUMENT for `first` outside the range */
export function pageRequest({ first, after }: PageValues, range = pageRange) {
  requireInRange('first', first, range);
  return { first: first ?? 25, after: after ?? null };
}

/** Longest text to search for, in characters: each of its words is looked for in each profile. */
const longestSearch = 200;

/** @throws GraphQLError INVALID_ARGUMENT for a text longer than any name */
export function searchRequest<Text extends string | null | undefined>(text: Text, argument = 'search'): Text {
  if (text == null || text.length <= longestSearch) return text;
  throw invalidArgument(argument, text, `must have at most ${longestSearch} characters`);
}
