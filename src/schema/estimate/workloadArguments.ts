import type { GraphQLResolveInfo } from 'graphql';
import { type DefaultedField, defaultedFields, questionRanges } from '../../calculator/question.ts';
import { ranged } from '../arguments/argumentRange.ts';
import { leftOutArguments } from '../arguments/leftOut.ts';
import type { builder } from '../builder.ts';
import { argumentOf } from '../errors.ts';
import { EstimateOptions } from './options.ts';

type Types = (typeof builder)['$inferSchemaTypes'];

/** What a request for an estimate leaves to its defaults. */
export function defaultedIn(info: GraphQLResolveInfo): DefaultedField[] {
  const left = new Set(leftOutArguments(info));
  return defaultedFields.filter((field) => left.has(argumentOf(field)));
}

/** What an estimate is asked for beside the model and where it runs. */
export function workloadArguments({ arg }: { arg: PothosSchemaTypes.QueryFieldBuilder<Types, object>['arg'] }) {
  return {
    tokens: arg.int({
      required: true,
      defaultValue: 1000,
      description: 'Generated per sequence, in tokens: 1 to 1,000,000,000.',
      ...ranged(questionRanges.outputTokens),
    }),
    batch: arg.int({
      required: true,
      defaultValue: 1,
      description: 'Sequences in flight, a count: 1 to 1,000,000.',
      ...ranged(questionRanges.batch),
    }),
    promptTokens: arg.int({
      required: true,
      defaultValue: 0,
      description: 'Read before the first token is generated, per sequence, in tokens: 0 to 1,000,000,000.',
      ...ranged(questionRanges.promptTokens),
    }),
    options: arg({ type: EstimateOptions, description: 'The choices that have a good default.' }),
  };
}
