import type { IncomingMessage } from 'node:http';

/** Why a request is not answered at all. */
export interface Refusal {
  status: number;
  message: string;
  code: string;
}

const loopbackHosts = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return loopbackHosts.test(host) || host === '::1';
}

const hostForm = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/**
 * The Host header must be one; on a server that only this machine reaches it must be a name of this machine, or a foreign
 * page could have its own name resolve to 127.0.0.1 and ask through the browser of whoever opens it.
 */
export function hostRefusal({ headers: { host } }: IncomingMessage, onlyLoopback: boolean): Refusal | null {
  if (host === undefined || !hostForm.test(host)) {
    return { status: 400, code: 'BAD_HOST', message: 'The Host header is not a host name.' };
  }
  if (!onlyLoopback || loopbackHosts.test(host.replace(/:\d+$/, ''))) return null;
  const message = 'This server answers this machine only: ask for localhost, or let it listen elsewhere with HOST.';
  return { status: 421, code: 'BAD_HOST', message };
}

const bodyTypes = /^application\/(graphql\+)?json\s*(;|$)/i;

/** Bodies are JSON: what a browser sends without asking first, forms and plain text, is not taken. */
export function bodyRefusal({ method, headers }: IncomingMessage): Refusal | null {
  if (method !== 'POST' || bodyTypes.test(headers['content-type'] ?? '')) return null;
  return {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The body must be JSON: Content-Type: application/json.',
  };
}
