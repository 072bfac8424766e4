import type { Saturation } from '../../engine/answer.ts';
import { builder } from '../builder.ts';
import { Bottleneck } from '../enums.ts';
import { intOf, millisecondsOf } from '../units.ts';

export const SaturationType = builder.objectRef<Saturation>('Saturation').implement({
  description:
    'The most this deployment can do: the same requests, with as many in flight as fit and the scheduler admits.',
  fields: (t) => ({
    batch: t.int({
      description: 'Sequences in flight at that point, a count.',
      resolve: (saturation) => intOf(saturation.batch),
    }),
    outputTokensPerSecond: t.exposeFloat('outputTokensPerSecond', {
      description: 'Generated tokens of all sequences together, in tokens per second.',
    }),
    timePerOutputTokenMs: t.float({
      description: 'Time between two tokens of one sequence at that load, in milliseconds.',
      resolve: (saturation) => millisecondsOf(saturation.timePerOutputTokenSeconds),
    }),
    limitedBy: t.expose('limitedBy', { type: Bottleneck, description: 'What keeps it from doing more.' }),
  }),
});
