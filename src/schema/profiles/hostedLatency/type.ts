import type { HostedLatencyProfile } from '../../../registry/catalogue/profiles.ts';
import { builder } from '../../builder.ts';
import { millisecondsOf } from '../../units.ts';
import { ProfileType } from '../profile.ts';

export const HostedLatencyType = builder.objectRef<HostedLatencyProfile>('HostedLatency').implement({
  description: 'What one source measured of one model at one provider.',
  interfaces: [ProfileType],
  fields: (t) => ({
    provider: t.string({ description: 'Who served it.', resolve: ({ facts }) => facts.provider }),
    measuredModel: t.string({
      description: 'The model’s name as measured.',
      resolve: ({ facts }) => facts.measuredModel,
    }),
    firstParty: t.boolean({
      description: 'Served by the model’s own developer.',
      resolve: ({ facts }) => facts.firstParty,
    }),
    timeToFirstTokenMs: t.float({
      nullable: true,
      description: 'Time to the first token, in milliseconds; null = not measured.',
      resolve: ({ engine: { timeToFirstTokenSeconds: seconds } }) =>
        seconds === null ? null : millisecondsOf(seconds),
    }),
    timePerOutputTokenMs: t.float({
      nullable: true,
      description: 'Time of an output token after the first, in milliseconds; null = not measured, or not separable.',
      resolve: ({ engine: { secondsPerOutputToken: seconds } }) => (seconds === null ? null : millisecondsOf(seconds)),
    }),
    outputTokensPerSecond: t.float({
      nullable: true,
      description: 'Speed after the first token, in tokens per second; null = not measured, or not separable.',
      resolve: ({ engine: { secondsPerOutputToken: seconds } }) => (seconds === null ? null : 1 / seconds),
    }),
    includesReasoning: t.boolean({
      description: 'The time to the first token contains hidden reasoning, so it depends on the question.',
      resolve: ({ facts }) => facts.includesReasoning,
    }),
    promptTokens: t.int({
      nullable: true,
      description: 'Length of the prompt measured with, in tokens; null = not stated.',
      resolve: ({ facts }) => facts.promptTokens,
    }),
    outputTokens: t.int({
      nullable: true,
      description: 'Length of the answers measured, in tokens; null = not stated.',
      resolve: ({ facts }) => facts.outputTokens,
    }),
    percentile: t.string({
      nullable: true,
      description: 'Which of the runs it is: p50, p95 and the like; null = not stated, often a mean.',
      resolve: ({ facts }) => facts.percentile,
    }),
    measured: t.string({
      nullable: true,
      description: 'Day of the measurement, as YYYY-MM-DD or as precisely as known; null = undated.',
      resolve: ({ facts }) => facts.measured,
    }),
    atypical: t.string({
      nullable: true,
      description: 'Why it does not stand for the model and no estimate uses it; null = it does.',
      resolve: ({ facts }) => facts.atypical,
    }),
    notes: t.string({ description: 'How it was measured, as far as known.', resolve: ({ facts }) => facts.notes }),
  }),
});
