import type { Coefficients } from '../../src/engine/coefficients.ts';
import { baselines } from '../baselines/all.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { type ReportGroup, reportGroups } from '../page/reportGroup.ts';
import { errorTables, halfWidthOf } from './bands.ts';
import type { LeftOut } from './crossValidation.ts';
import { evaluate, evaluateBaseline } from './evaluate.ts';
import { worstFolds } from './residuals.ts';
import { byGroup, groupBy, type Score, type Scored, score, scored } from './score.ts';

/** Share of measurements inside their 80 % interval that the report aims at, in groups of so many points. */
export const COVERAGE_AIM = { least: 0.75, most: 0.88, points: 40 };
/** Worst (source, model, device family) groups listed, of those with so many points. */
const WORST = { count: 10, points: 4 };

export interface Rival {
  baseline: Baseline;
  theirs: Score;
  /** Ours, left out, on the points that the baseline answers. */
  ours: Score;
}

export interface GroupResult {
  group: ReportGroup;
  title: string;
  aim: { median: number; p90: number };
  /** On points left out of the fit. */
  leftOut: Score;
  /** On points that the coefficients were fitted to. */
  inSample: Score;
  rivals: readonly Rival[];
  isMet: boolean;
  /** null = too few points, or no interval is given. */
  isCovered: boolean | null;
}

export interface Results {
  groups: readonly GroupResult[];
  leftOut: readonly Scored[];
  worst: readonly { key: string; score: Score }[];
  byInheritance: readonly { steps: number; score: Score }[];
}

/** Everything the report says, from what cross-validation found and the engine as it is. */
export function resultsOf(figures: readonly LeftOut[], coefficients: Coefficients): Results {
  const leftOut = withCoverage(figures, coefficients);
  const evaluation = evaluate(
    figures.map(({ point }) => point),
    coefficients,
  );
  const ours = byGroup(leftOut);
  const inSample = byGroup(evaluation.predictions);
  const theirs = baselines.map((baseline) => ({ baseline, groups: byGroup(evaluateBaseline(baseline, evaluation)) }));
  const groups = Object.entries(reportGroups).map(([name, { title, ...aim }]): GroupResult => {
    const group = name as ReportGroup;
    const members = ours.get(group) ?? [];
    const mine = score(members);
    return {
      group,
      title,
      aim,
      leftOut: mine,
      inSample: score(inSample.get(group) ?? []),
      rivals: theirs.flatMap(({ baseline, groups: byName }) => rivalOf(baseline, byName.get(group) ?? [], members)),
      isMet: mine.median <= aim.median && mine.p90 <= aim.p90,
      isCovered: isCovered(mine),
    };
  });
  const inheritance = groupBy(figures, (figure) => figure.inheritance);
  const scoredOf = new Map(figures.map((figure, place) => [figure, leftOut[place] as Scored]));
  return {
    groups,
    leftOut,
    worst: worstFolds(leftOut, WORST.points).slice(0, WORST.count),
    byInheritance: [...inheritance]
      .map(([steps, members]) => ({
        steps,
        score: score(
          members.flatMap((figure) => {
            const member = scoredOf.get(figure);
            return member?.covered === undefined ? [] : [member];
          }),
        ),
      }))
      .sort((a, b) => a.steps - b.steps),
  };
}

/** The baseline with the least median error; null = none has a formula for the group. */
export function bestRival(rivals: readonly Rival[]): Rival | null {
  let best: Rival | null = null;
  for (const rival of rivals) if (best === null || rival.theirs.median < best.theirs.median) best = rival;
  return best;
}

/** Each point against the interval that the errors of the other folds give: no point widens its own. */
function withCoverage(figures: readonly LeftOut[], coefficients: Coefficients): Scored[] {
  const tablesWithout = new Map(
    [...groupBy(figures, ({ fold }) => fold).keys()].map((fold) => {
      const others = figures.filter((figure) => figure.fold !== fold);
      const tables = { ...coefficients.tables, ...errorTables(others, coefficients.date) };
      return [fold, { ...coefficients, tables }];
    }),
  );
  return figures.map((figure) => {
    const { point, predicted } = figure;
    const halfWidth = halfWidthOf(figure, tablesWithout.get(figure.fold) ?? coefficients);
    if (halfWidth === null) return scored(point, predicted);
    return scored(point, predicted, [predicted * Math.exp(-halfWidth), predicted * Math.exp(halfWidth)]);
  });
}

function rivalOf(baseline: Baseline, theirs: readonly Scored[], ours: readonly Scored[]): Rival[] {
  if (theirs.length === 0) return [];
  const answered = new Set(theirs.map(({ point }) => point));
  return [{ baseline, theirs: score(theirs), ours: score(ours.filter(({ point }) => answered.has(point))) }];
}

function isCovered({ count, coverage }: Score): boolean | null {
  if (coverage === null || count < COVERAGE_AIM.points) return null;
  return coverage >= COVERAGE_AIM.least && coverage <= COVERAGE_AIM.most;
}
