import { sizedHardware } from '../../calculator/defaults/sizedHardware.ts';
import { questionRanges } from '../../calculator/question.ts';
import { readWeights } from '../../calculator/readQuestion.ts';
import {
  type Choice,
  type Chosen,
  deviceChoices,
  runtimeChoices,
  weightsChoices,
} from '../../calculator/requirements/choices.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { HardwareProfile, RuntimeProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { UnknownProfileError } from '../../registry/errors.ts';
import { resolveName } from '../../registry/names/resolve.ts';
import { anyName } from '../arguments/anyName.ts';
import { ranged, requireInRange } from '../arguments/argumentRange.ts';
import { leftOutArguments } from '../arguments/leftOut.ts';
import { builder } from '../builder.ts';
import { codedError, resolving } from '../errors.ts';
import { RuntimeType } from '../profiles/runtime/type.ts';
import { WeightFormatType } from '../profiles/weightFormat/type.ts';
import { worth } from '../work.ts';

const ChoiceType = builder.interfaceRef<Choice<unknown>>('Choice').implement({
  description: 'Something that may be chosen for an estimate, or why not.',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', {
      description: 'An estimate with it answers, and the weights go into the memory.',
    }),
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
      hardware: t.arg.id({
        required: true,
        description: `The device: ${anyName} A count or a size that it says is taken where \`devices\` is left out.`,
      }),
      model: t.arg.id({ description: `The model; left out = any: ${anyName}` }),
      weights: t.arg.id({
        description:
          'The format of the weights, or a word for it (4bit, q8, fp8); left out = the one the name of the model says, else any.',
      }),
      devices: t.arg.int({
        required: true,
        defaultValue: 1,
        description: 'How many of the device the weights must fit on, a count: 1 to 4,096.',
        ...ranged(questionRanges.devices),
      }),
    },
    resolve: resolving((_root, asked, { catalogue }, info) => {
      requireInRange('devices', asked.devices, questionRanges.devices);
      const named = resolveName(catalogue, 'hardware', asked.hardware, 'hardware');
      const hardware = sizedHardware({ memoryGiB: named.memoryGiB }, named.profile);
      const model = asked.model == null ? null : resolveName(catalogue, 'model', asked.model, 'model');
      const weights = asked.weights ?? model?.format;
      return {
        hardware,
        model: model?.profile ?? null,
        weights: weights == null ? null : formatNamed(weights, hardware, catalogue),
        devices: leftOutArguments(info).includes('devices') ? (named.devices ?? asked.devices) : asked.devices,
      };
    }),
  }),
);

/** @throws GraphQLError UNKNOWN_PROFILE under the name that the argument has here: elsewhere it is options.weights */
function formatNamed(name: string, { engine }: HardwareProfile, catalogue: Catalogue): WeightFormatProfile {
  try {
    const id = readWeights(name, catalogue, { runtime: null, hardware: engine }, []);
    return catalogue.weightFormat.get(id ?? name);
  } catch (error) {
    if (!(error instanceof UnknownProfileError)) throw error;
    const { message, value, suggestions } = error;
    throw codedError('UNKNOWN_PROFILE', message, { argument: 'weights', value, suggestions });
  }
}
