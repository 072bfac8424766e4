import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantile, weightedQuantile } from '../../calibration/accuracy/score.ts';
import type { BandError } from '../../calibration/intervals/errors.ts';
import { anySource, ownMachine } from '../../calibration/intervals/recipes.ts';
import { widthTables } from '../../calibration/intervals/widths.ts';

/** Errors of one source in one group, all of one size. */
function errorsOf(source: string, size: number, count: number, more: Partial<BandError> = {}): BandError[] {
  const groups = ['local|dense|alone', 'local'];
  const error = { figure: 'timePerOutputToken' as const, groups, size, inheritance: 0, source };
  return Array.from({ length: count }, () => ({ ...error, ...more }));
}

function widthsOf(errors: readonly BandError[], recipe = anySource): Record<string, number> {
  const rows = widthTables(errors, recipe, '2026-11-25');
  const table = rows['error.timePerOutputToken'] ?? rows['error.ownMachine.timePerOutputToken'] ?? {};
  return Object.fromEntries(Object.entries(table).map(([name, { value }]) => [name, value]));
}

describe('a weighted quantile', () => {
  test('of values that count alike is the quantile', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (some, fraction) => {
        const alike = weightedQuantile(
          some,
          some.map(() => 0.5),
          fraction,
        );
        expect(alike).toBeCloseTo(quantile(some, fraction), 9);
      }),
    );
  });
});

describe('widths for any machine', () => {
  const four = ['a', 'b', 'c', 'd'].flatMap((source, place) => errorsOf(source, 0.1 * (place + 1), 5));

  test('count every source alike, whatever it published', () => {
    const many = [...four, ...errorsOf('a', 0.1, 500)];
    expect(widthsOf(many)['local|dense|alone']).toBeCloseTo(widthsOf(four)['local|dense|alone'] ?? 0, 2);
    expect(widthsOf(many, ownMachine)['local|dense|alone']).toBeLessThan(0.12);
  });

  test('of a group with few sources are never below the wider group', () => {
    const wide = { groups: ['local|experts|alone', 'local'] };
    const errors = [
      ...errorsOf('a', 0.01, 20),
      ...['b', 'c', 'd', 'e'].flatMap((source) => errorsOf(source, 0.3, 5, wide)),
    ];
    const widths = widthsOf(errors);
    expect(widths['local|dense|alone']).toBeGreaterThanOrEqual(widths.local ?? 1);
  });
});
