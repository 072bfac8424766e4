import type { GraphQLResolveInfo } from 'graphql';
import { calculate } from '../../calculator/calculate.ts';
import { type DefaultedField, defaultedFields, questionRanges } from '../../calculator/question.ts';
import { anyName } from '../arguments/anyName.ts';
import { ranged } from '../arguments/argumentRange.ts';
import { leftOutArguments } from '../arguments/leftOut.ts';
import { builder } from '../builder.ts';
import { DeploymentMode } from '../enums.ts';
import { argumentOf, resolving } from '../errors.ts';
import { worth } from '../work.ts';
import { EstimateType } from './estimate.ts';
import { EstimateOptions } from './options.ts';

builder.queryField('estimate', (t) =>
  t.field({
    type: EstimateType,
    nullable: true,
    ...worth(1),
    description:
      'How fast, how big and how dear is this model on this hardware? Works without arguments: the documented example. ' +
      'A model that does not fit is an answer (memory.fits = false, with suggestions that do), never an error. What cannot ' +
      'be answered is null with an error at its path; other answers of the query stay. ' +
      'Example: `{ estimate(model: "7B", hardware: "T4", tokens: 1000) { summary latency { endToEndMs } memory { totalGiB fits } } }`',
    args: {
      model: t.arg.id({ required: true, defaultValue: '7B', description: `The model: ${anyName}` }),
      hardware: t.arg.id({
        defaultValue: 'T4',
        description:
          `The device: ${anyName} A count ("8xH100", "DGX H100", a cloud’s machine) sets options.devices, a size ("MacBook Pro M4 Max ` +
          '64GB") the memory. Ignored, and said so in assumptions, when the deployment is API.',
      }),
      ...workloadArguments(t),
      deployment: t.arg({
        type: DeploymentMode,
        description:
          'Own hardware or an API. Default: own hardware, but an API for a model without a published architecture where no ' +
          'hardware is named.',
      }),
    },
    resolve: resolving((_root, { options, deployment: mode, tokens: outputTokens, ...asked }, context, info) => {
      const question = { ...options, ...asked, outputTokens, mode, defaulted: defaultedIn(info) };
      return calculate(context.catalogue, context.coefficients, question);
    }),
  }),
);

/** What a request for an estimate leaves to its defaults. */
export function defaultedIn(info: GraphQLResolveInfo): DefaultedField[] {
  const left = new Set(leftOutArguments(info));
  return defaultedFields.filter((field) => left.has(argumentOf(field)));
}

type Types = (typeof builder)['$inferSchemaTypes'];

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
