import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../../calibration/accuracy/predict.ts';
import { readCoefficients, readPoints, readProfiles } from '../../../calibration/accuracy/seeds.ts';
import { withoutRows } from '../../../calibration/fit/parameters.ts';
import type { CoefficientUse } from '../../../src/engine/answer.ts';
import { type BandedFigure, errorBand, errorGroups, halfWidth } from '../../../src/engine/evidence/uncertainty.ts';

const coefficients = readCoefficients();
const { points } = readPoints(readProfiles());
const anyPoint = fc.constantFrom(...points.filter((_, place) => place % 7 === 0));
const anyFigure = fc.constantFrom<BandedFigure>(
  'timeToFirstToken',
  'timePerOutputToken',
  'saturatedThroughput',
  'totalMemory',
);

describe('80 % intervals', () => {
  test('have a width for every figure of every measured deployment', () => {
    for (const { deployment, workload } of points) {
      for (const figure of ['timeToFirstToken', 'timePerOutputToken', 'saturatedThroughput', 'totalMemory'] as const) {
        expect(halfWidth(figure, errorGroups(figure, deployment, workload), 0, coefficients)).toBeGreaterThan(0);
      }
    }
  });

  test('are never narrower with more inheritance', () => {
    fc.assert(
      fc.property(anyPoint, anyFigure, fc.nat(12), fc.nat(12), (point, figure, steps, more) => {
        const groups = errorGroups(figure, point.deployment, point.workload);
        const width = halfWidth(figure, groups, steps, coefficients);
        expect(halfWidth(figure, groups, steps + more, coefficients)).toBeGreaterThanOrEqual(width);
      }),
    );
  });

  // The widest rows stay: without them there is no answer.
  test('are never narrower for a build or a device family whose rows are taken away', () => {
    fc.assert(
      fc.property(anyPoint, fc.constantFrom('layerSeconds', 'streamFraction'), (point, name) => {
        const { deployment, workload } = point;
        const table = `${deployment.runtime.estimator}.${name}`;
        const before = estimateOf(point, coefficients);
        const used = before.coefficients.filter((use) => use.name === table && use.row !== 'all');
        const fewer = withoutRows(coefficients, new Set(used.map(({ row }) => `${table}/${row}` as const)));
        const wide = errorBand(deployment, workload, estimateOf(point, fewer), fewer);
        const narrow = errorBand(deployment, workload, before, coefficients);
        expect(wide.inheritance).toBeGreaterThanOrEqual(narrow.inheritance);
        expect(wide.timePerOutputToken).toBeGreaterThanOrEqual(narrow.timePerOutputToken);
        expect(wide.timeToFirstToken).toBeGreaterThanOrEqual(narrow.timeToFirstToken);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the evidence', () => {
  test('names the rows of the device and of the build, how they are known and by what data', () => {
    const point = points.find(({ deployment }) => deployment.runtime.estimator === 'serving');
    if (point === undefined) throw new Error('no serving point');
    const estimate = estimateOf(point, coefficients);
    const format = { name: 'serving.streamFraction', row: 'card', value: 1, data: 'a page' };
    const build = { name: 'serving.layerSeconds', row: 'build', value: 1, data: 'runs' };
    const evidence = (uses: readonly CoefficientUse[]) =>
      errorBand(point.deployment, point.workload, { ...estimate, coefficients: uses }, coefficients).evidence;
    const known = { ...format, known: 'source' as const, inheritance: 0, points: 1 };
    const fitted = { ...build, known: 'fitted' as const, inheritance: 0, points: 1 };
    const [first, second] = [
      'device and format: row "card" (from a source; a page)',
      'runtime build: row "build" (fitted; runs)',
    ];
    expect(evidence([known, fitted])).toBe(`${first}; ${second}`);
    expect(evidence([known])).toBe(first);
    expect(evidence([fitted])).toBe(second);
    // Of several rows of a part, the one that was inherited furthest.
    expect(evidence([known, { ...known, row: 'far', inheritance: 2 }, fitted])).toContain('row "far"');
  });
});

describe('the method', () => {
  test.each([
    { format: 'fitted', build: 'fitted', steps: 0, method: 'fitted' },
    { format: 'source', build: 'fitted', steps: 0, method: 'fitted' },
    { format: 'source', build: 'fitted', steps: 1, method: 'inherited' },
    { format: 'assumed', build: 'fitted', steps: 0, method: 'inherited' },
    { format: 'assumed', build: 'assumed', steps: 0, method: 'datasheet' },
  ] as const)('of a $format device row and a $build build $steps steps away is $method', (asked) => {
    const point = points.find(({ deployment }) => deployment.runtime.estimator === 'serving');
    if (point === undefined) throw new Error('no serving point');
    const estimate = estimateOf(point, coefficients);
    const use = { row: 'x', value: 1, points: 1, data: 'y' };
    const uses = [
      { ...use, name: 'serving.streamFraction', known: asked.format, inheritance: 1 },
      { ...use, name: 'serving.layerSeconds', known: asked.build, inheritance: asked.steps },
    ];
    const answered = { ...estimate, coefficients: uses };
    expect(errorBand(point.deployment, point.workload, answered, coefficients)).toMatchObject({
      method: asked.method,
      inheritance: asked.steps,
    });
  });
});
