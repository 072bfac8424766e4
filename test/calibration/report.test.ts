import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readLeftOut } from '../../calibration/accuracy/leftOutFile.ts';
import { COVERAGE_AIM, OVERALL_COVERAGE_AIM, resultsOf } from '../../calibration/accuracy/results.ts';
import { groupBy, isTrusted } from '../../calibration/accuracy/score.ts';
import { readCoefficients, readPoints, readProfiles } from '../../calibration/accuracy/seeds.ts';
import { errorTables } from '../../calibration/intervals/bands.ts';
import { accuracyText } from '../../calibration/page/accuracyFile.ts';
import { documentOf } from '../../calibration/page/document.ts';
import { coverageBecause, missedBecause, worstBecause } from '../../calibration/page/explanations.ts';
import { plotsOf } from '../../calibration/page/plots.ts';

const coefficients = readCoefficients();
const { date, ...leftOut } = readLeftOut(readPoints(readProfiles()).points.filter(isTrusted));
const results = resultsOf(leftOut, coefficients);

describe('docs/accuracy.md follows from the measurements, the last figures left out and the engine as it is', () => {
  test('every figure, those of the baselines and the in-sample ones included', () => {
    expect(readFileSync('docs/accuracy.md', 'utf8')).toBe(documentOf(results, date));
  });

  test('the same as data, which the API shows', () => {
    expect(
      readFileSync('seeds/accuracy.json', 'utf8') === accuracyText(results, date),
      'run npm run accuracy -- --rewrite',
    ).toBe(true);
  });

  test('every plot', () => {
    for (const [name, svg] of plotsOf(results)) {
      expect(readFileSync(`docs/accuracy/${name}`, 'utf8') === svg, name).toBe(true);
    }
  });

  test('the intervals in the coefficients are those of the left-out errors', () => {
    for (const [table, rows] of Object.entries(errorTables(leftOut, date))) {
      expect(coefficients.tables[table], table).toEqual(rows);
    }
  });
});

/** Ranges are worth what they hold for somebody who is not among the sources: each source against all the others. */
describe('the ranges of all other sources hold', () => {
  test('76 to 86 % of the measurements', () => {
    expect(results.coverage.points).toBeGreaterThanOrEqual(OVERALL_COVERAGE_AIM.least);
    expect(results.coverage.points).toBeLessThanOrEqual(OVERALL_COVERAGE_AIM.most);
  });

  test.each(results.groups.filter(({ isCovered }) => isCovered !== null))(
    '70 to 90 % of $title, or the report says why not',
    ({ group, isCovered, bySource }) => {
      const reason = coverageBecause[group];
      if (isCovered) expect(reason, 'a reason for a coverage that is met').toBeUndefined();
      else
        expect(reason, `${bySource.coverage} is not within ${COVERAGE_AIM.least} to ${COVERAGE_AIM.most}`).toMatch(
          /\w{3}/,
        );
    },
  );

  test('and no source has a say in its own', () => {
    const [source, members] =
      [...groupBy(leftOut.sources, ({ part }) => part)].sort((a, b) => b[1].length - a[1].length)[0] ?? [];
    expect(members?.length).toBeGreaterThan(100);
    const wrong = leftOut.sources.map((figure) =>
      figure.part === source ? { ...figure, predicted: 5 * figure.predicted } : figure,
    );
    const covered = (from: typeof results) =>
      from.bySource.filter(({ point, covered: inside }) => inside === true && point.source === source);
    expect(covered(results).length).toBeGreaterThan(100);
    // Five times as far off, and still held against what the others gave: nothing of it fits.
    expect(covered(resultsOf({ ...leftOut, sources: wrong }, coefficients)).length).toBeLessThan(
      covered(results).length / 4,
    );
  });
});

describe('every line of the report', () => {
  test.each(results.groups)(
    '$title: meets its aim with whole sources left out, or the report says why not',
    (group) => {
      const reason = missedBecause[group.group];
      if (group.isMet) expect(reason, 'a reason for a line that is met').toBeUndefined();
      else expect(reason, 'a line that is not met needs a reason').toMatch(/\w{3}/);
    },
  );

  test.each(results.groups.filter(({ isMet }) => isMet))(
    '$title: the committed coefficients stay within the aim on all points',
    ({ aim, inSample }) => {
      expect(inSample.median).toBeLessThanOrEqual(aim.median);
      expect(inSample.p90).toBeLessThanOrEqual(aim.p90);
    },
  );
});

test('each of the ten worst sources has a reason, and no other', () => {
  expect(Object.keys(worstBecause).sort()).toEqual(results.worst.map(({ key }) => key).sort());
});
