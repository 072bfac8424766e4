import type { Measurement } from '../../registry/kinds/measurement.ts';
import { refusal } from '../importRefused.ts';
import { type BenchmarkRun, emptyRun, type FileFields } from './benchmarkRun.ts';

/**
 * One test of llama.cpp's `llama-bench -o json` (or jsonl) and `-o csv` as a run.
 *
 * Definitions of the tool: `avg_ts` is tokens ÷ time of the test; a pp test reads n_prompt tokens, a tg test generates
 * n_gen tokens one by one without a prompt (each token is a decode step, the first included), a pg test does both and is
 * taken as one request. n_depth tokens are in the cache before the timed part. Tokenisation and sampling are not timed.
 */
export function llamaBenchTest(fields: FileFields): BenchmarkRun {
  if (fields.flag('embeddings') === true) {
    throw refusal('UNKNOWN_KIND', fields.path('embeddings'), 'cannot be imported: nothing was generated');
  }
  if ((fields.number('n_cpu_moe') ?? 0) > 0) {
    const what = 'cannot be imported: experts on the CPU beside a GPU are not what estimates describe';
    throw refusal('UNKNOWN_KIND', fields.path('n_cpu_moe'), what);
  }
  const run = emptyRun(fields.place);
  const file = fields.text('model_filename')?.split('/').at(-1) ?? '';
  const tag = fileTag(file) ?? typeTag(fields.text('model_type') ?? '');
  run.model = modelOf(file);
  run.runtime = 'llama.cpp';
  run.weights = tag === null ? null : `gguf-${tag.toLowerCase()}`;
  run.kvCache = cacheOf(fields);
  run.runtimeVersion = buildOf(fields);
  run.date = /^\d{4}-\d{2}-\d{2}/.exec(fields.text('test_time') ?? '')?.[0] ?? null;
  run.mode = 'single-stream';
  run.concurrency = 1;
  run.contextTokens = fields.number('n_depth') ?? 0;
  run.backend = backendOf(fields);
  addDevices(run, fields);
  // -1: left to the build.
  run.flashAttention = String(fields.raw('flash_attn')) === '-1' ? null : fields.flag('flash_attn');
  run.threads = fields.whole('n_threads');
  run.prefillChunkTokens = fields.whole('n_ubatch');
  const size = fields.positive('model_size');
  run.weightsFileGiB = size === null ? null : size / 2 ** 30;
  const layers = fields.whole('n_gpu_layers');
  run.gpuLayers = layers === null || layers < 0 || run.backend === 'cpu' ? null : layers;
  addSpeed(run, fields);
  return run;
}

function addSpeed(run: BenchmarkRun, fields: FileFields): void {
  const read = fields.number('n_prompt') ?? 0;
  const generated = fields.number('n_gen') ?? 0;
  const speed = fields.requiredPositive('avg_ts', 'the test has no speed');
  if (read <= 0 && generated <= 0) {
    throw refusal('MISSING_KEY', fields.path('n_prompt'), 'is 0 and so is n_gen: the test did nothing');
  }
  run.promptTokens = read;
  run.outputTokens = generated;
  if (generated === 0) run.metrics.prefillTokensPerSecond = speed;
  else if (read === 0) run.metrics.decodeTokensPerSecondPerSequence = speed;
  else run.metrics.endToEndMs = ((read + generated) / speed) * 1000;
}

/**
 * GPUs are listed by their drivers' names, all that the build sees: of one sort, a run that splits layers or rows is on all
 * of them, one that does not on one. Apple's name leaves the number of cores open, and of different ones nothing says
 * which ran: a label has to.
 */
function addDevices(run: BenchmarkRun, fields: FileFields): void {
  const listed = fields.text('gpu_info')?.split(/, |\//) ?? [];
  const [name] = listed;
  if (name === undefined || new Set(listed).size > 1) return;
  if (run.backend === null || run.backend === 'cpu' || run.backend === 'metal') return;
  const isChosen = !['auto', null].includes(fields.text('devices'));
  if (isChosen && listed.length > 1) return;
  // Vulkan adds the driver: AMD Radeon RX 7900 XTX (RADV NAVI31).
  run.hardware = name.replace(/ \([^)]*\)$/, '');
  run.devices = fields.text('split_mode') === 'none' ? 1 : listed.length;
}

const fileType =
  /(?:^|[-._])(IQ\d_(?:XXS|XS|NL|S|M)|Q\d_K_[SML]|Q\d_K|Q\d_[01]|TQ[12]_0|MXFP4_MOE|BF16|F16)(?=[-._]|$)/i;

/** The quantisation in a file name, as publishers write it: Qwen2.5-7B-Instruct-Q4_K_M.gguf. */
function fileTag(file: string): string | null {
  return fileType.exec(file)?.[1] ?? null;
}

/** The quantisation in llama.cpp's own words: qwen2 7B Q4_K - Medium. */
function typeTag(type: string): string | null {
  const [, base, size] = /\b(I?Q\d\w*|F16|BF16)(?: - (Small|Medium|Large))?/.exec(type) ?? [];
  if (base === undefined) return null;
  return size === undefined ? base : `${base}_${size.charAt(0)}`;
}

/** Without the quantisation and the ending, which leaves the name a model is published under. */
function modelOf(file: string): string | null {
  const stem = file.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '');
  const place = fileType.exec(stem)?.index;
  const name = place === undefined ? stem : stem.slice(0, place);
  return name === '' || name === 'ggml-model' ? null : name;
}

function buildOf(fields: FileFields): string | null {
  const number = fields.whole('build_number');
  return number === null || number <= 0 ? fields.text('build_commit') : `b${number}`;
}

/** f16, bf16, q8_0: keys and values alike, or the cache has no one format. */
function cacheOf(fields: FileFields): string | null {
  const [key, value] = [fields.text('type_k'), fields.text('type_v')];
  if (key === null) return null;
  if (value !== null && key !== value) {
    throw refusal(
      'UNKNOWN_KIND',
      fields.path('type_v'),
      `keys in ${key} and values in ${value} are no one cache format`,
    );
  }
  return key === 'f16' || key === 'bf16' ? 'kv-fp16' : `kv-${key}`;
}

const backends: readonly (readonly [RegExp, NonNullable<Measurement['backend']>])[] = [
  [/cuda/i, 'cuda'],
  [/rocm|hip/i, 'rocm'],
  [/metal|mtl/i, 'metal'],
  [/vulkan/i, 'vulkan'],
  [/sycl/i, 'sycl'],
  [/opencl/i, 'opencl'],
  [/cpu|blas|amx/i, 'cpu'],
];

function backendOf(fields: FileFields): Measurement['backend'] {
  const named = fields.text('backends');
  if (named === null) return null;
  const found = backends.find(([pattern]) => pattern.test(named));
  if (found !== undefined) return found[1];
  throw refusal(
    'UNKNOWN_KIND',
    fields.path('backends'),
    `the backend ${JSON.stringify(named.slice(0, 40))} is not known here`,
  );
}
