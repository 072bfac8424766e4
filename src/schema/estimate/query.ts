import { calculateWith } from '../../calculator/ownProfiles.ts';
import { anyName } from '../arguments/anyName.ts';
import { leftOutArguments } from '../arguments/leftOut.ts';
import { builder } from '../builder.ts';
import { DeploymentMode } from '../enums.ts';
import { resolving } from '../errors.ts';
import { HardwareCreateInput } from '../profiles/hardware/mutations.ts';
import { ModelCreateInput } from '../profiles/model/mutations.ts';
import { worth } from '../work.ts';
import { EstimateType } from './estimate.ts';
import { ownProfilesOf } from './ownProfiles.ts';
import { defaultedIn, workloadArguments } from './workloadArguments.ts';

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
      ...workloadArguments(t),
      deployment: t.arg({
        type: DeploymentMode,
        description:
          'Own hardware or an API. Default: own hardware, but an API for a model without a published architecture where no ' +
          'hardware is named.',
      }),
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
      const defaulted = defaultedIn(info).filter((field) => !(field in named));
      const question = { ...options, ...asked, ...named, outputTokens, mode, defaulted };
      return calculateWith(own, catalogue, coefficients, question);
    }),
  }),
);
