import type { WorkLimits } from '../../schema/work.ts';
import type { AtOnceLimits } from './atOnce.ts';
import type { DocumentLimits } from './documents.ts';
import type { SubscriptionLimits } from './subscriptionPlaces.ts';
import type { UnreadLimits } from './unreadAnswers.ts';

/**
 * How much one request may ask for, and how much is held for all of them together. An estimate costs microseconds, so
 * the limits are wide: a table of two hundred estimates in one query passes, a query built to be expensive does not.
 */
export const requestLimits = {
  /** Of the text. Aliases: one each for a comparison of many cards. */
  document: {
    depth: 14,
    aliases: 250,
    directives: 4,
    sameAnswers: 50,
    tokens: 15_000,
    nesting: 40,
    nameCharacters: 200,
    repeats: 250,
    errors: 20,
    keptCharacters: 8_000,
    keptBytes: 4_000_000,
  } satisfies DocumentLimits,
  /** While answering. */
  work: { nodes: 10_000, estimates: 1_000, milliseconds: 2_000 } satisfies WorkLimits,
  /** Bytes of an answer. */
  answerBytes: 8_000_000,
  /** Questions answered at once: others wait. Each may hold a body or half an answer. */
  atOnce: { all: 64, client: 32, arrivingMilliseconds: 2_000 } satisfies AtOnceLimits,
  unread: { bytes: 64_000_000, milliseconds: 30_000 } satisfies UnreadLimits,
  /** Bytes of a request's body. */
  bodyBytes: 1_000_000,
  /** Bytes of a body that comes with a key that may write: the header of a model file with a large vocabulary. */
  bodyBytesWithKey: 34_000_000,
  /** Subscriptions held at once, each a connection. */
  subscriptions: { all: 1000, client: 20 } satisfies SubscriptionLimits,
};
