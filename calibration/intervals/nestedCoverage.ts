import type { Coefficients } from '../../src/engine/coefficients.ts';
import type { ErrorScope } from '../../src/engine/evidence/uncertainty.ts';
import type { LeftOut } from '../accuracy/crossValidation.ts';
import type { BothLeftOut } from '../accuracy/leftOutFile.ts';
import type { Point } from '../accuracy/points.ts';
import { groupBy, type Scored, scored } from '../accuracy/score.ts';
import { halfWidthOf, withWidthsOf } from './bands.ts';

/** Each point against the range for any machine that all other sources give: no source has a say in its own. */
export function coverageBySource({ sources, folds }: BothLeftOut, coefficients: Coefficients): Scored[] {
  const without = (source: string) => {
    const isOther = ({ point }: { point: Point }) => point.source !== source;
    return withWidthsOf({ sources: sources.filter(isOther), folds: folds.filter(isOther) }, coefficients);
  };
  return covered(sources, without, 'any-machine');
}

/** Each point against the range for a measured machine that the other folds give. */
export function coverageWithinSources({ sources, folds }: BothLeftOut, coefficients: Coefficients): Scored[] {
  const without = (fold: string) => {
    return withWidthsOf({ sources, folds: folds.filter(({ part }) => part !== fold) }, coefficients);
  };
  return covered(folds, without, 'own-machine');
}

/** In the order of the points. */
function covered(
  leftOut: readonly LeftOut[],
  widthsWithout: (part: string) => Coefficients,
  scope: ErrorScope,
): Scored[] {
  const parts = [...groupBy(leftOut, ({ part }) => part).keys()];
  const widths = new Map(parts.map((part) => [part, widthsWithout(part)]));
  return leftOut.map((figure) => {
    const { point, predicted, part } = figure;
    const halfWidth = halfWidthOf(figure, widths.get(part) as Coefficients, scope);
    if (halfWidth === null) return scored(point, predicted);
    return scored(point, predicted, [predicted * Math.exp(-halfWidth), predicted * Math.exp(halfWidth)]);
  });
}
