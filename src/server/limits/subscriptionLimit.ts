import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { WithObserved } from '../observe/observed.ts';
import { networkOf } from './client.ts';

export interface SubscriptionLimits {
  /** Held by one server, a count. */
  all: number;
  /** Held by one address, a count. */
  client: number;
}

/** When a client may try again: subscriptions end as people close their pages. */
const retryAfterSeconds = 30;

/**
 * Holds at most so many subscriptions at once, of one client and of all, and refuses others with 503: each keeps a
 * connection open, and every change of the catalogue is told to each. A subscription frees its place when it ends, fails,
 * or its listener goes away.
 */
export function subscriptionLimit({ all: most, client: mostOfClient }: SubscriptionLimits): Plugin<WithObserved> {
  const held = new Map<string, number>();
  let total = 0;
  return {
    onSubscribe({ args: { contextValue } }) {
      const client = networkOf(contextValue.observed?.address ?? '');
      let holds = false;
      const release = () => {
        if (!holds) return;
        holds = false;
        total -= 1;
        const left = (held.get(client) ?? 0) - 1;
        if (left > 0) held.set(client, left);
        else held.delete(client);
      };
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) return undefined;
          const ofClient = held.get(client) ?? 0;
          if (total >= most || ofClient >= mostOfClient) {
            void result[Symbol.asyncIterator]().return?.();
            setResult({ errors: [ofClient >= mostOfClient ? tooManyOfClient(mostOfClient) : tooMany(most)] });
            return undefined;
          }
          total += 1;
          held.set(client, ofClient + 1);
          holds = true;
          return { onEnd: release };
        },
        onSubscribeError: release,
      };
    },
  };
}

function tooMany(most: number): GraphQLError {
  return refusal(`This server holds ${most.toLocaleString('en-US')} subscriptions, as many as it may.`);
}

function tooManyOfClient(most: number): GraphQLError {
  return refusal(`You hold ${most} subscriptions, as many as one address may: end one, or share one among your pages.`);
}

function refusal(reason: string): GraphQLError {
  const message = `${reason} Try again in ${retryAfterSeconds} s, or ask \`changes\` from time to time.`;
  const http = { status: 503, headers: { 'Retry-After': String(retryAfterSeconds) } };
  return new GraphQLError(message, { extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', http } });
}
