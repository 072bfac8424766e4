import type { FittingAnswer } from '../../../calculator/requirements/trial.ts';
import { builder } from '../../builder.ts';
import { EstimateType } from '../../estimate/estimate.ts';
import { gibOf } from '../../units.ts';
import { HardwareType } from '../hardware/type.ts';
import { ModelType } from '../model/type.ts';
import { RuntimeType } from '../runtime/type.ts';
import { WeightFormatType } from '../weightFormat/type.ts';

export const FittingDeploymentType = builder.objectRef<FittingAnswer>('FittingDeployment').implement({
  description:
    'A model on devices that hold it, with the runtime people use there and 5 % of each device (at least 0.5 GiB) to spare.',
  fields: (t) => ({
    model: t.expose('model', { type: ModelType, description: 'The model.' }),
    weights: t.field({
      type: WeightFormatType,
      description: 'The format of its weights.',
      resolve: ({ deployment }) => deployment.weights,
    }),
    hardware: t.field({
      type: HardwareType,
      description: 'The device.',
      resolve: ({ deployment }) => deployment.hardware,
    }),
    devices: t.int({
      description: 'How many of them, a count.',
      resolve: ({ deployment }) => deployment.engine.devices,
    }),
    runtime: t.field({
      type: RuntimeType,
      description: 'The runtime people use there with that format.',
      resolve: ({ deployment }) => deployment.runtime,
    }),
    perDeviceGiB: t.float({
      description: 'Needed on the fullest device, with what the runtime takes for itself, in GiB.',
      resolve: ({ memory }) => gibOf(memory.perDeviceBytes),
    }),
    usablePerDeviceGiB: t.float({
      description: 'What the runtime may use of each device, in GiB.',
      resolve: ({ memory }) => gibOf(memory.usablePerDeviceBytes),
    }),
    estimate: t.field({
      type: EstimateType,
      description:
        'How fast it is there: sequences end in an answer of 1,000 tokens, or of half their length if that is less.',
      resolve: (answer) => answer,
    }),
  }),
});
