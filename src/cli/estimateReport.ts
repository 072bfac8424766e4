import { columns, type Line, wrap } from './columns.ts';
import { dollars, duration, gibibyteFigure, gibibytes, number, words } from './quantity.ts';

/** Everything the terminal shows of an estimate. */
export const estimateQuery = `
query Calculate(
  $model: ID, $hardware: ID, $tokens: Int, $batch: Int, $promptTokens: Int,
  $deployment: DeploymentMode, $options: EstimateOptions
) {
  estimate(
    model: $model, hardware: $hardware, tokens: $tokens, batch: $batch, promptTokens: $promptTokens,
    deployment: $deployment, options: $options
  ) {
    summary
    deployment { devices }
    workload { tokens promptTokens contextTokens batch }
    memory {
      fits weightsGiB kvCacheGiB stateGiB activationsGiB overheadGiB totalGiB
      perDeviceGiB usablePerDeviceGiB headroomPerDeviceGiB maxBatch maxContextTokens
    }
    latency {
      timeToFirstTokenMs timePerOutputTokenMs endToEndMs baseMs perTokenMs
      timePerOutputTokenMsRange { low high } endToEndMsRange { low high }
    }
    throughput { outputTokensPerSecond outputTokensPerSecondPerSequence }
    cost {
      usdPerRequest usdPerMillionTokensBlended usdPerHour
      usdPerRequestRange { low high count }
      basis { kind provider date }
    }
    energy { wattHoursPerRequest }
    bottleneck
    basis { evidence }
    assumptions { text }
    warnings
    suggestions { text }
  }
}`;

export interface EstimateReply {
  estimate: {
    summary: string;
    deployment: { devices: number | null };
    workload: { tokens: number; promptTokens: number; contextTokens: number; batch: number };
    memory: Memory | null;
    latency: {
      timeToFirstTokenMs: number;
      timePerOutputTokenMs: number;
      endToEndMs: number;
      baseMs: number;
      perTokenMs: number;
      timePerOutputTokenMsRange: Range;
      endToEndMsRange: Range;
    };
    throughput: { outputTokensPerSecond: number; outputTokensPerSecondPerSequence: number };
    cost: Cost | null;
    energy: { wattHoursPerRequest: number } | null;
    bottleneck: string | null;
    basis: { evidence: string };
    assumptions: readonly { text: string }[];
    warnings: readonly string[];
    suggestions: readonly { text: string }[];
  };
}

interface Range {
  low: number;
  high: number;
}

interface Memory {
  fits: boolean;
  weightsGiB: number;
  kvCacheGiB: number;
  stateGiB: number;
  activationsGiB: number;
  overheadGiB: number;
  totalGiB: number;
  perDeviceGiB: number;
  usablePerDeviceGiB: number;
  headroomPerDeviceGiB: number;
  maxBatch: number;
  maxContextTokens: number;
}

interface Cost {
  usdPerRequest: number;
  usdPerMillionTokensBlended: number;
  usdPerHour: number | null;
  usdPerRequestRange: Range & { count: number };
  basis: { kind: string; provider: string | null; date: string | null };
}

/** The estimate as text: the sentence first, then every figure with its unit, then what it rests on. */
export function estimateReport({ estimate }: EstimateReply, width: number): string {
  const lines: Line[] = [
    ...latencyLines(estimate),
    ...(estimate.memory ? memoryLines(estimate.memory, estimate.deployment.devices ?? 1) : []),
    ...costLines(estimate.cost),
    ...(estimate.energy ? [line('Energy', `up to ${number(estimate.energy.wattHoursPerRequest)} Wh per request`)] : []),
    ...(estimate.bottleneck ? [line('Bound by', words(estimate.bottleneck))] : []),
    ...items('Warning', estimate.warnings),
    ...items(
      'Try',
      estimate.suggestions.map(({ text }) => text),
    ),
    line('Rests on', estimate.basis.evidence),
    ...items(
      'Assumed',
      estimate.assumptions.map(({ text }) => text),
    ),
  ];
  return `${wrap(estimate.summary, width)}\n\n${columns(lines, width)}\n`;
}

function latencyLines({ latency, throughput, workload }: EstimateReply['estimate']): Line[] {
  const { endToEndMsRange, timePerOutputTokenMsRange } = latency;
  const law = `${duration(latency.baseMs)} + ${duration(latency.perTokenMs)} × ${number(workload.tokens)} tokens`;
  const speed =
    workload.batch === 1
      ? `${number(throughput.outputTokensPerSecondPerSequence)} tokens/s`
      : `${number(throughput.outputTokensPerSecondPerSequence)} tokens/s each, ${number(throughput.outputTokensPerSecond)} tokens/s in all`;
  return [
    line('Latency', `${duration(latency.endToEndMs)} = ${law}; likely ${rangeOf(endToEndMsRange, duration)}`),
    line('First token', `${duration(latency.timeToFirstTokenMs)}`),
    line(
      'Per token',
      `${duration(latency.timePerOutputTokenMs)}; likely ${rangeOf(timePerOutputTokenMsRange, duration)}; ${speed}`,
    ),
  ];
}

function memoryLines(memory: Memory, devices: number): Line[] {
  const { perDeviceGiB, usablePerDeviceGiB, headroomPerDeviceGiB } = memory;
  const verdict = memory.fits
    ? `fits, ${gibibytes(headroomPerDeviceGiB)} to spare`
    : `does not fit, ${gibibytes(-headroomPerDeviceGiB)} short`;
  const where = devices === 1 ? '' : ' on each device';
  const parts = [
    ['weights', memory.weightsGiB],
    ['KV cache', memory.kvCacheGiB],
    ['state', memory.stateGiB],
    ['activations', memory.activationsGiB],
    ['overhead', memory.overheadGiB],
  ] as const;
  const shown = parts.filter(([name, value]) => value > 0 || name === 'weights');
  const sum = shown.map(([name, value]) => `${name} ${gibibyteFigure(value)}`).join(' + ');
  return [
    line('Memory', `${gibibyteFigure(perDeviceGiB)} of ${gibibytes(usablePerDeviceGiB)}${where}: ${verdict}`),
    line('', `${sum} = ${gibibytes(memory.totalGiB)}${devices === 1 ? '' : ` on ${devices} devices`}`),
    ...roomLines(memory),
  ];
}

/** The largest `Int` stands for "no limit below that"; nothing is said where not even the weights fit. */
function roomLines({ maxBatch, maxContextTokens }: Memory): Line[] {
  const largestInt = 2 ** 31 - 1;
  if (maxContextTokens === 0) return [];
  const batch = maxBatch === largestInt ? 'any batch' : `batch ${number(maxBatch)}`;
  const length = maxContextTokens === largestInt ? 'any length' : `${number(maxContextTokens)} tokens`;
  return [line('Room for', `${batch} at this length, or ${length} at this batch`)];
}

function costLines(cost: Cost | null): Line[] {
  if (cost === null) return [line('Cost', 'no price known; give one with --usd-per-hour')];
  const { basis, usdPerRequestRange: range } = cost;
  const hour = cost.usdPerHour === null ? '' : `${dollars(cost.usdPerHour)} an hour, `;
  const source = basis.provider === null ? 'the price you gave' : `${basis.provider}, ${basis.date ?? 'undated'}`;
  const spread = range.high > range.low ? `; ${rangeOf(range, dollars)} over ${range.count} offers` : '';
  return [
    line('Cost', `${dollars(cost.usdPerRequest)} per request (${hour}${source})${spread}`),
    line('', `${dollars(cost.usdPerMillionTokensBlended)} per million tokens, prompt included`),
  ];
}

function rangeOf({ low, high }: Range, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

function items(label: string, texts: readonly string[]): Line[] {
  return texts.map((text, index) => line(index === 0 ? label : '', `· ${text}`));
}

function line(label: string, text: string): Line {
  return { label, text };
}
