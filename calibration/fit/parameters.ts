import { type Coefficient, type Coefficients, MissingCoefficientError } from '../../src/engine/coefficients.ts';
import type { Point } from '../accuracy/points.ts';
import { estimateOf, predicted } from '../accuracy/predict.ts';
import { priorOf, type TablePrior } from './priors.ts';

/** One row that the fit may move. Values are natural logarithms: every coefficient is a positive scale. */
export interface Parameter {
  key: RowKey;
  table: string;
  row: string;
  /**
   * What it leans on: a documented starting value, or the row that is looked up where this one is missing: one that is
   * fitted too, or the value of one that is not.
   */
  leansOn: { start: number } | { parent: RowKey } | { fixedParent: number };
  /** One standard deviation of its logarithm around that. */
  spread: number;
  maximum: number;
}

/** Rows by their address in the file. */
export type RowKey = `${string}/${string}`;

export function rowKey(table: string, row: string): RowKey {
  return `${table}/${row}`;
}

/** Which rows carry which points, and what each row leans on. It depends on which rows exist, not on their values. */
export interface Structure {
  parameters: ReadonlyMap<RowKey, Parameter>;
  /** Rows whose value changes the prediction. */
  rowsOf: ReadonlyMap<Point, readonly RowKey[]>;
  /** Rows that carry points but lean on nothing documented: no fit may start from what an earlier one found. */
  withoutPrior: ReadonlySet<RowKey>;
}

/** Doubling or halving a row that leaves a prediction as it is says that the point does not depend on it. */
const REACH = 2;

/**
 * Every row that some point depends on, and their parents up to the widest. A row's parent is what the same look-up
 * finds when the row is hidden. Zeros stay zero: they mean that a cost does not exist. Rows read off a source stay.
 */
export function structureOf(points: readonly Point[], coefficients: Coefficients): Structure {
  const parameters = new Map<RowKey, Parameter>();
  const rowsOf = new Map<Point, RowKey[]>();
  const withoutPrior = new Set<RowKey>();
  const scratch = mutableCopy(coefficients);
  for (const point of points) {
    const rows: RowKey[] = [];
    const here = predictedWith(point, coefficients);
    for (const { table, row } of rowsUsed(point, coefficients)) {
      if (!isFree(coefficients, table, row) || !dependsOn(point, here, scratch, table, row)) continue;
      const key = rowKey(table, row);
      if (addWithParents(parameters, point, coefficients, table, row)) rows.push(key);
      else withoutPrior.add(key);
    }
    rowsOf.set(point, rows);
  }
  return { parameters, rowsOf, withoutPrior };
}

/** The parameters that some of these points depend on, with all they lean on. */
export function parametersOf(points: readonly Point[], { parameters, rowsOf }: Structure): Parameter[] {
  const chosen = new Set<RowKey>();
  const add = (key: RowKey) => {
    if (chosen.has(key)) return;
    chosen.add(key);
    const leansOn = parameters.get(key)?.leansOn;
    if (leansOn !== undefined && 'parent' in leansOn && parameters.has(leansOn.parent)) add(leansOn.parent);
  };
  for (const point of points) for (const key of rowsOf.get(point) ?? []) add(key);
  return [...parameters.values()].filter(({ key }) => chosen.has(key));
}

export function predictedWith(point: Point, coefficients: Coefficients): number {
  return predicted(point, estimateOf(point, coefficients));
}

/** Coefficients whose rows may be set in place: a fit tries thousands of values. */
export interface MutableCoefficients extends Coefficients {
  tables: Record<string, Record<string, Coefficient>>;
}

export function mutableCopy(coefficients: Coefficients): MutableCoefficients {
  return { date: coefficients.date, tables: structuredClone(coefficients.tables) as MutableCoefficients['tables'] };
}

export function entryOf(coefficients: MutableCoefficients, table: string, row: string): Coefficient {
  const entry = coefficients.tables[table]?.[row];
  if (entry === undefined) throw new RangeError(`no row ${rowKey(table, row)}`);
  return entry;
}

/** Coefficients without some rows, which then inherit. */
export function withoutRows(coefficients: Coefficients, hidden: ReadonlySet<RowKey>): Coefficients {
  const tables = Object.entries(coefficients.tables).map(([table, rows]) => {
    const left = Object.entries(rows).filter(([row]) => !hidden.has(rowKey(table, row)));
    return [table, Object.fromEntries(left)] as const;
  });
  return { ...coefficients, tables: Object.fromEntries(tables) };
}

function isFree(coefficients: Coefficients, table: string, row: string): boolean {
  const entry = coefficients.tables[table]?.[row];
  return entry !== undefined && entry.value > 0 && entry.known !== 'source' && priorOf(table) !== null;
}

/** One look-up of a prediction; the entry is undefined where the row is missing. */
export interface RowLookUp {
  table: string;
  row: string;
  entry: Coefficient | undefined;
}

/** Every look-up of a prediction in its order, found by watching. */
export function lookUpsOf(point: Point, coefficients: Coefficients): RowLookUp[] {
  const lookUps: RowLookUp[] = [];
  predictedWith(
    point,
    watch(coefficients, (table, row, entry) => lookUps.push({ table, row, entry })),
  );
  return lookUps;
}

/** The rows a prediction looks up and finds, each once. */
function rowsUsed(point: Point, coefficients: Coefficients): { table: string; row: string }[] {
  const used = new Map<RowKey, { table: string; row: string }>();
  for (const { table, row, entry } of lookUpsOf(point, coefficients)) {
    if (entry !== undefined) used.set(rowKey(table, row), { table, row });
  }
  return [...used.values()];
}

function dependsOn(point: Point, here: number, scratch: MutableCoefficients, table: string, row: string): boolean {
  const entry = entryOf(scratch, table, row);
  const { value } = entry;
  entry.value = value / REACH;
  let depends = predictedWith(point, scratch) !== here;
  if (!depends) {
    entry.value = value * REACH;
    depends = predictedWith(point, scratch) !== here;
  }
  entry.value = value;
  return depends;
}

/** Adds a row and all it leans on; false = nothing documented is at the end of that. */
function addWithParents(
  parameters: Map<RowKey, Parameter>,
  point: Point,
  coefficients: Coefficients,
  table: string,
  row: string,
): boolean {
  const key = rowKey(table, row);
  if (parameters.has(key)) return true;
  const prior = priorOf(table) ?? documentedPrior(coefficients, table);
  const { maximum = Number.POSITIVE_INFINITY } = prior;
  const start = prior.start[row];
  if (start !== undefined) {
    parameters.set(key, { key, table, row, leansOn: { start }, spread: prior.startSpread, maximum });
    return true;
  }
  const parent = parentRow(parameters, point, coefficients, table, row);
  const entry = parent === null ? undefined : coefficients.tables[table]?.[parent];
  if (parent === null || entry === undefined) return false;
  if (!isFree(coefficients, table, parent)) {
    parameters.set(key, { key, table, row, leansOn: { fixedParent: entry.value }, spread: prior.spread, maximum });
    return true;
  }
  const leansOn = { parent: rowKey(table, parent) };
  parameters.set(key, { key, table, row, leansOn, spread: prior.spread, maximum });
  const known = addWithParents(parameters, point, withoutRows(coefficients, new Set([key])), table, parent);
  if (!known) parameters.delete(key);
  return known;
}

/** Where nobody wrote a prior down: a documented widest row, and a spread that fits most tables. */
function documentedPrior(coefficients: Coefficients, table: string): TablePrior {
  const widest = coefficients.tables[table]?.all;
  const start: Record<string, number> = widest?.known === 'assumed' ? { all: widest.value } : {};
  return { spread: 0.4, start, startSpread: 0.8 };
}

/**
 * The row that a prediction finds where `row` is missing, zeros and rows that lean on this very row passed over
 * (neighbouring years stand in for one another, so without that they would lean on each other in a circle).
 */
function parentRow(
  parameters: ReadonlyMap<RowKey, Parameter>,
  point: Point,
  coefficients: Coefficients,
  table: string,
  row: string,
): string | null {
  const hidden = new Set([rowKey(table, row)]);
  for (;;) {
    const found = nextRow(point, withoutRows(coefficients, hidden), table, row);
    if (found === null) return null;
    const key = rowKey(table, found);
    if ((coefficients.tables[table]?.[found]?.value ?? 0) > 0 && !leadsTo(parameters, key, rowKey(table, row))) {
      return found;
    }
    hidden.add(key);
  }
}

/** Whether a row leans, over any number of steps, on another. */
function leadsTo(parameters: ReadonlyMap<RowKey, Parameter>, from: RowKey, to: RowKey): boolean {
  for (let key: RowKey | undefined = from; key !== undefined; ) {
    if (key === to) return true;
    const leansOn: Parameter['leansOn'] | undefined = parameters.get(key)?.leansOn;
    key = leansOn !== undefined && 'parent' in leansOn ? leansOn.parent : undefined;
  }
  return false;
}

/** What the look-up that misses `row` finds instead; null = nothing. */
function nextRow(point: Point, coefficients: Coefficients, table: string, row: string): string | null {
  let missed = false;
  let next: string | null = null;
  const watched = watch(coefficients, (lookedIn, name, entry) => {
    if (lookedIn !== table) return;
    if (name === row) missed = true;
    else if (missed && entry !== undefined) next ??= name;
  });
  try {
    predictedWith(point, watched);
  } catch (error) {
    if (!(error instanceof MissingCoefficientError)) throw error;
  }
  return next;
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
