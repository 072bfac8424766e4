import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../schema/context.ts';
import type { Work } from '../../schema/work.ts';
import { networkOf } from '../limits/client.ts';

/**
 * What the server learns of a request while it answers. Observers are told of a hundred at a time, so it holds nothing of the
 * request itself: its stream, answer and context would outlive their generation, and copying them costs more than the log.
 */
export class Observed {
  readonly id: string;
  readonly address: string;
  /** What limits count by. */
  readonly network: string;
  readonly method: string;
  /** What was asked for, without the query. */
  readonly path: string;
  /** Its headers, where they name a trace that it is part of. */
  readonly traceHeaders: IncomingHttpHeaders | null;
  /** Milliseconds since 1970 at its arrival, and `performance.now()`. */
  readonly time = Date.now();
  readonly began = performance.now();
  /** Name of the operation, where it has one. */
  operation: string | null = null;
  /** query, mutation, subscription. */
  kind: string | null = null;
  /** Words and signs of its document, where that was not known yet, a count. */
  tokens = 0;
  /** While it is answered. */
  work: Work | null = null;
  caller: Caller | null = null;
  /** Which limit refused it. */
  refusedBy: string | null = null;
  hasErrors = false;
  end: End | null = null;

  constructor(id: string, address: string, request: IncomingMessage) {
    this.id = id;
    this.address = address;
    this.network = networkOf(address);
    const { method = '', url = '/', headers } = request;
    this.method = method;
    this.traceHeaders = headers.traceparent === undefined ? null : headers;
    const queryAt = url.indexOf('?');
    this.path = queryAt < 0 ? url : url.slice(0, queryAt);
  }

  /** @param bytes handed to the connection, head and body */
  ends({ statusCode, writableFinished }: ServerResponse, bytes: number): End {
    const { nodes, estimates } = this.work?.done ?? { nodes: 0, estimates: 0 };
    this.work = null;
    const milliseconds = performance.now() - this.began;
    this.end = { status: statusCode, bytes, milliseconds, aborted: !writableFinished, nodes, estimates };
    return this.end;
  }
}

/** How the answer ended. */
export interface End {
  status: number;
  /** Handed to the connection, head and body. */
  bytes: number;
  milliseconds: number;
  /** The client left before the whole answer was sent. */
  aborted: boolean;
  /** Objects that were listed, and estimates that were made, counts. */
  nodes: number;
  estimates: number;
}

/** The context of a request that came over HTTP has it. */
export interface WithObserved {
  observed?: Observed | undefined;
}

const givenId = /^[\w.:-]{1,128}$/;

/** Ids of our own are this process's and a count. */
const processId = randomUUID().slice(0, 13);
let count = 0;

/** Begins to watch a request, under the id that its client or a proxy gave it, or one of our own. */
export function observe(request: IncomingMessage, address: string): Observed {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && givenId.test(given) ? given : `${processId}-${(++count).toString(36)}`;
  return new Observed(id, address, request);
}
