import type { Assumption, LatencyEstimate } from './answer.ts';
import { compareText } from './compareText.ts';
import { MissingFigureError } from './errors.ts';
import { throughputOf } from './queue.ts';
import { readableCount } from './readable.ts';
import type { Workload } from './shapes.ts';

/** One published measurement of a hosted model. */
export interface HostedMeasurement {
  id: string;
  model: string | null;
  provider: string;
  /** Served by the model's own developer. */
  firstParty: boolean;
  /** Keys of its sources: two rows of one source are one measurement repeated. */
  source: string;
  timeToFirstTokenSeconds: number | null;
  /** Of a token after the first. */
  secondsPerOutputToken: number | null;
  /** Time of a whole request of known length, where the decode speed is not known without a time to first token. */
  wholeRequest: { seconds: number; outputTokens: number } | null;
  includesReasoning: boolean;
  promptTokens: number | null;
  /** p50, p95, ...; null = not stated (often a mean). */
  percentile: string | null;
  measured: string | null;
  /** Undated: not before this day. */
  measuredAfter: string | null;
  /** Known not to stand for the model. */
  atypical: boolean;
}

export interface Interval {
  low: number;
  high: number;
}

/** What a hosted model's callers see. Ranges span the comparable published measurements. */
export type HostedEstimate = ReturnType<typeof estimateHosted>;

/** A range of at least this many measurements spans their 10th to 90th percentile; of fewer, all of them. */
const MEASUREMENTS_FOR_PERCENTILES = 5;

/** A prompt this many times longer or shorter than the measured one is worth a word. */
const PROMPT_RATIO_WORTH_SAYING = 2;

/**
 * Latency of a hosted model from what others measured at its providers: no hardware physics in it.
 *
 * endToEnd = timeToFirstToken + (output − 1) × timePerOutputToken.
 * Which measurement answers: one with both a time to first token and a speed before one with either; the model's own
 * developer before other providers; then the most recent (an undated page counts from the day it cannot be older
 * than, and last without one); then a median before an unnamed statistic; of several equal in all that, the middle one.
 * Where none has both, the time and the speed come from two measurements under the same order, and both are named.
 * Where no speed is known at all, whole requests of known length give one: (seconds − time to first token) ÷ (tokens − 1).
 * The time to first token is not scaled to the prompt: few sources state theirs. Batch is taken as requests in flight
 * that do not slow each other down, as below a provider's rate limits.
 *
 * @param provider compares only this provider's measurements.
 * @throws MissingFigureError when no time to first token or no speed is published.
 */
export function estimateHosted(
  modelId: string,
  measurements: readonly HostedMeasurement[],
  workload: Workload,
  provider?: string,
) {
  const typical = measurements.filter(
    (row) => row.model === modelId && !row.atypical && (provider === undefined || row.provider === provider),
  );
  const first = choose(typical, hasTimeToFirstToken, (row) => row.timeToFirstTokenSeconds);
  if (first === null) throw new MissingFigureError('published time to first token', modelId, 'model');
  const usable = typical.some(hasSpeed) ? typical : typical.map((row) => withSpeed(row, first));
  const next = hasSpeed(first) ? first : choose(usable, hasSpeed, (row) => row.secondsPerOutputToken);
  if (next === null) throw new MissingFigureError('published output speed', modelId, 'model');

  const times = comparable(usable.filter(hasTimeToFirstToken), first);
  const speeds = comparable(usable.filter(hasSpeed), next);
  const timeToFirstToken = intervalOf(
    times.map((row) => row.timeToFirstTokenSeconds),
    first.timeToFirstTokenSeconds,
  );
  const timePerOutputToken = intervalOf(
    speeds.map((row) => row.secondsPerOutputToken),
    next.secondsPerOutputToken,
  );
  const further = workload.outputTokens - 1;
  const { timeToFirstTokenSeconds } = first;
  const timePerOutputTokenSeconds = next.secondsPerOutputToken;
  const latency: LatencyEstimate = {
    timeToFirstTokenSeconds,
    timePerOutputTokenSeconds,
    endToEndSeconds: timeToFirstTokenSeconds + further * timePerOutputTokenSeconds,
    baseSeconds: timeToFirstTokenSeconds - timePerOutputTokenSeconds,
    perTokenSeconds: timePerOutputTokenSeconds,
  };
  const prefillTokensPerSecond = (workload.batch * workload.promptTokens) / timeToFirstTokenSeconds;
  return {
    latency,
    timeToFirstTokenSecondsRange: timeToFirstToken,
    timePerOutputTokenSecondsRange: timePerOutputToken,
    endToEndSecondsRange: {
      low: timeToFirstToken.low + further * timePerOutputToken.low,
      high: timeToFirstToken.high + further * timePerOutputToken.high,
    },
    throughput: throughputOf(latency, workload, prefillTokensPerSecond),
    /** The measurement each figure was read from; often the same one. */
    timeToFirstTokenFrom: first,
    timePerOutputTokenFrom: next,
    /** Measurements behind each range. */
    timeToFirstTokenCount: times.length,
    timePerOutputTokenCount: speeds.length,
    assumptions: assumptionsOf(first, next, workload),
  };
}

type WithTime = HostedMeasurement & { timeToFirstTokenSeconds: number };
type WithSpeed = HostedMeasurement & { secondsPerOutputToken: number };

function hasTimeToFirstToken(row: HostedMeasurement): row is WithTime {
  return row.timeToFirstTokenSeconds !== null;
}

function hasSpeed(row: HostedMeasurement): row is WithSpeed {
  return row.secondsPerOutputToken !== null;
}

/** The best row that has the figure, in the order `estimateHosted` documents; of equals, the middle one. */
function choose<Row extends HostedMeasurement>(
  rows: readonly HostedMeasurement[],
  has: (row: HostedMeasurement) => row is Row,
  figure: (row: Row) => number,
): Row | null {
  const sorted = rows.filter(has).toSorted(better);
  const best = sorted.filter((row) => sorted[0] !== undefined && better(row, sorted[0]) === 0);
  const byFigure = best.toSorted((one, other) => figure(one) - figure(other) || compareText(one.id, other.id));
  return byFigure[Math.floor((byFigure.length - 1) / 2)] ?? null;
}

function better(one: HostedMeasurement, other: HostedMeasurement): number {
  return (
    Number(hasBoth(other)) - Number(hasBoth(one)) ||
    Number(other.firstParty) - Number(one.firstParty) ||
    compareText(day(other), day(one)) ||
    Number(other.percentile === 'p50') - Number(one.percentile === 'p50')
  );
}

function hasBoth(row: HostedMeasurement): boolean {
  return hasTimeToFirstToken(row) && hasSpeed(row);
}

/** A whole request's time, less the time to first token (its own, else the chosen one's), spread over the other tokens. */
function withSpeed(row: HostedMeasurement, first: WithTime): HostedMeasurement {
  if (row.wholeRequest === null) return row;
  const { seconds, outputTokens } = row.wholeRequest;
  const decodeSeconds = seconds - (row.timeToFirstTokenSeconds ?? first.timeToFirstTokenSeconds);
  if (outputTokens < 2 || decodeSeconds <= 0) return row;
  return { ...row, secondsPerOutputToken: decodeSeconds / (outputTokens - 1) };
}

/** Rows to compare the chosen one with: its provider's where there are others, else everybody's; one source's newest. */
function comparable<Row extends HostedMeasurement>(rows: readonly Row[], chosen: HostedMeasurement): Row[] {
  const replaces = (row: Row) => (other: Row) =>
    row.source === other.source && row.provider === other.provider && day(other) > day(row);
  const current = rows.filter((row) => !rows.some(replaces(row)));
  const ofProvider = current.filter((row) => row.provider === chosen.provider);
  return ofProvider.length > 1 ? ofProvider : current;
}

function intervalOf(values: readonly number[], chosen: number): Interval {
  const sorted = values.toSorted((one, other) => one - other);
  const left = sorted.length < MEASUREMENTS_FOR_PERCENTILES ? 0 : 0.1;
  return { low: Math.min(chosen, quantile(sorted, left)), high: Math.max(chosen, quantile(sorted, 1 - left)) };
}

/** Linear between the neighbouring values; of an empty list, NaN. */
function quantile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

function assumptionsOf(first: HostedMeasurement, next: HostedMeasurement, workload: Workload): Assumption[] {
  const assumptions: Assumption[] = [];
  const add = (code: string, text: string) => assumptions.push({ code, text });
  const text =
    first.id === next.id
      ? `Latency is ${inWords(first)}, not a promise of the provider.`
      : `Time to first token is ${inWords(first)}; output speed is ${inWords(next)}.`;
  add('HOSTED_MEASUREMENT', text);
  const asked = workload.promptTokens + workload.contextTokens;
  const ratio = first.promptTokens === null ? null : Math.max(asked, 1) / first.promptTokens;
  if (ratio === null || ratio > PROMPT_RATIO_WORTH_SAYING || ratio < 1 / PROMPT_RATIO_WORTH_SAYING) {
    const tokens = first.promptTokens;
    const measured = tokens === null ? 'a prompt of unstated length' : `${readableCount(tokens)} prompt tokens`;
    add(
      'HOSTED_PROMPT_LENGTH',
      `Time to first token was measured with ${measured} and is not scaled to the ${readableCount(asked)} tokens asked about.`,
    );
  }
  if (next.wholeRequest !== null) {
    add(
      'HOSTED_SPEED_DERIVED',
      'Output speed is the time of a whole measured request less the time to first token, over its other tokens.',
    );
  }
  if (first.includesReasoning) {
    add(
      'HOSTED_REASONING_INCLUDED',
      'Time to first token contains hidden reasoning, so it depends on the question and the effort.',
    );
  }
  if (workload.batch > 1) {
    const requests = `${readableCount(workload.batch)} requests in flight`;
    add('HOSTED_NO_CONTENTION', `${requests} are taken not to slow each other down; rate limits may.`);
  }
  return assumptions;
}

function inWords({ percentile, provider, measured, measuredAfter }: HostedMeasurement): string {
  const statistic = percentile === 'p50' ? 'the median' : percentile === null ? 'a figure' : `the ${percentile}`;
  const when = measured ?? (measuredAfter === null ? 'undated' : `undated, not before ${measuredAfter}`);
  return `${statistic} measured at ${provider}, ${when}`;
}

/** Day to order by: dates are ISO text, and a year or month alone counts from its first day. */
function day({ measured, measuredAfter }: HostedMeasurement): string {
  const known = [measured, measuredAfter].filter((date) => date !== null).toSorted();
  return known.at(-1) ?? '';
}
