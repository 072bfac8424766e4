import type { Coefficients } from '../../src/engine/coefficients.ts';
import {
  type ErrorScope,
  errorGroups,
  errorTable,
  halfWidth,
  memoryMultiple,
  type TimedFigure,
} from '../../src/engine/evidence/uncertainty.ts';
import type { LeftOut } from '../accuracy/crossValidation.ts';
import type { BothLeftOut } from '../accuracy/leftOutFile.ts';
import { bandErrors, measuredFigure, phaseOf } from './errors.ts';
import { anySource, ownMachine } from './recipes.ts';
import { widthTables } from './widths.ts';

/** The `error.` tables: widths for any machine from whole sources left out, and for one's own from folds. */
export function errorTables({ sources, folds }: BothLeftOut, date: string): Coefficients['tables'] {
  const { [errorTable('totalMemory', 'own-machine')]: _memory, ...own } = widthTables(
    bandErrors(folds),
    ownMachine,
    date,
  );
  return { ...widthTables(bandErrors(sources), anySource, date), ...own };
}

/** Coefficients whose widths come from some of the left-out figures only. */
export function withWidthsOf(leftOut: BothLeftOut, coefficients: Coefficients): Coefficients {
  return { ...coefficients, tables: { ...coefficients.tables, ...errorTables(leftOut, coefficients.date) } };
}

/** Half-width of the interval of the very figure that a point measures; null where none is given (exact sizes). */
export function halfWidthOf(
  { point, inheritance, firstShare, uncertainMemory }: LeftOut,
  coefficients: Coefficients,
  scope: ErrorScope,
): number | null {
  const figure = measuredFigure(point);
  if (figure === null) return null;
  if (figure === 'totalMemory') return uncertainMemory * memoryMultiple(coefficients);
  const of = (name: TimedFigure) =>
    halfWidth(
      name,
      errorGroups(name, point.deployment, point.workload),
      inheritance[phaseOf(name)],
      coefficients,
      scope,
    );
  if (figure !== 'endToEnd') return of(figure);
  return firstShare * of('timeToFirstToken') + (1 - firstShare) * of('timePerOutputToken');
}
