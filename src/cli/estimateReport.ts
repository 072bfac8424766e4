import { columns, type Row, wrap } from './columns.ts';
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
    verdict { headline }
    model { id name }
    hardware { id name }
    deployment { devices runtime { id } weights { id } kvCache { id } }
    workload { tokens promptTokens contextTokens batch }
    memory {
      fits weightsGiB kvCacheGiB stateGiB activationsGiB overheadGiB totalGiB
      perDeviceGiB usablePerDeviceGiB maxBatch maxContextTokens
    }
    latency {
      timeToFirstTokenMs timePerOutputTokenMs endToEndMs baseMs perTokenMs
      timePerOutputTokenMsRange { low high } endToEndMsRange { low high }
    }
    throughput { outputTokensPerSecond outputTokensPerSecondPerSequence }
    cost {
      usdPerRequest usdPerMillionTokensBlended usdPerHour
      usdPerRequestInterval { low high }
      usdPerRequestRange { low high count }
      basis { kind provider date }
      owned {
        usdPerDevice priceBasis usdPerHour usdPerHourOfPurchase usdPerHourOfElectricity usdPerRequest
        usdPerRequestInterval { low high }
      }
    }
    energy { wattHoursPerRequest }
    bottleneck
    basis { evidence }
    assumptions { text }
    warnings
    suggestions { text alsoChanges }
  }
}`;

export interface EstimateReply {
  estimate: {
    summary: string;
    verdict: { headline: string };
    deployment: { devices: number | null };
    workload: { tokens: number; promptTokens: number; contextTokens: number; batch: number };
    memory: Memory | null;
    latency:
      | (Record<'timeToFirstTokenMs' | 'timePerOutputTokenMs' | 'endToEndMs' | 'baseMs' | 'perTokenMs', number> &
          Record<'timePerOutputTokenMsRange' | 'endToEndMsRange', Range>)
      | null;
    throughput: { outputTokensPerSecond: number; outputTokensPerSecondPerSequence: number } | null;
    cost: Cost | null;
    energy: { wattHoursPerRequest: number } | null;
    bottleneck: string | null;
    basis: { evidence: string };
    assumptions: readonly { text: string }[];
    warnings: readonly string[];
    suggestions: readonly { text: string; alsoChanges: readonly string[] }[];
  };
}

type Range = Record<'low' | 'high', number>;

type Memory = { fits: boolean } & Record<
  | `${'weights' | 'kvCache' | 'state' | 'activations' | 'overhead' | 'total'}GiB`
  | `${'per' | 'usablePer'}DeviceGiB`
  | 'maxBatch'
  | 'maxContextTokens',
  number
>;

interface Cost {
  usdPerRequest: number;
  usdPerMillionTokensBlended: number;
  usdPerHour: number | null;
  usdPerRequestInterval: Range;
  usdPerRequestRange: Range & { count: number };
  basis: { kind: string; provider: string | null; date: string | null };
  owned: Owned | null;
}

type Owned = { priceBasis: string; usdPerRequestInterval: Range } & Record<
  'usdPerDevice' | 'usdPerRequest' | `usdPerHour${'' | 'OfPurchase' | 'OfElectricity'}`,
  number
>;

/** The estimate as text: the sentence first, then every figure with its unit, then what it rests on. */
export function estimateReport({ estimate }: EstimateReply, width: number): string {
  const { memory, energy, bottleneck } = estimate;
  const rows = [
    ...latencyRows(estimate),
    ...(memory ? memoryRows(estimate, memory) : []),
    ...costRows(estimate.cost),
    energy && (['Energy', `up to ${number(energy.wattHoursPerRequest)} Wh per request`] as const),
    bottleneck !== null && (['Bound by', words(bottleneck)] as const),
    ...items('Warning', estimate.warnings),
    ...items(
      'Try',
      estimate.suggestions.map(({ text, alsoChanges }) => [text, ...alsoChanges].join(' ')),
    ),
    ['Rests on', estimate.basis.evidence] as const,
    ...items('Assumed', texts(estimate.assumptions)),
  ];
  return `${wrap(estimate.summary, width)}\n\n${columns(rows, width)}`;
}

function latencyRows({ latency, throughput, workload }: EstimateReply['estimate']): Row[] {
  if (latency === null || throughput === null) return [['Latency', 'not known: nobody published one']];
  const { endToEndMsRange, timePerOutputTokenMsRange } = latency;
  const law = `${duration(latency.baseMs)} + ${duration(latency.perTokenMs)} × ${number(workload.tokens)} tokens`;
  const speed =
    workload.batch === 1
      ? `${number(throughput.outputTokensPerSecondPerSequence)} tokens/s`
      : `${number(throughput.outputTokensPerSecondPerSequence)} tokens/s each, ${number(throughput.outputTokensPerSecond)} tokens/s in all`;
  return [
    ['Latency', `${duration(latency.endToEndMs)} = ${law}; likely ${rangeOf(endToEndMsRange, duration)}`],
    ['First token', `${duration(latency.timeToFirstTokenMs)}`],
    [
      'Per token',
      `${duration(latency.timePerOutputTokenMs)}; likely ${rangeOf(timePerOutputTokenMsRange, duration)}; ${speed}`,
    ],
  ];
}

function memoryRows({ deployment, verdict }: EstimateReply['estimate'], memory: Memory): Row[] {
  const { perDeviceGiB, usablePerDeviceGiB } = memory;
  const devices = deployment.devices ?? 1;
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
    ['Memory', `${gibibyteFigure(perDeviceGiB)} of ${gibibytes(usablePerDeviceGiB)}${where}. ${verdict.headline}`],
    ['', `${sum} = ${gibibytes(memory.totalGiB)}${devices === 1 ? '' : ` on ${devices} devices`}`],
    ...roomRows(memory),
  ];
}

/** The largest `Int` stands for "no limit below that"; nothing is said where not even the weights fit. */
function roomRows({ maxBatch, maxContextTokens }: Memory): Row[] {
  const largestInt = 2 ** 31 - 1;
  if (maxContextTokens === 0) return [];
  const batch = maxBatch === largestInt ? 'any batch' : `batch ${number(maxBatch)}`;
  const length = maxContextTokens === largestInt ? 'any length' : `${number(maxContextTokens)} tokens`;
  return [['Room for', `${batch} at this length, or ${length} at this batch`]];
}

function costRows(cost: Cost | null): Row[] {
  if (cost === null)
    return [['Cost', 'no price known; give one with --usd-per-hour, or with --purchase, --years and --usd-per-kwh']];
  const { basis, usdPerRequestRange: range } = cost;
  const hour = cost.usdPerHour === null ? '' : `${dollars(cost.usdPerHour)} an hour, `;
  const own = basis.kind === 'OWNED' ? 'what owning it comes to' : 'the price you gave';
  const source = basis.provider === null ? own : `${basis.provider}, ${basis.date ?? 'undated'}`;
  const spread = range.high > range.low ? `; ${rangeOf(range, dollars)} over ${range.count} offers` : '';
  return [
    [
      'Cost',
      `${dollars(cost.usdPerRequest)} per request (${hour}${source})${likely(cost.usdPerRequestInterval)}${spread}`,
    ],
    ['', `${dollars(cost.usdPerMillionTokensBlended)} per million tokens, prompt included`],
    ...(cost.owned === null ? [] : [ownedRow(cost.owned)]),
  ];
}

function ownedRow(owned: Owned): Row {
  const { usdPerHour, usdPerHourOfPurchase: purchase, usdPerHourOfElectricity: electricity } = owned;
  const hour = `${dollars(usdPerHour)} an hour = ${dollars(purchase)} for the devices + ${dollars(electricity)} for electricity`;
  const from = `${dollars(owned.usdPerDevice)} a device, ${owned.priceBasis}`;
  return [
    'Owned',
    `${dollars(owned.usdPerRequest)} per request (${hour}; ${from})${likely(owned.usdPerRequestInterval)}`,
  ];
}

/** Nothing where the price is known. */
function likely({ low, high }: Range): string {
  return high > low ? `; likely ${rangeOf({ low, high }, dollars)}` : '';
}

function rangeOf({ low, high }: Range, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

function items(label: string, texts: readonly string[]): Row[] {
  return texts.map((text, index) => [index === 0 ? label : '', `· ${text}`]);
}

function texts(items: readonly { text: string }[]): string[] {
  return items.map(({ text }) => text);
}
