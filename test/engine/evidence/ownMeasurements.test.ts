import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineStep } from '../../../src/engine/answer.ts';
import { estimate } from '../../../src/engine/estimate.ts';
import { runOf } from '../../../src/engine/evidence/neighbours.ts';
import {
  movedByOwnMeasurements,
  type OwnMeasurementFactors,
  ownMeasurementFactors,
  type RunResiduals,
} from '../../../src/engine/evidence/ownMeasurements.ts';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import {
  anyDeployment,
  anyWorkload,
  bf16,
  coefficients,
  deploymentOf,
  fp8,
  llama70b,
  workloadOf,
} from '../deployments.ts';

const deployment = deploymentOf(llama70b, 4);
const measuredLoad = workloadOf({ batch: 8 });

/** Measured times as factors of what the engine says. */
function point(
  decode: number | null,
  prefill: number | null,
  workload = measuredLoad,
  ran: Deployment = deployment,
): RunResiduals {
  const residual = (factor: number | null) => factor && { log: Math.log(factor), weight: 1 };
  return {
    run: runOf(ran, workload),
    residuals: { prefill: residual(prefill) || null, decode: residual(decode) || null },
    saturation: null,
  };
}

function factors(points: RunResiduals[], workload: Workload, ran: Deployment = deployment): OwnMeasurementFactors {
  return ownMeasurementFactors(runOf(ran, workload), points, coefficients);
}

const shrinkage = (phase: 'prefill' | 'decode') =>
  coefficients.tables['calibration.shrinkagePoints']?.[phase]?.value ?? Number.NaN;

describe('own measurements', () => {
  test('at its own point the estimate is the measurement', () => {
    const { timeToFirstTokenFactor, timePerOutputTokenFactor } = factors([point(1.25, 0.8)], measuredLoad);
    expect(timePerOutputTokenFactor).toBeCloseTo(1.25, 12);
    expect(timeToFirstTokenFactor).toBeCloseTo(0.8, 12);
  });

  test('other loads, formats and models move by the scalar only: mean × n ÷ (n + k)', () => {
    const decode = Math.exp(Math.log(1.25) / (1 + shrinkage('decode')));
    const prefill = Math.exp(Math.log(0.8) / (1 + shrinkage('prefill')));
    const others: [Workload, Deployment][] = [
      [workloadOf({ batch: 9 }), deployment],
      [workloadOf({ batch: 16 }), deployment],
      [workloadOf({ batch: 64 }), deployment],
      [measuredLoad, deploymentOf(llama70b, 4, { weights: fp8 })],
      [measuredLoad, deploymentOf(llama70b, 8)],
      [measuredLoad, deploymentOf(llama70b, 4, { model: { ...deployment.model, id: 'other' } })],
    ];
    for (const [workload, ran] of others) {
      const moved = factors([point(1.25, 0.8)], workload, ran);
      expect(moved.timePerOutputTokenFactor).toBeCloseTo(decode, 12);
      expect(moved.timeToFirstTokenFactor).toBeCloseTo(prefill, 12);
    }
  });

  test('more points of one mind move everything further, towards what they say', () => {
    const loads = [1, 2, 4, 8, 16, 32].map((batch) => point(1.25, null, workloadOf({ batch })));
    let before = 1;
    for (let count = 1; count <= loads.length; count++) {
      const { timePerOutputTokenFactor } = factors(loads.slice(0, count), workloadOf({ batch: 500 }));
      expect(timePerOutputTokenFactor).toBeGreaterThan(before);
      expect(timePerOutputTokenFactor).toBeLessThan(1.25);
      before = timePerOutputTokenFactor;
    }
  });

  test('several points are each met, and one measured twice at its mean', () => {
    const points = [
      point(1.25, null),
      point(0.9, null, workloadOf({ batch: 9 })),
      point(1.1, null, workloadOf({ batch: 12 })),
    ];
    expect(factors(points, measuredLoad).timePerOutputTokenFactor).toBeCloseTo(1.25, 12);
    expect(factors(points, workloadOf({ batch: 9 })).timePerOutputTokenFactor).toBeCloseTo(0.9, 12);
    expect(factors([point(1.25, null), point(1.25 * 1.21, null)], measuredLoad).timePerOutputTokenFactor).toBeCloseTo(
      1.25 * 1.1,
      12,
    );
  });

  test('a phase that nobody timed does not move', () => {
    expect(factors([point(1.25, null)], measuredLoad).timeToFirstTokenFactor).toBe(1);
    expect(factors([], measuredLoad)).toEqual({
      timeToFirstTokenFactor: 1,
      timePerOutputTokenFactor: 1,
      saturationFactor: 1,
    });
  });

  test('without a prompt the first token moves like the others', () => {
    const { timeToFirstTokenFactor, timePerOutputTokenFactor } = factors(
      [point(1.25, 0.8)],
      workloadOf({ promptTokens: 0 }),
    );
    expect(timeToFirstTokenFactor).toBe(timePerOutputTokenFactor);
  });

  test('without a prompt a first token that was timed is met, and one that was timed elsewhere is not', () => {
    const noPrompt = workloadOf({ promptTokens: 0 });
    expect(factors([point(1.25, 0.8, noPrompt)], noPrompt).timeToFirstTokenFactor).toBeCloseTo(0.8, 12);
    expect(factors([point(1.25, null, noPrompt)], noPrompt).timeToFirstTokenFactor).toBeCloseTo(1.25, 12);
    const untimed = factors([point(1.25, 0.8), point(1.5, null, noPrompt)], noPrompt);
    expect(untimed.timeToFirstTokenFactor).toBeCloseTo(1.5, 12);
  });

  test('a saturated run is met at saturation and moves decoding by the scalar', () => {
    const saturated: RunResiduals = {
      ...point(null, null),
      run: runOf({ ...deployment, runtime: { ...deployment.runtime, served: false } }, workloadOf({ batch: 1 }), true),
      saturation: { log: Math.log(1.3), weight: 1 },
    };
    const moved = factors([saturated], workloadOf({ batch: 3 }));
    expect(moved.saturationFactor).toBeCloseTo(1.3, 12);
    expect(moved.timePerOutputTokenFactor).toBeCloseTo(Math.exp(Math.log(1.3) / (1 + shrinkage('decode'))), 12);
  });
});

describe('an estimate moved by own measurements', () => {
  const wanted = (factor: number): OwnMeasurementFactors => ({
    ...{ timeToFirstTokenFactor: factor, timePerOutputTokenFactor: factor, saturationFactor: factor },
  });

  test('keeps its laws: parts sum to the step, end to end to its parts, throughput to Little’s law', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, fc.double({ min: 0.2, max: 5, noNaN: true }), (ran, workload, factor) => {
        const plain = estimate(ran, workload, coefficients);
        const { estimate: moved } = movedByOwnMeasurements(plain, ran, workload, wanted(factor), coefficients);
        const { latency, throughput, decodeStep } = moved;
        const { timeToFirstTokenSeconds: first, timePerOutputTokenSeconds: each } = latency;
        const whole = first + (workload.outputTokens - 1) * each;
        expect(latency.endToEndSeconds / whole).toBeCloseTo(1, 9);
        expect((throughput.outputTokensPerSecond * whole) / (workload.batch * workload.outputTokens)).toBeCloseTo(1, 9);
        const sum = decodeStep.operations.reduce((total, { seconds }) => total + seconds, 0);
        expect(sum / decodeStep.seconds).toBeCloseTo(1, 9);
        expect(moved.memory).toBe(plain.memory);
      }),
    );
  });

  test('is never faster than the datasheet, whatever was measured', () => {
    fc.assert(
      fc.property(
        anyDeployment,
        anyWorkload,
        fc.double({ min: 1e-3, max: 1, noNaN: true }),
        (ran, workload, factor) => {
          const plain = estimate(ran, workload, coefficients);
          const { estimate: moved } = movedByOwnMeasurements(plain, ran, workload, wanted(factor), coefficients);
          for (const step of [moved.decodeStep, moved.prefillStep]) {
            expect(step.seconds).toBeGreaterThanOrEqual(
              (bytesOf(step) / ran.hardware.memoryBytesPerSecond) * (1 - 1e-9),
            );
          }
          expect(moved.saturation === null).toBe(plain.saturation === null);
        },
      ),
    );
  });

  test('says what it could not follow', () => {
    const plain = estimate(deployment, measuredLoad, coefficients);
    const { applied, estimate: moved } = movedByOwnMeasurements(
      plain,
      deployment,
      measuredLoad,
      wanted(0.01),
      coefficients,
    );
    expect(applied.timePerOutputTokenFactor).toBeGreaterThan(0.3);
    expect(moved.latency.timePerOutputTokenSeconds).toBeCloseTo(
      plain.latency.timePerOutputTokenSeconds * applied.timePerOutputTokenFactor,
      12,
    );
  });

  test('with factors of 1 is the plain one', () => {
    const ran = deploymentOf(llama70b, 4, { kvCache: bf16 });
    const plain = estimate(ran, measuredLoad, coefficients);
    expect(movedByOwnMeasurements(plain, ran, measuredLoad, wanted(1), coefficients).estimate).toEqual(plain);
  });
});

function bytesOf({ operations }: EngineStep): number {
  return operations.reduce((sum, { bytes, bound }) => sum + (bound === 'interconnect' ? 0 : bytes), 0);
}
