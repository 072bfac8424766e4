import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { queryCaching } from './caching.ts';
import { graphiqlPage, wantsGraphiqlPage } from './graphiqlPage.ts';
import { requestLimitPlugins, requestLimits } from './limits.ts';

export interface HttpOptions {
  schema: GraphQLSchema;
  /** The resolvers' context for one request. */
  createContext(): object;
  /** Null when questions can be answered, else why not. */
  notReady(): string | null;
  /** Envelop plugins the schema needs. */
  plugins?: Plugin[];
  /** Where unexpected errors are written, whole. Default: the console. */
  logging?: boolean;
}

const graphqlPath = '/graphql';

/** Answers `/graphql` (the API, and GraphiQL for browsers), `/health`, `/ready`, and points everything else to the API. */
export function httpListener(options: HttpOptions): RequestListener {
  const yoga = createYoga({
    schema: options.schema,
    context: () => options.createContext(),
    graphqlEndpoint: graphqlPath,
    // Any front end may read: there are no cookies, so there is nothing a foreign page could borrow.
    cors: { origin: '*', credentials: false, methods: ['GET', 'POST', 'OPTIONS'], maxAge: 86_400 },
    maskedErrors: { isDev: false, errorMessage: 'Internal error. It has been logged; please report it with the query.' },
    maxRequestBodySize: requestLimits.bodyBytes,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: options.logging ?? true,
    plugins: [...requestLimitPlugins(), queryCaching(), ...(options.plugins ?? [])],
  });
  const servePage = graphiqlPage();

  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    switch (path) {
      case graphqlPath:
        if (wantsGraphiqlPage(request)) settle(servePage(request, response), response);
        else settle(Promise.resolve(yoga(request, response)), response);
        return;
      case '/health':
        return sendJson(response, 200, { status: 'ok' });
      case '/ready': {
        const reason = options.notReady();
        return sendJson(response, reason === null ? 200 : 503, { status: reason ?? 'ready' });
      }
      case '/':
        response.writeHead(302, { Location: graphqlPath }).end();
        return;
      default:
        return sendJson(response, 404, { errors: [{ message: `There is nothing at ${path}; the API is at ${graphqlPath}.` }] });
    }
  };
}

/**
 * Stops accepting, lets running requests finish, and resolves when the last connection is gone. Connections still open
 * after `graceMs` (a stuck client, a subscription) are cut.
 */
export async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A keep-alive connection turns idle when its running request ends, which may be after close().
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

function settle(answered: Promise<unknown>, response: ServerResponse): void {
  answered.catch((error: unknown) => {
    console.error(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { errors: [{ message: 'Internal error.' }] });
  });
}

function sendJson(response: ServerResponse<IncomingMessage>, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
