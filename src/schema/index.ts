import { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './safeInt.ts';
import './json.ts';
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
import './change/queries.ts';
import './change/subscription.ts';
import './model/mutations.ts';
import './model/import.ts';
import './offerMutations.ts';
import './runtimeMutations.ts';
import './weightFormatMutations.ts';
import './scenarioMutations.ts';
import './measurementMutations.ts';

/** The whole API. Fields keep the order they are written in: the ones people ask for first come first. */
export function buildSchema(): GraphQLSchema {
  return new GraphQLSchema({ ...builder.toSchema({ sortSchema: false }).toConfig(), description });
}

const description =
  'How fast, how big and how expensive a language model is on given hardware, or behind an API, with the assumptions, ' +
  'sources and expected error of every answer. Names and meanings stay; additions are free. A request that cannot be ' +
  'answered is an error with `extensions { code argument value }` and, where there are any, `suggestions` or `allowed`; ' +
  'the codes are UNKNOWN_PROFILE, INVALID_ARGUMENT, MISSING_FIGURE and UNSUPPORTED.';
