/**
 * npm run residuals                      errors by group, beside the baselines, and the worst sources
 * npm run residuals -- GROUP             one group, split every way there is
 * npm run residuals -- GROUP SPLIT...    one group, split by set, device, batch, ...
 */

import { evaluate, evaluateBaseline } from '../accuracy/evaluate.ts';
import { splitBy, splits, worstSources } from '../accuracy/residuals.ts';
import { byGroup, isTrusted, type Score, type Scored, score } from '../accuracy/score.ts';
import { readCoefficients, readPoints, readProfiles } from '../accuracy/seeds.ts';
import { baselines } from '../baselines/all.ts';
import { type ReportGroup, reportGroups } from './reportGroup.ts';

const [group, ...chosenSplits] = process.argv.slice(2);
const { points, skipped } = readPoints(readProfiles());
const evaluation = evaluate(points, readCoefficients());
const predictions = trusted(evaluation.predictions);

if (group === undefined) {
  printGroups();
  printWorst();
} else if (group in reportGroups) {
  printSplits(group as ReportGroup, chosenSplits.length > 0 ? chosenSplits : Object.keys(splits));
} else {
  console.error(`No group ${group}; there are ${Object.keys(reportGroups).join(', ')}.`);
  process.exitCode = 2;
}

function printGroups(): void {
  const ours = byGroup(predictions);
  const theirs = baselines.map((baseline) => byGroup(trusted(evaluateBaseline(baseline, evaluation))));
  console.log(`${points.length} figures of ${new Set(points.map(({ id }) => id)).size} measurements.`);
  for (const [reason, count] of reasons([...skipped, ...evaluation.refused]))
    console.log(`  without ${count}: ${reason}`);
  console.log(
    'Errors as median / 90th percentile of |predicted ÷ measured − 1|, percent. Low-trust points left out.\n',
  );
  const titles = ['n', 'ours', 'bias', 'aim', ...baselines.map(({ id }) => id)];
  console.log(['group'.padEnd(22), ...titles.map((title) => title.padStart(18))].join(' '));
  for (const [name, aim] of Object.entries(reportGroups)) {
    const mine = score(ours.get(name as ReportGroup) ?? []);
    const cells = [
      String(mine.count),
      both(mine),
      mine.bias.toFixed(3),
      both(aim),
      ...theirs.map((groups) => {
        const rival = score(groups.get(name as ReportGroup) ?? []);
        return rival.count === 0 ? '-' : `${both(rival)} n${rival.count}`;
      }),
    ];
    console.log([name.padEnd(22), ...cells.map((cell) => cell.padStart(18))].join(' '));
  }
}

function printWorst(): void {
  console.log('\nWorst sources of a group, with at least 4 points there:');
  for (const { key, score: worst } of worstSources(predictions, 4).slice(0, 20)) {
    console.log(
      `${key.padEnd(78)} n ${String(worst.count).padStart(4)}  ${both(worst)}  bias ${worst.bias.toFixed(2)}`,
    );
  }
}

function printSplits(name: ReportGroup, by: readonly string[]): void {
  const members = byGroup(predictions).get(name) ?? [];
  for (const split of by) {
    console.log(`\n${name} by ${split}`);
    for (const { key, score: part } of splitBy(members, split)) {
      console.log(`${key.padEnd(44)} n ${String(part.count).padStart(4)}  ${both(part)}  bias ${part.bias.toFixed(2)}`);
    }
  }
}

function trusted(all: readonly Scored[]): Scored[] {
  return all.filter(({ point }) => isTrusted(point));
}

function both({ median, p90 }: Pick<Score, 'median' | 'p90'>): string {
  return `${(100 * median).toFixed(1)} / ${(100 * p90).toFixed(0)}`;
}

function reasons(left: readonly { reason: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of left) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
