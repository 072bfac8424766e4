import { type SubGroup, splitBy } from '../accuracy/residuals.ts';
import { bestRival, COVERAGE_AIM, type GroupResult, type Results } from '../accuracy/results.ts';
import { byGroup, type Score, type Scored } from '../accuracy/score.ts';
import { baselines } from '../baselines/all.ts';
import { coverageBecause, missedBecause, worstBecause } from './explanations.ts';

/** Residuals of a group that misses its aim are shown by these, in parts of so many points. */
const SPLITS = ['runtime and year', 'device', 'batch'];
const SMALLEST_PART = 8;
const MOST_PARTS = 8;

/** docs/accuracy.md. */
export function documentOf(results: Results, date: string): string {
  const { groups, leftOut } = results;
  const measurements = new Set(leftOut.map(({ point }) => point.id)).size;
  const missed = groups.filter(({ isMet }) => !isMet);
  return [
    '# Accuracy',
    '',
    `${count(leftOut.length)} figures of ${count(measurements)} published measurements (\`seeds/measurements/\`), each`,
    'predicted by coefficients that were **fitted without it**: cross-validation leaves out whole (source, model, device',
    `family) groups, never single rows. State of ${date}. Written by \`npm run accuracy\`; do not edit by hand.`,
    '',
    'Errors are |predicted ÷ measured − 1| in percent, median / 90th percentile. Bias is the median of predicted ÷',
    'measured. Coverage is the share of measurements inside the 80 % interval that the errors of the other folds give.',
    'The best baseline is the published formula with the least median error, on the points that it answers.',
    '',
    ...mainTable(groups),
    '',
    `${groups.length - missed.length} of ${groups.length} lines are met. ${coverageSentence(groups)}`,
    '',
    '![Predicted against measured, by group, on points left out of the fit](accuracy/predicted-against-measured.svg)',
    '',
    '![Error by group beside the best baseline and the aim](accuracy/error-by-group.svg)',
    '',
    '![Coverage of the 80 % intervals by group](accuracy/coverage.svg)',
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
    'The ten (source, model, device family) groups of at least four points with the largest median error when left out.',
    '',
    ...worstTable(results),
    '',
    ...(missed.length === 0 ? [] : ['## Lines that are not met', '']),
    ...missed.flatMap((group) => missedSection(group, byGroup(leftOut).get(group.group) ?? [])),
    '## Inherited answers',
    '',
    'A device, format or build without measurements of its own uses the rows of a wider group. Each step is one of',
    'inheritance; the interval widens with it.',
    '',
    '| steps of inheritance | points | left out | bias | coverage |',
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
    '- `npm run accuracy` cross-validates, sets the 80 % intervals and writes this page, its plots and',
    '  `calibration/accuracy/left-out.json`. `npm test` writes the page again from that file, the measurements and the engine as',
    '  it is, and fails where a figure differs.',
    '- `npm run residuals -- GROUP` breaks the in-sample residuals of a group down by source, device, batch and so on.',
    '',
    '## Caveats',
    '',
    '- Measurements of low trust are not counted here. The fit gives them a tenth of the weight, cross-validation none.',
    '- A fold leaves out some of what a source measured, not all of it: a runtime that was never measured is further off',
    '  than these figures. Its answers say INHERITED or DATASHEET, and carry wider intervals.',
    '- The formulas and the choice of rows were developed on the same measurements; only the numbers in the rows are',
    '  found anew in each fold. Rows read off a source (kernel measurements, source code) stay as they are.',
    '- Sizes of weights and caches are sums, not fits: they carry no interval.',
    '- Sources have biases of their own (warm-up, power limits, prompt lengths that were not stated); a difference between',
    '  two sources on the same machine counts as our error.',
    '',
  ].join('\n');
}

function mainTable(groups: readonly GroupResult[]): string[] {
  return [
    '| group | points | aim | **left out** | bias | best baseline | 80 % coverage | |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...groups.map(({ title, aim, leftOut, rivals, isMet }) => {
      const best = bestRival(rivals);
      const rival = best === null ? '' : `${both(best.theirs)} (${best.baseline.title})`;
      const cells = [title, leftOut.count, both(aim), `**${both(leftOut)}**`, ratio(leftOut.bias), rival];
      return `| ${cells.join(' | ')} | ${share(leftOut.coverage)} | ${isMet ? 'met' : 'not met'} |`;
    }),
  ];
}

function coverageSentence(groups: readonly GroupResult[]): string {
  const judged = groups.filter(({ isCovered }) => isCovered !== null);
  const outside = judged.filter(({ isCovered }) => !isCovered);
  const aim = `${100 * COVERAGE_AIM.least} to ${100 * COVERAGE_AIM.most} %`;
  if (outside.length === 0) return `Coverage is ${aim} in every group of at least ${COVERAGE_AIM.points} points.`;
  const named = outside
    .map(({ group, title, leftOut }) => `${title} (${share(leftOut.coverage)}: ${coverageBecause[group] ?? ''})`)
    .join('; ');
  return `Coverage is ${aim} in ${judged.length - outside.length} of ${judged.length} groups of at least ${COVERAGE_AIM.points} points, not in: ${named}.`;
}

function rivalTable(groups: readonly GroupResult[]): string[] {
  return [
    `| group | ours, left out | ${baselines.map(({ title }) => title).join(' | ')} |`,
    `| --- | --- |${' --- |'.repeat(baselines.length)}`,
    ...groups
      .filter(({ rivals }) => rivals.length > 0)
      .map(({ title, leftOut, rivals }) => {
        const cells = baselines.map((baseline) => {
          const rival = rivals.find((candidate) => candidate.baseline === baseline);
          if (rival === undefined) return '';
          const partly = rival.theirs.count < leftOut.count;
          return partly ? `${both(rival.theirs)} (${rival.theirs.count}: ${both(rival.ours)})` : both(rival.theirs);
        });
        return `| ${title} | ${both(leftOut)} | ${cells.join(' | ')} |`;
      }),
  ];
}

function worstTable({ worst }: Results): string[] {
  return [
    '| group: source, model, device family | points | left out | bias | why |',
    '| --- | --- | --- | --- | --- |',
    ...worst.map(({ key, score }) => {
      const name = key.replaceAll('|', ', ');
      return `| ${name} | ${score.count} | ${both(score)} | ${ratio(score.bias)} | ${worstBecause[key] ?? ''} |`;
    }),
  ];
}

function missedSection({ group, title, aim, leftOut }: GroupResult, members: readonly Scored[]): string[] {
  return [
    `### ${title}`,
    '',
    `Aim ${both(aim)}, left out ${both(leftOut)}. ${missedBecause[group] ?? ''}`,
    '',
    '| residuals by | part | points | left out | bias |',
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
