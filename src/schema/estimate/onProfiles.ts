import { calculate } from '../../calculator/calculate.ts';
import type { Question } from '../../calculator/question.ts';
import { anyName } from '../arguments/anyName.ts';
import { builder } from '../builder.ts';
import { resolving } from '../errors.ts';
import { HardwareType } from '../profiles/hardware/type.ts';
import { ModelType } from '../profiles/model/type.ts';
import { worth } from '../work.ts';
import { EstimateType } from './estimate.ts';
import { defaultedIn, workloadArguments } from './workloadArguments.ts';

builder.objectField(ModelType, 'estimateOn', (t) =>
  t.field({
    type: EstimateType,
    nullable: true,
    ...worth(1),
    description:
      'How fast, how big and how dear it is on this hardware, as `estimate` answers. For latencies that were measured see ' +
      '`measurements` and `hostedLatencies`. null = not answered; the error says why.',
    args: {
      hardware: t.arg.id({ required: true, description: `The device: ${anyName}` }),
      ...workloadArguments(t),
    },
    resolve: resolving(({ id }, { options, tokens: outputTokens, ...asked }, context, info) => {
      const question: Question = { ...options, ...asked, model: id, outputTokens, mode: 'local' };
      return calculate(context.catalogue, context.coefficients, { ...question, defaulted: defaultedIn(info) });
    }),
  }),
);

builder.objectField(HardwareType, 'estimate', (t) =>
  t.field({
    type: EstimateType,
    nullable: true,
    ...worth(1),
    description:
      'How fast, how big and how dear a model is on it, as the query `estimate` answers. null = not answered; the error ' +
      'says why.',
    args: {
      model: t.arg.id({ required: true, description: `The model: ${anyName}` }),
      ...workloadArguments(t),
    },
    resolve: resolving(({ id }, { options, tokens: outputTokens, ...asked }, context, info) => {
      const question: Question = { ...options, ...asked, hardware: id, outputTokens, mode: 'local' };
      return calculate(context.catalogue, context.coefficients, { ...question, defaulted: defaultedIn(info) });
    }),
  }),
);
