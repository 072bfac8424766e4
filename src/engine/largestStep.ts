import type { Runtime, Workload } from './shapes.ts';

/**
 * Tokens of the largest step one replica runs with `sequences` in flight: their prompts together when the batch is
 * static (as the workload asks, or because the runtime knows nothing else), else one prompt beside the others' next
 * tokens; never more than one chunk of them where the runtime reads prompts in chunks.
 */
export function largestStepTokens(runtime: Runtime, workload: Workload, sequences: number): number {
  const together = workload.scheduling === 'static' || !runtime.continuousBatching;
  const tokens = Math.max(1, workload.promptTokens) * (together ? sequences : 1);
  return Math.max(sequences, Math.min(tokens, runtime.prefillChunkTokens ?? tokens));
}
