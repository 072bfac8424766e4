import { GraphQLError, Kind } from 'graphql';
import { builder } from './builder.ts';

/** Whole numbers beyond GraphQL's 32 bits, as far as JSON numbers are exact. */
builder.scalarType('SafeInt', {
  description:
    'A whole number between −(2⁵³ − 1) and 2⁵³ − 1: the integers a JSON number holds exactly. Used for counts of ' +
    'parameters and bytes, which pass the 32 bits of `Int`.',
  specifiedByURL: 'https://tc39.es/ecma262/#sec-number.issafeinteger',
  serialize: (value) => requireSafeInteger(value),
  parseValue: (value) => requireSafeInteger(value),
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT) throw new GraphQLError('SafeInt must be a whole number', { nodes: node });
    return requireSafeInteger(Number(node.value));
  },
});

function requireSafeInteger(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError(`SafeInt cannot represent ${JSON.stringify(value) ?? typeof value}`);
}
