import type { Coefficients } from '../../src/engine/coefficients.ts';
import { baselines } from '../baselines/all.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { coverageBySource, coverageWithinSources } from '../intervals/nestedCoverage.ts';
import { type ReportGroup, reportGroups } from '../page/reportGroup.ts';
import { evaluate, evaluateBaseline } from './evaluate.ts';
import type { BothLeftOut } from './leftOutFile.ts';
import { worstSources } from './residuals.ts';
import { byGroup, groupBy, type Score, type Scored, score } from './score.ts';

/** Share of measurements inside their 80 % interval that the report aims at, in groups of so many points. */
export const COVERAGE_AIM = { least: 0.7, most: 0.9, points: 40 };
/** The same for all measurements together. */
export const OVERALL_COVERAGE_AIM = { least: 0.76, most: 0.86 };
/** Sources listed as furthest off in a group, of those with so many points there. */
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
  /** Of the errors with a whole source left out. */
  aim: { median: number; p90: number };
  /** Sources that have measured it. */
  sources: number;
  /** On points left out of the fit with all that their source published, in intervals of the other sources' errors. */
  bySource: Score;
  /** On points left out of the fit with their source's other points of the model and device family. */
  withinSources: Score;
  /** On points that the coefficients were fitted to. */
  inSample: Score;
  rivals: readonly Rival[];
  isMet: boolean;
  /** null = too few points, or no interval is given. */
  isCovered: boolean | null;
}

export interface Results {
  groups: readonly GroupResult[];
  /** Each point without its source. */
  bySource: readonly Scored[];
  /** Share inside the intervals that other sources' errors give: of all points, and of sources, each alike. */
  coverage: { points: number; sources: number; count: number };
  worst: readonly { key: string; score: Score }[];
  byInheritance: readonly { steps: number; score: Score }[];
}

/** Everything the report says, from what leaving out found and the engine as it is. */
export function resultsOf(leftOut: BothLeftOut, coefficients: Coefficients): Results {
  const { sources } = leftOut;
  const bySource = coverageBySource(leftOut, coefficients);
  const within = byGroup(coverageWithinSources(leftOut, coefficients));
  const evaluation = evaluate(
    sources.map(({ point }) => point),
    coefficients,
  );
  const ours = byGroup(bySource);
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
      sources: new Set(members.map(({ point }) => point.source)).size,
      bySource: mine,
      withinSources: score(within.get(group) ?? []),
      inSample: score(inSample.get(group) ?? []),
      rivals: theirs.flatMap(({ baseline, groups: byName }) => rivalOf(baseline, byName.get(group) ?? [], members)),
      isMet: mine.median <= aim.median && mine.p90 <= aim.p90,
      isCovered: isCovered(mine),
    };
  });
  const steps = new Map(
    sources.map(({ inheritance, firstShare }, place) => {
      return [bySource[place] as Scored, firstShare > 0.5 ? inheritance.prefill : inheritance.decode];
    }),
  );
  const withInterval = bySource.filter(({ covered }) => covered !== undefined);
  return {
    groups,
    bySource,
    coverage: coverageOf(withInterval),
    worst: worstSources(bySource, WORST.points).slice(0, WORST.count),
    byInheritance: [...groupBy(withInterval, (member) => steps.get(member) ?? 0)]
      .map(([inheritance, members]) => ({ steps: inheritance, score: score(members) }))
      .sort((a, b) => a.steps - b.steps),
  };
}

function coverageOf(predictions: readonly Scored[]): Results['coverage'] {
  const sources = [...groupBy(predictions, ({ point }) => point.source).values()].map(coveredShare);
  const bySource = sources.reduce((sum, share) => sum + share, 0) / sources.length;
  return { points: coveredShare(predictions), sources: bySource, count: sources.length };
}

function coveredShare(predictions: readonly Scored[]): number {
  return predictions.filter(({ covered }) => covered).length / predictions.length;
}

/** The baseline with the least median error; null = none has a formula for the group. */
export function bestRival(rivals: readonly Rival[]): Rival | null {
  let best: Rival | null = null;
  for (const rival of rivals) if (best === null || rival.theirs.median < best.theirs.median) best = rival;
  return best;
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
