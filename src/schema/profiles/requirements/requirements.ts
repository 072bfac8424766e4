import { questionRanges } from '../../../calculator/question.ts';
import {
  type FormatRequirement,
  requiredContext,
  requirementsOf,
  smallestDevices,
} from '../../../calculator/requirements/requirements.ts';
import type { Load } from '../../../calculator/requirements/trial.ts';
import { ranged, requireInRange } from '../../arguments/argumentRange.ts';
import { sameWord } from '../../arguments/filterRange.ts';
import { builder } from '../../builder.ts';
import { resolving } from '../../errors.ts';
import { gibOf } from '../../units.ts';
import { worth } from '../../work.ts';
import { HardwareKind } from '../hardware/type.ts';
import { ModelType } from '../model/type.ts';
import { WeightFormatType } from '../weightFormat/type.ts';
import { FittingDeploymentType } from './fittingDeployment.ts';

interface ModelRequirements extends Load {
  formats: readonly FormatRequirement[];
}

const listed = { minimum: 1, maximum: 20, whole: true };

/** Sequences of one token or more: an empty one needs no memory. */
export const contextRange = { ...questionRanges.contextTokens, minimum: 1 };

type Types = (typeof builder)['$inferSchemaTypes'];

/** How much is to be held. */
export function loadArguments({ arg }: { arg: PothosSchemaTypes.QueryFieldBuilder<Types, object>['arg'] }) {
  return {
    contextTokens: arg.int({
      description:
        'Longest sequence, prompt and answer together, in tokens. Default: 8,192, or what the model can at most.',
      ...ranged(contextRange),
    }),
    batch: arg.int({
      required: true,
      defaultValue: 1,
      description: 'Sequences held at once, a count: 1 to 1,000,000.',
      ...ranged(questionRanges.batch),
    }),
  };
}

const FormatRequirementType = builder.objectRef<FormatRequirement>('FormatRequirement').implement({
  description: 'What a model needs in one format of its weights.',
  fields: (t) => ({
    format: t.expose('format', { type: WeightFormatType, description: 'The format of the weights.' }),
    weightsGiB: t.float({
      description: 'All weights, in GiB: the size of their files.',
      resolve: (required) => gibOf(required.weightBytes),
    }),
    kvCacheGiB: t.float({
      description: 'Cached keys and values of all sequences at 16 bits an element, in GiB.',
      resolve: (required) => gibOf(required.kvCacheBytes),
    }),
    totalGiB: t.float({
      description:
        'Weights, cache and recurrent state, in GiB. What a runtime takes for itself comes on top: see perDeviceGiB of the devices.',
      resolve: (required) => gibOf(required.totalBytes),
    }),
    devices: t.field({
      type: [FittingDeploymentType],
      nullable: true,
      ...worth(40),
      description:
        'The smallest devices that hold it, least memory in all first, processors last. Of each maker’s graphics cards, accelerators and ' +
        'computers, and of processors: the smallest one that somebody sells or rents out, then two, four and eight (where even ' +
        'that is too little, 16) of smaller ones. Each was estimated with the runtime people use there. null = not answered; the error says why.',
      args: {
        vendor: t.arg.string({ description: 'Made by, in any case: NVIDIA, AMD, Apple; left out = all.' }),
        kind: t.arg({ type: HardwareKind, description: 'Of this sort; left out = all.' }),
        first: t.arg.int({
          required: true,
          defaultValue: 6,
          description: 'How many to name, a count: 1 to 20.',
          ...ranged(listed),
        }),
      },
      resolve: resolving((required, { vendor, kind, first }, { catalogue, coefficients }) => {
        requireInRange('first', first, listed);
        const found = smallestDevices(required, catalogue, coefficients, ({ engine }) => {
          return sameWord(engine.vendor, vendor) && (kind == null || engine.kind === kind);
        });
        return found.slice(0, first);
      }),
    }),
  }),
});

const ModelRequirementsType = builder.objectRef<ModelRequirements>('ModelRequirements').implement({
  description: 'What a model needs to run on own hardware.',
  fields: (t) => ({
    contextTokens: t.exposeInt('contextTokens', {
      description: 'Length of the sequences it is counted for, in tokens.',
    }),
    batch: t.exposeInt('batch', { description: 'Sequences it is counted for, a count.' }),
    formats: t.field({
      type: [FormatRequirementType],
      description: 'The format it is published in, then the usual narrower ones, the widest first.',
      resolve: ({ formats }) => [...formats],
    }),
  }),
});

builder.objectField(ModelType, 'requirements', (t) =>
  t.field({
    type: ModelRequirementsType,
    nullable: true,
    description:
      'What hardware it needs: for each usual format of its weights the memory, and the smallest devices that hold it with ' +
      '5 % (at least 0.5 GiB) to spare; null for a model without a published architecture, and for one that writes no text.',
    args: loadArguments(t),
    resolve: resolving((model, { contextTokens: asked, batch }, { catalogue }) => {
      requireInRange('contextTokens', asked, contextRange);
      requireInRange('batch', batch, questionRanges.batch);
      if (model.engine.architecture === null || model.facts.generates === false) return null;
      const load = { contextTokens: requiredContext(model, asked), batch };
      return { ...load, formats: requirementsOf(model, load, catalogue) };
    }),
  }),
);
