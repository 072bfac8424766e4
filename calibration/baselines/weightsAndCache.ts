import { countParameters } from '../../src/engine/model/parameters.ts';
import type { Deployment } from '../../src/engine/shapes.ts';
import { type Baseline, devicesAtOnce, meanContext, quantities } from './baseline.ts';

/** Share of the peak rate that gpu_poor credits. */
const COMPUTE_SHARE = 0.85;
/** What it multiplies memory traffic by for llama.cpp, the lower of its two factors. */
const TRAFFIC_FACTOR = 1.5;

/**
 * gpu_poor: a token costs (weights at 2 bytes + cache) × 1.5 ÷ bandwidth, or its FLOPs at 0.85 of the peak if that is
 * longer. Quantised weights enter by their size. The cache counts every head (no grouped queries) at 2 bytes, and the
 * memory time does not grow with the batch. A prompt costs 1.8 × its FLOPs at 0.85 of the peak, read here in seconds
 * (the page adds seconds to milliseconds at that place).
 */
export const weightsAndCache: Baseline = {
  id: 'weights-and-cache',
  title: '(weights × 2 + KV) × 1.5 ÷ bandwidth',
  citation:
    'gpu_poor, token_per_second_logic_GPU, ' +
    'https://github.com/RahulSChand/gpu_poor/blob/ad2fc0ef0e6ceeb7684363504eecc3342a5e7dc4/src/App.js#L1600-L1715',
  prefillSeconds(deployment, workload) {
    const { batch, promptTokens } = workload;
    const { layers, hidden } = shape(deployment);
    const step = quantities(deployment, workload, batch * promptTokens);
    const parameters = countParameters(deployment.model.architecture).total;
    const flops = batch * promptTokens * (2 * parameters + 4 * layers * hidden * hidden);
    return (1.8 * flops) / (COMPUTE_SHARE * step.peakFlops);
  },
  decodeSeconds(deployment, workload) {
    const { layers, hidden } = shape(deployment);
    const context = meanContext(workload);
    const step = quantities(deployment, workload, workload.batch);
    const cacheBytes = 2 * 2 * layers * hidden * context;
    const flops = workload.batch * (step.flopsPerToken + 8 * layers * hidden * context);
    return Math.max(
      (TRAFFIC_FACTOR * (step.weightBytes + cacheBytes)) /
        (devicesAtOnce(deployment) * deployment.hardware.memoryBytesPerSecond),
      flops / (COMPUTE_SHARE * step.peakFlops),
    );
  },
};

function shape(deployment: Deployment): { layers: number; hidden: number } {
  const { blocks, hidden } = deployment.model.architecture;
  return { layers: blocks.reduce((sum, { layers }) => sum + layers, 0), hidden };
}
