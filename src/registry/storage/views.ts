import { sql, sqliteView } from './drizzle.ts';

/**
 * One view a kind, for people with a SQLite shell:
 * `SELECT name, memory_gib FROM hardware WHERE memory_gib >= 80`. The program does not use them; drizzle-kit reads
 * them to write `migrations/`.
 */
export const model = factsView('model', 'model', {
  developer: '$.developer',
  family: '$.family',
  released: '$.released',
  license: '$.license',
  open_weights: '$.openWeights',
  context_tokens: '$.contextTokens',
  parameters: '$.parameters.total',
  active_parameters: '$.parameters.active',
  native_format: '$.nativeFormat',
  hugging_face_id: '$.huggingFaceId',
});

export const hardware = factsView('hardware', 'hardware', {
  vendor: '$.vendor',
  device_kind: '$.kind',
  family: '$.family',
  architecture: '$.architecture',
  form_factor: '$.formFactor',
  released: '$.released',
  memory_gib: '$.memory.memoryGiB',
  memory_kind: '$.memory.memoryKind',
  memory_gigabytes_per_second: '$.memory.memoryGigabytesPerSecond',
  dense_bf16_teraflops: '$.compute.denseBf16Teraflops',
  dense_fp16_teraflops: '$.compute.denseFp16Teraflops',
  dense_fp8_teraflops: '$.compute.denseFp8Teraflops',
  link: '$.link.name',
  link_gigabytes_per_second_per_direction: '$.link.gigabytesPerSecondPerDirection',
  tdp_watts: '$.power.tdpWatts',
});

export const weightFormat = factsView('weight_format', 'weight-format', {
  bits_per_weight: '$.weights.bitsPerWeight',
  efficiency_class: '$.efficiencyClass',
});

export const runtime = factsView('runtime', 'runtime', {
  estimator: '$.estimator',
  license: '$.license',
  homepage: '$.homepage',
  default_year: '$.defaultYear',
});

export const offer = factsView('offer', 'offer', {
  basis: '$.basis',
  provider: '$.provider',
  hardware: '$.hardware',
  devices: '$.devices',
  instance: '$.instance',
  pricing: '$.pricing',
  region: '$.region',
  usd_per_hour: '$.usdPerHour',
  usd: '$.usd',
  model: '$.model',
  usd_per_million_input_tokens: '$.usdPerMillionInputTokens',
  usd_per_million_output_tokens: '$.usdPerMillionOutputTokens',
  effective_from: '$.effectiveFrom',
  effective_to: '$.effectiveTo',
});

export const hostedLatency = factsView('hosted_latency', 'hosted-latency', {
  model: '$.model',
  provider: '$.provider',
  measured: '$.measured',
  percentile: '$.percentile',
  time_to_first_token_seconds: '$.timeToFirstTokenSeconds',
  output_tokens_per_second: '$.outputTokensPerSecond',
});

export const scenario = factsView('scenario', 'scenario', {
  model: '$.model',
  deployment: '$.deployment',
  hardware: '$.hardware',
  devices: '$.devices',
  prompt_tokens: '$.promptTokens',
  output_tokens: '$.outputTokens',
  batch: '$.batch',
});

export const measurement = factsView('measurement', 'measurement', {
  measurement_set: '$.set',
  date: '$.date',
  model: '$.model',
  hardware: '$.hardware',
  devices: '$.devices',
  runtime: '$.runtime',
  weights: '$.weights',
  concurrency: '$.concurrency',
  prompt_tokens: '$.promptTokens',
  output_tokens: '$.outputTokens',
  time_to_first_token_ms: '$.metrics.timeToFirstTokenMs',
  time_per_output_token_ms: '$.metrics.timePerOutputTokenMs',
  output_tokens_per_second: '$.metrics.outputTokensPerSecond',
});

/** What every profile has, then figures of its facts by their JSON path. */
function factsView(name: string, kind: string, columns: Readonly<Record<string, string>>) {
  const figures = Object.entries(columns).map(([column, path]) => `facts ->> '${path}' AS ${column}`);
  const shared = ['id', 'name', ...figures, 'revision', 'origin', 'retired_at', 'replaced_by', 'updated_at', 'facts'];
  return sqliteView(name, {}).as(sql.raw(`SELECT ${shared.join(', ')} FROM profile WHERE kind = '${kind}'`));
}
