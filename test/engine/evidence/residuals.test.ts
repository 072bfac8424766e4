import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bandWithNeighbours,
  halfWidthWithNeighbours,
  type MeasuredTimes,
  phaseResiduals,
} from '../../../src/engine/evidence/residuals.ts';
import { anyMachine, type ErrorBand } from '../../../src/engine/evidence/uncertainty.ts';
import { latencyLaw } from '../../../src/engine/queue.ts';
import { coefficients, workloadOf } from '../deployments.ts';

const nothing: MeasuredTimes = {
  timeToFirstTokenSeconds: null,
  timePerOutputTokenSeconds: null,
  endToEndSeconds: null,
};
/** 0.2 s to the first of 101 tokens, then 10 ms each: 1.2 s, a sixth of it the first token's. */
const workload = workloadOf({ outputTokens: 101 });
const estimated = latencyLaw(0.2, 0.01, 101);

describe('residuals of a benchmark', () => {
  test('a phase that was timed by itself counts fully', () => {
    const times = { ...nothing, timeToFirstTokenSeconds: 0.3, timePerOutputTokenSeconds: 0.008 };
    const { prefill, decode } = phaseResiduals(times, workload, estimated);
    expect(prefill?.log).toBeCloseTo(Math.log(1.5), 12);
    expect(prefill?.weight).toBe(1);
    expect(decode?.log).toBeCloseTo(Math.log(0.8), 12);
    expect(decode?.weight).toBe(1);
  });

  test('a whole request moves both phases alike, each by its share of the time', () => {
    const { prefill, decode } = phaseResiduals({ ...nothing, endToEndSeconds: 2.4 }, workload, estimated);
    expect(prefill?.log).toBeCloseTo(Math.log(2), 12);
    expect(decode?.log).toBeCloseTo(Math.log(2), 12);
    expect(prefill?.weight).toBeCloseTo(1 / 6, 12);
    expect(decode?.weight).toBeCloseTo(5 / 6, 12);
  });

  test('a whole request less the phase that was timed is the other phase', () => {
    const first = phaseResiduals(
      { ...nothing, timeToFirstTokenSeconds: 0.2, endToEndSeconds: 2.2 },
      workload,
      estimated,
    );
    expect(first.decode?.log).toBeCloseTo(Math.log(2), 12);
    expect(first.decode?.weight).toBeCloseTo(5 / 6, 12);
    const each = phaseResiduals(
      { ...nothing, timePerOutputTokenSeconds: 0.01, endToEndSeconds: 1.4 },
      workload,
      estimated,
    );
    expect(each.prefill?.log).toBeCloseTo(Math.log(2), 12);
    expect(each.prefill?.weight).toBeCloseTo(1 / 6, 12);
  });

  test('a whole that is shorter than its part says nothing about the rest', () => {
    const times = { ...nothing, timeToFirstTokenSeconds: 0.5, endToEndSeconds: 0.4 };
    expect(phaseResiduals(times, workload, estimated).decode).toBeNull();
  });

  test('one token has no time per output token', () => {
    const one = phaseResiduals(
      { ...nothing, endToEndSeconds: 0.4 },
      workloadOf({ outputTokens: 1 }),
      latencyLaw(0.2, 0.01, 1),
    );
    expect(one.decode).toBeNull();
    expect(one.prefill).toEqual({ log: Math.log(2), weight: 1 });
  });
});

const residual = fc.record({
  log: fc.double({ min: -1, max: 1, noNaN: true }),
  weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const width = fc.double({ min: 0.01, max: 2, noNaN: true });

describe('intervals with neighbours', () => {
  test('no neighbours change nothing', () => {
    expect(halfWidthWithNeighbours(0.2, [], 4)).toBeCloseTo(0.2, 12);
  });

  test('a neighbour on the estimate narrows the interval, one far off widens it', () => {
    const on = halfWidthWithNeighbours(0.2, [{ log: 0, weight: 1 }], 4);
    // (4 × 0.2² + 0) ÷ 5, by the definition.
    expect(on).toBeCloseTo(0.2 * Math.sqrt(4 / 5), 12);
    expect(halfWidthWithNeighbours(0.2, [{ log: 0.7, weight: 1 }], 4)).toBeGreaterThan(0.2);
  });

  test('the wider the group, the wider the result: inheritance never narrows', () => {
    fc.assert(
      fc.property(fc.array(residual, { maxLength: 20 }), width, width, (residuals, one, other) => {
        const narrow = halfWidthWithNeighbours(Math.min(one, other), residuals, 4);
        expect(halfWidthWithNeighbours(Math.max(one, other), residuals, 4)).toBeGreaterThanOrEqual(narrow);
        expect(Number.isFinite(narrow) && narrow > 0).toBe(true);
      }),
    );
  });

  test('each phase has its own neighbours, and the whole is between them', () => {
    const band: ErrorBand = {
      ...{
        timeToFirstToken: 0.4,
        timePerOutputToken: 0.1,
        endToEnd: 0.15,
        saturatedThroughput: 0.2,
        totalMemory: 0.05,
        scopes: anyMachine,
        method: 'fitted',
        inheritance: 0,
        evidence: '',
      },
    };
    const near = bandWithNeighbours(band, estimated, [{ prefill: null, decode: { log: 0, weight: 1 } }], coefficients);
    expect(near.timeToFirstToken).toBeCloseTo(0.4, 12);
    expect(near.timePerOutputToken).toBeLessThan(0.1);
    expect(near.endToEnd).toBeCloseTo(0.4 / 6 + (near.timePerOutputToken * 5) / 6, 12);
  });
});
