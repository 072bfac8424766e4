import { EnvelopArmor } from '@escape.tech/graphql-armor';
import type { WorkLimits } from '../../schema/work.ts';
import type { DocumentLimits } from './documents.ts';
import type { SubscriptionLimits } from './subscriptionPlaces.ts';
import type { UnreadLimits } from './unreadAnswers.ts';

/**
 * How much one request may ask for, and how much is held for all of them together. An estimate costs microseconds, so
 * the limits are wide: a table of two hundred estimates in one query passes, a query built to be expensive does not.
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
  /** While answering. */
  work: { nodes: 10_000, estimates: 1_000, milliseconds: 2_000 } satisfies WorkLimits,
  /** Bytes of an answer. */
  answerBytes: 8_000_000,
  unread: { bytes: 64_000_000, milliseconds: 30_000 } satisfies UnreadLimits,
  /** Bytes of a request's body. */
  bodyBytes: 1_000_000,
  /** Bytes of a body that comes with a key that may write: the header of a model file with a large vocabulary. */
  bodyBytesWithKey: 34_000_000,
  /** Subscriptions held at once, each a connection. */
  subscriptions: { all: 1000, client: 20 } satisfies SubscriptionLimits,
};

/** GraphQL Armor for what validation can see. Field suggestions stay: the schema is public, and typos deserve help. */
export function requestLimitPlugins(): ReturnType<EnvelopArmor['protect']>['plugins'] {
  const armor = new EnvelopArmor({
    blockFieldSuggestion: { enabled: false },
    costLimit: { enabled: false },
    maxAliases: { n: requestLimits.aliases },
    maxDepth: { n: requestLimits.depth, ignoreIntrospection: true },
    maxDirectives: { n: requestLimits.directives },
    maxTokens: { enabled: false },
  });
  return armor.protect().plugins;
}
