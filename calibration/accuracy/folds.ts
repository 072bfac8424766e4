import type { Coefficients } from '../../src/engine/coefficients.ts';
import { fitRows, withFitted } from '../fit/fit.ts';
import { entryOf, mutableCopy, parametersOf, type RowKey, type Structure, withoutRows } from '../fit/parameters.ts';
import type { Point } from './points.ts';
import { groupBy } from './score.ts';

/**
 * Splits points into folds that keep every (source, model, device family) whole. The largest group first, each into the
 * fold that holds least of its source, and of those into the one with the fewest points: a fold leaves out some of what
 * a source measured, not all of it.
 */
export function foldsOf(points: readonly Point[], count: number): Point[][] {
  const groups = [...groupBy(points, ({ foldKey }) => foldKey)];
  groups.sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
  const folds = Array.from({ length: count }, () => ({ points: [] as Point[], ofSource: new Map<string, number>() }));
  for (const [, members] of groups) {
    const source = (members[0] as Point).row.set;
    const held = (fold: (typeof folds)[number]) => fold.ofSource.get(source) ?? 0;
    const chosen = folds.reduce((least, fold) => {
      const difference = held(fold) - held(least) || fold.points.length - least.points.length;
      return difference < 0 ? fold : least;
    });
    chosen.points.push(...members);
    chosen.ofSource.set(source, held(chosen) + members.length);
  }
  return folds.map((fold) => fold.points);
}

/**
 * Coefficients fitted without a fold, as they would be had nobody measured it. Of the rows that only the fold's points
 * reach, those with a documented start are at it; the others are gone, so that what needed them inherits.
 */
export function fittedWithout(
  fold: readonly Point[],
  points: readonly Point[],
  structure: Structure,
  coefficients: Coefficients,
  onProgress?: (done: number, total: number) => void,
): Coefficients {
  const left = new Set(fold);
  const rest = points.filter((point) => !left.has(point));
  const reached = new Set(parametersOf(rest, structure).map(({ key }) => key));
  const blank = mutableCopy(coefficients);
  const hidden = new Set<RowKey>();
  for (const { key, table, row, leansOn } of structure.parameters.values()) {
    if (reached.has(key)) continue;
    if ('start' in leansOn) entryOf(blank, table, row).value = leansOn.start;
    else hidden.add(key);
  }
  const rows = fitRows(rest, structure, blank, { ...(onProgress && { onProgress }) });
  return withoutRows(withFitted(blank, rows), hidden);
}
