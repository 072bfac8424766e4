import type { Coefficients } from '../engine/coefficients.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { Registry } from '../registry/registry.ts';
import { Work, type WorkLimits } from './work.ts';

/** What resolvers see: one snapshot of the catalogue for the whole request, so that its answers agree. */
export interface Context {
  /** A mutation puts the catalogue that shows its change here: what it answers with, and what follows it, sees it. */
  catalogue: Catalogue;
  /** What physics cannot know, as calibrated. */
  readonly coefficients: Coefficients;
  readonly registry: Registry;
  /** The request's `Authorization` header; looked up only by what needs it. */
  authorization(): string | null;
  /** What the request has asked for so far, and its turns on the thread. */
  readonly work: Work;
  readonly caller: Caller;
  /** Aborted when the server stops: what would go on for ever, subscriptions, ends then. */
  readonly stopping: AbortSignal;
}

/** What a request's key turned out to be. */
export interface Caller {
  /** Name of the key, once it was accepted; never the key. */
  key: string | null;
  /** Uses of a key that is none, revoked, expired, or not for that. */
  refusedKeys: number;
}

/** The parts of a request that resolvers may need. */
export interface RequestHeaders {
  readonly headers: { get(name: string): string | null };
  /** Aborted when the client has left. */
  readonly signal?: { readonly aborted: boolean };
}

const neverStopping = new AbortController().signal;

/** For programs that ask themselves: the terminal, tests. */
const unlimited: WorkLimits = { nodes: Infinity, estimates: Infinity, milliseconds: Infinity };

/** The context of one request: the catalogue as it is now, taken once. */
export function requestContext(
  registry: Registry,
  request?: RequestHeaders,
  stopping = neverStopping,
  limits = unlimited,
): Context {
  return {
    catalogue: registry.catalogue(),
    coefficients: registry.coefficients,
    registry,
    work: new Work(limits, () => request?.signal?.aborted === true),
    caller: { key: null, refusedKeys: 0 },
    authorization: () => request?.headers.get('authorization') ?? null,
    stopping,
  };
}
