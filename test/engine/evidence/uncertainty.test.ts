import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../../calibration/accuracy/predict.ts';
import { readCoefficients, readPoints, readProfiles } from '../../../calibration/accuracy/seeds.ts';
import { withoutRows } from '../../../calibration/fit/parameters.ts';
import type { CoefficientUse } from '../../../src/engine/answer.ts';
import {
  errorBand,
  errorGroups,
  halfWidth,
  memoryHalfWidth,
  type TimedFigure,
  uncertainMemory,
} from '../../../src/engine/evidence/uncertainty.ts';

const coefficients = readCoefficients();
const { points } = readPoints(readProfiles());
const anyPoint = fc.constantFrom(...points.filter((_, place) => place % 7 === 0));
const figures = ['timeToFirstToken', 'timePerOutputToken', 'saturatedThroughput'] as const;
const scopes = ['any-machine', 'own-machine'] as const;
const anyFigure = fc.constantFrom<TimedFigure>(...figures);

describe('80 % intervals', () => {
  test('have a width for every figure of every measured deployment, on any machine and on a measured one', () => {
    for (const { deployment, workload } of points) {
      for (const figure of figures) {
        const groups = errorGroups(figure, deployment, workload);
        for (const scope of scopes) expect(halfWidth(figure, groups, 0, coefficients, scope)).toBeGreaterThan(0);
      }
    }
  });

  test('are never narrower with more inheritance', () => {
    fc.assert(
      fc.property(
        anyPoint,
        anyFigure,
        fc.constantFrom(...scopes),
        fc.nat(12),
        fc.nat(12),
        (point, figure, scope, steps, more) => {
          const groups = errorGroups(figure, point.deployment, point.workload);
          const width = halfWidth(figure, groups, steps, coefficients, scope);
          expect(halfWidth(figure, groups, steps + more, coefficients, scope)).toBeGreaterThanOrEqual(width);
        },
      ),
    );
  });

  test('widen by as much a step, and are never below those of a machine that has been measured', () => {
    const row = (value: number) => ({ value, spread: 1, count: 1, known: 'fitted' as const, data: 'made up' });
    const tables = {
      'error.timePerOutputToken': { serving: row(0.2), all: row(0.4) },
      'error.wideningPerStep': { all: row(0.5) },
      'error.ownMachine.timePerOutputToken': { serving: row(0.1), all: row(0.6) },
      'error.ownMachine.wideningPerStep': { all: row(0.25) },
    };
    const of = (groups: string[], steps: number, scope: 'any-machine' | 'own-machine') =>
      halfWidth('timePerOutputToken', groups, steps, { date: '2026-11-25', tables }, scope);
    expect(of(['serving', 'all'], 0, 'any-machine')).toBe(0.2);
    expect(of(['serving', 'all'], 3, 'any-machine')).toBeCloseTo(0.5, 12);
    expect(of(['serving', 'all'], 2, 'own-machine')).toBeCloseTo(0.15, 12);
    expect(of(['local', 'all'], 0, 'any-machine')).toBe(0.6);
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

describe('the memory needed in all', () => {
  test('is as uncertain as a fortieth of it, and the work space by a factor of two', () => {
    expect(uncertainMemory({ activationBytes: 0, totalBytes: 10e9 })).toBeCloseTo(0.025, 12);
    expect(uncertainMemory({ activationBytes: 5e9, totalBytes: 10e9 })).toBeCloseTo(0.025 + Math.LN2 / 2, 12);
    expect(uncertainMemory({ activationBytes: 0, totalBytes: 0 })).toBe(0.025);
  });

  test('has a range that grows with the share of work space', () => {
    const widths = [0, 1e9, 4e9].map((activationBytes) => {
      return memoryHalfWidth({ activationBytes, totalBytes: 10e9 }, coefficients);
    });
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths[0]).toBeGreaterThan(0);
  });
});
