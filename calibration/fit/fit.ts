import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { inverse, Matrix } from 'ml-matrix';
import type { Coefficients } from '../../src/engine/coefficients.ts';
import type { Point } from '../accuracy/points.ts';
import { groupBy } from '../accuracy/score.ts';
import { entryOf, mutableCopy, type Parameter, parametersOf, type RowKey, type Structure } from './parameters.ts';
import { pointWeights, Residuals } from './residuals.ts';

/** Most a row may move from what it leans on, in log space: a factor of 55. */
const REACH = 4;
/** Damped steps a part of the fit may take; it rarely needs half of them. */
const MOST_STEPS = 24;
const FIRST_DAMPING = 1;
const LEAST_DAMPING = 1e-2;
const LARGEST_DAMPING = 1e2;
/** A step that lowers the loss by less than this share of it is the last. */
const LEAST_GAIN = 3e-4;

export interface FitOptions {
  onProgress?(done: number, total: number): void;
}

export interface FittedRow {
  parameter: Parameter;
  value: number;
  /** One standard deviation of its logarithm: what data and prior together leave open. */
  spread: number;
  /** Points that depend on it. */
  points: readonly Point[];
}

/**
 * Finds the rows that predict the points best: least soft-L1 loss of log(predicted ÷ measured) and of each row's
 * lean on its parent row in its table's spreads (partial pooling), the widest rows on their documented starts. Where a fit begins
 * is where the priors are, whatever the coefficients say. Rows that share no point are fitted apart. Deterministic.
 */
export function fitRows(
  points: readonly Point[],
  structure: Structure,
  coefficients: Coefficients,
  { onProgress }: FitOptions = {},
): Map<RowKey, FittedRow> {
  const parts = independentParts(points, parametersOf(points, structure), structure);
  const rows = new Map<RowKey, FittedRow>();
  for (const [place, part] of parts.entries()) {
    const lossOver = (chosen: readonly Point[]) =>
      new Residuals(chosen, part.parameters, structure, mutableCopy(coefficients), pointWeights(chosen));
    const residuals = lossOver(part.points);
    const roughly = leastLoss(lossOver(thinned(part.points)), startingValues(part.parameters));
    const logValues = leastLoss(residuals, roughly, (steps) => {
      onProgress?.(place * MOST_STEPS + steps, parts.length * MOST_STEPS);
    });
    const spreads = spreadsOf(residuals, logValues);
    for (const [index, parameter] of part.parameters.entries()) {
      rows.set(parameter.key, {
        parameter,
        value: Math.exp(logValues[index] as number),
        spread: spreads[index] as number,
        points: part.points.filter((point) => structure.rowsOf.get(point)?.includes(parameter.key)),
      });
    }
  }
  return rows;
}

/** The coefficients with fitted rows at their values. */
export function withFitted(coefficients: Coefficients, rows: ReadonlyMap<RowKey, FittedRow>): Coefficients {
  const fitted = mutableCopy(coefficients);
  for (const { parameter, value } of rows.values()) entryOf(fitted, parameter.table, parameter.row).value = value;
  return fitted;
}

/**
 * One damped step after another. The library itself would go on from a step that made things worse; asked for single
 * steps it returns the better place, and a failed step is tried again shorter, from there, with the slopes it has.
 */
function leastLoss(
  residuals: Residuals,
  start: readonly number[],
  onProgress?: (steps: number) => void,
): readonly number[] {
  const { parameters } = residuals;
  const centre = startingValues(parameters);
  const data = {
    x: Array.from({ length: residuals.length }, (_, index) => index),
    y: new Array(residuals.length).fill(0),
  };
  const bounds = {
    minValues: centre.map((value) => value - REACH),
    maxValues: centre.map((value, index) =>
      Math.min(value + REACH, Math.log((parameters[index] as Parameter).maximum)),
    ),
  };
  const losses = remembered((logValues: readonly number[]) => residuals.values(logValues));
  let best = [...start];
  let loss = Number.POSITIVE_INFINITY;
  let damping = FIRST_DAMPING;
  for (let iteration = 0; iteration < MOST_STEPS; iteration++) {
    const { parameterValues, parameterError } = levenbergMarquardt(
      data,
      (logValues) => {
        const values = losses(logValues);
        return (index) => values[index] as number;
      },
      {
        ...bounds,
        initialValues: [...best],
        jacobianFunction: (logValues) => residuals.jacobian(logValues),
        maxIterations: 1,
        damping,
        errorTolerance: 0,
      },
    );
    const gain = loss - parameterError;
    const moved = parameterValues.some((value, index) => value !== best[index]);
    damping = moved ? Math.max(LEAST_DAMPING, damping / 5) : damping * 10;
    best = parameterValues;
    loss = parameterError;
    const done = (moved && gain < LEAST_GAIN * loss) || damping > LARGEST_DAMPING;
    onProgress?.(done ? MOST_STEPS : iteration + 1);
    if (done) break;
  }
  return best;
}

/** The optimiser asks for the residuals of a place again before it leaves it. */
function remembered(calculate: (place: readonly number[]) => Float64Array): (place: readonly number[]) => Float64Array {
  const known = new Map<string, Float64Array>();
  return (place) => {
    const key = place.join();
    const values = known.get(key) ?? calculate(place);
    if (known.size > 1) known.delete(known.keys().next().value as string);
    known.set(key, values);
    return values;
  };
}

/** Where the priors put each row: its start, or that of the row it leans on. */
function startingValues(parameters: readonly Parameter[]): number[] {
  const byKey = new Map(parameters.map((parameter) => [parameter.key, parameter]));
  return parameters.map((parameter) => {
    let at: Parameter | undefined = parameter;
    while (at !== undefined && 'parent' in at.leansOn) at = byKey.get(at.leansOn.parent);
    if (at === undefined || 'parent' in at.leansOn) throw new RangeError(`${parameter.key} leans on nothing`);
    return Math.log('start' in at.leansOn ? at.leansOn.start : at.leansOn.fixedParent);
  });
}

/** √ of the diagonal of the inverse of JᵀJ. */
function spreadsOf(residuals: Residuals, logValues: readonly number[]): number[] {
  const jacobianRow = residuals.jacobian(logValues);
  const jacobian = new Matrix(Array.from({ length: residuals.length }, (_, index) => jacobianRow(index)));
  return inverse(jacobian.transpose().mmul(jacobian)).diagonal().map(Math.sqrt);
}

/** Every fourth point of each sweep, and all of the short ones: enough to come near, at a quarter of the cost. */
function thinned(points: readonly Point[]): Point[] {
  const sweeps = groupBy(points, ({ group, foldKey }) => `${group}|${foldKey}`);
  return [...sweeps.values()].flatMap((members) => {
    return members.length <= 8 ? members : members.filter((_, place) => place % 4 === 0);
  });
}

export interface Part {
  points: Point[];
  parameters: Parameter[];
}

/** Points and rows that nothing connects: serving and local machines, time and memory. */
export function independentParts(
  points: readonly Point[],
  parameters: readonly Parameter[],
  { rowsOf }: Structure,
): Part[] {
  const above = new Map<RowKey, RowKey>();
  const top = (key: RowKey): RowKey => {
    let at = key;
    for (let next = above.get(at); next !== undefined; next = above.get(at)) at = next;
    return at;
  };
  const join = (a: RowKey, b: RowKey) => {
    const [topOfA, topOfB] = [top(a), top(b)];
    if (topOfA !== topOfB) above.set(topOfA, topOfB);
  };
  for (const { key, leansOn } of parameters) if ('parent' in leansOn) join(key, leansOn.parent);
  for (const point of points) {
    const [first, ...others] = rowsOf.get(point) ?? [];
    for (const other of others) join(first as RowKey, other);
  }
  const parts = new Map<RowKey, Part>();
  for (const parameter of parameters) {
    const key = top(parameter.key);
    const part = parts.get(key) ?? { points: [], parameters: [] };
    part.parameters.push(parameter);
    parts.set(key, part);
  }
  for (const point of points) {
    const first = rowsOf.get(point)?.[0];
    if (first !== undefined) parts.get(top(first))?.points.push(point);
  }
  return [...parts.values()];
}
