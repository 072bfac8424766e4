import { expect, test } from 'vitest';
import { readCoefficients, readPoints, readProfiles } from '../../calibration/accuracy/seeds.ts';
import { withNewRows } from '../../calibration/fit/newRows.ts';
import { withoutRows } from '../../calibration/fit/parameters.ts';

const coefficients = readCoefficients();
const { points } = readPoints(readProfiles());
const cdna3 = points.filter(({ deployment }) => deployment.hardware.family === 'amd-cdna3');
const without = withoutRows(
  coefficients,
  new Set([
    'serving.streamFraction/amd-cdna3|fp8',
    'serving.computeFraction/amd-cdna3|fp8',
    'serving.linkLatencySeconds/infinity-fabric',
    'serving.linkStreamFraction/infinity-fabric',
  ]),
);

test('measurements of a new family make the rows it lacks, at what stood in for them', () => {
  const { tables } = withNewRows(cdna3, without);
  expect(tables['serving.computeFraction']?.['amd-cdna3|fp8']).toMatchObject({
    value: coefficients.tables['serving.computeFraction']?.['hbm|fp8']?.value,
    count: 0,
  });
  expect(tables['serving.streamFraction']).toHaveProperty('amd-cdna3|fp8');
  expect(tables['serving.linkLatencySeconds']).toHaveProperty('infinity-fabric');
  expect(tables['serving.linkStreamFraction']).toHaveProperty('infinity-fabric');
});

test('but none of a single device, and none for a handful of points', () => {
  const names = Object.values(withNewRows(cdna3, without).tables).flatMap((rows) => Object.keys(rows));
  const before = new Set(Object.values(without.tables).flatMap((rows) => Object.keys(rows)));
  expect(names.filter((name) => name.startsWith('amd-mi300x') && !before.has(name))).toEqual([]);
  expect(withNewRows(cdna3.slice(0, 3), without).tables).toEqual(without.tables);
});
