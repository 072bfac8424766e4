import type { Coefficient, Coefficients } from '../../src/engine/coefficients.ts';
import type { Point } from '../accuracy/points.ts';
import { groupBy, sortedByKey } from '../accuracy/score.ts';
import type { FittedRow } from './fit.ts';
import { type RowKey, rowKey, type Structure } from './parameters.ts';
import { priorOf } from './priors.ts';

const STARTING_VALUE = 'starting value of calibration/fit/priors.ts: no measurement depends on it';

/**
 * The coefficient file after a fit. Fitted rows say on what. Rows that no trusted point reaches stay if they are
 * documented (assumed, or read off a source); what an earlier fit left there goes back to its documented start, or goes,
 * so that what asks for it inherits. A row whose value and data stay the same keeps the date it has.
 */
export function newCoefficients(
  coefficients: Coefficients,
  fitted: ReadonlyMap<RowKey, FittedRow>,
  structure: Structure,
  date: string,
): Coefficients {
  const narrower = groupBy(
    [...fitted.values()].filter(({ parameter }) => 'parent' in parameter.leansOn),
    ({ parameter: { leansOn } }) => ('parent' in leansOn ? leansOn.parent : null),
  );
  const tables: Record<string, Record<string, Coefficient>> = {};
  for (const [table, rows] of Object.entries(sortedByKey(coefficients.tables))) {
    const written: Record<string, Coefficient> = {};
    for (const [row, entry] of Object.entries(sortedByKey(rows))) {
      const key = rowKey(table, row);
      const found = fitted.get(key);
      const next = found === undefined ? unreached(table, row, entry, structure) : fittedEntry(found, narrower, date);
      if (next !== null) written[row] = sameButDate(entry, next) ? entry : next;
    }
    tables[table] = written;
  }
  return { date, tables };
}

/** As committed: two spaces, a line for every field, a newline at the end. */
export function coefficientText(coefficients: Coefficients): string {
  return `${JSON.stringify(coefficients, null, 2)}\n`;
}

function fittedEntry(
  { parameter, value, spread, points }: FittedRow,
  narrower: ReadonlyMap<RowKey | null, FittedRow[]>,
  date: string,
): Coefficient {
  const below = [...new Set(rowsBelow(parameter.key, narrower).flatMap((row) => row.points))];
  const own = points.length > 0;
  const data = own
    ? `${countOf(points, 'point')} of ${sourcesOf(points)}`
    : `pooled over ${countOf(narrower.get(parameter.key) ?? [], 'narrower row')}: ${sourcesOf(below)}`;
  return {
    value: Number(value.toPrecision(4)),
    spread: Number(spread.toPrecision(2)),
    count: own ? points.length : below.length,
    known: 'fitted',
    data: `${data}; fit of ${date}`,
  };
}

function rowsBelow(key: RowKey, narrower: ReadonlyMap<RowKey | null, FittedRow[]>): FittedRow[] {
  return (narrower.get(key) ?? []).flatMap((row) => [row, ...rowsBelow(row.parameter.key, narrower)]);
}

/** Sets with the most points first: "tensorrt-llm-0.9 and 2 others". */
function sourcesOf(points: readonly Point[]): string {
  const sets = [...groupBy(points, ({ row }) => row.set)].sort(([, a], [, b]) => b.length - a.length);
  const named = sets.slice(0, 3).map(([set]) => set);
  if (sets.length > named.length) named.push(`${sets.length - named.length} more`);
  const last = named.pop() ?? 'nothing';
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`;
}

function countOf(items: readonly unknown[], word: string): string {
  return `${items.length} ${word}${items.length === 1 ? '' : 's'}`;
}

function unreached(table: string, row: string, entry: Coefficient, { parameters }: Structure): Coefficient | null {
  const prior = priorOf(table);
  if (prior === null || entry.known !== 'fitted' || entry.value <= 0) return entry;
  const leansOn = parameters.get(rowKey(table, row))?.leansOn;
  const start = prior?.start[row] ?? (leansOn !== undefined && 'start' in leansOn ? leansOn.start : undefined);
  if (start === undefined) return null;
  return { value: start, spread: prior?.startSpread ?? entry.spread, count: 0, known: 'assumed', data: STARTING_VALUE };
}

/** Whether two entries differ at most in the date of the fit. */
function sameButDate(before: Coefficient, after: Coefficient): boolean {
  const { data: beforeData, ...beforeFigures } = before;
  const { data: afterData, ...afterFigures } = after;
  const undated = (data: string) => data.replace(/fit of \d{4}-\d{2}-\d{2}$/, '');
  return undated(beforeData) === undated(afterData) && JSON.stringify(beforeFigures) === JSON.stringify(afterFigures);
}
