import type { ErrorScope } from '../../src/engine/evidence/uncertainty.ts';
import { groupBy } from '../accuracy/score.ts';
import type { BandError } from './errors.ts';

/** How the errors of a group become its half-width. */
export interface Recipe {
  scope: ErrorScope;
  /** A group with fewer errors has no row: the wider one stands for it. */
  fewest: number;
  /** What each error counts. */
  weights(errors: readonly BandError[]): number[];
  /** What the group's own width counts against the wider group's, 0..1. */
  ownShare(errors: readonly BandError[]): number;
  /** Whether enough is known for a width below the wider group's. */
  mayBeNarrower(errors: readonly BandError[]): boolean;
  /** What the errors are, in words. */
  describe(errors: readonly BandError[]): string;
}

/** Share of the errors that a width holds, and of measurements that an interval is meant to. */
export const COVERAGE = 0.8;

/** Sources from which on a group is known by itself; with so many the wider group's width counts as much as its own. */
const ENOUGH_SOURCES = 3;

/**
 * For whoever asks: each source counts 1 whatever it published, because the next one is one source more. A group leans
 * on the wider one by how few sources it has.
 */
export const anySource: Recipe = {
  scope: 'any-machine',
  fewest: 1,
  weights: (errors) => {
    const sizes = groupBy(errors, ({ source }) => source);
    return errors.map(({ source }) => 1 / (sizes.get(source)?.length ?? 1));
  },
  ownShare: (errors) => sourcesIn(errors) / (sourcesIn(errors) + ENOUGH_SOURCES),
  mayBeNarrower: (errors) => sourcesIn(errors) >= ENOUGH_SOURCES,
  describe: (errors) => {
    const sources = sourcesIn(errors);
    return `four fifths of the errors of ${sources === 1 ? 'one source' : `${sources} sources`}, each left out whole`;
  },
};

/** A group's own errors count as its number of points against so many of the wider group. */
const POINTS_OF_PARENT = 15;

/** For a machine that has been measured: the errors that are left where the source is known, each counting alike. */
export const ownMachine: Recipe = {
  scope: 'own-machine',
  fewest: 15,
  weights: (errors) => errors.map(() => 1),
  ownShare: (errors) => errors.length / (errors.length + POINTS_OF_PARENT),
  mayBeNarrower: () => true,
  describe: (errors) => `four fifths of the errors of ${errors.length} left-out figures`,
};

export function sourcesIn(errors: readonly BandError[]): number {
  return new Set(errors.map(({ source }) => source)).size;
}
