import type { Coefficients } from '../engine/coefficients.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { Registry } from '../registry/registry.ts';

/** What resolvers see: one snapshot of the catalogue for the whole request, so that its answers agree. */
export interface Context {
  /** A mutation puts the catalogue that shows its change here: what it answers with, and what follows it, sees it. */
  catalogue: Catalogue;
  /** What physics cannot know, as calibrated. */
  readonly coefficients: Coefficients;
  readonly registry: Registry;
  /** The request's `Authorization` header; looked up only by what needs it. */
  authorization(): string | null;
  /** Aborted when the server stops: what would go on for ever, subscriptions, ends then. */
  readonly stopping: AbortSignal;
}

/** The parts of a request that resolvers may need. */
export interface RequestHeaders {
  readonly headers: { get(name: string): string | null };
}

const neverStopping = new AbortController().signal;

/** The context of one request: the catalogue as it is now, taken once. */
export function requestContext(registry: Registry, request?: RequestHeaders, stopping = neverStopping): Context {
  return {
    catalogue: registry.catalogue(),
    coefficients: registry.coefficients,
    registry,
    authorization: () => request?.headers.get('authorization') ?? null,
    stopping,
  };
}
