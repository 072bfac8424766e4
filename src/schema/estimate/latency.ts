import type { Answer, LatencyIntervals } from '../../calculator/answer.ts';
import type { LatencyEstimate } from '../../engine/answer.ts';
import type { Interval } from '../../engine/hosted.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../enumOf.ts';
import { millisecondsOf } from '../units.ts';

const RangeType = builder.objectRef<Interval>('Range').implement({
  description: 'An interval, both ends included, in the unit of the field that holds it.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'Lower end, in the unit of the field that holds the range.' }),
    high: t.exposeFloat('high', { description: 'Upper end, in the unit of the field that holds the range.' }),
  }),
});

const ArrivalsType = enumOf('Arrivals', 'Which arrivals of requests a time to first token assumes.', {
  alone: 'One request on an idle engine: nothing waits.',
  together: 'All prompts of a static batch arrive at once and are read together; every first token comes at its end.',
  'closed-loop':
    'Always `batch` requests in flight: as one answer ends the next request arrives, waits for part of the others’ ' +
    'prompts and, where memory or scheduler admit fewer, for a place. Not a burst, and not random arrivals.',
  provider: 'The traffic the provider had when the latency was measured.',
});

const eighty = 'Local: 80 % of measurements should lie in it. API: the spread of comparable published measurements.';

/** An answer whose latency is known. */
interface TimedAnswer {
  latency: LatencyEstimate;
  arrivals: Answer['arrivals'];
  intervals(): LatencyIntervals;
}

/** Null where the latency is not known. */
export function timed({ latency, arrivals, intervals }: Answer): TimedAnswer | null {
  if (latency === null) return null;
  return {
    ...{ latency, arrivals },
    intervals: () => {
      const known = intervals();
      if (known === null) throw new TypeError('a latency without its intervals');
      return known;
    },
  };
}

export const LatencyEstimateType = builder.objectRef<TimedAnswer>('LatencyEstimate').implement({
  description:
    'How long one request takes: endToEndMs = timeToFirstTokenMs + (tokens − 1) × timePerOutputTokenMs = baseMs + ' +
    'perTokenMs × tokens.',
  fields: (t) => ({
    timeToFirstTokenMs: t.float({
      description:
        'From asking to the first token (TTFT), in milliseconds: handling the request, reading the prompt (without one, its ' +
        'begin token), waiting for others.',
      resolve: ({ latency }) => millisecondsOf(latency.timeToFirstTokenSeconds),
    }),
    arrivals: t.expose('arrivals', { type: ArrivalsType, description: 'Which arrivals timeToFirstTokenMs assumes.' }),
    timePerOutputTokenMs: t.float({
      description:
        'Mean time of a token after the first (TPOT, also called inter-token latency, ITL), in milliseconds: the first one ' +
        'is not part of it.',
      resolve: ({ latency }) => millisecondsOf(latency.timePerOutputTokenSeconds),
    }),
    endToEndMs: t.float({
      description: 'From asking to the last token, in milliseconds.',
      resolve: ({ latency }) => millisecondsOf(latency.endToEndSeconds),
    }),
    baseMs: t.float({
      description: 'The part that does not depend on how many tokens are generated, in milliseconds.',
      resolve: ({ latency }) => millisecondsOf(latency.baseSeconds),
    }),
    perTokenMs: t.float({
      description: 'What each generated token adds, in milliseconds.',
      resolve: ({ latency }) => millisecondsOf(latency.perTokenSeconds),
    }),
    timeToFirstTokenMsRange: t.field({
      type: RangeType,
      description: `Interval of timeToFirstTokenMs, in milliseconds. ${eighty}`,
      resolve: (answer) => millisecondRange(answer.intervals().timeToFirstTokenSeconds),
    }),
    timePerOutputTokenMsRange: t.field({
      type: RangeType,
      description: `Interval of timePerOutputTokenMs, in milliseconds. ${eighty}`,
      resolve: (answer) => millisecondRange(answer.intervals().timePerOutputTokenSeconds),
    }),
    endToEndMsRange: t.field({
      type: RangeType,
      description: `Interval of endToEndMs, in milliseconds. ${eighty}`,
      resolve: (answer) => millisecondRange(answer.intervals().endToEndSeconds),
    }),
  }),
});

function millisecondRange({ low, high }: Interval): Interval {
  return { low: millisecondsOf(low), high: millisecondsOf(high) };
}
