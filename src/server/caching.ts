import { createHash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import Negotiator from 'negotiator';

/** How long a browser or proxy may reuse an answer to a GET query: prices and profiles change by the day, not the second. */
const freshSeconds = 60;

/**
 * Answers to GET queries may be cached: `Cache-Control: public, max-age=60` and an ETag of the body, with 304 when the
 * client already has it. The tag is taken from the answer itself, so it moves when anything in the answer moves: the
 * catalogue, a price, the calculator. Errors and POST are never cached.
 */
export function queryCaching({ varyByOrigin = false } = {}): Plugin {
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      if (request.method !== 'GET' || response.status !== 200 || !isJson(response)) return undefined;
      return response.text().then((body) => {
        const headers = new fetchAPI.Headers(response.headers);
        // Where origins differ in what they may read, a copy cached for one page must not be handed to another.
        headers.set('vary', varyByOrigin ? 'Accept, Accept-Encoding, Origin' : 'Accept, Accept-Encoding');
        setResponse(new fetchAPI.Response(...cacheable(body, headers, request.headers)));
      });
    },
  };
}

function cacheable(body: string, headers: Headers, asked: Headers): [string | null, ResponseInit] {
  if (body.includes('"errors":[')) {
    headers.set('cache-control', 'no-store');
    return [body, { status: 200, headers }];
  }
  const etag = entityTag(body, encodingOf(asked.get('accept-encoding'), body.length));
  headers.set('cache-control', `public, max-age=${freshSeconds}`);
  headers.set('etag', etag);
  if (!matchesEntityTag(asked.get('if-none-match'), etag)) return [body, { status: 200, headers }];
  headers.delete('content-length');
  headers.delete('content-type');
  return [null, { status: 304, headers }];
}

/** A strong validator: 120 bits of SHA-256, and the encoding, for other bytes are another entity. */
export function entityTag(body: string | Buffer, encoding = ''): string {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 20);
  return encoding === '' ? `"${hash}"` : `"${hash}-${encoding}"`;
}

/** Answers shorter than this are sent as they are, in bytes: compressing them costs more than it saves. */
export const compressedFromBytes = 1024;

/** The second list, which breaks ties, is missing from the types. */
interface EncodingNegotiator {
  encoding(available: string[], preferred: string[]): string | undefined;
}

/** How `compression` will encode an answer; empty for not at all. It asks the same negotiator the same question. */
function encodingOf(acceptEncoding: string | null, bytes: number): string {
  if (acceptEncoding === null || bytes < compressedFromBytes) return '';
  const negotiator: EncodingNegotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const encoding = negotiator.encoding(['br', 'gzip', 'deflate', 'identity'], ['br', 'gzip']);
  return encoding === undefined || encoding === 'identity' ? '' : encoding;
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
