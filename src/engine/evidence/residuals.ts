import type { LatencyEstimate } from '../answer.ts';
import { type Coefficients, lookUpCoefficient } from '../coefficients.ts';
import type { Workload } from '../shapes.ts';
import { type ErrorBand, endToEndHalfWidth } from './uncertainty.ts';

/** What a benchmark says about a request, in seconds; null = not measured. */
export interface MeasuredTimes {
  timeToFirstTokenSeconds: number | null;
  /** Mean of the tokens after the first. */
  timePerOutputTokenSeconds: number | null;
  endToEndSeconds: number | null;
}

/** ln(measured ÷ estimated) of one phase, and how much it counts: 1 when the phase was timed by itself. */
export interface Residual {
  log: number;
  weight: number;
}

export interface PhaseResiduals {
  prefill: Residual | null;
  decode: Residual | null;
}

/**
 * How a benchmark differs from its estimate, phase by phase.
 *
 * A phase that was timed by itself counts fully. One that is only known from the whole request (end to end less the
 * other phase; both phases alike when neither was timed) counts by its share of the estimated time, because the rest of
 * the request hides it.
 */
export function phaseResiduals(times: MeasuredTimes, workload: Workload, estimated: LatencyEstimate): PhaseResiduals {
  const { timeToFirstTokenSeconds: first, timePerOutputTokenSeconds: each, endToEndSeconds: whole } = times;
  const laterTokens = workload.outputTokens - 1;
  const firstShare = estimated.timeToFirstTokenSeconds / estimated.endToEndSeconds;
  const prefill = first === null ? null : residual(first, estimated.timeToFirstTokenSeconds, 1);
  const decode = each === null || laterTokens < 1 ? null : residual(each, estimated.timePerOutputTokenSeconds, 1);
  if (whole === null || (prefill !== null && decode !== null)) return { prefill, decode };
  if (prefill === null && decode === null) {
    return {
      prefill: residual(whole, estimated.endToEndSeconds, firstShare),
      decode: laterTokens < 1 ? null : residual(whole, estimated.endToEndSeconds, 1 - firstShare),
    };
  }
  if (first !== null) {
    if (laterTokens < 1) return { prefill, decode };
    const rest = (whole - first) / laterTokens;
    return { prefill, decode: residual(rest, estimated.timePerOutputTokenSeconds, 1 - firstShare) };
  }
  const rest = whole - laterTokens * (each ?? 0);
  return { prefill: residual(rest, estimated.timeToFirstTokenSeconds, firstShare), decode };
}

/** Null where the parts do not add up: a whole that is shorter than one of its parts says nothing about the other. */
function residual(measured: number, estimated: number, weight: number): Residual | null {
  return measured > 0 && weight > 0 ? { log: Math.log(measured / estimated), weight } : null;
}

/** Half-width of an 80 % interval of a normal distribution, in standard deviations. */
const eightyPercent = 1.2816;

/**
 * The half-width of an 80 % interval, given that of the group and the residuals of neighbours:
 * variance = (groupPoints × group variance + Σ weight × residual²) ÷ (groupPoints + Σ weight).
 * `groupPoints` is how many measurements the residuals of the whole group are worth against a neighbour's.
 * Neighbours that agree with the estimate narrow the interval, neighbours that do not widen it. The wider the group's
 * interval, the wider the result.
 */
export function halfWidthWithNeighbours(
  groupHalfWidth: number,
  residuals: readonly Residual[],
  groupPoints: number,
): number {
  let squares = groupPoints * (groupHalfWidth / eightyPercent) ** 2;
  let points = groupPoints;
  for (const { log, weight } of residuals) {
    squares += weight * log ** 2;
    points += weight;
  }
  return eightyPercent * Math.sqrt(squares / points);
}

/** The band of a group with what its neighbours' residuals add. */
export function bandWithNeighbours(
  band: ErrorBand,
  latency: LatencyEstimate,
  neighbours: readonly PhaseResiduals[],
  coefficients: Coefficients,
): ErrorBand {
  const groupPoints = lookUpCoefficient(coefficients, 'error.groupPoints', ['all']);
  const of = (phase: 'prefill' | 'decode') => neighbours.map((near) => near[phase]).filter((near) => near !== null);
  const timeToFirstToken = halfWidthWithNeighbours(band.timeToFirstToken, of('prefill'), groupPoints);
  const timePerOutputToken = halfWidthWithNeighbours(band.timePerOutputToken, of('decode'), groupPoints);
  const endToEnd = endToEndHalfWidth(latency, timeToFirstToken, timePerOutputToken);
  return { ...band, timeToFirstToken, timePerOutputToken, endToEnd };
}
