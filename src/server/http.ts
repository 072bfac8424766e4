import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import cors from 'cors';
import { type ApiOptions, createApi, graphqlPath } from './api.ts';
import { deliverStream, deliverText, isJson } from './delivery.ts';
import { graphiqlPage, wantsGraphiqlPage } from './graphiql/page.ts';
import { bodyRefusal, hostRefusal, type Refusal } from './guards.ts';
import { AtOnce, type AtOnceLimits } from './limits/atOnce.ts';
import { clientAddress } from './limits/client.ts';
import { requestLimits } from './limits/limits.ts';
import { Pipelines } from './limits/pipelines.ts';
import { costOf, type RateLimit } from './limits/rateLimit.ts';
import { UnreadAnswers, type UnreadLimits } from './limits/unreadAnswers.ts';
import type { Batches } from './observe/batches.ts';
import type { Metrics } from './observe/metrics.ts';
import { type Observed, observe } from './observe/observed.ts';

export interface HttpOptions extends ApiOptions {
  /** Null when questions can be answered and changes made, else why not. */
  notReady(): Promise<string | null>;
  /** True while the server stops: connections are closed after the answer they wait for. */
  isDraining?(): boolean;
  /** Proxies before this server whose X-Forwarded-For is believed, a count. Default: 0. */
  trustedProxies?: number;
  /** Only names of this machine may be asked for. Default: no. */
  onlyLoopback?: boolean;
  /** Origins that pages may ask from. Default: any. */
  allowedOrigins?: readonly string[] | null;
  rateLimit?: RateLimit | null;
  /** How long and how much answers may wait for their readers. Default: `requestLimits.unread`. */
  unread?: UnreadLimits;
  /** How many questions are answered at once. Default: `requestLimits.atOnce`. */
  atOnce?: AtOnceLimits;
  metrics?: Metrics;
  /** Requests that have ended. */
  ended?: Batches;
}

/** Headers that a page may read, beside the usual ones. */
const exposedHeaders = 'ETag,X-Request-Id,Retry-After';

type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Answers `/graphql` (the API, and GraphiQL for browsers), `/health`, `/ready` and `/metrics`; `/` leads to `/graphql`.
 * Every request passes the same guards, is counted, and carries its id.
 */
export function httpListener(options: HttpOptions): RequestListener {
  const { trustedProxies = 0, onlyLoopback = false, allowedOrigins = null, rateLimit = null, metrics, ended } = options;
  // Bound once: yoga binds it anew each time it is looked up.
  const { handleNodeRequestAndResponse } = createApi(options);
  const vary = allowedOrigins === null ? 'Accept, Accept-Encoding' : 'Accept, Accept-Encoding, Origin';
  const servePage = graphiqlPage();
  const unread = new UnreadAnswers(options.unread ?? requestLimits.unread);
  const atOnce = new AtOnce(options.atOnce ?? requestLimits.atOnce);
  // There are no cookies, so there is nothing that a foreign page could borrow: any origin may ask unless told otherwise.
  const allowOrigins: Handler = cors({
    origin: allowedOrigins === null ? '*' : [...allowedOrigins],
    methods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    exposedHeaders,
    maxAge: 86_400,
  });

  const pipelines = new Pipelines();
  let metricsPage: ReturnType<Metrics['page']> | undefined;

  return (request, response) => {
    if (!pipelines.asked(request.socket)) return;
    const observed = observe(request, clientAddress(request, trustedProxies));
    response.setHeader('X-Request-Id', observed.id);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (options.isDraining?.() === true) response.setHeader('Connection', 'close');
    watch(request, response, observed);
    const refusal = hostRefusal(request, onlyLoopback);
    if (refusal !== null) refuse(request, response, refusal);
    else route(request, response, observed);
  };

  function route(request: IncomingMessage, response: ServerResponse, observed: Observed): void {
    switch (observed.path) {
      case graphqlPath:
        if (allowedOrigins === null && request.method !== 'OPTIONS') {
          response.setHeader('Access-Control-Allow-Origin', '*');
          response.setHeader('Access-Control-Expose-Headers', exposedHeaders);
          settle(graphql(request, response, observed), response);
        } else allowOrigins(request, response, () => settle(graphql(request, response, observed), response));
        return;
      case '/health':
        sendJson(response, 200, { status: 'ok' });
        return;
      case '/ready':
        settle(ready(response), response);
        return;
      case '/metrics':
        if (metrics === undefined) break;
        ended?.tell();
        settle(sendMetrics(metrics, response), response);
        return;
      case '/':
        response.writeHead(302, { Location: graphqlPath }).end();
        return;
    }
    const message = `There is nothing at ${observed.path.slice(0, 200)}; the API is at ${graphqlPath}.`;
    sendJson(response, 404, { errors: [{ message, extensions: { code: 'NOT_FOUND' } }] });
  }

  async function ready(response: ServerResponse): Promise<void> {
    const reason = await options.notReady();
    sendJson(response, reason === null ? 200 : 503, { status: reason ?? 'ready' });
  }

  async function graphql(request: IncomingMessage, response: ServerResponse, observed: Observed): Promise<void> {
    const refusal = bodyRefusal(request) ?? rateRefusal(observed, response);
    if (refusal !== null) {
      refuse(request, response, refusal);
      return;
    }
    // Node leaves the body of an answer to HEAD out by itself.
    if (request.method === 'HEAD') request.method = 'GET';
    const place = atOnce.enter(observed.network, request);
    if (place !== null) await place;
    try {
      // Of a client that has left meanwhile nobody waits for the answer.
      if (request.destroyed || request.socket.destroyed) return;
      if (wantsGraphiqlPage(request)) {
        await servePage(request, response);
        return;
      }
      const answer = await handleNodeRequestAndResponse(request, response, { observed });
      if (isJson(answer)) {
        const encoding = deliverText(await answer.text(), answer, request, response, vary);
        if (encoding !== null) await encoding;
        unread.written(response);
        // An event stream lasts: subscriptions have places of their own.
      } else settle(deliverStream(answer, request, response), response);
    } finally {
      atOnce.leave(observed.network, request);
    }
  }

  /** However many ask at a time, the page is made once. */
  async function sendMetrics(shown: Metrics, response: ServerResponse): Promise<void> {
    metricsPage ??= shown.page().finally(() => {
      metricsPage = undefined;
    });
    const { contentType, text } = await metricsPage;
    response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(text);
  }

  function rateRefusal(observed: Observed, response: ServerResponse): Refusal | null {
    const seconds = rateLimit?.waitSeconds(observed.network) ?? null;
    if (seconds === null) return null;
    observed.refusedBy = 'rate';
    response.setHeader('Retry-After', String(seconds));
    const message = `Too many questions from ${observed.address}: ask again in ${seconds} s.`;
    return { status: 429, code: 'RATE_LIMITED', message };
  }

  function watch(request: IncomingMessage, response: ServerResponse, observed: Observed): void {
    const { socket } = request;
    const sentBefore = socket.bytesWritten;
    unread.opened(response);
    response.on('close', () => {
      unread.closed(response);
      pipelines.answered(socket);
      const end = observed.ends(response, socket.bytesWritten - sentBefore);
      if (observed.path === graphqlPath && observed.refusedBy !== 'rate') {
        rateLimit?.charge(observed.network, costOf(observed, end));
      }
      ended?.add(observed);
    });
  }
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
    else {
      const extensions = { code: 'INTERNAL_SERVER_ERROR' };
      sendJson(response, 500, { errors: [{ message: 'Internal error. It has been logged.', extensions }] });
    }
  });
}

/** A body that nobody reads would keep the connection busy: it is dropped after the answer. */
function refuse(request: IncomingMessage, response: ServerResponse, { status, message, code }: Refusal): void {
  if (request.method === 'POST') response.setHeader('Connection', 'close');
  sendJson(response, status, { errors: [{ message, extensions: { code } }] });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
