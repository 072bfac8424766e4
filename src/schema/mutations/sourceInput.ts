import { builder } from '../builder.ts';
import { Known } from '../enums.ts';
import type { Fields } from './inputPair.ts';

const SourceInput = builder.inputType('SourceInput', {
  description:
    'Where a group of figures comes from. What nobody can point to is `known: ASSUMED`, with a title that says what the ' +
    'assumption rests on; every answer that uses it says so.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'What it is, in words: "NVIDIA H300 datasheet, March 2027".' }),
    url: t.string({ description: 'Public address; left out only with a citation, or when assumed.' }),
    citation: t.string({ description: 'Full citation where there is no stable address.' }),
    retrieved: t.string({ description: 'Day it was read, as YYYY-MM-DD or as precisely as known.' }),
    known: t.field({ type: Known, required: true, description: 'How the figures are known.' }),
  }),
});

/** The `source` of a group of figures: one, or several, the strongest first. */
export function sourceField(t: Fields, required = true) {
  return t.field({
    type: [SourceInput],
    required,
    description:
      'Where these figures come from, the strongest source first. A change adds its source before those that the ' +
      'figures it leaves alone rest on.',
  });
}
