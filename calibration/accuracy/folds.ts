import type { Coefficients } from '../../src/engine/coefficients.ts';
import { fitRows, independentParts, withFitted } from '../fit/fit.ts';
import {
  entryOf,
  mutableCopy,
  parametersOf,
  type RowKey,
  rowKey,
  type Structure,
  structureOf,
  withoutRows,
} from '../fit/parameters.ts';
import type { Point } from './points.ts';
import { estimateOf } from './predict.ts';
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
 * Coefficients fitted without a fold, as they would be had nobody measured it. Rows that would not be there then go, so
 * that what needed them inherits; those with a documented start stay, at it. Rows that no point of the fold can depend on
 * (the other estimator's) are not fitted: what they are does not matter to it.
 */
export function fittedWithout(
  fold: readonly Point[],
  points: readonly Point[],
  structure: Structure,
  coefficients: Coefficients,
  onProgress?: (done: number, total: number) => void,
): Coefficients {
  const left = new Set(fold);
  const rest = connectedTo(fold, points, structure).filter((point) => !left.has(point));
  const unmade = rowsMadeFor(fold, rest, structure, coefficients);
  const others = withoutRows(coefficients, unmade);
  const known = unmade.size === 0 ? structure : structureOf(rest, others);
  const reached = new Set(parametersOf(rest, known).map(({ key }) => key));
  const blank = mutableCopy(others);
  const hidden = new Set<RowKey>();
  for (const { key, table, row, leansOn } of structure.parameters.values()) {
    if (reached.has(key) || unmade.has(key)) continue;
    if ('start' in leansOn) entryOf(blank, table, row).value = leansOn.start;
    else hidden.add(key);
  }
  const rows = fitRows(rest, known, blank, { ...(onProgress && { onProgress }) });
  return withoutRows(withFitted(blank, rows), hidden);
}

/**
 * Rows that only the fold's points have as their own: the others use them for want of a nearer one (a run of 2025 the row
 * of 2023) and would have one of their own, or a wider one. Documented rows do not count.
 */
function rowsMadeFor(
  fold: readonly Point[],
  rest: readonly Point[],
  { parameters }: Structure,
  coefficients: Coefficients,
): Set<RowKey> {
  const nearest = (some: readonly Point[]) => {
    const steps = new Map<RowKey, number>();
    for (const point of some) {
      for (const { name, row, inheritance } of estimateOf(point, coefficients).coefficients) {
        const key = rowKey(name, row);
        steps.set(key, Math.min(inheritance, steps.get(key) ?? Number.POSITIVE_INFINITY));
      }
    }
    return steps;
  };
  const parents = new Set([...parameters.values()].map(({ leansOn }) => 'parent' in leansOn && leansOn.parent));
  const [ours, theirs] = [nearest(fold), nearest(rest)];
  const made = [...ours].filter(([key, step]) => {
    const parameter = parameters.get(key);
    const isLeaf = parameter !== undefined && !('start' in parameter.leansOn) && !parents.has(key);
    return isLeaf && step < (theirs.get(key) ?? step);
  });
  return new Set(made.map(([key]) => key));
}

/** The points that share rows, over any number of others, with those of a fold. */
function connectedTo(fold: readonly Point[], points: readonly Point[], structure: Structure): Point[] {
  const left = new Set(fold);
  const parts = independentParts(points, parametersOf(points, structure), structure);
  return parts.filter((part) => part.points.some((point) => left.has(point))).flatMap((part) => part.points);
}
