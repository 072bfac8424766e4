import type { ThroughputEstimate } from '../../engine/answer.ts';
import { builder } from '../builder.ts';

export const ThroughputEstimateType = builder.objectRef<ThroughputEstimate>('ThroughputEstimate').implement({
  description: 'How much work gets done per second, at the batch asked for.',
  fields: (t) => ({
    outputTokensPerSecond: t.exposeFloat('outputTokensPerSecond', {
      description: 'Generated tokens of all sequences together, in tokens per second, over whole requests.',
    }),
    outputTokensPerSecondPerSequence: t.exposeFloat('outputTokensPerSecondPerSequence', {
      description: 'What one reader sees: generated tokens of one sequence, in tokens per second.',
    }),
    prefillTokensPerSecond: t.exposeFloat('prefillTokensPerSecond', {
      description: 'Prompt tokens read while the prompt is processed, in tokens per second; 0 when there is no prompt.',
    }),
    requestsPerSecond: t.exposeFloat('requestsPerSecond', {
      description: 'Requests of this shape finished, in requests per second.',
    }),
  }),
});
