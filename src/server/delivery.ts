import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendNodeResponse } from '@whatwg-node/server';
import { type Encoding, encode, encodingFor } from './encoding.ts';

/** How long a browser or proxy may reuse an answer to a GET query: prices and profiles change by the day, not the second. */
const freshSeconds = 60;

/** Longer answers may have to wait for their readers, in characters. */
const longText = 65_536;

/** Sends a stream of events. */
export async function deliverStream(
  answer: Response,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Whether a connection is kept is the listener's to say: yoga keeps that of an event stream, even when the server stops.
  answer.headers.delete('connection');
  await sendNodeResponse(answer, response, request, false);
}

/**
 * Sends an answer of the API in the encoding that its client reads best: at once (null), or when the promise resolves. Those
 * to GET queries may be cached: `Cache-Control: public, max-age=60` and an ETag of the body, with 304 when the client already
 * has it. The tag is taken from the answer itself, so it moves when anything in the answer moves: the catalogue, a price, the
 * calculator. Errors and POST are never cached.
 *
 * @param body the answer's text
 * @param vary the request headers that decide what is answered
 */
export function deliverText(
  body: string,
  answer: Response,
  request: IncomingMessage,
  response: ServerResponse,
  vary: string,
): Promise<void> | null {
  answer.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  response.statusCode = answer.status;
  const accepted = request.headers['accept-encoding'];
  const encoding = answer.status === 200 ? encodingFor(accepted, body.length) : null;
  if (request.method === 'GET' || accepted !== undefined) response.setHeader('Vary', vary);
  if (request.method === 'GET' && answer.status === 200 && noteCaching(body, encoding, request, response)) {
    response.removeHeader('Content-Type');
    response.removeHeader('Content-Length');
    response.writeHead(304).end();
    return null;
  }
  if (encoding === null) {
    // Node sets three bytes aside for each character of a text that waits for its reader.
    response.end(body.length > longText ? Buffer.from(body) : body);
    return null;
  }
  return encode(body, encoding).then((encoded) => {
    response.setHeader('Content-Encoding', encoding);
    response.setHeader('Content-Length', encoded.length);
    response.end(encoded);
  });
}

/** Says how long the answer stays good, and by which tag to ask for it again; true when the client has it already. */
function noteCaching(
  body: string,
  encoding: Encoding | null,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (body.includes('"errors":[')) {
    response.setHeader('Cache-Control', 'no-store');
    return false;
  }
  const etag = entityTag(body, encoding);
  response.setHeader('Cache-Control', `public, max-age=${freshSeconds}`);
  response.setHeader('ETag', etag);
  return matchesEntityTag(request.headers['if-none-match'], etag);
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

/** An answer that is whole at once, not a stream of events. */
export function isJson(response: { headers: { get(name: string): string | null } }): boolean {
  return /\bjson\b/.test(response.headers.get('Content-Type') ?? '');
}
