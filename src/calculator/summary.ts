import type { MemoryEstimate } from '../engine/answer.ts';
import { readableCount, readableGib, readableSeconds, readableUsd, significant } from '../engine/readable.ts';
import { type Answer, isTimed } from './answer.ts';

/**
 * One sentence a person can act on: "Llama 2 7B (FP16) on one NVIDIA T4 with vLLM: 1,000 tokens take about 47 s
 * (80 % range 40 to 55 s; 21 tokens/s), first token after 0.2 s; needs 13.6 of 14.6 GiB, so it fits with 1.0 GiB to
 * spare; costs about $0.007 a request at AWS." Every number in it is a field of the answer.
 */
export function summarise(answer: Answer): string {
  const { memory } = answer;
  const parts = [`${subject(answer)}: ${pace(answer)}`];
  if (memory !== null) parts.push(room(memory, answer));
  parts.push(...price(answer));
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

function pace(answer: Answer): string {
  if (!isTimed(answer)) return 'nobody is known to have measured how fast it answers';
  const { workload, latency, throughput, memory } = answer;
  const { outputTokens, batch } = workload;
  const isUnreal = memory !== null && !memory.fits;
  const take = isUnreal ? 'would take' : outputTokens === 1 ? 'takes' : 'take';
  const tokens = `${outputTokens === 1 ? '1 token' : `${readableCount(outputTokens)} tokens`} ${take}`;
  const { low, high } = answer.intervals().endToEndSeconds;
  const range = low < high ? `80 % range ${readableSeconds(low)} to ${readableSeconds(high)}; ` : '';
  const each = `${significant(throughput.outputTokensPerSecondPerSequence)} tokens/s`;
  const speed =
    batch === 1
      ? each
      : `${each} each, ${significant(throughput.outputTokensPerSecond)} tokens/s over ${readableCount(batch)} sequences`;
  const first = `first token after ${readableSeconds(latency.timeToFirstTokenSeconds)}`;
  return `${isUnreal ? 'if it fitted, ' : ''}${tokens} about ${readableSeconds(latency.endToEndSeconds)} (${range}${speed}), ${first}`;
}

function room(memory: MemoryEstimate, { deployment, queue }: Answer): string {
  const each = deployment.mode === 'local' && deployment.engine.devices > 1 ? ' on each device' : '';
  const { perDeviceBytes: needed, usablePerDeviceBytes: usable } = memory;
  const figures = `needs ${readableGib(needed)} of ${readableGib(usable)} GiB${each}`;
  if (!memory.fits) return `${figures}, so it does not fit: ${readableGib(needed - usable)} GiB short`;
  if (queue === null) return `${figures}, so it fits with ${readableGib(usable - needed)} GiB to spare`;
  const { atOnce, waiting } = queue;
  const running = atOnce === 1 ? 'one sequence that runs' : `${readableCount(atOnce)} sequences that run`;
  return `${figures} for the ${running} at once, and ${waiting === 1 ? '1 waits its' : `${readableCount(waiting)} wait their`} turn`;
}

function price(answer: Answer): string[] {
  const cost = answer.cost();
  if (cost === null) return [];
  const { kind, provider } = cost.basis;
  const there = provider === null ? (kind === 'owned' ? ', owning it' : ' at the price given') : ` at ${provider}`;
  const known = answer.deployment.mode === 'api' && provider === answer.deployment.provider;
  return [`costs about ${readableUsd(cost.usdPerRequest)} a request${known ? '' : there}`];
}
