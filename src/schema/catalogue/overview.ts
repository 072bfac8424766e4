import packageJson from '../../../package.json' with { type: 'json' };
import { type Catalogue, shelfOf } from '../../registry/catalogue/catalogue.ts';
import { allKinds } from '../../registry/kinds/kinds.ts';
import { builder } from '../builder.ts';
import { ProfileKind } from '../profiles/profileKind.ts';

const KindCountType = builder.objectRef<{ kind: string; count: number }>('KindCount').implement({
  description: 'How many profiles of a kind are listed.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ProfileKind, description: 'The kind.' }),
    count: t.exposeInt('count', { description: 'Profiles, the retired left out, a count.' }),
  }),
});

const CatalogueType = builder.objectRef<Catalogue>('Catalogue').implement({
  description: 'What the answers rest on.',
  fields: (t) => ({
    revision: t.exposeInt('revision', {
      description: 'Counts the changes of the catalogue. While it stays, so do answers: a cache may be kept that long.',
    }),
    calculatorVersion: t.string({
      description: 'Version of this calculator.',
      resolve: () => packageJson.version,
    }),
    profiles: t.field({
      type: [KindCountType],
      description: 'How many profiles there are, kind by kind.',
      resolve: (catalogue) => allKinds.map(({ kind }) => ({ kind, count: shelfOf(catalogue, kind).all().length })),
    }),
  }),
});

builder.queryField('catalogue', (t) =>
  t.field({
    type: CatalogueType,
    description:
      'What the answers rest on, as it is now. Example: `{ catalogue { revision calculatorVersion profiles { kind count } } }`',
    resolve: (_root, _args, { catalogue }) => catalogue,
  }),
);
