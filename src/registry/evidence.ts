import type { Coefficients } from '../engine/coefficients.ts';
import { MissingFigureError } from '../engine/errors.ts';
import { estimateAsRun } from '../engine/estimate.ts';
import { areNeighbours, runDifferences, runOf } from '../engine/neighbours.ts';
import type { Deployment, Estimate, Phase, Workload } from '../engine/profile.ts';
import { bandWithNeighbours, type PhaseResiduals, phaseResiduals } from '../engine/residuals.ts';
import { type ErrorBand, errorBand } from '../engine/uncertainty.ts';
import type { Catalogue } from './catalogue.ts';
import { type MeasuredRun, type MeasurementProfile, measuredRunsOf } from './measuredRuns.ts';

/** The closest published point, and what is different there; empty when nothing is. */
export interface NearestMeasurement {
  measurement: MeasurementProfile;
  differs: readonly string[];
}

/**
 * The error band of an estimate with what measurements of the same deployment add. Measured neighbour: at least one
 * measurement of the same model, device, runtime, build, formats and layout with a load at most twice as large or small,
 * that timed the phase the answer is about: generating, or reading the prompt when one token is generated.
 */
export function evidenceFor(
  deployment: Deployment,
  workload: Workload,
  estimate: Estimate,
  catalogue: Catalogue,
  coefficients: Coefficients,
): ErrorBand {
  const band = errorBand(deployment, workload, estimate, coefficients);
  const run = runOf(deployment, workload);
  const phase = phaseAsked(workload);
  const residuals: PhaseResiduals[] = [];
  for (const measured of measuredRunsOf(catalogue).ofSubject(run)) {
    if (!areNeighbours(run, measured)) continue;
    const found = residualsOf(measured, coefficients);
    if (found !== null) residuals.push(found);
  }
  if (residuals.length === 0) return band;
  const narrowed = bandWithNeighbours(band, estimate.latency, residuals);
  const timed = residuals.map((found) => found[phase]).filter((found) => found !== null);
  if (!timed.some(({ weight }) => weight >= 0.5)) return narrowed;
  const ratios = timed.map(({ log }) => Math.exp(log));
  return { ...narrowed, method: 'measured-neighbour', evidence: `${agreement(phase, ratios)}; ${band.evidence}` };
}

/** Null when nobody published a time for the phase the answer is about. */
export function nearestMeasurement(
  deployment: Deployment,
  workload: Workload,
  catalogue: Catalogue,
): NearestMeasurement | null {
  const run = runOf(deployment, workload);
  const phase = phaseAsked(workload);
  const nearest = measuredRunsOf(catalogue).nearest(run, (measured) => timesPhase(measured, phase));
  return nearest && { measurement: nearest.profile, differs: runDifferences(run, nearest) };
}

/** Nearly all of the time of most requests is generating; a single token is all prompt. */
function phaseAsked({ outputTokens }: Workload): Phase {
  return outputTokens > 1 ? 'decode' : 'prefill';
}

function timesPhase({ times, saturatedTokensPerSecond }: MeasuredRun, phase: Phase): boolean {
  if (times.endToEndSeconds !== null) return true;
  if (phase === 'prefill') return times.timeToFirstTokenSeconds !== null;
  return times.timePerOutputTokenSeconds !== null || saturatedTokensPerSecond !== null;
}

const knownResiduals = new WeakMap<MeasuredRun, PhaseResiduals | null>();

/** ln(measured ÷ estimated) of a measured run; null when the engine cannot answer it. */
function residualsOf(measured: MeasuredRun, coefficients: Coefficients): PhaseResiduals | null {
  const known = knownResiduals.get(measured);
  if (known !== undefined) return known;
  const residuals = estimatedResiduals(measured, coefficients);
  knownResiduals.set(measured, residuals);
  return residuals;
}

function estimatedResiduals(
  { deployment, workload, times }: MeasuredRun,
  coefficients: Coefficients,
): PhaseResiduals | null {
  try {
    return phaseResiduals(times, workload, estimateAsRun(deployment, workload, coefficients).latency);
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
