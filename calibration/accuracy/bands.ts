import type { Coefficient, Coefficients } from '../../src/engine/coefficients.ts';
import { type BandedFigure, errorGroups, halfWidth } from '../../src/engine/evidence/uncertainty.ts';
import type { LeftOut } from './crossValidation.ts';
import type { Point } from './points.ts';
import { groupBy, logError, quantile, sortedByKey } from './score.ts';

/** Share of left-out measurements that an interval is meant to hold. */
const COVERAGE = 0.8;
const MOST_COVERAGE = 0.95;
/** A group's own errors count as its number of points against so many of the wider group. */
const POINTS_OF_PARENT = 15;
/** A group with fewer points has no row: the wider one stands for it. */
const FEWEST_POINTS = 15;
/** Steps of inheritance with fewer points do not say how much wider they are. */
const FEWEST_INHERITED = 15;

/** An error of a left-out point, in the figure whose interval it tells about. */
interface BandError {
  figure: BandedFigure;
  /** From the closest group to the widest. */
  groups: readonly string[];
  /** |ln(predicted ÷ measured)|. */
  size: number;
  inheritance: number;
  foldKey: string;
}

/**
 * The `error.` tables: for each figure and group the half-width w of value × e^±w, such that four fifths of the left-out
 * measurements lie inside, leaning on the wider group; and how much wider each step of inheritance must be for the same
 * share, never narrower.
 */
export function errorTables(leftOut: readonly LeftOut[], date: string): Coefficients['tables'] {
  const errors = leftOut.flatMap((figure) => errorOf(figure) ?? []);
  const wideningPerStep = wideningOf(errors);
  const tables = widths(errors, wideningPerStep, date);
  const inherited = errors.filter(({ inheritance }) => inheritance > 0).length;
  const data = `${inherited} left-out figures with inherited coefficients; cross-validation of ${date}`;
  const all: Coefficient = { value: round(wideningPerStep), spread: 0.3, count: inherited, known: 'fitted', data };
  return { ...tables, 'error.wideningPerStep': { all } };
}

/** Half-width of the interval of the very figure that a point measures; null where none is given (exact sizes). */
export function halfWidthOf({ point, inheritance, firstShare }: LeftOut, coefficients: Coefficients): number | null {
  const figure = figureOf(point);
  if (figure === null) return null;
  const of = (name: BandedFigure) =>
    halfWidth(name, errorGroups(name, point.deployment, point.workload), inheritance, coefficients);
  if (figure !== 'endToEnd') return of(figure);
  return firstShare * of('timeToFirstToken') + (1 - firstShare) * of('timePerOutputToken');
}

function figureOf({ metric, row }: Point): BandedFigure | 'endToEnd' | null {
  switch (metric) {
    case 'timeToFirstTokenMs':
    case 'prefillTokensPerSecond':
      return 'timeToFirstToken';
    case 'timePerOutputTokenMs':
    case 'decodeTokensPerSecondPerSequence':
      return 'timePerOutputToken';
    case 'endToEndMs':
      return 'endToEnd';
    case 'outputTokensPerSecond':
      return row.mode === 'saturated' ? 'saturatedThroughput' : 'endToEnd';
    case 'peakMemoryGiB':
      return 'totalMemory';
    default:
      return null;
  }
}

/** A whole request tells about the phase that takes most of it. */
function errorOf({ point, predicted, inheritance, firstShare }: LeftOut): BandError | null {
  const measures = figureOf(point);
  if (measures === null) return null;
  const longer = firstShare > 0.5 ? 'timeToFirstToken' : 'timePerOutputToken';
  const figure = measures === 'endToEnd' ? longer : measures;
  return {
    figure,
    groups: errorGroups(figure, point.deployment, point.workload),
    size: Math.abs(logError(point, predicted)),
    inheritance: figure === 'totalMemory' ? 0 : inheritance,
    foldKey: point.foldKey,
  };
}

function widths(errors: readonly BandError[], wideningPerStep: number, date: string): Coefficients['tables'] {
  const tables: Record<string, Record<string, Coefficient>> = {};
  for (const [figure, members] of groupBy(errors, ({ figure }) => figure)) {
    const rows: Record<string, Coefficient> = {};
    const depth = Math.max(...members.map(({ groups }) => groups.length));
    // From the widest group down, so that the wider one is there to lean on.
    for (let level = 1; level <= depth; level++) {
      for (const [name, inside] of groupBy(members, ({ groups }) => groups.at(-level) ?? '')) {
        if (name === '' || (inside.length < FEWEST_POINTS && level > 1)) continue;
        const own = quantile(
          inside.map(({ size, inheritance }) => size / (1 + inheritance * wideningPerStep)),
          levelOf(inside),
        );
        const wider =
          level === 1 ? null : (inside[0] as BandError).groups.slice(-level + 1).find((group) => group in rows);
        const parent = wider === null || wider === undefined ? own : (rows[wider] as Coefficient).value;
        const share = inside.length / (inside.length + POINTS_OF_PARENT);
        rows[name] = {
          value: round(Math.exp(share * Math.log(own) + (1 - share) * Math.log(parent))),
          spread: round(1 / Math.sqrt(inside.length)),
          count: inside.length,
          known: 'fitted',
          data: `four fifths of the errors of ${inside.length} left-out figures; cross-validation of ${date}`,
        };
      }
    }
    tables[`error.${figure}`] = sortedByKey(rows);
  }
  return tables;
}

/**
 * The share of known errors that a width must hold to hold `COVERAGE` of the errors of one more (source, model, device
 * family): a little more, the fewer there are.
 */
function levelOf(errors: readonly BandError[]): number {
  const kinds = new Set(errors.map(({ foldKey }) => foldKey)).size;
  return Math.min(MOST_COVERAGE, COVERAGE * (1 + 1 / kinds));
}

/**
 * The slope through 1 of (width that inherited answers needed ÷ width that others of their group did) over steps of
 * inheritance, each step by its points.
 */
function wideningOf(errors: readonly BandError[]): number {
  const ownWidths = new Map<string, number>();
  const known = errors.filter(({ inheritance }) => inheritance === 0);
  const named = known.flatMap(({ figure, groups, size }) =>
    groups.map((group) => ({ name: `${figure} ${group}`, size })),
  );
  for (const [name, members] of groupBy(named, ({ name }) => name)) {
    if (members.length < FEWEST_POINTS) continue;
    ownWidths.set(
      name,
      quantile(
        members.map(({ size }) => size),
        COVERAGE,
      ),
    );
  }
  const ratios = errors.flatMap(({ figure, groups, size, inheritance }) => {
    const name = groups.map((group) => `${figure} ${group}`).find((candidate) => ownWidths.has(candidate));
    const width = name === undefined ? undefined : ownWidths.get(name);
    return inheritance === 0 || width === undefined ? [] : [{ inheritance, ratio: size / width }];
  });
  let products = 0;
  let squares = 0;
  for (const [steps, members] of groupBy(ratios, ({ inheritance }) => inheritance)) {
    if (members.length < FEWEST_INHERITED) continue;
    const needed = quantile(
      members.map(({ ratio }) => ratio),
      COVERAGE,
    );
    products += members.length * steps * (needed - 1);
    squares += members.length * steps * steps;
  }
  return squares === 0 ? 0 : Math.max(0, products / squares);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
