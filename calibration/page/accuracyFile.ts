import type { AccuracyFile } from '../../src/registry/accuracy.ts';
import { nameOf } from '../accuracy/points.ts';
import { bestRival, type Results } from '../accuracy/results.ts';
import type { Score } from '../accuracy/score.ts';

/** The report as data, as the calculator ships it: one line a point, so that a change of one source is a change of its lines. */
export function accuracyText(results: Results, date: string): string {
  const groups = results.groups.map(
    ({ group, title, sources, aim, bySource, rivals }): AccuracyFile['groups'][number] => {
      const rival = bestRival(rivals);
      return {
        group,
        title,
        sources,
        ...figuresOf(bySource),
        bias: rounded(bySource.bias),
        coverage: bySource.coverage === null ? null : rounded(bySource.coverage),
        aim,
        bestRival: rival === null ? null : { name: rival.baseline.title, ...figuresOf(rival.theirs) },
      };
    },
  );
  const points = results.bySource
    .map(({ point, predicted, interval }): [string, AccuracyFile['points'][number]] => {
      const [low, high] = interval ?? [null, null];
      const range = [low, high].map((end) => (end === null ? null : rounded(end)));
      const { id, group, metric, measured } = point;
      return [nameOf(point), [id, group, metric, measured, rounded(predicted), range[0] ?? null, range[1] ?? null]];
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = (items: readonly unknown[]) => items.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
  return `{\n  "date": "${date}",\n  "groups": [\n${lines(groups)}\n  ],\n  "points": [\n${lines(points.map(([, point]) => point))}\n  ]\n}\n`;
}

function figuresOf({ count, median, p90 }: Score) {
  return { count, median: rounded(median), p90: rounded(p90) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
