import type { IncomingMessage, ServerResponse } from 'node:http';
import { entityTag, matchesEntityTag } from '../delivery.ts';
import { encode, encodingFor } from '../encoding.ts';
import { graphiqlTabs } from './tabs.ts';

/**
 * The page may run what it carries and talk to this server, nothing else: a browser refuses every foreign request.
 * Monaco's workers are blobs; its styles, and GraphiQL's scripts, are inline.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Repairs to the bundled styles. */
const repairs = `<style>
  /* Tabs keep a stale offset of their opening animation, hidden until a tab has the focus: pressing the mouse would
     move the tab away from under it, and the click would be lost. */
  .graphiql-tab:focus-within { transform: none !important; }
  /* The editor frames every × and – as a look-alike of x and -, in prose of ours. */
  .monaco-editor .unicode-highlight { border: 0 !important; background: none !important; }
</style>`;

interface Form {
  body: Buffer;
  etag: string;
}

/** Every browser reads gzip. */
interface Page {
  plain: Form;
  gzip: Form;
}

/** True for a person who opens the endpoint in a browser, false for a program that queries it. */
export function wantsGraphiqlPage(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

/** A handler that serves GraphiQL with ready tabs; the page holds everything it needs and works without a network. */
export function graphiqlPage(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  // Rendered on first use: the page is 9 MB, and a server that only answers programs never needs it.
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    page ??= renderPage();
    const { plain, gzip } = await page;
    const isZipped = encodingFor(request.headers['accept-encoding'], plain.body.length, ['gzip']) !== null;
    const { body, etag } = isZipped ? gzip : plain;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', contentSecurityPolicy);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    response.setHeader('ETag', etag);
    if (matchesEntityTag(request.headers['if-none-match'], etag)) {
      response.writeHead(304).end();
      return;
    }
    if (isZipped) response.setHeader('Content-Encoding', 'gzip');
    response.writeHead(200).end(body);
  };
}

async function renderPage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = renderGraphiQL({
    title: 'LLM Inference Calculator',
    endpoint: '/graphql',
    defaultTabs: graphiqlTabs().map(({ query, headers }) => (headers === undefined ? { query } : { query, headers })),
    schemaDescription: true,
    // Variables and headers stay one click away; the queries are written out in full.
    defaultEditorToolsVisibility: false,
    shouldPersistHeaders: false,
  });
  const html = Buffer.from(rendered.replace('</head>', () => `${repairs}</head>`));
  const zipped = await encode(html, 'gzip');
  return { plain: { body: html, etag: entityTag(html) }, gzip: { body: zipped, etag: entityTag(zipped, 'gzip') } };
}
