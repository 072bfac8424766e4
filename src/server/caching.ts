import { createHash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';

/** How long a browser or proxy may reuse an answer to a GET query: prices and profiles change by the day, not the second. */
const freshSeconds = 60;

/**
 * Answers to GET queries may be cached: `Cache-Control: public, max-age=60` and an ETag of the body, with 304 when the
 * client already has it. The tag is taken from the answer itself, so it moves when anything in the answer moves: the
 * catalogue, a price, the calculator. Errors and POST are never cached.
 */
export function queryCaching(): Plugin {
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      if (request.method !== 'GET' || response.status !== 200 || !isJson(response)) return undefined;
      return response.text().then((body) => {
        const headers = new fetchAPI.Headers(response.headers);
        // Always, also without an Origin: a copy cached for one page must not be handed to another.
        headers.set('vary', 'Origin, Accept');
        setResponse(new fetchAPI.Response(...cacheable(body, headers, request.headers.get('if-none-match'))));
      });
    },
  };
}

function cacheable(body: string, headers: Headers, ifNoneMatch: string | null): [string | null, ResponseInit] {
  if (body.includes('"errors":[')) {
    headers.set('cache-control', 'no-store');
    return [body, { status: 200, headers }];
  }
  const etag = entityTag(body);
  headers.set('cache-control', `public, max-age=${freshSeconds}`);
  headers.set('etag', etag);
  if (!matchesEntityTag(ifNoneMatch, etag)) return [body, { status: 200, headers }];
  headers.delete('content-length');
  headers.delete('content-type');
  return [null, { status: 304, headers }];
}

/** A strong validator: 120 bits of SHA-256. */
export function entityTag(body: string | Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`;
}

/** True when an If-None-Match header names this tag, weakly or strongly. */
export function matchesEntityTag(ifNoneMatch: string | null | undefined, etag: string): boolean {
  if (!ifNoneMatch) return false;
  const candidates = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return candidates.includes(etag) || candidates.includes('*');
}

function isJson(response: { headers: { get(name: string): string | null } }): boolean {
  return /\bjson\b/.test(response.headers.get('content-type') ?? '');
}
