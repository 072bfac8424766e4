import type { EngineStep, Estimate, Phase, Saturation } from '../answer.ts';
import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import { highestPeak, matrixPeak } from '../desktop/peaks.ts';
import { estimate } from '../estimate.ts';
import { latencyLaw, throughputOf } from '../queue.ts';
import { arithmeticOn, datasheetSecondsOf } from '../roofline.ts';
import type { Deployment, Workload } from '../shapes.ts';
import { loadDoublings, type Run, sameDeployment } from './neighbours.ts';
import type { PhaseResiduals, Residual } from './residuals.ts';

/** A measured run, and ln(measured ÷ estimated) of it without any calibration. */
export interface RunResiduals {
  run: Run;
  residuals: PhaseResiduals;
  /** Of everything queued at once; null for other runs. */
  saturation: Residual | null;
}

/** By how much own measurements move an estimate: factors of the times, 1 = not at all. */
export interface OwnMeasurementFactors {
  timeToFirstTokenFactor: number;
  timePerOutputTokenFactor: number;
  saturationFactor: number;
}

/**
 * How far your own measurements, of one runtime on one device, move an estimate of that runtime on that device.
 *
 * Every estimate moves by a scalar a phase, s = Σ w r ÷ (Σ w + k): the mean residual, shrunk by how few points there are;
 * k is the variance of residuals inside (runtime, device) ÷ between them. At its own point, the very deployment and load
 * that were measured, the estimate is the measurement: the mean residual of that point's runs, not shrunk.
 */
export function ownMeasurementFactors(
  run: Run,
  points: readonly RunResiduals[],
  coefficients: Coefficients,
): OwnMeasurementFactors {
  const decode = moved(run, points, ({ residuals }) => residuals.decode, coefficients, 'decode');
  const prefill = readsPrompt(run, points)
    ? moved(run, points, ({ residuals }) => residuals.prefill, coefficients, 'prefill')
    : decode;
  // Everything queued at once is in process, however the question's requests arrive.
  const { deployment } = run;
  const saturated = {
    ...run,
    saturated: true,
    deployment: { ...deployment, runtime: { ...deployment.runtime, served: false } },
  };
  const saturation = points.some((point) => point.saturation !== null)
    ? moved(saturated, points, (point) => point.saturation ?? point.residuals.decode, coefficients, 'decode')
    : scalar(points.map(decodeResidual), coefficients, 'decode');
  return {
    timeToFirstTokenFactor: Math.exp(prefill),
    timePerOutputTokenFactor: Math.exp(decode),
    saturationFactor: Math.exp(saturation),
  };
}

/**
 * The estimate with its times moved. Steps and their operators are scaled alike. No step becomes faster than the
 * datasheet allows: a measurement that claims so moves the estimate as far as that. Memory does not move.
 */
export function movedByOwnMeasurements(
  estimate: Estimate,
  deployment: Deployment,
  workload: Workload,
  wanted: OwnMeasurementFactors,
  coefficients: Coefficients,
): { estimate: Estimate; applied: OwnMeasurementFactors } {
  const prefill = Math.max(wanted.timeToFirstTokenFactor, fastestFactor(estimate.prefillStep, deployment));
  const decode = Math.max(wanted.timePerOutputTokenFactor, fastestFactor(estimate.decodeStep, deployment));
  const { timeToFirstTokenSeconds, timePerOutputTokenSeconds } = estimate.latency;
  const latency = latencyLaw(
    timeToFirstTokenSeconds * prefill,
    timePerOutputTokenSeconds * decode,
    workload.outputTokens,
  );
  const saturation = movedSaturation(estimate.saturation, deployment, workload, wanted.saturationFactor, coefficients);
  return {
    estimate: {
      ...estimate,
      latency,
      throughput: throughputOf(latency, workload, estimate.throughput.prefillTokensPerSecond / prefill),
      saturation: saturation.moved,
      prefillStep: scaledStep(estimate.prefillStep, prefill),
      decodeStep: scaledStep(estimate.decodeStep, decode),
    },
    applied: {
      timeToFirstTokenFactor: prefill,
      timePerOutputTokenFactor: decode,
      saturationFactor: saturation.factor,
    },
  };
}

/** Without a prompt the first token is a step like the others, unless somebody timed it. */
function readsPrompt(run: Run, points: readonly RunResiduals[]): boolean {
  if (run.workload.promptTokens > 0) return true;
  return points.some(({ run: other, residuals }) => residuals.prefill !== null && isOwnPoint(run, other));
}

function decodeResidual({ residuals, saturation }: RunResiduals): Residual | null {
  return residuals.decode ?? saturation;
}

/** The logarithm of a factor: the mean residual at this very point, else the scalar of all points. */
function moved(
  run: Run,
  points: readonly RunResiduals[],
  residualOf: (point: RunResiduals) => Residual | null,
  coefficients: Coefficients,
  phase: Phase,
): number {
  let sum = 0;
  let count = 0;
  for (const point of points) {
    const residual = residualOf(point);
    if (residual === null || !isOwnPoint(run, point.run)) continue;
    sum += residual.log;
    count += 1;
  }
  if (count > 0) return sum / count;
  return scalar(phase === 'decode' ? points.map(decodeResidual) : points.map(residualOf), coefficients, phase);
}

function isOwnPoint(run: Run, measured: Run): boolean {
  return sameDeployment(run, measured) && loadDoublings(run, measured) === 0;
}

function scalar(residuals: readonly (Residual | null)[], coefficients: Coefficients, phase: Phase): number {
  let sum = 0;
  let weights = 0;
  for (const residual of residuals) {
    if (residual === null) continue;
    sum += residual.weight * residual.log;
    weights += residual.weight;
  }
  return weights === 0 ? 0 : sum / (weights + lookUpCoefficient(coefficients, 'calibration.shrinkagePoints', [phase]));
}

/**
 * The smallest factor of a step's time that the datasheet allows; 1 for a step that is at the roofline already, 0 for a
 * step that does nothing (an empty prompt).
 */
function fastestFactor({ seconds, operations }: EngineStep, deployment: Deployment): number {
  if (seconds === 0) return 0;
  const { memoryBytesPerSecond } = deployment.hardware;
  return Math.min(1, datasheetSecondsOf(operations, peakOf(deployment), memoryBytesPerSecond) / seconds);
}

/** The rate that no matrix multiplication of the deployment exceeds. */
function peakOf(deployment: Deployment): number {
  const { hardware, weights, runtime } = deployment;
  const listed = arithmeticOn(hardware, weights)?.flopsPerSecond ?? highestPeak(hardware);
  return runtime.estimator === 'serving' ? listed : Math.max(listed, matrixPeak(deployment, hardware.peaks.fp32 ?? 0));
}

function scaledStep({ seconds, operations }: EngineStep, factor: number): EngineStep {
  if (factor === 1) return { seconds, operations };
  return {
    seconds: seconds * factor,
    operations: operations.map((operation) => ({ ...operation, seconds: operation.seconds * factor })),
  };
}

function movedSaturation(
  saturation: Saturation | null,
  deployment: Deployment,
  workload: Workload,
  wanted: number,
  coefficients: Coefficients,
): { moved: Saturation | null; factor: number } {
  if (saturation === null || wanted === 1) return { moved: saturation, factor: 1 };
  const crowd = estimate(deployment, { ...workload, batch: saturation.batch }, coefficients);
  const factor = Math.max(wanted, fastestFactor(crowd.decodeStep, deployment));
  return {
    moved: {
      ...saturation,
      outputTokensPerSecond: saturation.outputTokensPerSecond / factor,
      timePerOutputTokenSeconds: saturation.timePerOutputTokenSeconds * factor,
    },
    factor,
  };
}
