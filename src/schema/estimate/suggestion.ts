import type { Suggestion } from '../../calculator/answer.ts';
import { builder } from '../builder.ts';
import { argumentOf } from '../errors.ts';

export const SuggestionType = builder.objectRef<Suggestion>('Suggestion').implement({
  description: 'One change after which the model fits: each was estimated before it was suggested.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'What to do and what comes of it, in a sentence.' }),
    argument: t.string({
      description: 'The argument to change, dotted inside options: batch, hardware, options.weights and the like.',
      resolve: ({ field }) => argumentOf(field),
    }),
    value: t.exposeString('value', { description: 'Its new value, as text.' }),
  }),
});
