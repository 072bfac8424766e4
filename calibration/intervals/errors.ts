import type { Phase } from '../../src/engine/answer.ts';
import { type BandedFigure, errorGroups, type TimedFigure } from '../../src/engine/evidence/uncertainty.ts';
import type { LeftOut } from '../accuracy/crossValidation.ts';
import type { Point } from '../accuracy/points.ts';
import { logError } from '../accuracy/score.ts';

/** An error of a left-out point, in the figure whose interval it tells about. */
export interface BandError {
  figure: BandedFigure;
  /** From the closest group to the widest. */
  groups: readonly string[];
  /** |ln(predicted ÷ measured)|. */
  size: number;
  /** Steps of inheritance of the estimate. */
  inheritance: number;
  source: string;
}

/** What of an estimate a point measures; null where no interval is given (exact sizes). */
export function measuredFigure({ metric, row }: Point): BandedFigure | 'endToEnd' | null {
  switch (metric) {
    case 'timeToFirstTokenMs':
    case 'prefillTokensPerSecond':
      return 'timeToFirstToken';
    case 'timePerOutputTokenMs':
    case 'decodeTokensPerSecondPerSequence':
      return 'timePerOutputToken';
    case 'endToEndMs':
      return 'endToEnd';
    case 'outputTokensPerSecond':
      return row.mode === 'saturated' ? 'saturatedThroughput' : 'endToEnd';
    case 'peakMemoryGiB':
      return 'totalMemory';
    default:
      return null;
  }
}

/**
 * The errors that widths are made of. A whole request tells about the phase that takes most of it; memory errs in
 * multiples of what is uncertain about it, and inherits nothing.
 */
export function bandErrors(leftOut: readonly LeftOut[]): BandError[] {
  return leftOut.flatMap((figures): BandError[] => {
    const { point, predicted, inheritance, firstShare, uncertainMemory } = figures;
    const measures = measuredFigure(point);
    if (measures === null) return [];
    const { source } = point;
    const size = Math.abs(logError(point, predicted));
    if (measures === 'totalMemory') {
      return [{ figure: measures, groups: ['all'], size: size / uncertainMemory, inheritance: 0, source }];
    }
    const longer = firstShare > 0.5 ? 'timeToFirstToken' : 'timePerOutputToken';
    const figure = measures === 'endToEnd' ? longer : measures;
    const groups = errorGroups(figure, point.deployment, point.workload);
    const steps = inheritance[phaseOf(figure)];
    return [{ figure, groups, size, inheritance: steps, source }];
  });
}

/** The phase whose coefficients a figure rests on. */
export function phaseOf(figure: TimedFigure): Phase {
  return figure === 'timeToFirstToken' ? 'prefill' : 'decode';
}
