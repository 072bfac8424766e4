import { EnvelopArmor } from '@escape.tech/graphql-armor';
import type { DocumentLimits } from './documents.ts';

/**
 * How much one request may ask for, and how much is held for all of them together. An estimate costs microseconds, so
 * the limits are wide: a table of two hundred estimates in one query passes, a query built to be expensive does not.
 * Introspection is not counted.
 */
export const requestLimits = {
  /** Levels of nested selections. */
  depth: 14,
  /** Aliases in one query: one each for a comparison of many cards. */
  aliases: 250,
  directives: 50,
  /** Before anything is built of the text. */
  document: {
    tokens: 15_000,
    nesting: 40,
    repeats: 250,
    keptCharacters: 8_000,
    keptBytes: 4_000_000,
  } satisfies DocumentLimits,
  /** Armor's cost: 1 a scalar, 2 an object, times 1.5 a level, times `first` where it is written in the query. */
  cost: 50_000,
  /** Bytes of a request's body. */
  bodyBytes: 1_000_000,
  /** Bytes of a body that comes with a key that may write: the header of a model file with a large vocabulary. */
  bodyBytesWithKey: 34_000_000,
  /** Subscriptions that one server holds at once, each a connection. */
  subscriptions: 1000,
};

/** GraphQL Armor with the limits above. Field suggestions stay: the schema is public, and typos deserve help. */
export function requestLimitPlugins(): ReturnType<EnvelopArmor['protect']>['plugins'] {
  const armor = new EnvelopArmor({
    blockFieldSuggestion: { enabled: false },
    costLimit: { maxCost: requestLimits.cost, ignoreIntrospection: true },
    maxAliases: { n: requestLimits.aliases },
    maxDepth: { n: requestLimits.depth, ignoreIntrospection: true },
    maxDirectives: { n: requestLimits.directives },
    maxTokens: { enabled: false },
  });
  return armor.protect().plugins;
}
