import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorTables } from '../../calibration/accuracy/bands.ts';
import { readLeftOut } from '../../calibration/accuracy/leftOutFile.ts';
import { resultsOf } from '../../calibration/accuracy/results.ts';
import { isTrusted } from '../../calibration/accuracy/score.ts';
import { readCoefficients, readPoints, readProfiles } from '../../calibration/accuracy/seeds.ts';
import { accuracyText } from '../../calibration/page/accuracyFile.ts';
import { documentOf } from '../../calibration/page/document.ts';
import { coverageBecause, missedBecause, worstBecause } from '../../calibration/page/explanations.ts';
import { plotsOf } from '../../calibration/page/plots.ts';

const coefficients = readCoefficients();
const { date, leftOut } = readLeftOut(readPoints(readProfiles()).points.filter(isTrusted));
const results = resultsOf(leftOut, coefficients);

describe('docs/accuracy.md follows from the measurements, the last cross-validation and the engine as it is', () => {
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

describe('every line of the report', () => {
  test.each(results.groups)('$title: meets its aim on left-out points, or the report says why not', (group) => {
    const reason = missedBecause[group.group];
    if (group.isMet) expect(reason, 'a reason for a line that is met').toBeUndefined();
    else expect(reason, 'a line that is not met needs a reason').toMatch(/\w{3}/);
  });

  test.each(results.groups.filter(({ isMet }) => isMet))(
    '$title: the committed coefficients stay within the aim on all points',
    ({ aim, inSample }) => {
      expect(inSample.median).toBeLessThanOrEqual(aim.median);
      expect(inSample.p90).toBeLessThanOrEqual(aim.p90);
    },
  );

  test.each(results.groups.filter(({ isCovered }) => isCovered !== null))(
    '$title: its intervals hold as many measurements as they should, or the report says why not',
    ({ group, isCovered }) => {
      const reason = coverageBecause[group];
      if (isCovered) expect(reason, 'a reason for a coverage that is met').toBeUndefined();
      else expect(reason, 'a coverage that is not met needs a reason').toMatch(/\w{3}/);
    },
  );
});

test('each of the ten worst groups has a reason, and no other', () => {
  expect(Object.keys(worstBecause).sort()).toEqual(results.worst.map(({ key }) => key).sort());
});
