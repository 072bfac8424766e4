import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { foldsOf } from '../../calibration/accuracy/folds.ts';
import { isTrusted } from '../../calibration/accuracy/score.ts';
import { readCoefficients, readPoints, readProfiles } from '../../calibration/accuracy/seeds.ts';
import { fitRows, withFitted } from '../../calibration/fit/fit.ts';
import { coefficientText } from '../../calibration/fit/newCoefficients.ts';
import { withNewRows } from '../../calibration/fit/newRows.ts';
import { type Parameter, predictedWith, structureOf } from '../../calibration/fit/parameters.ts';
import { priorOf } from '../../calibration/fit/priors.ts';

const coefficients = readCoefficients();
const points = readPoints(readProfiles()).points.filter(isTrusted);
const cpuPoints = points.filter(({ group }) => group === 'local-decode-cpu');
const structure = structureOf(cpuPoints, coefficients);

/** The CPU points as this very engine would have measured them under other coefficients. */
function measuredUnder(truth: typeof coefficients): typeof cpuPoints {
  return cpuPoints.map((point) => ({ ...point, measured: predictedWith(point, truth) }));
}

describe('folds', () => {
  const folds = foldsOf(points, 8);

  test('hold every point once', () => {
    expect(folds.flat().length).toBe(points.length);
    expect(new Set(folds.flat()).size).toBe(points.length);
  });

  test('keep a source, model and device family whole', () => {
    const keys = folds.map((fold) => new Set(fold.map(({ foldKey }) => foldKey)));
    for (const [place, some] of keys.entries()) {
      for (const other of keys.slice(place + 1)) expect([...some].filter((key) => other.has(key))).toEqual([]);
    }
  });

  test('are even', () => {
    const sizes = folds.map((fold) => fold.length);
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.25);
  });
});

describe('a fit', () => {
  test('finds the truth that made the measurements, on every point', () => {
    const parameters = [...structure.parameters.values()];
    const truth = withFitted(
      coefficients,
      new Map(
        parameters.map((parameter, place) => [
          parameter.key,
          { parameter, value: startOf(parameter) * (place % 2 ? 1.1 : 0.92), spread: 0, points: [] },
        ]),
      ),
    );
    const made = measuredUnder(truth);
    const madeStructure = structureOf(made, coefficients);
    const found = withFitted(coefficients, fitRows(made, madeStructure, coefficients));
    for (const point of made)
      expect(Math.abs(Math.log(predictedWith(point, found) / point.measured))).toBeLessThan(0.05);
  });

  test('is the same again, whatever the rows were before', () => {
    const doubled = withFitted(
      coefficients,
      new Map([...structure.parameters.values()].map((parameter) => [parameter.key, doubledRow(parameter)])),
    );
    const once = fitRows(cpuPoints, structure, coefficients);
    const again = fitRows(cpuPoints, structure, doubled);
    for (const [key, { value }] of once) expect(again.get(key)?.value, key).toBe(value);
  });

  test('leaves rows within their physical bounds', () => {
    for (const { parameter, value } of fitRows(cpuPoints, structure, coefficients).values()) {
      expect(value).toBeLessThanOrEqual(parameter.maximum * (1 + 1e-12));
    }
  });

  function doubledRow(parameter: Parameter) {
    const value = 2 * (coefficients.tables[parameter.table]?.[parameter.row]?.value ?? 1);
    return { parameter, value, spread: 0, points: [] };
  }

  function startOf({ table, row, leansOn }: Parameter): number {
    if ('start' in leansOn) return leansOn.start;
    return coefficients.tables[table]?.[row]?.value ?? 1;
  }
});

describe('the committed coefficients', () => {
  test('are in the order and form that the calibration writes', () => {
    expect(readFileSync('seeds/coefficients.json', 'utf8')).toBe(coefficientText(coefficients));
    expect(Object.keys(coefficients.tables)).toEqual(Object.keys(coefficients.tables).sort());
    for (const [table, rows] of Object.entries(coefficients.tables)) {
      expect(Object.keys(rows), table).toEqual(Object.keys(rows).sort());
    }
  });

  test('stay within their physical bounds', () => {
    for (const [table, rows] of Object.entries(coefficients.tables)) {
      const maximum = priorOf(table)?.maximum ?? Number.POSITIVE_INFINITY;
      for (const [row, { value }] of Object.entries(rows))
        expect(value, `${table}/${row}`).toBeLessThanOrEqual(maximum);
    }
  });

  test('have every row that the measurements call for, and lean on documented starts', () => {
    const { parameters, withoutPrior } = structureOf(points, withNewRows(points, coefficients));
    expect([...withoutPrior]).toEqual([]);
    const missing = [...parameters.values()].filter(
      ({ table, row }) => coefficients.tables[table]?.[row] === undefined,
    );
    expect(missing.map(({ key }) => key)).toEqual([]);
  });
});
