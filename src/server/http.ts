import type { RequestListener, Server, ServerResponse } from 'node:http';
import { type ApiOptions, createApi, graphqlPath } from './api.ts';
import { graphiqlPage, wantsGraphiqlPage } from './graphiql/page.ts';
import { unreadAnswers } from './limits/answerLimit.ts';
import { requestLimits } from './limits/limits.ts';

export interface HttpOptions extends ApiOptions {
  /** Null when questions can be answered, else why not. */
  notReady(): string | null;
}

/** Answers `/graphql` (the API, and GraphiQL for browsers), `/health` and `/ready`; `/` leads to `/graphql`. */
export function httpListener(options: HttpOptions): RequestListener {
  const api = createApi(options);
  const servePage = graphiqlPage();
  const watchUnread = unreadAnswers(requestLimits.unread);

  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    switch (path) {
      case graphqlPath:
        settle(
          (wantsGraphiqlPage(request) ? servePage(request, response) : Promise.resolve(api(request, response))).then(
            () => watchUnread(response),
          ),
          response,
        );
        return;
      case '/health':
        sendJson(response, 200, { status: 'ok' });
        return;
      case '/ready': {
        const reason = options.notReady();
        sendJson(response, reason === null ? 200 : 503, { status: reason ?? 'ready' });
        return;
      }
      case '/':
        response.writeHead(302, { Location: graphqlPath }).end();
        return;
      default:
        sendJson(response, 404, {
          errors: [{ message: `There is nothing at ${path}; the API is at ${graphqlPath}.` }],
        });
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
    else sendJson(response, 500, { errors: [{ message: 'Internal error. It has been logged.' }] });
  });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
