import { type Baseline, quantities } from './baseline.ts';

/** Tokens per second = bandwidth ÷ model size × 0.55: one sequence, no cache, no prompt. */
export const bandwidthShare: Baseline = {
  id: 'bandwidth-share',
  title: 'Bandwidth ÷ model bytes × 0.55',
  citation:
    'llmfit, speed estimation, ' +
    'https://github.com/AlexsJones/llmfit/blob/3f44fd30a43d2619146f7bc0aa66c90aa54d78e6/docs/how-it-works.md',
  prefillSeconds: () => null,
  decodeSeconds(deployment, workload) {
    if (workload.batch > 1) return null;
    const { weightBytes, bytesPerSecond } = quantities(deployment, workload, 1);
    return weightBytes / (0.55 * bytesPerSecond);
  },
};
