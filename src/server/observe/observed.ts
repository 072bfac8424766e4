import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../schema/context.ts';
import type { Work } from '../../schema/work.ts';

/** What the server learns of a request while it answers. */
export interface Observed {
  readonly id: string;
  readonly client: string;
  /** `performance.now()` at its arrival. */
  readonly began: number;
  /** Name of the operation, where it has one. */
  operation: string | null;
  /** query, mutation, subscription. */
  kind: string | null;
  work: Work | null;
  caller: Caller | null;
  /** Which limit refused it. */
  refusedBy: string | null;
  hasErrors: boolean;
}

const givenId = /^[\w.:-]{1,128}$/;

/** The id a client or proxy gave the request, or one of our own. */
export function observe({ headers }: IncomingMessage, client: string): Observed {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && givenId.test(given) ? given : randomUUID();
  return {
    ...{ id, client, began: performance.now(), operation: null, kind: null, work: null },
    ...{ caller: null, refusedBy: null, hasErrors: false },
  };
}
