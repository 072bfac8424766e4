import { type Baseline, promptAttentionFlops, quantities } from './baseline.ts';

/** Model FLOPs utilization of the H100 row in BLIS's hardware_config.json. */
const PREFILL_UTILIZATION = 0.45;
const DECODE_UTILIZATION = 0.3;

/** Compute at a fixed utilization for each phase, memory at the datasheet's bandwidth; the longer one counts. */
export const fixedUtilization: Baseline = {
  id: 'fixed-utilization',
  title: 'Fixed MFU: 0.45 in prefill, 0.30 in decode',
  citation:
    'BLIS (inference-sim), roofline latency model, ' +
    'https://github.com/inference-sim/inference-sim/blob/f90a1e3a6787da17c2cd463dab6fb2660b1b1760/hardware_config.json ' +
    'and docs/concepts/roofline.md',
  prefillSeconds(deployment, workload) {
    const { batch, promptTokens } = workload;
    const step = quantities(deployment, workload, batch * promptTokens);
    const flops = batch * promptTokens * step.flopsPerToken + promptAttentionFlops(deployment, workload);
    return Math.max(flops / (PREFILL_UTILIZATION * step.peakFlops), step.weightBytes / step.bytesPerSecond);
  },
  decodeSeconds(deployment, workload) {
    const { batch } = workload;
    const step = quantities(deployment, workload, batch);
    return Math.max(
      (batch * step.flopsPerToken + step.attentionFlops) / (DECODE_UTILIZATION * step.peakFlops),
      (step.weightBytes + step.cacheBytes) / step.bytesPerSecond,
    );
  },
};
