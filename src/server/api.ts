import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { useInvalidArguments } from '../schema/arguments/coercionErrors.ts';
import type { Context, RequestHeaders } from '../schema/context.ts';
import { admission } from './admission.ts';
import { bodyLimit } from './limits/bodyLimit.ts';
import { documents } from './limits/documents.ts';
import { requestLimits } from './limits/limits.ts';
import { readable } from './limits/readable.ts';
import { subscriptionLimit } from './limits/subscriptionLimit.ts';
import { type SubscriptionPlaces, subscriptionPlaces } from './limits/subscriptionPlaces.ts';
import type { WithObserved } from './observe/observed.ts';
import { sharedEvents } from './sharedEvents.ts';

export interface ApiOptions {
  schema: GraphQLSchema;
  /** The resolvers' context for one request. */
  createContext(request: RequestHeaders): Pick<Context, 'work' | 'caller'>;
  /** Whether the request carries a key that may write something. Default: none may. */
  mayWrite?(request: RequestHeaders): Promise<boolean>;
  /** Where subscriptions are counted. Default: here, up to `requestLimits.subscriptions`. */
  subscriptions?: SubscriptionPlaces;
  /** Unexpected errors are written to the console, whole. Default: yes. */
  logging?: boolean;
}

/** A fetch-style handler, which is also a `node:http` listener. */
export type Api = ReturnType<typeof createApi>;

export const graphqlPath = '/graphql';

/** Who asks where an answer is for many. */
const nobody: RequestHeaders = { headers: { get: () => null } };

/** The GraphQL API with its limits, caching and error forms, apart from any socket: the terminal asks it in process. */
export function createApi({
  schema,
  createContext,
  mayWrite = async () => false,
  subscriptions = subscriptionPlaces(requestLimits.subscriptions),
  logging = true,
}: ApiOptions) {
  const { bodyBytes, bodyBytesWithKey } = requestLimits;
  const largestBody = bodyLimit(bodyBytes, async (request, { observed }) => {
    if (await mayWrite(request)) return bodyBytesWithKey;
    // A guess here is a guess like one in a mutation.
    if (observed !== undefined && request.headers.has('authorization')) observed.caller = { key: null, refusedKeys: 1 };
    return bodyBytes;
  });
  return createYoga<WithObserved>({
    schema,
    context({ request, observed }) {
      const context = createContext(request);
      if (observed !== undefined) {
        observed.work = context.work;
        observed.caller = context.caller;
      }
      return context;
    },
    graphqlEndpoint: graphqlPath,
    // The HTTP listener answers preflights and names allowed origins, for all paths alike.
    cors: false,
    maskedErrors: {
      isDev: false,
      errorMessage: 'Internal error. It has been logged; please report it with the query.',
    },
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging,
    parserAndValidationCache: false,
    plugins: [
      largestBody,
      readable(),
      documents(requestLimits.document),
      useInvalidArguments(),
      admission(requestLimits),
      sharedEvents({ createContext: () => createContext(nobody), answerBytes: requestLimits.answerBytes }),
      subscriptionLimit(subscriptions),
    ],
  });
}
