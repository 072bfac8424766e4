import type { Point } from '../accuracy/points.ts';
import { groupBy, isTrusted, logError } from '../accuracy/score.ts';
import {
  entryOf,
  type MutableCoefficients,
  type Parameter,
  predictedWith,
  type RowKey,
  type Structure,
} from './parameters.ts';

/** Errors below this count as squares, larger ones as distances: an outlier pulls no harder than a point at 8 %. */
const SOFT_ERROR = 0.08;
/** Spreads from its parent beyond which a row counts by its distance, no longer by its square. */
const FAR_FROM_PARENT = 2;
/** Memory is known ten times as well as time: a term that is a few percent off must show. */
const SOFT_MEMORY_ERROR = 0.02;
/** What a source's sweep of n points counts for grows as n^0.65. */
const SIZE_EXPONENT = -0.35;
/** What a point of low trust counts beside one of high or medium trust: some old cards have no other. */
const LOW_TRUST_WEIGHT = 0.1;
/** Step of the finite differences, in log space. */
const DIFFERENCE = 1e-4;
/** Slopes of a point are kept until one of its rows has moved by this much, in log space. */
const STALE_AFTER = 0.02;

/** A point's part in the loss: which parameters move it, and how much it counts. */
interface PointResidual {
  point: Point;
  touches: readonly number[];
  rootWeight: number;
  soft: number;
}

/**
 * A parameter's lean on its start or its parent: (value − anchor) ÷ spread, in log space. Softened like the errors of
 * points, so that one odd row (the experts of one early build) does not drag the row that all others lean on.
 */
interface PriorResidual {
  index: number;
  parent: number | null;
  anchor: number;
  spread: number;
}

/**
 * The soft-L1 residuals of a set of points and of the priors of their parameters, with their slopes.
 * Parameters are set in place in `scratch`; nothing else may use it meanwhile.
 */
export class Residuals {
  readonly length: number;
  readonly parameters: readonly Parameter[];
  private readonly scratch: MutableCoefficients;
  private readonly points: readonly PointResidual[];
  private readonly priors: readonly PriorResidual[];
  private readonly users: readonly (readonly { place: number; touch: number }[])[];
  private readonly slopes: Float64Array[];
  /** Parameter values that a point's slopes belong to, in the order of its touches. */
  private readonly slopesAt: Float64Array[];

  constructor(
    points: readonly Point[],
    parameters: readonly Parameter[],
    structure: Structure,
    scratch: MutableCoefficients,
    weights: ReadonlyMap<Point, number>,
  ) {
    this.parameters = parameters;
    this.scratch = scratch;
    const places = new Map(parameters.map(({ key }, index) => [key, index]));
    this.points = points.map((point) => ({
      point,
      touches: (structure.rowsOf.get(point) ?? []).map((key) => places.get(key) as number),
      rootWeight: Math.sqrt(weights.get(point) ?? 1),
      soft: point.group.startsWith('memory') ? SOFT_MEMORY_ERROR : SOFT_ERROR,
    }));
    this.priors = parameters.map((parameter, index) => priorResidual(parameter, index, places));
    this.length = this.points.length + this.priors.length;
    const users: { place: number; touch: number }[][] = parameters.map(() => []);
    for (const [place, { touches }] of this.points.entries()) {
      for (const [touch, parameter] of touches.entries()) users[parameter]?.push({ place, touch });
    }
    this.users = users;
    this.slopes = this.points.map(({ touches }) => new Float64Array(touches.length));
    this.slopesAt = this.points.map(({ touches }) => new Float64Array(touches.length).fill(Number.NaN));
  }

  values(logValues: readonly number[]): Float64Array {
    this.place(logValues);
    const values = new Float64Array(this.length);
    for (const [place, residual] of this.points.entries()) values[place] = this.pointValue(residual);
    for (const [place, prior] of this.priors.entries()) {
      values[this.points.length + place] = FAR_FROM_PARENT * softened(leanOf(prior, logValues) / FAR_FROM_PARENT);
    }
    return values;
  }

  /** Partial derivatives of every residual by every parameter. */
  jacobian(logValues: readonly number[]): (index: number) => number[] {
    this.refreshSlopes(logValues);
    return (index) => {
      const row = new Array<number>(this.parameters.length).fill(0);
      const point = this.points[index];
      if (point === undefined) {
        const prior = this.priors[index - this.points.length] as PriorResidual;
        const slope = softenedSlope(leanOf(prior, logValues) / FAR_FROM_PARENT) / prior.spread;
        row[prior.index] = slope;
        if (prior.parent !== null) row[prior.parent] = -slope;
        return row;
      }
      for (const [touch, parameter] of point.touches.entries()) row[parameter] = this.slopes[index]?.[touch] ?? 0;
      return row;
    };
  }

  private place(logValues: readonly number[]): void {
    for (const [index, { table, row }] of this.parameters.entries()) {
      entryOf(this.scratch, table, row).value = Math.exp(logValues[index] as number);
    }
  }

  private pointValue({ point, rootWeight, soft }: PointResidual): number {
    return rootWeight * softened(logError(point, predictedWith(point, this.scratch)) / soft);
  }

  /** Re-estimates the slopes of the points whose parameters have moved, each parameter on the points that use it. */
  private refreshSlopes(logValues: readonly number[]): void {
    this.place(logValues);
    const stale = this.points.map(({ touches }, place) => {
      const at = this.slopesAt[place] as Float64Array;
      return touches.some((parameter, touch) => {
        return !(Math.abs((at[touch] as number) - (logValues[parameter] as number)) < STALE_AFTER);
      });
    });
    const atBase = this.points.map((residual, place) => (stale[place] ? this.pointValue(residual) : 0));
    for (const [index, { table, row }] of this.parameters.entries()) {
      const entry = entryOf(this.scratch, table, row);
      const logValue = logValues[index] as number;
      entry.value = Math.exp(logValue + DIFFERENCE);
      for (const { place, touch } of this.users[index] ?? []) {
        if (!stale[place]) continue;
        const moved = this.pointValue(this.points[place] as PointResidual);
        (this.slopes[place] as Float64Array)[touch] = (moved - (atBase[place] as number)) / DIFFERENCE;
        (this.slopesAt[place] as Float64Array)[touch] = logValue;
      }
      entry.value = Math.exp(logValue);
    }
  }
}

function priorResidual(
  { leansOn, spread }: Parameter,
  index: number,
  places: ReadonlyMap<RowKey, number>,
): PriorResidual {
  if ('parent' in leansOn) return { index, parent: places.get(leansOn.parent) as number, anchor: 0, spread };
  const anchor = 'start' in leansOn ? leansOn.start : leansOn.fixedParent;
  return { index, parent: null, anchor: Math.log(anchor), spread };
}

/** What each point counts: sweeps of one source, model and device family share their weight. */
export function pointWeights(points: readonly Point[]): Map<Point, number> {
  const weights = new Map<Point, number>();
  for (const [, members] of groupBy(points, ({ group, foldKey }) => `${group}|${foldKey}`)) {
    for (const point of members) {
      weights.set(point, (isTrusted(point) ? 1 : LOW_TRUST_WEIGHT) * members.length ** SIZE_EXPONENT);
    }
  }
  return weights;
}

function leanOf({ index, parent, anchor, spread }: PriorResidual, logValues: readonly number[]): number {
  const at = parent === null ? anchor : (logValues[parent] as number);
  return ((logValues[index] as number) - at) / spread;
}

/** sign(z) × √(2 (√(1 + z²) − 1)): its square is the soft-L1 loss of z. */
function softened(z: number): number {
  return Math.sign(z) * Math.sqrt(2 * (Math.sqrt(1 + z * z) - 1));
}

function softenedSlope(z: number): number {
  return Math.abs(z) < 1e-6 ? 1 : z / (Math.sqrt(1 + z * z) * softened(z));
}
