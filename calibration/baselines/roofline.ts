import { type Baseline, promptAttentionFlops, quantities } from './baseline.ts';

/** Roofline with each roof lowered by a fixed factor: a phase takes the longer of its compute and its memory time. */
function roofline(
  computeEfficiency: number,
  memoryEfficiency: number,
): Pick<Baseline, 'prefillSeconds' | 'decodeSeconds'> {
  return {
    prefillSeconds(deployment, workload) {
      const { batch, promptTokens } = workload;
      const step = quantities(deployment, workload, batch * promptTokens);
      const flops = batch * promptTokens * step.flopsPerToken + promptAttentionFlops(deployment, workload);
      return Math.max(
        flops / (computeEfficiency * step.peakFlops),
        step.weightBytes / (memoryEfficiency * step.bytesPerSecond),
      );
    },
    decodeSeconds(deployment, workload) {
      const { batch } = workload;
      const step = quantities(deployment, workload, batch);
      return Math.max(
        (batch * step.flopsPerToken + step.attentionFlops) / (computeEfficiency * step.peakFlops),
        (step.weightBytes + step.cacheBytes) / (memoryEfficiency * step.bytesPerSecond),
      );
    },
  };
}

export const datasheetRoofline: Baseline = {
  id: 'datasheet-roofline',
  title: 'Datasheet roofline',
  citation:
    'Yuan et al., "LLM Inference Unveiled: Survey and Roofline Model Insights", arXiv:2402.16363; ' +
    'LLM-Viewer, https://github.com/hahnyuan/LLM-Viewer/tree/472f71f1a1807e80b573252e9185fd5e8d795e95',
  ...roofline(1, 1),
};

export const deratedRoofline: Baseline = {
  id: 'derated-roofline',
  title: 'Roofline, 0.7 of compute and 0.9 of bandwidth',
  citation:
    'llm-analysis, Llama 2 inference example (flops_efficiency=0.7, hbm_memory_efficiency=0.9), ' +
    'https://github.com/cli99/llm-analysis/blob/d841e40aec8c84b9e76ba9cfbce67418adb172bd/examples/llama2/README.md',
  ...roofline(0.7, 0.9),
};
