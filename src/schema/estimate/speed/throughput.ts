import type { TimedAnswer } from '../../../calculator/answer.ts';
import { builder } from '../../builder.ts';
import { RangeType } from '../../range.ts';

export const ThroughputEstimateType = builder.objectRef<TimedAnswer>('ThroughputEstimate').implement({
  description: 'How much work gets done per second, at the batch asked for.',
  fields: (t) => ({
    outputTokensPerSecond: t.float({
      description: 'Generated tokens of all sequences together, in tokens per second, over whole requests.',
      resolve: ({ throughput }) => throughput.outputTokensPerSecond,
    }),
    outputTokensPerSecondRange: t.field({
      type: RangeType,
      description:
        'Interval of outputTokensPerSecond, in tokens per second; the other figures are off by the same factor. Local: ' +
        '80 % of measurements should lie in it. API: the spread of comparable published measurements.',
      resolve: (answer) => answer.intervals().outputTokensPerSecond,
    }),
    outputTokensPerSecondPerSequence: t.float({
      description: 'What one reader sees: generated tokens of one sequence, in tokens per second.',
      resolve: ({ throughput }) => throughput.outputTokensPerSecondPerSequence,
    }),
    prefillTokensPerSecond: t.float({
      description: 'Prompt tokens read while the prompt is processed, in tokens per second; 0 when there is no prompt.',
      resolve: ({ throughput }) => throughput.prefillTokensPerSecond,
    }),
    requestsPerSecond: t.float({
      description: 'Requests of this shape finished, in requests per second.',
      resolve: ({ throughput }) => throughput.requestsPerSecond,
    }),
  }),
});
