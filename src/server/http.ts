import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import compression from 'compression';
import cors from 'cors';
import { type ApiOptions, createApi, graphqlPath } from './api.ts';
import { compressedFromBytes } from './caching.ts';
import { graphiqlPage, wantsGraphiqlPage } from './graphiql/page.ts';
import { bodyRefusal, hostRefusal, type Refusal } from './guards.ts';
import { requestLimits } from './limits/limits.ts';
import { clientAddress, costOf, type RateLimit } from './limits/rateLimit.ts';
import { unreadAnswers } from './limits/unreadAnswers.ts';
import type { Metrics } from './observe/metrics.ts';
import { type Observed, observe } from './observe/observed.ts';
import type { requestLog } from './observe/requestLog.ts';
import type { Traces } from './observe/traces.ts';

export interface HttpOptions extends ApiOptions {
  /** Null when questions can be answered, else why not. */
  notReady(): string | null;
  /** True while the server stops: connections are closed after the answer they wait for. */
  isDraining?(): boolean;
  /** Proxies before this server whose X-Forwarded-For is believed, a count. Default: 0. */
  trustedProxies?: number;
  /** Only names of this machine may be asked for. Default: no. */
  onlyLoopback?: boolean;
  /** Origins that pages may ask from. Default: any. */
  allowedOrigins?: readonly string[] | null;
  rateLimit?: RateLimit | null;
  metrics?: Metrics;
  log?: ReturnType<typeof requestLog>;
  traces?: Traces | null;
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Answers `/graphql` (the API, and GraphiQL for browsers), `/health`, `/ready` and `/metrics`; `/` leads to `/graphql`.
 * Every request passes the same guards, is counted, and carries its id.
 */
export function httpListener(options: HttpOptions): RequestListener {
  const {
    trustedProxies = 0,
    onlyLoopback = false,
    allowedOrigins = null,
    rateLimit = null,
    metrics,
    log,
    traces,
  } = options;
  const api = createApi(options);
  const servePage = graphiqlPage();
  const watchUnread = unreadAnswers(requestLimits.unread);
  const compress: Handler = compression({ threshold: compressedFromBytes }) as unknown as Handler;
  // There are no cookies, so there is nothing that a foreign page could borrow: any origin may ask unless told otherwise.
  const allowOrigins: Handler = cors({
    origin: allowedOrigins === null ? '*' : [...allowedOrigins],
    methods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    exposedHeaders: ['ETag', 'X-Request-Id', 'Retry-After'],
    maxAge: 86_400,
  });

  return (request, response) => {
    const observed = observe(request, clientAddress(request, trustedProxies));
    response.setHeader('X-Request-Id', observed.id);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (options.isDraining?.() === true) response.setHeader('Connection', 'close');
    watchUnread(response);
    whenDone(request, response, observed);
    const refusal = hostRefusal(request, onlyLoopback);
    if (refusal !== null) refuse(request, response, refusal);
    else route(request, response, observed);
  };

  function route(request: IncomingMessage, response: ServerResponse, observed: Observed): void {
    const path = (request.url ?? '/').split('?', 1)[0];
    switch (path) {
      case graphqlPath:
        allowOrigins(request, response, () => settle(graphql(request, response, observed), response));
        return;
      case '/health':
        sendJson(response, 200, { status: 'ok' });
        return;
      case '/ready': {
        const reason = options.notReady();
        sendJson(response, reason === null ? 200 : 503, { status: reason ?? 'ready' });
        return;
      }
      case '/metrics':
        if (metrics === undefined) break;
        settle(sendMetrics(metrics, response), response);
        return;
      case '/':
        response.writeHead(302, { Location: graphqlPath }).end();
        return;
    }
    sendJson(response, 404, { errors: [{ message: `There is nothing at ${path}; the API is at ${graphqlPath}.` }] });
  }

  async function graphql(request: IncomingMessage, response: ServerResponse, observed: Observed): Promise<void> {
    const refusal = bodyRefusal(request) ?? (await rateRefusal(observed, response));
    if (refusal !== null) {
      refuse(request, response, refusal);
      return;
    }
    // Node leaves the body of an answer to HEAD out by itself.
    if (request.method === 'HEAD') request.method = 'GET';
    compress(request, response, () => undefined);
    if (wantsGraphiqlPage(request)) await servePage(request, response);
    else await api(request, response, { observed });
  }

  async function rateRefusal(observed: Observed, response: ServerResponse): Promise<Refusal | null> {
    const seconds = (await rateLimit?.waitSeconds(observed.client)) ?? null;
    if (seconds === null) return null;
    observed.refusedBy = 'rate';
    response.setHeader('Retry-After', String(seconds));
    const message = `Too many questions from ${observed.client}: ask again in ${seconds} s.`;
    return { status: 429, code: 'RATE_LIMITED', message };
  }

  function whenDone(request: IncomingMessage, response: ServerResponse, observed: Observed): void {
    const { socket } = request;
    const sentBefore = socket.bytesWritten;
    response.once('close', () => {
      const cost = costOf(observed);
      if (cost > 0) rateLimit?.charge(observed.client, cost);
      metrics?.request(observed, response.statusCode, !response.writableFinished);
      log?.(observed, request, response, socket.bytesWritten - sentBefore);
      traces?.request(observed, request, response);
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

async function sendMetrics(metrics: Metrics, response: ServerResponse): Promise<void> {
  const { contentType, text } = await metrics.page();
  response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(text);
}

function settle(answered: Promise<unknown>, response: ServerResponse): void {
  answered.catch((error: unknown) => {
    console.error(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { errors: [{ message: 'Internal error. It has been logged.' }] });
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
