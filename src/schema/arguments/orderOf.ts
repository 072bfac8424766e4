import type { Order } from '../../registry/catalogue/page.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../enumOf.ts';
import { OrderDirection } from '../enums.ts';
import { upperFirst } from '../names.ts';

/** What a list can be ordered by: in words, and the sort key. */
type Orders<Item> = Readonly<Record<string, { description: string; key: Order<Item>['key'] }>>;

/** The input `<name>Order` of a list, and what a value of it means. */
export function orderOf<Item>(name: string, things: string, orders: Orders<Item>) {
  const OrderField = enumOf<string>(
    `${name}OrderField`,
    `What ${things} can be ordered by. ${upperFirst(things)} without the figure come last.`,
    Object.fromEntries(Object.entries(orders).map(([field, { description }]) => [field, description])),
  );
  const input = builder.inputType(`${name}Order`, {
    description: `How to order ${things}.`,
    fields: (t) => ({
      field: t.field({ type: OrderField, required: true, description: 'What to order by.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'ascending',
        description: 'Which end comes first.',
      }),
    }),
  });
  return {
    input,
    order({ field, direction }: typeof input.$inferInput): Order<Item> {
      return { name: field, direction, key: orders[field]?.key ?? (() => null) };
    },
  };
}
