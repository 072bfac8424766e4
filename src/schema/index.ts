import { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { countWork } from './work.ts';
import './safeInt.ts';
import './json.ts';
// Types are printed in the order they are read: these come before the estimate that refers to them.
import './profiles/hostedLatency/type.ts';
import './profiles/offer/type.ts';
import './estimate/speed/latency.ts';
import './estimate/query.ts';
import './profiles/scenario/queries.ts';
import './profiles/model/queries.ts';
import './profiles/hardware/queries.ts';
import './profiles/weightFormat/queries.ts';
import './profiles/runtime/queries.ts';
import './profiles/measurement/queries.ts';
import './estimate/onProfiles.ts';
import './profiles/measurement/subject.ts';
import './profiles/requirements/requirements.ts';
import './profiles/requirements/fits.ts';
import './catalogue/search.ts';
import './catalogue/overview.ts';
import './catalogue/accuracy.ts';
import './catalogue/choices.ts';
import './profiles/hardware/families.ts';
import './profiles/offer/queries.ts';
import './change/queries.ts';
import './change/subscription.ts';
import './profiles/hardware/mutations.ts';
import './profiles/model/mutations.ts';
import './profiles/model/import.ts';
import './profiles/offer/mutations.ts';
import './profiles/runtime/mutations.ts';
import './profiles/weightFormat/mutations.ts';
import './profiles/scenario/mutations.ts';
import './profiles/measurement/mutations.ts';

/** The whole API. Fields keep the order they are written in: the ones people ask for first come first. */
export function buildSchema(): GraphQLSchema {
  return countWork(new GraphQLSchema({ ...builder.toSchema({ sortSchema: false }).toConfig(), description }));
}

const description =
  'How fast, how big and how expensive a language model is on given hardware, or behind an API, with the assumptions, ' +
  'sources and expected error of every answer. Names and meanings stay; additions are free. A request that cannot be ' +
  'answered is an error with `extensions { code argument value }` and, where there are any, `suggestions` or `allowed`; ' +
  'the codes are UNKNOWN_PROFILE, INVALID_ARGUMENT, MISSING_FIGURE, UNSUPPORTED, QUERY_TOO_EXPENSIVE and, of a profile that ' +
  'comes with a question, INVALID_INPUT (with `problems`) and ID_TAKEN.';
