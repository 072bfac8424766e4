import type { Saturation } from '../answer.ts';

/** Speed at one batch. */
export interface OperatingPoint {
  outputTokensPerSecond: number;
  timePerOutputTokenSeconds: number;
}

/**
 * The batch with the most output tokens per second among the powers of two and the cap. Kernels step at tile sizes, so
 * the largest batch is not always the fastest.
 */
export function bestBatch(cap: number, at: (batch: number) => OperatingPoint): Omit<Saturation, 'limitedBy'> {
  let best = { batch: 1, ...at(1) };
  for (let batch = 2; best.batch < cap; batch *= 2) {
    const candidate = Math.min(batch, cap);
    const point = at(candidate);
    if (point.outputTokensPerSecond > best.outputTokensPerSecond) best = { batch: candidate, ...point };
    if (candidate === cap) break;
  }
  return best;
}
