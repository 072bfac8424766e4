import { createHash } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import { type Encoding, encode, encodingFor } from './encoding.ts';

/** How long a browser or proxy may reuse an answer to a GET query: prices and profiles change by the day, not the second. */
const freshSeconds = 60;

/**
 * Answers are sent in the encoding their client reads best, and those to GET queries may be cached: `Cache-Control: public,
 * max-age=60` and an ETag of the body, with 304 when the client already has it. The tag is taken from the answer itself, so
 * it moves when anything in the answer moves: the catalogue, a price, the calculator. Errors and POST are never cached.
 */
export function delivery({ varyByOrigin = false } = {}): Plugin {
  const vary = varyByOrigin ? 'Accept, Accept-Encoding, Origin' : 'Accept, Accept-Encoding';
  return {
    onResponse({ request, response, setResponse, fetchAPI }) {
      if (!isJson(response)) {
        // Whether a connection is kept is the listener's to say: yoga keeps that of an event stream, even when the server stops.
        response.headers.delete('connection');
        return undefined;
      }
      if (response.status !== 200) return undefined;
      const accepted = request.headers.get('accept-encoding');
      if (request.method !== 'GET' && accepted === null) return undefined;
      return response.text().then(async (body) => {
        const encoding = encodingFor(accepted, body.length);
        const headers = new fetchAPI.Headers(response.headers);
        headers.set('vary', vary);
        if (request.method === 'GET') {
          const isFresh = noteCaching(body, encoding, headers, request.headers);
          if (isFresh) {
            headers.delete('content-type');
            setResponse(new fetchAPI.Response(null, { status: 304, headers }));
            return;
          }
        }
        if (encoding !== null) headers.set('content-encoding', encoding);
        const sent = encoding === null ? body : await encode(body, encoding);
        headers.set('content-length', String(Buffer.byteLength(sent)));
        setResponse(new fetchAPI.Response(sent, { status: 200, headers }));
      });
    },
  };
}

/** Says how long the answer stays good, and by which tag to ask for it again; true when the client has it already. */
function noteCaching(body: string, encoding: Encoding | null, headers: Headers, asked: Headers): boolean {
  if (body.includes('"errors":[')) {
    headers.set('cache-control', 'no-store');
    return false;
  }
  const etag = entityTag(body, encoding);
  headers.set('cache-control', `public, max-age=${freshSeconds}`);
  headers.set('etag', etag);
  return matchesEntityTag(asked.get('if-none-match'), etag);
}

/** A strong validator: 120 bits of SHA-256, and the encoding, for other bytes are another entity. */
export function entityTag(body: string | Buffer, encoding: Encoding | null = null): string {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 20);
  return encoding === null ? `"${hash}"` : `"${hash}-${encoding}"`;
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
