import { benchmarkFormatFiles } from '../importers/benchmarks/benchmarkFormat.ts';
import { kebabCase } from '../registry/name.ts';
import { type Answered, inWords, RefusedError } from './ask.ts';
import { columns, type Row } from './columns.ts';
import { type ImportFailure, importFailures, refusalOf } from './importFailure.ts';
import { enumValue, type Given, numberOrText, sent, variablesOf } from './sentOption.ts';

/** What a benchmark's file does not say: its format, and labels of the mutation. */
export const benchmarkOptions = [
  sent('--format <name>', alternatives([...benchmarkFormatFiles.keys()]), { as: enumValue }),
  sent('--model <id>', 'model that ran: an id or alias', { to: 'labels.model' }),
  sent('--hardware <id>', 'device it ran on: an id or alias', { to: 'labels.hardware' }),
  sent('--runtime <id>', 'what ran it: vllm, llama.cpp, ...', { to: 'labels.runtime' }),
  sent('--runtime-version <text>', 'version of the runtime, as it prints it', { to: 'labels.runtimeVersion' }),
  sent('--runtime-year <year>', 'year of the runtime’s build; default: the year of the run', {
    to: 'labels.runtimeYear',
    as: numberOrText,
  }),
  sent('--weights <format>', 'format of the weights: bf16, fp8, q4_k_m, ...', { to: 'labels.weights' }),
  sent('--kv-cache <format>', 'format of the KV cache; default: as the runtime does', { to: 'labels.kvCache' }),
  sent('--devices <count>', 'devices used; default: 1', { to: 'labels.devices', as: numberOrText }),
  sent('--tensor <count>', 'devices that share every layer; default: all', {
    to: 'labels.parallelism.tensor',
    as: numberOrText,
  }),
  sent('--pipeline <count>', 'stages of consecutive layers; default: 1', {
    to: 'labels.parallelism.pipeline',
    as: numberOrText,
  }),
  sent('--expert <count>', 'ranks the experts are spread over; default: 1', {
    to: 'labels.parallelism.expert',
    as: numberOrText,
  }),
  sent('--data <count>', 'copies of the model; default: 1', { to: 'labels.parallelism.data', as: numberOrText }),
  sent('--mode <mode>', 'single-stream, static-batch, saturated or served', { to: 'labels.mode', as: enumValue }),
  sent('--concurrency <count>', 'sequences in flight', { to: 'labels.concurrency', as: numberOrText }),
  sent('--date <day>', 'day of the run, YYYY-MM-DD; default: what the file says, else today', { to: 'labels.date' }),
  sent('--title <words>', 'what to call its source; default: Own benchmark', { to: 'labels.title' }),
  sent('--notes <words>', 'what to know about it', { to: 'labels.notes' }),
  sent('--trust <level>', 'high, medium or low; low moves no estimate', { to: 'labels.trust', as: enumValue }),
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
export function benchmarkQuestion(recognised: string | null, text: string, given: Given) {
  const variables = variablesOf(benchmarkOptions, { ...(recognised !== null && { format: recognised }), ...given });
  return { query, variables: { ...variables, text } };
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
  return columns(
    [
      ...measurements.map((run): Row => [recorded, inOneLine(run)]),
      ...known.map(
        ({ id, retired }): Row => ['Known', retired ? `${id}, retired: measurementRestore brings it back` : id],
      ),
    ],
    width,
  );
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
