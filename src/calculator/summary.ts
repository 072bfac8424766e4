import type { MemoryEstimate } from '../engine/answer.ts';
import { readableCount, readableGib, readableSeconds, readableUsd, significant } from '../engine/readable.ts';
import type { Answer } from './answer.ts';

/**
 * One sentence a person can act on: "Llama 2 7B (FP16) on one NVIDIA T4 with vLLM: 1,000 tokens take about 47 s
 * (21 tokens/s), first token after 0.2 s; needs 13.6 of 14.6 GiB, so it fits with 1.0 GiB to spare."
 */
export function summarise(answer: Answer): string {
  const { memory } = answer;
  const parts = [`${subject(answer)}: ${pace(answer)}`];
  if (memory !== null) parts.push(room(memory, answer));
  if (answer.deployment.mode === 'api') parts.push(...price(answer));
  return `${parts.join('; ')}.`;
}

function subject({ model, deployment }: Answer): string {
  if (deployment.mode === 'api')
    return `${model.name} over ${deployment.provider === null ? 'an API' : `the API of ${deployment.provider}`}`;
  const { hardware, weights, insteadOf, runtime } = deployment;
  const { devices } = deployment.engine;
  const count = devices === 1 ? 'one' : `${readableCount(devices)} ×`;
  const format = insteadOf === null ? weights.name : `${weights.name} instead of ${insteadOf.name}`;
  return `${model.name} (${format}) on ${count} ${hardware.name} with ${runtime.name}`;
}

function pace({ workload, latency, throughput, memory }: Answer): string {
  if (latency === null || throughput === null) return 'nobody is known to have measured how fast it answers';
  const { outputTokens, batch } = workload;
  const tokens = outputTokens === 1 ? '1 token takes' : `${readableCount(outputTokens)} tokens take`;
  const each = `${significant(1 / latency.perTokenSeconds)} tokens/s`;
  const speed =
    batch === 1
      ? each
      : `${each} each, ${significant(throughput.outputTokensPerSecond)} tokens/s over ${readableCount(batch)} sequences`;
  const would = memory !== null && !memory.fits ? 'if it fitted, ' : '';
  const first = `first token after ${readableSeconds(latency.timeToFirstTokenSeconds)}`;
  return `${would}${tokens} about ${readableSeconds(latency.endToEndSeconds)} (${speed}), ${first}`;
}

function room(memory: MemoryEstimate, { deployment }: Answer): string {
  const each = deployment.mode === 'local' && deployment.engine.devices > 1 ? ' on each device' : '';
  const { perDeviceBytes: needed, usablePerDeviceBytes: usable } = memory;
  const verdict = memory.fits
    ? `so it fits with ${readableGib(usable - needed)} GiB to spare`
    : `so it does not fit: ${readableGib(needed - usable)} GiB short`;
  return `needs ${readableGib(needed)} of ${readableGib(usable)} GiB${each}, ${verdict}`;
}

function price(answer: Answer): string[] {
  const cost = answer.cost();
  if (cost === null) return [];
  const { provider } = cost.basis;
  const elsewhere = answer.deployment.mode === 'api' && provider !== answer.deployment.provider;
  return [`costs about ${readableUsd(cost.usdPerRequest)} a request${elsewhere ? ` at ${provider}` : ''}`];
}
