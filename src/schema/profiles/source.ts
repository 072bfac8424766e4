import type { Source } from '../../registry/kinds/source.ts';
import { builder } from '../builder.ts';
import { Known } from '../enums.ts';

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
