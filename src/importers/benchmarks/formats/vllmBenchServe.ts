import { refusal } from '../../importRefused.ts';
import type { BenchmarkFormat } from '../benchmarkFormat.ts';
import { type BenchmarkRun, emptyRun, everyRun, type FileFields } from '../benchmarkRun.ts';
import { jsonItems } from '../jsonItems.ts';

/**
 * Results of vLLM's `benchmark_serving.py --save-result` and `vllm bench serve --save-result` (the same fields; several
 * results one after another, as `--append-result` writes them, are several runs).
 *
 * Definitions of the tool (vllm/benchmarks/serve.py, calculate_metrics): TPOT = (latency − TTFT) ÷ (output − 1), mean
 * over requests, so the first token is excluded. ITL is the mean of all gaps between chunks, which may hold several
 * tokens; it is not used. Output throughput is over the whole run, ramp-up and ramp-down included.
 *
 * Sequences in flight: `max_concurrency` of a closed loop; for a request rate, request throughput × mean end-to-end
 * latency (Little's law); one prompt is one sequence. Everything sent at once says how many only with the argument.
 */
export const format: BenchmarkFormat = {
  title:
    'The result file of `vllm bench serve` or `benchmark_serving.py` with --save-result: JSON, a list, or one a line.',
  recognises: ({ keys }) => keys.includes('completed') && keys.includes('total_input_tokens'),
  read: (text) => everyRun(jsonItems(text, 'a result of vllm bench serve'), readResult),
};

function readResult(fields: FileFields): BenchmarkRun {
  refuseOtherDecoding(fields);
  const completed = fields.requiredPositive('completed', 'no request was answered');
  const run = emptyRun(fields.place);
  run.model = fields.text('model_id');
  run.runtime = fields.text('backend') ?? fields.text('endpoint_type');
  run.date = dateOf(fields);
  run.promptTokens = fields.requiredPositive('total_input_tokens', 'the mean prompt is not known') / completed;
  run.outputTokens = fields.requiredPositive('total_output_tokens', 'the mean answer is not known') / completed;
  addMetrics(run, fields);
  addLoad(run, fields);
  const failed = fields.number('failed') ?? (fields.number('num_prompts') ?? completed) - completed;
  if (failed > 0) run.notes.push(`${failed} requests failed and are not in the means.`);
  return run;
}

function addMetrics(run: BenchmarkRun, fields: FileFields): void {
  const metrics = {
    timeToFirstTokenMs: fields.positive('mean_ttft_ms'),
    timePerOutputTokenMs: (run.outputTokens ?? 0) > 1 ? fields.positive('mean_tpot_ms') : null,
    endToEndMs: fields.positive('mean_e2el_ms'),
    outputTokensPerSecond: fields.positive('output_throughput'),
    totalTokensPerSecond: fields.positive('total_token_throughput'),
  };
  for (const [name, value] of Object.entries(metrics))
    if (value !== null) Object.assign(run.metrics, { [name]: value });
  if (Object.keys(run.metrics).length === 0) {
    throw refusal(
      'MISSING_KEY',
      fields.path('mean_tpot_ms'),
      'is missing, and so are mean_ttft_ms and output_throughput',
    );
  }
}

function addLoad(run: BenchmarkRun, fields: FileFields): void {
  run.mode = 'served';
  const rate = fields.raw('request_rate');
  const limit = fields.whole('max_concurrency');
  const prompts = fields.number('num_prompts');
  if (rate !== undefined && rate !== null && rate !== 'inf') {
    run.concurrency = inFlight(run, fields);
  } else if (limit !== null) {
    run.concurrency = prompts === null ? limit : Math.min(limit, prompts);
  } else if (prompts === 1) {
    run.concurrency = 1;
  } else {
    // A burst: how many ran at a time is the server's choice, and the first tokens mostly waited.
    run.mode = null;
  }
}

function inFlight(run: BenchmarkRun, fields: FileFields): number | null {
  const throughput = fields.positive('request_throughput');
  const { timeToFirstTokenMs, timePerOutputTokenMs, endToEndMs } = run.metrics;
  const parts =
    timeToFirstTokenMs === undefined || timePerOutputTokenMs === undefined
      ? undefined
      : timeToFirstTokenMs + ((run.outputTokens ?? 1) - 1) * timePerOutputTokenMs;
  const whole = endToEndMs ?? parts;
  if (throughput === null || whole === undefined) return null;
  const mean = (throughput * whole) / 1000;
  run.notes.push(`Requests arrived at a rate; ${mean.toPrecision(3)} in flight on average (Little’s law).`);
  return Math.max(1, Math.round(mean));
}

/** Steps that give more than one token are not what the estimates are of. */
function refuseOtherDecoding(fields: FileFields): void {
  const other = [
    'spec_decode_acceptance_rate',
    'diffusion_committed_throughput',
    'ramp_up_strategy',
    'total_input_sequences',
  ];
  const found = other.find((key) => fields.says(key));
  if (found === undefined) return;
  const what = {
    spec_decode_acceptance_rate: 'the run decoded speculatively, which estimates do not describe',
    diffusion_committed_throughput: 'the model is a diffusion model, which estimates do not describe',
    ramp_up_strategy: 'the request rate grew during the run, so its means are of no one load',
    total_input_sequences: 'the run is of embeddings: nothing was generated',
  }[found];
  throw refusal('UNKNOWN_KIND', fields.path(found), `cannot be imported: ${what}`);
}

/** 20251124-093000 */
function dateOf(fields: FileFields): string | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})-\d{6}$/.exec(fields.text('date') ?? '') ?? [];
  return year === undefined ? null : `${year}-${month}-${day}`;
}
