import { calculateWith } from '../../calculator/ownProfiles.ts';
import { defaultedFields, questionRanges } from '../../calculator/question.ts';
import { anyName } from '../arguments/anyName.ts';
import { ranged } from '../arguments/argumentRange.ts';
import { leftOutArguments } from '../arguments/leftOut.ts';
import { builder } from '../builder.ts';
import { DeploymentMode } from '../enums.ts';
import { argumentOf, resolving } from '../errors.ts';
import { HardwareCreateInput } from '../profiles/hardware/mutations.ts';
import { ModelCreateInput } from '../profiles/model/mutations.ts';
import { worth } from '../work.ts';
import { EstimateType } from './estimate.ts';
import { EstimateOptions } from './options.ts';
import { ownProfilesOf } from './ownProfiles.ts';

const custom =
  'what its creation takes, no key needed, checked in the same way (INVALID_INPUT with `problems`, ID_TAKEN), and stored ' +
  'nowhere. Its id is a word of yours that no profile has.';

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
      tokens: t.arg.int({
        required: true,
        defaultValue: 1000,
        description: 'Generated per sequence, in tokens: 1 to 1,000,000,000.',
        ...ranged(questionRanges.outputTokens),
      }),
      batch: t.arg.int({
        required: true,
        defaultValue: 1,
        description: 'Sequences in flight, a count: 1 to 1,000,000.',
        ...ranged(questionRanges.batch),
      }),
      promptTokens: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'Read before the first token is generated, per sequence, in tokens: 0 to 1,000,000,000.',
        ...ranged(questionRanges.promptTokens),
      }),
      deployment: t.arg({
        type: DeploymentMode,
        description:
          'Own hardware or an API. Default: own hardware, but an API for a model without a published architecture where no ' +
          'hardware is named.',
      }),
      options: t.arg({ type: EstimateOptions, description: 'The choices that have a good default.' }),
      customModel: t.arg({
        type: ModelCreateInput,
        description: `A model of your own in the place of \`model\`: ${custom}`,
      }),
      customHardware: t.arg({
        type: HardwareCreateInput,
        description: `A device of your own in the place of \`hardware\`: ${custom}`,
      }),
    },
    resolve: resolving((_root, { customModel, customHardware, ...args }, { catalogue, coefficients }, info) => {
      const { options, deployment: mode, tokens: outputTokens, ...asked } = args;
      const left = new Set(leftOutArguments(info));
      const own = ownProfilesOf({ customModel, customHardware }, { catalogue, schema: info.schema, left });
      const named = Object.fromEntries(own.map(({ kind, id }) => [kind, id]));
      const defaulted = defaultedFields.filter((field) => left.has(argumentOf(field)) && !(field in named));
      const question = { ...options, ...asked, ...named, outputTokens, mode, defaulted };
      return calculateWith(own, catalogue, coefficients, question);
    }),
  }),
);
