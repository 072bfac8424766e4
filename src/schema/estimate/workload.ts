import type { Workload } from '../../engine/shapes.ts';
import { builder } from '../builder.ts';
import { Scheduling } from '../enums.ts';

export const WorkloadType = builder.objectRef<Workload>('Workload').implement({
  description: 'The requests an estimate is about, defaults filled in.',
  fields: (t) => ({
    tokens: t.exposeInt('outputTokens', { description: 'Generated per sequence, in tokens.' }),
    promptTokens: t.exposeInt('promptTokens', {
      description: 'Read before the first token is generated, per sequence, in tokens.',
    }),
    contextTokens: t.exposeInt('contextTokens', {
      description: 'Already in each sequence’s cache before the prompt, in tokens.',
    }),
    batch: t.exposeInt('batch', { description: 'Sequences in flight, a count.' }),
    scheduling: t.expose('scheduling', { type: Scheduling, description: 'How requests are put together.' }),
  }),
});
