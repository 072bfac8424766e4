import { type SubGroup, splitBy } from '../accuracy/residuals.ts';
import { bestRival, COVERAGE_AIM, type GroupResult, OVERALL_COVERAGE_AIM, type Results } from '../accuracy/results.ts';
import { byGroup, type Score, type Scored } from '../accuracy/score.ts';
import { baselines } from '../baselines/all.ts';
import { coverageBecause, missedBecause, worstBecause } from './explanations.ts';

/** Residuals of a group that misses its aim are shown by these, in parts of so many points. */
const SPLITS = ['source', 'runtime and year', 'device'];
const SMALLEST_PART = 8;
const MOST_PARTS = 8;

/** docs/accuracy.md. */
export function documentOf(results: Results, date: string): string {
  const { groups, bySource } = results;
  const measurements = new Set(bySource.map(({ point }) => point.id)).size;
  const sources = new Set(bySource.map(({ point }) => point.source)).size;
  const missed = groups.filter(({ isMet }) => !isMet);
  return [
    '# Accuracy',
    '',
    `${count(bySource.length)} figures of ${count(measurements)} published measurements from ${sources} sources (\`seeds/measurements/\`),`,
    'each predicted by coefficients that were **fitted without anything its source published**: you are a source that nobody',
    `has seen, too. State of ${date}. Written by \`npm run accuracy\`; do not edit by hand.`,
    '',
    'Errors are |predicted ÷ measured − 1| in percent, median / 90th percentile. Bias is the median of predicted ÷',
    'measured. All releases of one page are one source; a thread is one. Within sources: what is left out is the source’s',
    'points of one model and device family, so that the fit knows its level from the rest. That is how far off answers are',
    'for a machine you have recorded a measurement of. The best baseline is the published formula with the least median',
    'error, on the points that it answers.',
    '',
    ...mainTable(groups),
    '',
    `${groups.length - missed.length} of ${groups.length} lines are met.`,
    '',
    '## Do the ranges hold?',
    '',
    ...coverageParagraphs(results),
    '',
    '![Coverage of the 80 % intervals by group](accuracy/coverage.svg)',
    '',
    '![Predicted against measured, by group, without the source](accuracy/predicted-against-measured.svg)',
    '',
    '![Error by group beside the best baseline and the aim](accuracy/error-by-group.svg)',
    '',
    '## What people use instead',
    '',
    'The same points under published formulas, re-implemented in `calibration/baselines/` with our exact bytes of weights and',
    'cache. Where a formula answers only some of the points, ours on those follows in brackets.',
    '',
    ...rivalTable(groups),
    '',
    ...baselines.map(({ title, citation }) => `- ${title}: ${citation}`),
    '',
    '## Where it is worst, and why',
    '',
    'The ten sources of at least four points in a group with the largest median error when left out.',
    '',
    ...worstTable(results),
    '',
    ...(missed.length === 0 ? [] : ['## Lines that are not met', '']),
    ...missed.flatMap((group) => missedSection(group, byGroup(bySource).get(group.group) ?? [])),
    '## Inherited answers',
    '',
    'A device, format or build without measurements of its own uses the rows of a wider group. Each step is one of',
    'inheritance; the interval widens with it.',
    '',
    '| steps of inheritance | points | source left out | bias | coverage |',
    '| --- | --- | --- | --- | --- |',
    ...results.byInheritance.map(({ steps, score }) => {
      return `| ${steps} | ${score.count} | ${both(score)} | ${ratio(score.bias)} | ${share(score.coverage)} |`;
    }),
    '',
    '## In-sample errors',
    '',
    '**These are on points that the coefficients were fitted to.** They say how well the formulas can follow the data, not',
    'how wrong an answer may be, and serve to notice a change.',
    '',
    '| group | points | in-sample | bias, in-sample |',
    '| --- | --- | --- | --- |',
    ...groups.map(
      ({ title, inSample }) => `| ${title} | ${inSample.count} | ${both(inSample)} | ${ratio(inSample.bias)} |`,
    ),
    '',
    '## How to reproduce',
    '',
    '- `npm run calibrate` fits `seeds/coefficients.json` on `seeds/measurements/` and says what moved.',
    '- `npm run accuracy` fits without each source and without each fold, sets the 80 % intervals and writes this page, its',
    '  plots and `calibration/accuracy/left-out.json`. `npm test` writes the page again from that file, the measurements and',
    '  the engine as it is, and fails where a figure differs.',
    '- `npm run residuals -- GROUP` breaks the in-sample residuals of a group down by source, device, batch and so on.',
    '',
    '## Caveats',
    '',
    '- Measurements of low trust are not counted here. The fit gives them a tenth of the weight, the errors none.',
    '- The formulas and the choice of rows were developed on the same measurements; only the numbers in the rows are',
    '  found anew each time. Rows read off a source (kernel measurements, source code) stay as they are, and documented',
    '  starts were chosen with some sources in view.',
    '- Sizes of weights and caches are sums, not fits: they carry no interval. What is uncertain about a total is the work',
    '  space, so its range grows with the share of that.',
    '- Sources have biases of their own (warm-up, power limits, prompt lengths that were not stated); a difference between',
    '  two sources on the same machine counts as our error.',
    '',
  ].join('\n');
}

function mainTable(groups: readonly GroupResult[]): string[] {
  return [
    '| group | points | sources | aim | **source left out** | bias | within sources | best baseline | |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...groups.map(({ title, sources, aim, bySource, withinSources, rivals, isMet }) => {
      const best = bestRival(rivals);
      const rival = best === null ? '' : `${both(best.theirs)} (${best.baseline.title})`;
      const ours = [`**${both(bySource)}**`, ratio(bySource.bias), both(withinSources)];
      const cells = [title, bySource.count, sources, both(aim), ...ours, rival, isMet ? 'met' : 'not met'];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** The nested check: widths from every source but one, held against that one. */
function coverageParagraphs({ coverage, groups }: Results): string[] {
  const { least, most } = OVERALL_COVERAGE_AIM;
  return [
    'Every source is held against the 80 % intervals that the errors of **all other sources** give. They hold',
    `**${share(coverage.points)} of all measurements** and ${share(coverage.sources)} of a source's in the mean over ${coverage.count} sources`,
    `(aim ${share(least)} to ${share(most)}). ${coverageSentence(groups)}`,
    '',
    'The last column holds the narrower intervals, for a machine that has been measured, against points left out within',
    'their source.',
    '',
    '| group | points | range holds, of an unseen source | narrow range holds, within sources |',
    '| --- | --- | --- | --- |',
    ...groups
      .filter(({ bySource }) => bySource.coverage !== null)
      .map(({ title, bySource, withinSources }) => {
        return `| ${title} | ${bySource.count} | ${share(bySource.coverage)} | ${share(withinSources.coverage)} |`;
      }),
  ];
}

function coverageSentence(groups: readonly GroupResult[]): string {
  const judged = groups.filter(({ isCovered }) => isCovered !== null);
  const outside = judged.filter(({ isCovered }) => !isCovered);
  const aim = `${share(COVERAGE_AIM.least)} to ${share(COVERAGE_AIM.most)}`;
  if (outside.length === 0) return `Coverage is ${aim} in every group of at least ${COVERAGE_AIM.points} points.`;
  const named = outside
    .map(({ group, title, bySource }) => `${title} (${share(bySource.coverage)}: ${coverageBecause[group] ?? ''})`)
    .join('; ');
  return `Coverage is ${aim} in ${judged.length - outside.length} of ${judged.length} groups of at least ${COVERAGE_AIM.points} points, not in: ${named}.`;
}

function rivalTable(groups: readonly GroupResult[]): string[] {
  return [
    `| group | ours, source left out | ${baselines.map(({ title }) => title).join(' | ')} |`,
    `| --- | --- |${' --- |'.repeat(baselines.length)}`,
    ...groups
      .filter(({ rivals }) => rivals.length > 0)
      .map(({ title, bySource, rivals }) => {
        const cells = baselines.map((baseline) => {
          const rival = rivals.find((candidate) => candidate.baseline === baseline);
          if (rival === undefined) return '';
          const partly = rival.theirs.count < bySource.count;
          return partly ? `${both(rival.theirs)} (${rival.theirs.count}: ${both(rival.ours)})` : both(rival.theirs);
        });
        return `| ${title} | ${both(bySource)} | ${cells.join(' | ')} |`;
      }),
  ];
}

function worstTable({ worst }: Results): string[] {
  return [
    '| group: source | points | source left out | bias | why |',
    '| --- | --- | --- | --- | --- |',
    ...worst.map(({ key, score }) => {
      return `| ${key} | ${score.count} | ${both(score)} | ${ratio(score.bias)} | ${worstBecause[key] ?? ''} |`;
    }),
  ];
}

function missedSection({ group, title, aim, bySource }: GroupResult, members: readonly Scored[]): string[] {
  return [
    `### ${title}`,
    '',
    `Aim ${both(aim)}, source left out ${both(bySource)}. ${missedBecause[group] ?? ''}`,
    '',
    '| residuals by | part | points | source left out | bias |',
    '| --- | --- | --- | --- | --- |',
    ...SPLITS.flatMap((split) => partsOf(members, split)).map(({ split, key, score }) => {
      return `| ${split} | ${key} | ${score.count} | ${both(score)} | ${ratio(score.bias)} |`;
    }),
    '',
  ];
}

function partsOf(members: readonly Scored[], split: string): SubGroup[] {
  return splitBy(members, split)
    .filter(({ score }) => score.count >= SMALLEST_PART)
    .slice(0, MOST_PARTS);
}

function both({ median, p90 }: Pick<Score, 'median' | 'p90'>): string {
  const places = p90 < 0.1 ? 1 : 0;
  return `${(100 * median).toFixed(1)} / ${(100 * p90).toFixed(places)}`;
}

function ratio(value: number): string {
  return value.toFixed(2);
}

function share(value: number | null): string {
  return value === null ? '' : `${Math.round(100 * value)} %`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
