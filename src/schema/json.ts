import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

/** Facts as they are stored, whose shape depends on the kind of profile: for history, never for input. */
builder.scalarType('JSON', {
  description: 'Any JSON value: facts of a profile as they are stored, in the form of a pack’s file. Never an input.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: () => {
    throw new GraphQLError('JSON is never an input');
  },
});
