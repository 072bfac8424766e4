import { allKinds } from '../../registry/kinds/kinds.ts';
import { enumOf } from '../enumOf.ts';

export const ProfileKind = enumOf<string>(
  'ProfileKind',
  'The kinds of profile in the catalogue.',
  Object.fromEntries(allKinds.map(({ kind }) => [kind, `Profiles of the kind ${kind}.`])),
);
