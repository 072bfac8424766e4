import type { TimedAnswer } from '../../../calculator/answer.ts';
import type { Operation } from '../../../engine/answer.ts';
import { builder } from '../../builder.ts';
import { enumOf } from '../../enumOf.ts';
import { RangeType, scaledRange } from '../../range.ts';
import { millisecondsOf } from '../../units.ts';

const ArrivalsType = enumOf('Arrivals', 'Which arrivals of requests a time to first token assumes.', {
  alone: 'One request on an idle engine: nothing waits.',
  together: 'All prompts of a static batch arrive at once and are read together; every first token comes at its end.',
  'closed-loop':
    'Always `batch` requests in flight: as one answer ends the next request arrives, waits for part of the others’ ' +
    'prompts and, where memory or scheduler admit fewer, for a place. Not a burst, and not random arrivals.',
  provider: 'The traffic the provider had when the latency was measured.',
});

const eighty = 'Local: 80 % of measurements should lie in it. API: the spread of comparable published measurements.';

interface LatencyPart {
  name: string;
  seconds: number;
  text: string;
}

const LatencyPartType = builder.objectRef<LatencyPart>('LatencyPart').implement({
  description: 'One part of the time of an output token.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'An operation of the decode step, or prompts of other sequences.' }),
    ms: t.float({
      description: 'Its time, on average over the tokens of an answer, in milliseconds.',
      resolve: ({ seconds }) => millisecondsOf(seconds),
    }),
    text: t.exposeString('text', { description: 'What happens in it, for people.' }),
  }),
});

const partTexts: Readonly<Record<Operation['bound'], string>> = {
  compute: 'Waits for arithmetic',
  'memory-bandwidth': 'Waits for device memory',
  interconnect: 'Waits for other devices',
  overhead: 'Launches, scheduling and gaps between kernels',
  'memory-capacity': 'Waits for room',
};

/** The decode step, and what is not in it: steps in between that read the prompts of sequences that join. */
function partsOf({ steps, latency }: TimedAnswer): LatencyPart[] {
  if (steps === null) return [];
  const { operations, seconds } = steps.decode;
  const prompts = latency.timePerOutputTokenSeconds - seconds;
  const parts = operations.map((operation) => ({
    name: operation.name,
    seconds: operation.seconds,
    text: `${partTexts[operation.bound]}.`,
  }));
  if (prompts > 1e-9 * seconds) {
    const text = 'Prompts of other sequences are read in between.';
    parts.push({ name: 'prompts of other sequences', seconds: prompts, text });
  }
  return parts.filter((part) => part.seconds > 0).toSorted((one, other) => other.seconds - one.seconds);
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
    timePerOutputTokenParts: t.field({
      type: [LatencyPartType],
      description: 'What timePerOutputTokenMs is made of, nothing left out, the longest first; empty for an API.',
      resolve: (answer) => partsOf(answer),
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
      resolve: (answer) => scaledRange(answer.intervals().timeToFirstTokenSeconds, millisecondsOf(1)),
    }),
    timePerOutputTokenMsRange: t.field({
      type: RangeType,
      description: `Interval of timePerOutputTokenMs, in milliseconds. ${eighty}`,
      resolve: (answer) => scaledRange(answer.intervals().timePerOutputTokenSeconds, millisecondsOf(1)),
    }),
    endToEndMsRange: t.field({
      type: RangeType,
      description: `Interval of endToEndMs, in milliseconds. ${eighty}`,
      resolve: (answer) => scaledRange(answer.intervals().endToEndSeconds, millisecondsOf(1)),
    }),
  }),
});
