import { refusal } from '../../importRefused.ts';
import { parsePastedValue } from '../../pastedJson.ts';
import type { BenchmarkFormat } from '../benchmarkFormat.ts';
import { type BenchmarkRun, emptyRun, everyRun, FileFields, listOf, mostCharacters } from '../benchmarkRun.ts';

/**
 * The JSON report of GuideLLM (`benchmarks.json`, versions 0.2 on): one run a benchmark of the report.
 *
 * Definitions of the tool: inter_token_latency_ms = (last token − first token) ÷ (tokens − 1), the first excluded; it is
 * read as the time per output token. time_per_output_token_ms has meant (last − first) ÷ tokens and later (last − start)
 * ÷ tokens, so it is not read. request_latency is in seconds; rates are of the whole system. Figures are means over
 * successful requests.
 *
 * Sequences in flight: 1 when synchronous, the streams when concurrent, else the mean that the tool measured.
 * A throughput benchmark queues everything at once.
 */
export const format: BenchmarkFormat = {
  title: 'The JSON report of GuideLLM 0.2 or later.',
  recognises: ({ keys }) => keys.includes('benchmarks'),
  read: readReport,
};

function readReport(text: string): BenchmarkRun[] {
  const report = new FileFields(parsePastedValue(text, mostCharacters), '');
  if (!report.says('benchmarks')) {
    throw refusal('MISSING_KEY', 'benchmarks', 'is missing: paste the JSON report of guidellm benchmark');
  }
  const model = report.object('args')?.raw('model');
  return everyRun(listOf(report.raw('benchmarks'), 'benchmarks'), (fields) =>
    readBenchmark(fields, typeof model === 'string' ? model : null),
  );
}

function readBenchmark(fields: FileFields, modelOfReport: string | null): BenchmarkRun {
  const metrics = fields.requiredObject('metrics', 'reports before GuideLLM 0.2 have another form');
  const run = emptyRun(fields.place);
  run.model = modelOfReport ?? modelOf(fields);
  run.date = dateOf(fields);
  run.promptTokens = meanOf(metrics, 'prompt_token_count');
  run.outputTokens = meanOf(metrics, 'output_token_count');
  const latency = meanOf(metrics, 'request_latency');
  const found = {
    timeToFirstTokenMs: meanOf(metrics, 'time_to_first_token_ms'),
    timePerOutputTokenMs: meanOf(metrics, 'inter_token_latency_ms'),
    endToEndMs: latency === null ? null : latency * 1000,
    outputTokensPerSecond: meanOf(metrics, 'output_tokens_per_second'),
    totalTokensPerSecond: meanOf(metrics, 'tokens_per_second'),
  };
  for (const [name, value] of Object.entries(found)) if (value !== null) Object.assign(run.metrics, { [name]: value });
  if (Object.keys(run.metrics).length === 0) {
    throw refusal(
      'MISSING_KEY',
      metrics.path('inter_token_latency_ms'),
      'is missing or 0, and so are the other times and rates',
    );
  }
  addLoad(run, fields, metrics);
  return run;
}

/** `config.strategy` since 0.4, `scheduler.strategy` and `args.strategy` before. */
function strategyOf(fields: FileFields): FileFields {
  for (const key of ['config', 'scheduler', 'args']) {
    const strategy = fields.object(key)?.object('strategy');
    if (strategy) return strategy;
  }
  throw refusal('MISSING_KEY', fields.path('config.strategy'), 'is missing: it says how many requests were in flight');
}

function addLoad(run: BenchmarkRun, fields: FileFields, metrics: FileFields): void {
  const strategy = strategyOf(fields);
  const type = strategy.text('type_');
  const measured = meanOf(metrics, 'request_concurrency');
  run.mode = 'served';
  switch (type) {
    case 'synchronous':
      run.concurrency = 1;
      return;
    case 'concurrent':
      run.concurrency = strategy.requiredPositive('streams', 'it says how many requests were in flight');
      return;
    case 'throughput':
      run.mode = null;
      return;
    case 'constant':
    case 'poisson':
      if (measured === null) throw refusal('MISSING_KEY', metrics.path('request_concurrency'), 'is missing or 0');
      run.concurrency = Math.max(1, Math.round(measured));
      run.notes.push(`Requests arrived at a rate (${type}); ${measured.toPrecision(3)} in flight on average.`);
      return;
    default:
      throw refusal('UNKNOWN_KIND', strategy.path('type_'), `the strategy ${JSON.stringify(type)} is not known here`);
  }
}

/** Mean over successful requests; null when missing or 0. */
function meanOf(metrics: FileFields, name: string): number | null {
  return metrics.object(name)?.object('successful')?.positive('mean') ?? null;
}

function modelOf(fields: FileFields): string | null {
  const backend = fields.object('config')?.object('backend');
  return backend?.text('model') ?? fields.object('worker')?.text('backend_model') ?? null;
}

/** Seconds since 1970. */
function dateOf(fields: FileFields): string | null {
  const seconds = fields.positive('start_time') ?? fields.object('scheduler_metrics')?.positive('measure_start_time');
  return seconds == null || seconds > 4e9 ? null : new Date(seconds * 1000).toISOString().slice(0, 10);
}
