import type { Coefficient, Coefficients } from '../../src/engine/coefficients.ts';
import { type BandedFigure, errorTable } from '../../src/engine/evidence/uncertainty.ts';
import { groupBy, sortedByKey, weightedQuantile } from '../accuracy/score.ts';
import type { BandError } from './errors.ts';
import { COVERAGE, type Recipe } from './recipes.ts';

/** Fewer errors do not say how much wider an inherited answer must be. */
const FEWEST_INHERITED = 15;

/**
 * The `error.` tables of one scope: for each figure and group the half-width w of value × e^±w that holds as many of the
 * left-out errors as the recipe says, leaning on the wider group; and how much wider each step of inheritance must be for
 * the same share, never narrower.
 */
export function widthTables(errors: readonly BandError[], recipe: Recipe, date: string): Coefficients['tables'] {
  const wideningPerStep = wideningOf(errors, recipe);
  const tables: Record<string, Record<string, Coefficient>> = {};
  const byFigure = groupBy(errors, ({ figure }) => figure);
  const widthsOf = (figure: BandedFigure, widest: number | null) =>
    rowsOf(byFigure.get(figure) ?? [], recipe, wideningPerStep, widest, date);
  for (const figure of byFigure.keys()) tables[errorTable(figure, recipe.scope)] = widthsOf(figure, null);
  // A crowd's throughput is the time of its steps: few have measured the one, many the other.
  if (byFigure.has('saturatedThroughput')) {
    const ofSteps = tables[errorTable('timePerOutputToken', recipe.scope)]?.all?.value ?? null;
    tables[errorTable('saturatedThroughput', recipe.scope)] = widthsOf('saturatedThroughput', ofSteps);
  }
  const inherited = errors.filter(({ inheritance }) => inheritance > 0).length;
  const data = `${inherited} left-out figures with inherited coefficients; left out on ${date}`;
  const all: Coefficient = { value: round(wideningPerStep), spread: 0.3, count: inherited, known: 'fitted', data };
  return { ...tables, [errorTable('wideningPerStep', recipe.scope)]: { all } };
}

function rowsOf(
  errors: readonly BandError[],
  recipe: Recipe,
  wideningPerStep: number,
  /** What the widest group leans on. */
  widest: number | null,
  date: string,
): Record<string, Coefficient> {
  const rows: Record<string, Coefficient> = {};
  const depth = Math.max(...errors.map(({ groups }) => groups.length));
  // From the widest group down, so that the wider one is there to lean on.
  for (let level = 1; level <= depth; level++) {
    for (const [name, inside] of groupBy(errors, ({ groups }) => groups.at(-level) ?? '')) {
      if (name === '' || (inside.length < recipe.fewest && level > 1)) continue;
      const own = weightedQuantile(
        inside.map(({ size, inheritance }) => size / (1 + inheritance * wideningPerStep)),
        recipe.weights(inside),
        COVERAGE,
      );
      const wider = level === 1 ? undefined : inside[0]?.groups.slice(-level + 1).find((group) => group in rows);
      rows[name] = {
        value: round(leaning(own, wider === undefined ? widest : (rows[wider]?.value ?? null), inside, recipe)),
        spread: round(1 / Math.sqrt(inside.length)),
        count: inside.length,
        known: 'fitted',
        data: `${recipe.describe(inside)}; left out on ${date}`,
      };
    }
  }
  return sortedByKey(rows);
}

/** A group's own width, leaning on the wider group's in its logarithm. */
function leaning(own: number, wider: number | null, errors: readonly BandError[], recipe: Recipe): number {
  if (wider === null) return own;
  const share = recipe.ownShare(errors);
  const width = Math.exp(share * Math.log(own) + (1 - share) * Math.log(wider));
  return recipe.mayBeNarrower(errors) ? width : Math.max(width, wider);
}

/**
 * The slope through 1 of (width that inherited answers needed ÷ width that others of their group did) over steps of
 * inheritance, each step by what its errors count.
 */
function wideningOf(errors: readonly BandError[], recipe: Recipe): number {
  const ownWidths = new Map<string, number>();
  const known = errors.filter(({ inheritance }) => inheritance === 0);
  const named = known.flatMap((error) => error.groups.map((group) => ({ name: `${error.figure} ${group}`, error })));
  for (const [name, members] of groupBy(named, ({ name }) => name)) {
    const inside = members.map(({ error }) => error);
    if (inside.length < FEWEST_INHERITED) continue;
    ownWidths.set(
      name,
      widthOf(inside, ({ size }) => size, recipe),
    );
  }
  const ratios = new Map<BandError, number>();
  for (const error of errors) {
    const name = error.groups.map((group) => `${error.figure} ${group}`).find((candidate) => ownWidths.has(candidate));
    const width = name === undefined ? undefined : ownWidths.get(name);
    if (error.inheritance > 0 && width !== undefined) ratios.set(error, error.size / width);
  }
  let products = 0;
  let squares = 0;
  for (const [steps, members] of groupBy([...ratios.keys()], ({ inheritance }) => inheritance)) {
    if (members.length < FEWEST_INHERITED) continue;
    const needed = widthOf(members, (error) => ratios.get(error) ?? 0, recipe);
    const weight = recipe.weights(members).reduce((sum, each) => sum + each, 0);
    products += weight * steps * (needed - 1);
    squares += weight * steps * steps;
  }
  return squares === 0 ? 0 : Math.max(0, products / squares);
}

function widthOf(errors: readonly BandError[], sizeOf: (error: BandError) => number, recipe: Recipe): number {
  return weightedQuantile(errors.map(sizeOf), recipe.weights(errors), COVERAGE);
}

export function round(value: number): number {
  return Number(value.toPrecision(3));
}
