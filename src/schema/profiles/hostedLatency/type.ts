import type { HostedLatencyProfile } from '../../../registry/catalogue/profiles.ts';
import { hostedLatencySchema } from '../../../registry/kinds/hostedLatency.ts';
import { builder } from '../../builder.ts';
import { millisecondsOf } from '../../units.ts';
import { facts, fieldsOf } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';

export const HostedLatencyType = builder.objectRef<HostedLatencyProfile>('HostedLatency').implement({
  description: 'What one source measured of one model at one provider.',
  interfaces: [ProfileType],
  fields: (t) => ({
    ...fieldsOf(t, hostedLatencySchema, facts, ['provider', 'measuredModel', 'firstParty']),
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
    ...fieldsOf(t, hostedLatencySchema, facts, [
      'includesReasoning',
      'promptTokens',
      'outputTokens',
      'percentile',
      'measured',
      'atypical',
      'notes',
    ]),
  }),
});
