import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './safeInt.ts';
import './estimate/query.ts';
import './scenario.ts';
import './model/queries.ts';
import './model/links.ts';
import './hardware/queries.ts';
import './hardware/links.ts';
import './hardware/mutations.ts';
import './weightFormat.ts';
import './runtime.ts';
import './measurements.ts';
import './model/mutations.ts';
import './offerMutations.ts';
import './runtimeMutations.ts';
import './weightFormatMutations.ts';
import './scenarioMutations.ts';

/** The whole API. Fields keep the order they are written in: the ones people ask for first come first. */
export function buildSchema(): GraphQLSchema {
  return builder.toSchema({ sortSchema: false });
}
