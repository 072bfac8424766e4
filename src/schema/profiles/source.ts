import type { Source } from '../../registry/kinds/source.ts';
import { builder } from '../builder.ts';
import { Known } from '../enums.ts';

export const SourceInput = builder.inputType('SourceInput', {
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

export interface KeyedSource {
  key: string;
  source: Source;
}

export const SourceType = builder.objectRef<KeyedSource>('Source').implement({
  description: 'Where a group of figures comes from and how it is known.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name of the source within its profile.' }),
    title: t.string({ description: 'What it is, in words.', resolve: ({ source }) => source.title }),
    url: t.string({
      nullable: true,
      description: 'Public address, if it has a stable one.',
      resolve: ({ source }) => source.url,
    }),
    citation: t.string({
      nullable: true,
      description: 'Full citation where there is no stable address.',
      resolve: ({ source }) => source.citation,
    }),
    retrieved: t.string({
      nullable: true,
      description: 'Day it was read or the snapshot was taken, as YYYY-MM-DD or as precisely as known.',
      resolve: ({ source }) => source.retrieved,
    }),
    known: t.field({ type: Known, description: 'How the figures are known.', resolve: ({ source }) => source.known }),
  }),
});

/** The sources of a profile, in the order its file lists them. */
export function sourceList(sources: Readonly<Record<string, Source>>): KeyedSource[] {
  return Object.entries(sources).map(([key, source]) => ({ key, source }));
}
