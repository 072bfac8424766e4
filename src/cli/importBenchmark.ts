import { Option } from 'commander';
import { benchmarkFormatFiles } from '../importers/benchmarks/benchmarkFormat.ts';
import { kebabCase } from '../registry/name.ts';
import { type Answered, inWords, RefusedError } from './ask.ts';
import { enumValue, numberOrText, withoutAbsent } from './calculate.ts';
import { columns, type Line } from './columns.ts';
import { type ImportFailure, importFailures, refusalOf } from './importFailure.ts';

/** What a benchmark's file does not say; each is a label of the mutation, except the format. */
export interface BenchmarkImportOptions {
  format?: string;
  model?: string;
  hardware?: string;
  runtime?: string;
  runtimeVersion?: string;
  runtimeYear?: string;
  weights?: string;
  kvCache?: string;
  devices?: string;
  tensor?: string;
  pipeline?: string;
  expert?: string;
  data?: string;
  mode?: string;
  concurrency?: string;
  date?: string;
  title?: string;
  notes?: string;
  trust?: string;
}

export const benchmarkOptions = [
  new Option('--format <name>', alternatives([...benchmarkFormatFiles.keys()])),
  new Option('--model <id>', 'model that ran: an id or alias'),
  new Option('--hardware <id>', 'device it ran on: an id or alias'),
  new Option('--runtime <id>', 'what ran it: vllm, llama.cpp, ...'),
  new Option('--runtime-version <text>', 'version of the runtime, as it prints it'),
  new Option('--runtime-year <year>', 'year of the runtime’s build; default: the year of the run'),
  new Option('--weights <format>', 'format of the weights: bf16, fp8, q4_k_m, ...'),
  new Option('--kv-cache <format>', 'format of the KV cache; default: as the runtime does'),
  new Option('--devices <count>', 'devices used; default: 1'),
  new Option('--tensor <count>', 'devices that share every layer; default: all'),
  new Option('--pipeline <count>', 'stages of consecutive layers; default: 1'),
  new Option('--expert <count>', 'ranks the experts are spread over; default: 1'),
  new Option('--data <count>', 'copies of the model; default: 1'),
  new Option('--mode <mode>', 'single-stream, static-batch, saturated or served'),
  new Option('--concurrency <count>', 'sequences in flight'),
  new Option('--date <day>', 'day of the run, YYYY-MM-DD; default: what the file says, else today'),
  new Option('--title <words>', 'what to call its source; default: Own benchmark'),
  new Option('--notes <words>', 'what to know about it'),
  new Option('--trust <level>', 'high, medium or low; low moves no estimate'),
];

const query = `
mutation Import($format: BenchmarkFormat!, $text: String!, $labels: MeasurementLabels, $dryRun: Boolean) {
  imported: measurementImport(format: $format, text: $text, labels: $labels, dryRun: $dryRun) {
    ... on MeasurementImportPayload {
      dryRun
      measurements {
        id modelId hardwareId devices runtimeId runtimeVersion weightsId mode concurrency promptTokens outputTokens
        metrics {
          timeToFirstTokenMs timePerOutputTokenMs endToEndMs prefillTokensPerSecond
          decodeTokensPerSecondPerSequence outputTokensPerSecond totalTokensPerSecond
        }
      }
      known { id retired }
    }
    ${importFailures}
  }
}`;

/** The mutation that records every run of a benchmark's output. */
export function benchmarkQuestion(
  format: string | null,
  text: string,
  options: BenchmarkImportOptions,
  dryRun: true | undefined,
) {
  const { model, hardware, runtime, runtimeVersion, weights, kvCache, date, title, notes } = options;
  const parallelism = withoutAbsent({
    tensor: numberOrText(options.tensor),
    pipeline: numberOrText(options.pipeline),
    expert: numberOrText(options.expert),
    data: numberOrText(options.data),
  });
  const labels = withoutAbsent({
    ...{ model, hardware, runtime, runtimeVersion, weights, kvCache, date, title, notes },
    runtimeYear: numberOrText(options.runtimeYear),
    devices: numberOrText(options.devices),
    concurrency: numberOrText(options.concurrency),
    mode: enumValue(options.mode),
    trust: enumValue(options.trust),
    parallelism: Object.keys(parallelism).length > 0 ? parallelism : undefined,
  });
  return { query, variables: { format: enumValue(options.format ?? format ?? undefined), text, labels, dryRun } };
}

interface ImportedRun {
  id: string;
  modelId: string;
  hardwareId: string;
  devices: number;
  runtimeId: string;
  runtimeVersion: string | null;
  weightsId: string;
  mode: string;
  concurrency: number | null;
  promptTokens: number | null;
  outputTokens: number | null;
  metrics: Record<keyof typeof metricWords, number | null>;
}

export interface BenchmarkImportReply {
  imported: ImportFailure & {
    dryRun?: boolean;
    measurements?: readonly ImportedRun[];
    known?: readonly { id: string; retired: boolean }[];
  };
}

/** What was recorded, a line a run. @throws RefusedError why nothing was */
export function benchmarkReport({ data, refusals }: Answered<BenchmarkImportReply>, width: number): string {
  if (refusals.length > 0) throw new RefusedError(inFlags(inWords(refusals)));
  const { measurements, known = [], dryRun, ...failure } = data.imported;
  if (measurements === undefined) throw new RefusedError(inFlags(refusalOf(failure)));
  const recorded = dryRun === true ? 'Would record' : 'Recorded';
  const lines: Line[] = [
    ...measurements.map((run) => ({ label: recorded, text: inOneLine(run) })),
    ...known.map(({ id, retired }) => ({
      label: 'Known',
      text: retired ? `${id}, retired: measurementRestore brings it back` : id,
    })),
  ];
  return `${columns(lines, width)}\n`;
}

function inOneLine(run: ImportedRun): string {
  const { id, modelId, hardwareId, devices, runtimeId, runtimeVersion, weightsId, concurrency } = run;
  const where = `${modelId} ${weightsId} on ${devices} × ${hardwareId}, ${runtimeId}${runtimeVersion === null ? '' : ` ${runtimeVersion}`}`;
  const flight = concurrency === null ? 'everything queued at once' : `${concurrency} in flight`;
  const tokens = `${rounded(run.promptTokens ?? 0)} + ${rounded(run.outputTokens ?? 0)} tokens`;
  const measured = Object.entries(metricWords).flatMap(([name, words]) => {
    const value = run.metrics[name as keyof typeof metricWords];
    return value === null ? [] : [`${rounded(value)} ${words}`];
  });
  return `${where}, ${flight}, ${tokens}: ${measured.join(', ')} (${id})`;
}

const metricWords = {
  timeToFirstTokenMs: 'ms to the first token',
  timePerOutputTokenMs: 'ms a token',
  endToEndMs: 'ms end to end',
  prefillTokensPerSecond: 'prompt tokens/s',
  decodeTokensPerSecondPerSequence: 'tokens/s a sequence',
  outputTokensPerSecond: 'output tokens/s',
  totalTokensPerSecond: 'tokens/s in all',
};

function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** `labels.runtimeVersion` is `--runtime-version` here. */
function inFlags(message: string): string {
  return message.replaceAll(/\blabels\.(?:parallelism\.)?(\w+)/g, (_, field: string) => `--${kebabCase(field)}`);
}

function alternatives(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
