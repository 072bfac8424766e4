import type { Coefficient, Coefficients } from '../../src/engine/coefficients.ts';
import type { Point } from '../accuracy/points.ts';
import { isTrusted } from '../accuracy/score.ts';
import { lookUpsOf, mutableCopy, type RowKey, rowKey } from './parameters.ts';
import { priorOf } from './priors.ts';

/** A row of its own for fewer points says more of them than of the family. */
const FEWEST_POINTS = 4;

/**
 * The coefficients with a row for each device family, link or build that measurements are of and that had none. Without
 * it their points would pull the wider row that everything unmeasured inherits. A new row begins at what was found
 * instead of it; `fitRows` does the rest. Which rows may be made is for `calibration/fit/priors.ts` to say.
 */
export function withNewRows(points: readonly Point[], coefficients: Coefficients): Coefficients {
  const wanted = new Map<RowKey, Wanted>();
  for (const point of points.filter(isTrusted)) {
    const missed = new Map<string, Set<string>>();
    for (const { table, row, entry } of lookUpsOf(point, coefficients)) {
      if (entry === undefined) {
        missed.set(table, (missed.get(table) ?? new Set()).add(row));
        continue;
      }
      for (const name of missed.get(table) ?? []) {
        if (priorOf(table)?.grows?.(name, point.deployment) !== true) continue;
        const key = rowKey(table, name);
        const found = wanted.get(key) ?? { table, row: name, insteadOf: entry, points: new Set() };
        found.points.add(point);
        wanted.set(key, found);
      }
      missed.delete(table);
    }
  }
  const grown = mutableCopy(coefficients);
  for (const { table, row, insteadOf, points: users } of wanted.values()) {
    if (users.size < FEWEST_POINTS || insteadOf.value === 0) continue;
    (grown.tables[table] as Record<string, Coefficient>)[row] = { ...insteadOf, count: 0, known: 'fitted' };
  }
  return grown;
}

interface Wanted {
  table: string;
  row: string;
  /** What the look-up finds as long as the row is missing. */
  insteadOf: Coefficient;
  points: Set<Point>;
}
