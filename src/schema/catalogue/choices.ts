import { questionRanges } from '../../calculator/question.ts';
import {
  type Choice,
  type Chosen,
  deviceChoices,
  runtimeChoices,
  weightsChoices,
} from '../../calculator/requirements/choices.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { RuntimeProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { UnknownProfileError } from '../../registry/errors.ts';
import { ranged, requireInRange } from '../arguments/argumentRange.ts';
import { builder } from '../builder.ts';
import { codedError, resolving } from '../errors.ts';
import { RuntimeType } from '../profiles/runtime/type.ts';
import { WeightFormatType } from '../profiles/weightFormat/type.ts';
import { worth } from '../work.ts';

const ChoiceType = builder.interfaceRef<Choice<unknown>>('Choice').implement({
  description: 'Something that may be chosen for an estimate, or why not.',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', { description: 'An estimate with it answers.' }),
    usual: t.exposeBoolean('usual', { description: 'It is valid, and what people choose.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is not valid, or not usual, in a sentence; null = it is both.',
    }),
  }),
});

const WeightsChoiceType = builder.objectRef<Choice<WeightFormatProfile>>('WeightsChoice').implement({
  description: 'A format of the weights.',
  interfaces: [ChoiceType],
  fields: (t) => ({ format: t.expose('choice', { type: WeightFormatType, description: 'The format.' }) }),
});

const RuntimeChoiceType = builder.objectRef<Choice<RuntimeProfile>>('RuntimeChoice').implement({
  description: 'A runtime.',
  interfaces: [ChoiceType],
  fields: (t) => ({ runtime: t.expose('choice', { type: RuntimeType, description: 'The runtime.' }) }),
});

const DevicesChoiceType = builder.objectRef<Choice<number>>('DevicesChoice').implement({
  description: 'A number of devices.',
  interfaces: [ChoiceType],
  fields: (t) => ({ devices: t.exposeInt('choice', { description: 'How many, a count.' }) }),
});

const ChoicesType = builder.objectRef<Chosen>('Choices').implement({
  description:
    'What can be chosen for an estimate, the usual first, then what also answers, then what does not, with reasons.',
  fields: (t) => ({
    weights: t.field({
      type: [WeightsChoiceType],
      description: 'Every format of weights: whether the device runs it and, of a named model, whether it holds it.',
      resolve: (chosen, _args, { catalogue }) => weightsChoices(chosen, catalogue),
    }),
    runtimes: t.field({
      type: [RuntimeChoiceType],
      description: 'Every runtime: whether it runs on the device and, of named weights, whether it reads them there.',
      resolve: (chosen, _args, { catalogue }) => runtimeChoices(chosen, catalogue),
    }),
    devices: t.field({
      type: [DevicesChoiceType],
      description: 'Numbers of devices: whether a named model divides over them, and how they reach each other.',
      resolve: (chosen) => deviceChoices(chosen),
    }),
  }),
});

builder.queryField('choices', (t) =>
  t.field({
    type: ChoicesType,
    ...worth(5),
    description:
      'What goes together on a device, for pickers that depend on each other: nothing is hidden, what does not go says why. ' +
      'Example: `{ choices(hardware: "T4", model: "7B") { weights { format { id } valid usual reason } } }`',
    args: {
      hardware: t.arg.id({ required: true, description: 'Id or alias of the device.' }),
      model: t.arg.id({ description: 'Id or alias of the model; left out = any.' }),
      weights: t.arg.id({ description: 'Id or alias of the format of the weights; left out = any.' }),
      devices: t.arg.int({
        required: true,
        defaultValue: 1,
        description: 'How many of the device the weights must fit on, a count: 1 to 4,096.',
        ...ranged(questionRanges.devices),
      }),
    },
    resolve: resolving((_root, asked, { catalogue }) => {
      requireInRange('devices', asked.devices, questionRanges.devices);
      return {
        hardware: catalogue.hardware.get(asked.hardware, 'hardware'),
        model: asked.model == null ? null : catalogue.model.get(asked.model, 'model'),
        weights: asked.weights == null ? null : formatNamed(asked.weights, catalogue),
        devices: asked.devices,
      };
    }),
  }),
);

/** @throws GraphQLError UNKNOWN_PROFILE under the name that the argument has here: elsewhere it is options.weights */
function formatNamed(name: string, { weightFormat }: Catalogue): WeightFormatProfile {
  try {
    return weightFormat.get(name);
  } catch (error) {
    if (!(error instanceof UnknownProfileError)) throw error;
    const { message, value, suggestions } = error;
    throw codedError('UNKNOWN_PROFILE', message, { argument: 'weights', value, suggestions });
  }
}
