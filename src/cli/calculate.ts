import type { Command } from 'commander';

/** Options of `calculate` as commander reads them: text, so that GraphQL judges every value and words every refusal. */
export interface CalculateOptions {
  model?: string;
  hardware?: string;
  tokens?: string;
  batch?: string;
  deployment?: string;
  promptTokens?: string;
  contextTokens?: string;
  weights?: string;
  kvCache?: string;
  runtime?: string;
  runtimeYear?: string;
  devices?: string;
  scheduling?: string;
  offer?: string;
  usdPerHour?: string;
}

export function addCalculateOptions(command: Command): Command {
  return command
    .option('--model <id>', 'model: an id or alias (also --model_size; default: 7B)')
    .option('--tokens <count>', 'tokens generated per sequence (default: 1000)')
    .option('--batch <count>', 'sequences in flight (also --batch_size; default: 1)')
    .option('--hardware <id>', 'device: an id or alias (also --hardware_type; default: T4)')
    .option('--deployment <mode>', 'local or api (also --deployment_mode; default: api for models sold only so)')
    .option('--prompt-tokens <count>', 'tokens read before the first is generated (default: 0)')
    .option('--context-tokens <count>', 'tokens already cached for each sequence before the prompt (default: 0)')
    .option('--devices <count>', 'devices the model is spread over (default: 1)')
    .option('--weights <format>', 'weight format: fp16, fp8, q4_k_m, ... (default: as the model is published)')
    .option('--kv-cache <format>', 'format of the KV cache (default: as the runtime does)')
    .option('--runtime <id>', 'vllm, llama.cpp, ... (default: what people use on that device)')
    .option('--runtime-year <year>', 'year of the runtime’s build (default: the latest with measurements)')
    .option('--scheduling <mode>', 'static or continuous batching (default: as the runtime does)')
    .option('--offer <id>', 'price to use (default: chosen, and named in the answer)')
    .option('--usd-per-hour <usd>', 'your own price of all devices together, in USD per hour');
}

/** Variables of the estimate query; what was not said stays out, so the schema's defaults hold. */
export function estimateVariables(given: CalculateOptions): Record<string, unknown> {
  const options = withoutAbsent({
    runtime: given.runtime,
    runtimeYear: numberOrText(given.runtimeYear),
    weights: given.weights,
    kvCache: given.kvCache,
    devices: numberOrText(given.devices),
    contextTokens: numberOrText(given.contextTokens),
    scheduling: enumValue(given.scheduling),
    offer: given.offer,
    usdPerHour: numberOrText(given.usdPerHour),
  });
  return withoutAbsent({
    model: given.model,
    hardware: given.hardware,
    tokens: numberOrText(given.tokens),
    batch: numberOrText(given.batch),
    promptTokens: numberOrText(given.promptTokens),
    deployment: enumValue(given.deployment),
    options: Object.keys(options).length > 0 ? options : undefined,
  });
}

/** A number where it reads as one. Anything else goes to GraphQL as it was typed, and comes back as INVALID_ARGUMENT. */
export function numberOrText(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}

/** A word as GraphQL writes it. */
export function enumValue(text: string | undefined): string | undefined {
  return text?.trim().toUpperCase().replaceAll('-', '_');
}

export function withoutAbsent(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
