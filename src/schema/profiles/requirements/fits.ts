import { questionRanges } from '../../../calculator/question.ts';
import { requiredContext, widestFitting } from '../../../calculator/requirements/requirements.ts';
import type { FittingAnswer } from '../../../calculator/requirements/trial.ts';
import { pageOf } from '../../../registry/catalogue/page.ts';
import { ranged, requireInRange } from '../../arguments/argumentRange.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { worth } from '../../work.ts';
import { HardwareType } from '../hardware/type.ts';
import { ModelFilter, modelOrders, modelsWhere } from '../model/queries.ts';
import { FittingDeploymentType } from './fittingDeployment.ts';
import { contextRange, loadArguments } from './requirements.ts';

const listed = { minimum: 1, maximum: 25, whole: true };

builder.objectField(HardwareType, 'fits', (t) =>
  t.field({
    type: [FittingDeploymentType],
    nullable: true,
    ...worth(60),
    description:
      'Models that run on it, each in the widest usual format that leaves 5 % of the memory (at least 0.5 GiB) to spare. ' +
      'The other way round: `Model.requirements`. null = not answered; the error says why.',
    args: {
      filter: t.arg({ type: ModelFilter, description: 'Which models to try; left out = all.' }),
      orderBy: t.arg({
        type: modelOrders.input,
        required: true,
        defaultValue: { field: 'RELEASED', direction: 'descending' },
        description: 'Which to name first. Default: the newest.',
      }),
      ...loadArguments(t),
      devices: t.arg.int({
        required: true,
        defaultValue: 1,
        description: 'How many of the device, a count: 1 to 4,096.',
        ...ranged(questionRanges.devices),
      }),
      first: t.arg.int({
        required: true,
        defaultValue: 10,
        description: 'How many models to name, a count: 1 to 25.',
        ...ranged(listed),
      }),
    },
    resolve: resolving((hardware, { filter, orderBy, contextTokens, batch, devices, first }, context) => {
      requireInRange('first', first, listed);
      requireInRange('contextTokens', contextTokens, contextRange);
      requireInRange('batch', batch, questionRanges.batch);
      requireInRange('devices', devices, questionRanges.devices);
      const { catalogue, coefficients } = context;
      const chosen = catalogue.model.all().filter(filter ? modelsWhere(filter) : () => true);
      const { items } = pageOf(chosen, { order: modelOrders.order(orderBy), first: chosen.length });
      const found: FittingAnswer[] = [];
      for (const model of items) {
        if (found.length === first) break;
        const load = { contextTokens: requiredContext(model, contextTokens), batch, devices };
        // A model that cannot hold so long a sequence does not do what was asked.
        if (load.contextTokens > (model.facts.contextTokens ?? load.contextTokens)) continue;
        const answer = widestFitting(model, hardware, load, catalogue, coefficients);
        if (answer !== null) found.push(answer);
      }
      return found;
    }),
  }),
);
