import type { Queue } from '../../calculator/answer.ts';
import type { Verdict } from '../../calculator/judgement/verdict.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../enumOf.ts';
import { intOf } from '../units.ts';

const VerdictStatus = enumOf('VerdictStatus', 'Whether it runs, in one word.', {
  fits: 'All sequences run at once, with room to spare.',
  tight: 'It fits, with less than 5 % of the usable memory or less than 0.5 GiB to spare.',
  queues: 'It runs, but not all sequences at once: the others wait their turn.',
  'does-not-fit': 'Not enough memory: see `suggestions`.',
  hosted: 'It runs behind a provider’s API: no hardware of your own.',
});

export const VerdictType = builder.objectRef<Verdict>('Verdict').implement({
  description: 'Whether it runs, for a reader who reads one line.',
  fields: (t) => ({
    status: t.expose('status', { type: VerdictStatus, description: 'In one word, for programs.' }),
    headline: t.exposeString('headline', { description: 'In a few words, with the figure that decides and its unit.' }),
    about: t.exposeString('about', { description: 'In a sentence or two, with figures and units.' }),
  }),
});

export const QueueType = builder.objectRef<Queue>('Queue').implement({
  description:
    'A batch of which not all run at once: memory or the scheduler admits so many, and as one ends another begins.',
  fields: (t) => ({
    atOnce: t.int({
      description: 'Sequences that run at once, a count. `memory` is what these need.',
      resolve: ({ atOnce }) => intOf(atOnce),
    }),
    waiting: t.int({
      description: 'Sequences that wait, a count. Their waiting is part of timeToFirstTokenMs.',
      resolve: ({ waiting }) => intOf(waiting),
    }),
  }),
});
