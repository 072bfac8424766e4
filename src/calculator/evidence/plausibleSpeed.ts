import type { Coefficients } from '../../engine/coefficients.ts';
import type { Residual } from '../../engine/evidence/residuals.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { FactProblem } from '../../registry/errors.ts';
import type { Measurement } from '../../registry/kinds/measurement.ts';
import { estimatedResiduals } from './evidence.ts';
import { measuredRun } from './measuredRuns.ts';

/** Published measurements lie within 6 times of their estimate; beyond this a unit or a count is wrong. */
const mostTimes = 20;
/** A first token may have waited behind others, or its prompt may have been cached. */
const mostTimesFirst = 200;

/**
 * What is wrong with measured times that are nowhere near an estimate of the same run: seconds for milliseconds, tokens of
 * all sequences for those of one. Empty where there is nothing to compare with.
 */
export function implausibleSpeeds(facts: Measurement, catalogue: Catalogue, coefficients: Coefficients): FactProblem[] {
  const run = measuredRun(facts, catalogue);
  const found = run === null ? null : estimatedResiduals(run, coefficients);
  if (found === null) return [];
  const { residuals, saturation } = found;
  return [
    ...problem('timeToFirstTokenMs', 'the time to first token', residuals.prefill, mostTimesFirst),
    ...problem('timePerOutputTokenMs', 'the time per output token', residuals.decode, mostTimes),
    ...problem('outputTokensPerSecond', 'the time per token of everything queued at once', saturation, mostTimes),
  ];
}

function problem(path: string, what: string, residual: Residual | null, most: number): FactProblem[] {
  if (residual === null || Math.abs(residual.log) <= Math.log(most)) return [];
  const times = Math.exp(Math.abs(residual.log)).toPrecision(2);
  const side = residual.log > 0 ? 'more' : 'less';
  const message = `${what} is ${Number(times)} times ${side} than the estimate of the same run: a unit or a count may be wrong`;
  return [{ path, code: 'OUT_OF_RANGE', message }];
}
