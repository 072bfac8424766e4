import type { Saturation } from '../../../engine/answer.ts';
import type { Interval } from '../../../engine/hosted.ts';
import { builder } from '../../builder.ts';
import { Bottleneck } from '../../enums.ts';
import { RangeType } from '../../range.ts';
import { intOf, millisecondsOf } from '../../units.ts';

/** The saturation of an answer, and how far off its rate may be. */
export interface AnsweredSaturation {
  figures: Saturation;
  interval(): Interval | null;
}

export const SaturationType = builder.objectRef<AnsweredSaturation>('Saturation').implement({
  description:
    'The most this deployment can do: the same requests, with as many in flight as fit and the scheduler admits.',
  fields: (t) => ({
    batch: t.int({
      description: 'Sequences in flight at that point, a count.',
      resolve: ({ figures }) => intOf(figures.batch),
    }),
    outputTokensPerSecond: t.float({
      description: 'Generated tokens of all sequences together, in tokens per second.',
      resolve: ({ figures }) => figures.outputTokensPerSecond,
    }),
    outputTokensPerSecondRange: t.field({
      type: RangeType,
      nullable: true,
      description: 'Interval of outputTokensPerSecond, in tokens per second. 80 % of measurements should lie in it.',
      resolve: ({ interval }) => interval(),
    }),
    timePerOutputTokenMs: t.float({
      description: 'Time between two tokens of one sequence at that load, in milliseconds.',
      resolve: ({ figures }) => millisecondsOf(figures.timePerOutputTokenSeconds),
    }),
    limitedBy: t.field({
      type: Bottleneck,
      description: 'What keeps it from doing more.',
      resolve: ({ figures }) => figures.limitedBy,
    }),
  }),
});
