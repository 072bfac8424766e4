import type { Workload } from './shapes.ts';

/**
 * The workload with sequences of `tokens`: its prompt as far as that goes, then its output, and whatever is longer than
 * both as context cached before.
 */
export function ofLength(workload: Workload, tokens: number): Workload {
  const promptTokens = Math.min(workload.promptTokens, tokens);
  const outputTokens = Math.min(workload.outputTokens, tokens - promptTokens);
  return { ...workload, promptTokens, outputTokens, contextTokens: tokens - promptTokens - outputTokens };
}
