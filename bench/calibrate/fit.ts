import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import type { Coefficient, Coefficients } from '../../src/engine/coefficients.ts';
import type { Point } from '../accuracy/points.ts';
import { groupBy } from '../accuracy/score.ts';
import { type Parameter, predictedWith, type RowKey, rowKey, rowsUsed, withRow } from './parameters.ts';

/** Errors below this count as squares, larger ones as distances: an outlier pulls no harder than a point at 8 %. */
const SOFT_ERROR = 0.08;
/** What a source's sweep of n points counts for grows as n^0.65. */
const SIZE_EXPONENT = -0.35;
/** What a point of low trust (community runs, mixed formats) counts beside one of high or medium trust. */
const LOW_TRUST_WEIGHT = 0.1;
/** How much further the widest rows may lie from their starting values than other rows from their parents. */
const ROOT_SPREAD_FACTOR = 2;
/** Step of the finite differences, in log space. */
const DIFFERENCE = 1e-4;

export interface FitOptions {
  iterations: number;
  onProgress?(done: number, total: number): void;
}

export interface Fit {
  coefficients: Coefficients;
  /** Values by row, and one standard deviation of their logarithm. */
  rows: Map<RowKey, { parameter: Parameter; value: number; spread: number; count: number }>;
}

/** A point's part in the loss, or a prior's. */
interface Residual {
  /** Parameters it depends on. */
  touches: readonly number[];
  /** Value of the residual for parameter values in log space. */
  value(values: readonly number[], coefficients: Coefficients): number;
  /** Its derivative by each parameter it touches where that is constant; absent = by finite differences. */
  slopes?: readonly number[];
}

/**
 * Finds the rows that predict the points best: least soft-L1 loss of log(predicted ÷ measured), each row leaning on its
 * parent row with its table's spread (partial pooling), the widest rows on their starting values. Levenberg–Marquardt
 * on the soft residuals; the Jacobian only re-estimates the points that look a row up. Deterministic.
 */
export function fit(
  points: readonly Point[],
  parameters: readonly Parameter[],
  coefficients: Coefficients,
  { iterations, onProgress }: FitOptions,
): Fit {
  const places = new Map(parameters.map(({ table, row }, index) => [rowKey(table, row), index]));
  const pointResiduals = residualsOfPoints(points, coefficients, places);
  const residuals = [...pointResiduals, ...residualsOfPriors(parameters, places)];
  let done = 0;
  const result = levenbergMarquardt(
    { x: residuals.map((_, index) => index), y: residuals.map(() => 0) },
    (values) => {
      const candidate = withValues(coefficients, parameters, values);
      return (index) => residualAt(residuals, index).value(values, candidate);
    },
    {
      initialValues: parameters.map(({ start }) => Math.log(start)),
      minValues: parameters.map(({ start }) => Math.log(start) - 4),
      maxValues: parameters.map(({ start, maximum }) => Math.min(Math.log(start) + 4, Math.log(maximum))),
      jacobianFunction: (values) => {
        onProgress?.(++done, iterations);
        const rows = sparseJacobian(residuals, parameters, coefficients, values);
        return (index) => dense(rows[index] ?? [], residualAt(residuals, index).touches, parameters.length);
      },
      maxIterations: iterations,
      damping: 0.1,
      dampingStepUp: 8,
      dampingStepDown: 6,
      errorTolerance: 1e-4,
    },
  );
  return summarised(result.parameterValues, parameters, coefficients, pointResiduals);
}

/** The coefficients with every parameter's row at its value. */
export function withValues(
  coefficients: Coefficients,
  parameters: readonly Parameter[],
  logValues: readonly number[],
): Coefficients {
  const tables: Record<string, Record<string, Coefficient>> = {};
  for (const [table, rows] of Object.entries(coefficients.tables)) tables[table] = { ...rows };
  for (const [index, { table, row }] of parameters.entries()) {
    const entry = tables[table]?.[row];
    const value = logValues[index];
    if (entry === undefined || value === undefined) throw new RangeError(`no row ${rowKey(table, row)}`);
    (tables[table] as Record<string, Coefficient>)[row] = { ...entry, value: Math.exp(value) };
  }
  return { ...coefficients, tables };
}

function residualsOfPoints(
  points: readonly Point[],
  coefficients: Coefficients,
  places: ReadonlyMap<RowKey, number>,
): Residual[] {
  const sizes = new Map([...groupBy(points, sweepOf)].map(([key, members]) => [key, members.length]));
  return points.map((point) => {
    const trust = point.row.trust === 'low' ? LOW_TRUST_WEIGHT : 1;
    const weight = trust * (sizes.get(sweepOf(point)) ?? 1) ** SIZE_EXPONENT;
    const touches = rowsUsed(point, coefficients).flatMap(({ table, row }) => places.get(rowKey(table, row)) ?? []);
    return {
      touches,
      value: (_values, candidate) => {
        const error = Math.log(predictedWith(point, candidate) / point.measured);
        return Math.sqrt(weight) * softened(error / SOFT_ERROR);
      },
    };
  });
}

function sweepOf({ group, row }: Point): string {
  return [group, row.set, row.model, row.hardware].join('|');
}

/** sign(z) × √(2 (√(1 + z²) − 1)): its square is the soft-L1 loss of z. */
function softened(z: number): number {
  return Math.sign(z) * Math.sqrt(2 * (Math.sqrt(1 + z * z) - 1));
}

function residualsOfPriors(parameters: readonly Parameter[], places: ReadonlyMap<RowKey, number>): Residual[] {
  return parameters.map(({ table, parent, start, spread }, index) => {
    const parentIndex = parent === null ? undefined : places.get(rowKey(table, parent));
    if (parentIndex === undefined) {
      const anchor = Math.log(start);
      const value = (values: readonly number[]) => ((values[index] ?? anchor) - anchor) / (ROOT_SPREAD_FACTOR * spread);
      return { touches: [index], value, slopes: [1 / (ROOT_SPREAD_FACTOR * spread)] };
    }
    return {
      touches: [index, parentIndex],
      value: (values) => ((values[index] ?? 0) - (values[parentIndex] ?? 0)) / spread,
      slopes: [1 / spread, -1 / spread],
    };
  });
}

/** Slopes of every residual by the parameters it touches. Each parameter re-estimates only the points that use it. */
function sparseJacobian(
  residuals: readonly Residual[],
  parameters: readonly Parameter[],
  coefficients: Coefficients,
  values: readonly number[],
): number[][] {
  const base = withValues(coefficients, parameters, values);
  const rows = residuals.map(({ slopes }) => [...(slopes ?? [])]);
  const atBase = residuals.map((residual) => (residual.slopes === undefined ? residual.value(values, base) : 0));
  for (const [index, { table, row }] of parameters.entries()) {
    const moved = withRow(base, table, row, Math.exp((values[index] ?? 0) + DIFFERENCE));
    for (const [place, residual] of residuals.entries()) {
      const touch = residual.slopes === undefined ? residual.touches.indexOf(index) : -1;
      if (touch < 0) continue;
      (rows[place] as number[])[touch] = (residual.value(values, moved) - (atBase[place] ?? 0)) / DIFFERENCE;
    }
  }
  return rows;
}

function dense(slopes: readonly number[], touches: readonly number[], length: number): number[] {
  const partials = new Array<number>(length).fill(0);
  for (const [place, parameter] of touches.entries()) partials[parameter] = slopes[place] ?? 0;
  return partials;
}

function residualAt(residuals: readonly Residual[], index: number): Residual {
  const residual = residuals[index];
  if (residual === undefined) throw new RangeError(`no residual ${index}`);
  return residual;
}

/** Values, the points that touch each row, and spreads: what data and prior together leave open. */
function summarised(
  logValues: readonly number[],
  parameters: readonly Parameter[],
  coefficients: Coefficients,
  pointResiduals: readonly Residual[],
): Fit {
  const fitted = withValues(coefficients, parameters, logValues);
  const rows: Fit['rows'] = new Map();
  const slopes = sparseJacobian(pointResiduals, parameters, coefficients, logValues);
  for (const [index, parameter] of parameters.entries()) {
    let information = 1 / parameter.spread ** 2;
    let count = 0;
    for (const [place, { touches }] of pointResiduals.entries()) {
      const slope = slopes[place]?.[touches.indexOf(index)] ?? 0;
      if (slope === 0) continue;
      count++;
      information += slope * slope;
    }
    const value = Math.exp(logValues[index] ?? Math.log(parameter.start));
    rows.set(rowKey(parameter.table, parameter.row), { parameter, value, spread: information ** -0.5, count });
  }
  return { coefficients: fitted, rows };
}
