import type { Estimate, Phase } from '../../engine/answer.ts';
import type { Coefficients } from '../../engine/coefficients.ts';
import { MissingFigureError } from '../../engine/errors.ts';
import { estimate } from '../../engine/estimate.ts';
import { areNeighbours, type Run, runDifferences, sameDeployment } from '../../engine/evidence/neighbours.ts';
import {
  movedByOwnMeasurements,
  type OwnMeasurementFactors,
  ownMeasurementFactors,
  type RunResiduals,
} from '../../engine/evidence/ownMeasurements.ts';
import {
  bandWithNeighbours,
  type PhaseResiduals,
  phaseResiduals,
  type Residual,
} from '../../engine/evidence/residuals.ts';
import {
  anyMachine,
  type ErrorBand,
  type ErrorScope,
  type ErrorScopes,
  errorBand,
} from '../../engine/evidence/uncertainty.ts';
import { remembered } from '../../engine/remembered.ts';
import type { Workload } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { AppliedMeasurements, NearestMeasurement } from '../answer.ts';
import { type MeasuredRun, measuredRunsOf } from './measuredRuns.ts';
import { sourceOf } from './sourceOf.ts';

/** An estimate, and what people's own measurements on the device with the runtime did to it. */
export interface MovedEstimate {
  estimate: Estimate;
  /** Null without own measurements: the estimate is the engine's own. */
  ownMeasurements: AppliedMeasurements | null;
  /** Whose machine its intervals are for, by the phases that own measurements timed. */
  scopes: ErrorScopes;
}

/** `estimate`, moved by own measurements on the same device with the same runtime; see `ownMeasurementFactors`. */
export function movedEstimate(run: Run, catalogue: Catalogue, coefficients: Coefficients): MovedEstimate {
  const { deployment, workload } = run;
  const plain = estimate(deployment, workload, coefficients);
  const own = measuredRunsOf(catalogue).own(run);
  const points = own.map(residualsWith(coefficients)).filter((point) => point !== null);
  if (points.length === 0) return { estimate: plain, ownMeasurements: null, scopes: anyMachine };
  const wanted = ownMeasurementFactors(run, points, coefficients);
  const { estimate: moved, applied } = movedByOwnMeasurements(plain, deployment, workload, wanted, coefficients);
  const measurements = own.map(({ profile }) => profile);
  return { estimate: moved, ownMeasurements: { ...applied, measurements }, scopes: scopesOf(points) };
}

/** A phase that the owner has timed by itself, or as most of a request, is known on this machine. */
function scopesOf(points: readonly RunResiduals[]): ErrorScopes {
  const isTimed = (phase: Phase) =>
    points.some(({ residuals, saturation }) => {
      return (residuals[phase]?.weight ?? 0) >= 0.5 || (phase === 'decode' && saturation !== null);
    });
  const scope = (phase: Phase): ErrorScope => (isTimed(phase) ? 'own-machine' : 'any-machine');
  return { prefill: scope('prefill'), decode: scope('decode') };
}

/**
 * The error band of an estimate with what measurements of the same deployment add. Measured neighbour: at least one
 * measurement of the same model, device, runtime, build, formats and layout that timed the phase the answer is about:
 * generating, or reading the prompt when one token is generated. Published ones count with a load at most twice as large
 * or small; your own, which move the answer, with any load, but only near ones say how far off the answer may be.
 */
export function evidenceFor(
  run: Run,
  { estimate, ownMeasurements, scopes }: MovedEstimate,
  catalogue: Catalogue,
  coefficients: Coefficients,
): ErrorBand {
  const { deployment, workload } = run;
  const band = withOwn(errorBand(deployment, bandedLoad(run), estimate, coefficients, scopes), ownMeasurements);
  const phase = phaseAsked(workload);
  const near: Neighbour[] = [];
  const published: number[] = [];
  let isMeasured = false;
  for (const measured of measuredRunsOf(catalogue).ofSubject(run)) {
    if (!sameDeployment(run, measured)) continue;
    const found = residualsWith(coefficients)(measured);
    if (found === null) continue;
    const isNear = areNeighbours(run, measured);
    const isOwn = measured.profile.origin === 'user';
    const timed = (found.residuals[phase]?.weight ?? 0) >= 0.5;
    isMeasured ||= timed && (isNear || isOwn);
    if (!isNear) continue;
    const left = ownMeasurements === null ? found.residuals : afterMoving(found.residuals, ownMeasurements);
    near.push({ residuals: left, source: isOwn ? null : sourceOf(measured.profile.facts) });
    // That the answer agrees with what it was moved to says nothing.
    if (!isOwn && left[phase] !== null) published.push(Math.exp(left[phase].log));
  }
  const counted = eachSourceOnce(near);
  const narrowed = near.length === 0 ? band : bandWithNeighbours(band, estimate.latency, counted, coefficients);
  if (!isMeasured) return narrowed;
  const evidence = published.length === 0 ? band.evidence : `${agreement(phase, published)}; ${band.evidence}`;
  return { ...narrowed, method: 'measured-neighbour', evidence };
}

/** One sequence alone runs the same however requests are put together: its band is that of what the runtime does. */
function bandedLoad({ deployment, workload }: Run): Workload {
  if (workload.batch > 1) return workload;
  return { ...workload, scheduling: deployment.runtime.continuousBatching ? 'continuous' : 'static' };
}

interface Neighbour {
  residuals: PhaseResiduals;
  /** Null for one's own. */
  source: string | null;
}

/** What a source publishes of one deployment tells of one machine, however many loads it ran: together it counts 1. */
function eachSourceOnce(near: readonly Neighbour[]): PhaseResiduals[] {
  const counts = new Map<string | null, number>();
  for (const { source } of near) counts.set(source, (counts.get(source) ?? 0) + 1);
  return near.map(({ residuals: { prefill, decode }, source }) => {
    const share = source === null ? 1 : 1 / (counts.get(source) ?? 1);
    const shared = (residual: Residual | null) => residual && { ...residual, weight: share * residual.weight };
    return { prefill: shared(prefill), decode: shared(decode) };
  });
}

function withOwn(band: ErrorBand, own: AppliedMeasurements | null): ErrorBand {
  if (own === null) return band;
  const { timeToFirstTokenFactor, timePerOutputTokenFactor, measurements } = own;
  const count = measurements.length === 1 ? 'one measurement' : `${measurements.length} measurements`;
  const moved =
    `moved by ${count} of your own on this device with this runtime: time to first token × ` +
    `${timeToFirstTokenFactor.toFixed(2)}, time per output token × ${timePerOutputTokenFactor.toFixed(2)}`;
  return { ...band, evidence: `${moved}; ${band.evidence}` };
}

/** What a neighbour's measurement leaves once the estimate has been moved. */
function afterMoving({ prefill, decode }: PhaseResiduals, factors: OwnMeasurementFactors): PhaseResiduals {
  const less = (residual: Residual | null, factor: number) =>
    residual && { ...residual, log: residual.log - Math.log(factor) };
  return {
    prefill: less(prefill, factors.timeToFirstTokenFactor),
    decode: less(decode, factors.timePerOutputTokenFactor),
  };
}

/** Null when nobody published a time for the phase the answer is about. */
export function nearestMeasurement(run: Run, catalogue: Catalogue): NearestMeasurement | null {
  const phase = phaseAsked(run.workload);
  const nearest = measuredRunsOf(catalogue).nearest(run, (measured) => timesPhase(measured, phase));
  return nearest && { measurement: nearest.profile, differs: runDifferences(run, nearest) };
}

/** Nearly all of the time of most requests is generating; a single token is all prompt. */
export function phaseAsked({ outputTokens }: Workload): Phase {
  return outputTokens > 1 ? 'decode' : 'prefill';
}

function timesPhase({ times, saturatedTokensPerSecond }: MeasuredRun, phase: Phase): boolean {
  if (times.endToEndSeconds !== null) return true;
  if (phase === 'prefill') return times.timeToFirstTokenSeconds !== null;
  return times.timePerOutputTokenSeconds !== null || saturatedTokensPerSecond !== null;
}

/** Of a measured run and the coefficients of the process: worked out once. */
const residualsWith = remembered((coefficients: Coefficients) =>
  remembered((measured: MeasuredRun) => estimatedResiduals(measured, coefficients)),
);

/** Null when the engine cannot answer it. */
export function estimatedResiduals(measured: MeasuredRun, coefficients: Coefficients): RunResiduals | null {
  const { deployment, workload, times, saturatedTokensPerSecond } = measured;
  try {
    const { latency, saturation } = estimate(deployment, workload, coefficients);
    const saturated =
      saturatedTokensPerSecond === null || saturation === null
        ? null
        : { log: Math.log(saturation.outputTokensPerSecond / saturatedTokensPerSecond), weight: 1 };
    return { run: measured, residuals: phaseResiduals(times, workload, latency), saturation: saturated };
  } catch (error) {
    if (error instanceof MissingFigureError) return null;
    throw error;
  }
}

function agreement(phase: Phase, ratios: readonly number[]): string {
  const time = phase === 'decode' ? 'time per output token' : 'time to first token';
  const low = Math.min(...ratios).toFixed(2);
  const high = Math.max(...ratios).toFixed(2);
  const span = low === high ? low : `${low} to ${high}`;
  const count = ratios.length === 1 ? 'one measurement' : `${ratios.length} measurements`;
  return `${count} of this deployment under a similar load: measured ${time} is ${span} × the estimate`;
}
