import type { Suggestion } from '../../calculator/answer.ts';
import { builder } from '../builder.ts';
import { argumentOf } from '../errors.ts';

type Change = Suggestion['changes'][number];

const SuggestedChangeType = builder.objectRef<Change>('SuggestedChange').implement({
  description: 'An argument and what to say there.',
  fields: (t) => ({
    argument: t.string({
      description: 'The argument to change, dotted inside options: batch, hardware, options.weights and the like.',
      resolve: ({ field }) => argumentOf(field),
    }),
    value: t.exposeString('value', { nullable: true, description: 'Its new value, as text; null = leave it out.' }),
  }),
});

export const SuggestionType = builder.objectRef<Suggestion>('Suggestion').implement({
  description:
    'Changes after which the model fits with room to spare, 5 % and at least 0.5 GiB of the fullest device: each suggestion ' +
    'was estimated before it was made.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'What to do and what comes of it, in a sentence.' }),
    argument: t.string({
      description: 'The first argument to change, dotted inside options; `changes` has all of them.',
      resolve: ({ changes }) => argumentOf(changes[0]?.field ?? ''),
    }),
    value: t.string({
      description: 'Its new value, as text.',
      resolve: ({ changes }) => changes[0]?.value ?? '',
    }),
    changes: t.field({
      type: [SuggestedChangeType],
      description:
        'Every argument to change: two where one is not enough, and those whose value was for the old device.',
      resolve: ({ changes }) => [...changes],
    }),
    alsoChanges: t.stringList({
      description: 'What else becomes another with it, in sentences: the runtime, the cache, the speed.',
      resolve: ({ alsoChanges }) => [...alsoChanges],
    }),
  }),
});
