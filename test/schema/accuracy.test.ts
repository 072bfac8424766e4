import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Calculator, openCalculator } from './calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Point {
  measurement: { id: string; metrics: Record<string, number | null> };
  measured: number;
  predicted: number;
  low: number | null;
  high: number | null;
}

test('the figures of every group are those of its points, and the points those of measurements', async () => {
  const { accuracy } = await calculator.answer<{
    accuracy: { groups: { id: string; count: number; median: number; coverage: number | null }[] };
  }>('{ accuracy { groups { id count median coverage } } }');
  expect(accuracy.groups.length).toBeGreaterThan(10);
  for (const { id, count, median, coverage } of accuracy.groups) {
    const points = await pointsOf(id);
    expect(points.length, id).toBe(count);
    const errors = points.map(({ measured, predicted }) => Math.abs(predicted / measured - 1)).sort((a, b) => a - b);
    // The middle one, or the two beside the middle.
    const middle = [errors[Math.ceil(count / 2) - 1] ?? 0, errors[Math.floor(count / 2)] ?? 0];
    expect(median, id).toBeCloseTo(((middle[0] ?? 0) + (middle[1] ?? 0)) / 2, 3);
    const inside = points.filter(
      ({ measured, low, high }) => low !== null && high !== null && low <= measured && measured <= high,
    );
    if (coverage !== null) expect(inside.length / count, id).toBeCloseTo(coverage, 1);
    for (const { measured, measurement } of points) expect(Object.values(measurement.metrics)).toContain(measured);
  }
});

async function pointsOf(group: string): Promise<Point[]> {
  const found: Point[] = [];
  let after: string | null = null;
  do {
    const {
      accuracy,
    }: { accuracy: { points: { nodes: Point[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } } =
      await calculator.answer(
        `query ($group: ID!, $after: String) { accuracy { points(group: $group, first: 500, after: $after) {
          nodes { measured predicted low high measurement { id metrics { timeToFirstTokenMs timePerOutputTokenMs endToEndMs prefillTokensPerSecond
            decodeTokensPerSecondPerSequence outputTokensPerSecond totalTokensPerSecond peakMemoryGiB weightsGiB kvCacheMiB computeBufferMiB } } }
          pageInfo { endCursor hasNextPage } } } }`,
        { group, after },
      );
    found.push(...accuracy.points.nodes);
    after = accuracy.points.pageInfo.hasNextPage ? accuracy.points.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

test('a group that is none is refused with those that are, and the groups are still told', async () => {
  const { data, errors } = await calculator.ask<{ accuracy: object }>(
    '{ accuracy { date points(group: "none") { totalCount } } }',
  );
  expect(data.accuracy).toMatchObject({ date: expect.stringMatching(/^\d{4}-/), points: null });
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'INVALID_ARGUMENT',
    argument: 'group',
    allowed: expect.arrayContaining(['local-prefill']),
  });
});
