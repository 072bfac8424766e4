import { builder } from '../builder.ts';

/** A change that makes the deployment fit, verified by estimating it. */
export interface Suggestion {
  text: string;
  argument: string;
  value: string;
}

export const SuggestionType = builder.objectRef<Suggestion>('Suggestion').implement({
  description: 'One change after which the model fits: each was estimated before it was suggested.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'What to do and what comes of it, in a sentence.' }),
    argument: t.exposeString('argument', {
      description: 'The argument to change, dotted inside options: batch, hardware, options.weights and the like.',
    }),
    value: t.exposeString('value', { description: 'Its new value, as text.' }),
  }),
});
