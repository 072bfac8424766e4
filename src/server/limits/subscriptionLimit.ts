import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { WithObserved } from '../observe/observed.ts';
import type { NoPlace, SubscriptionPlaces } from './subscriptionPlaces.ts';

/** When a client may try again: subscriptions end as people close their pages. */
const retryAfterSeconds = 30;

/**
 * Holds at most so many subscriptions at once, of one client and of all, and refuses others with 503: each keeps a
 * connection open, and every change of the catalogue is told to each. A subscription frees its place when it ends, fails,
 * or its listener goes away.
 */
export function subscriptionLimit(places: SubscriptionPlaces): Plugin<WithObserved> {
  return {
    async onSubscribe({ args: { contextValue }, setResultAndStopExecution }) {
      const client = contextValue.observed?.network ?? '';
      const noPlace = await places.take(client);
      if (noPlace !== null) {
        setResultAndStopExecution({ errors: [refusal(noPlace)] });
        return undefined;
      }
      let holds = true;
      const free = () => {
        if (holds) places.free(client);
        holds = false;
      };
      // Of a client that leaves before the first event nothing ends: no iteration has begun.
      const { signal } = contextValue.request;
      signal.addEventListener('abort', free);
      if (signal.aborted) {
        free();
        setResultAndStopExecution({ errors: [new GraphQLError('The client has left.')] });
        return undefined;
      }
      return {
        onSubscribeResult({ result }) {
          if (isAsyncIterable(result)) return { onEnd: free };
          free();
          return undefined;
        },
        onSubscribeError: free,
      };
    },
  };
}

function refusal({ holder, most }: NoPlace): GraphQLError {
  const count = most.toLocaleString('en-US');
  const reason =
    holder === 'all'
      ? `This server holds ${count} subscriptions, as many as it may.`
      : `You hold ${count} subscriptions, as many as one address may: end one, or share one among your pages.`;
  const message = `${reason} Try again in ${retryAfterSeconds} s, or ask \`changes\` from time to time.`;
  const http = { status: 503, headers: { 'Retry-After': String(retryAfterSeconds) } };
  return new GraphQLError(message, { extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', http } });
}
