import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';

/** When a client may try again: subscriptions end as people close their pages. */
const retryAfterSeconds = 30;

/**
 * Holds at most `most` subscriptions at once and refuses others with 503: each keeps a connection open, and every change
 * of the catalogue is read for each. A subscription frees its place when it ends, fails, or its listener goes away.
 */
export function subscriptionLimit(most: number): Plugin {
  let held = 0;
  return {
    onSubscribe() {
      let holds = false;
      const release = () => {
        if (holds) held -= 1;
        holds = false;
      };
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) return undefined;
          if (held >= most) {
            void result[Symbol.asyncIterator]().return?.();
            setResult({ errors: [tooMany(most)] });
            return undefined;
          }
          held += 1;
          holds = true;
          return { onEnd: release };
        },
        onSubscribeError: release,
      };
    },
  };
}

function tooMany(most: number): GraphQLError {
  const message =
    `This server holds ${most.toLocaleString('en-US')} subscriptions, as many as it may. ` +
    `Try again in ${retryAfterSeconds} s, or ask \`changes\` from time to time.`;
  const http = { status: 503, headers: { 'Retry-After': String(retryAfterSeconds) } };
  return new GraphQLError(message, { extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', http } });
}
