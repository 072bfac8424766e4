import type { Coefficients } from '../engine/coefficients.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import type { Registry } from '../registry/registry.ts';

/** What resolvers see: one snapshot of the catalogue for the whole request, so that its answers agree. */
export interface Context {
  catalogue: Catalogue;
  /** What physics cannot know, as calibrated. */
  coefficients: Coefficients;
}

/** The context of one request: the catalogue as it is now, taken once. */
export function requestContext(registry: Registry): Context {
  return { catalogue: registry.catalogue(), coefficients: registry.coefficients };
}
