import { type Coefficient, type Coefficients, MissingCoefficientError } from '../../src/engine/coefficients.ts';
import type { Point } from '../accuracy/points.ts';
import { estimateOf, predicted } from '../accuracy/predict.ts';
import { priorOf } from './priors.ts';

/** One row that the fit may move. Values are natural logarithms: every coefficient is a positive scale. */
export interface Parameter {
  table: string;
  row: string;
  start: number;
  /** The row looked up where this one is missing; null = the widest. */
  parent: string | null;
  spread: number;
  maximum: number;
}

/** Rows by their address in the file. */
export type RowKey = `${string}/${string}`;

export function rowKey(table: string, row: string): RowKey {
  return `${table}/${row}`;
}

/** The rows a prediction looks up, found by watching the look-ups. */
export function rowsUsed(point: Point, coefficients: Coefficients): { table: string; row: string }[] {
  const used = new Map<RowKey, { table: string; row: string }>();
  const watched = watch(coefficients, (table, row, entry) => {
    if (entry !== undefined) used.set(rowKey(table, row), { table, row });
  });
  predictedWith(point, watched);
  return [...used.values()];
}

/** The row that a prediction finds where `row` is missing; null = there is none wider. */
function parentRow(point: Point, coefficients: Coefficients, table: string, row: string): string | null {
  let missed = false;
  let parent: string | null = null;
  const watched = watch(withRow(coefficients, table, row, null), (lookedIn, name, entry) => {
    if (lookedIn !== table) return;
    if (name === row) missed = true;
    else if (missed && entry !== undefined) parent ??= name;
  });
  try {
    predictedWith(point, watched);
  } catch (error) {
    if (!(error instanceof MissingCoefficientError)) throw error;
  }
  return parent;
}

/** Coefficients that report every look-up: table, row, and the entry unless it is missing. */
function watch(
  coefficients: Coefficients,
  onLookUp: (table: string, row: string, entry: Coefficient | undefined) => void,
): Coefficients {
  const tables: Record<string, Readonly<Record<string, Coefficient>>> = {};
  for (const [table, rows] of Object.entries(coefficients.tables)) {
    tables[table] = new Proxy(rows, {
      get(target, row: string) {
        const entry = target[row];
        onLookUp(table, row, entry);
        return entry;
      },
    });
  }
  return { ...coefficients, tables };
}

export function predictedWith(point: Point, coefficients: Coefficients): number {
  return predicted(point, estimateOf(point, coefficients));
}

/** Coefficients with one row's value replaced, or hidden. */
export function withRow(coefficients: Coefficients, table: string, row: string, value: number | null): Coefficients {
  const { [row]: entry, ...others } = coefficients.tables[table] ?? {};
  if (entry === undefined) throw new RangeError(`no row ${rowKey(table, row)}`);
  const rows = value === null ? others : { ...others, [row]: { ...entry, value } };
  return { ...coefficients, tables: { ...coefficients.tables, [table]: rows } };
}

/**
 * Every row that some point looks up, and their parents up to the widest, as parameters. A row's parent is what the
 * same look-up finds when the row is hidden. Zeros stay zero: they mean that a cost does not exist.
 */
export function parametersOf(points: readonly Point[], coefficients: Coefficients): Parameter[] {
  const parameters = new Map<RowKey, Parameter>();
  const open: { point: Point; coefficients: Coefficients; table: string; row: string }[] = [];
  for (const point of points) {
    for (const { table, row } of rowsUsed(point, coefficients)) open.push({ point, coefficients, table, row });
  }
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { point, table, row } = next;
    const entry = next.coefficients.tables[table]?.[row];
    const prior = priorOf(table);
    if (parameters.has(rowKey(table, row)) || entry === undefined || prior === null) continue;
    if (entry.value <= 0 || entry.known === 'source') continue;
    const parent = parentRow(point, next.coefficients, table, row);
    parameters.set(rowKey(table, row), {
      table,
      row,
      start: entry.value,
      parent,
      spread: prior.spread,
      maximum: prior.maximum ?? Number.POSITIVE_INFINITY,
    });
    if (parent === null) continue;
    open.push({ point, coefficients: withRow(next.coefficients, table, row, null), table, row: parent });
  }
  return [...parameters.values()];
}
