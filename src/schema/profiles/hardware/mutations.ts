import { hardwareKind } from '../../../registry/kinds/hardware/hardware.ts';
import { profileMutations } from '../../mutations/profileMutations.ts';
import { hardwareAdvice } from './advice.ts';
import { HardwareType } from './type.ts';

/** What is known about a device that is not in the catalogue. */
export const HardwareCreateInput = profileMutations(hardwareKind, {
  name: 'hardware',
  thing: 'a device',
  node: HardwareType,
  advice: hardwareAdvice,
  names: {
    id: { example: 'nvidia-h300-sxm-288gb' },
    fields: {
      memoryGigabytesPerSecond: 'memoryBandwidthGBPerSecond',
      gigabytesPerSecondPerDirection: 'bandwidthGBPerSecond',
    },
    defaults: { aliases: [], confidence: 'low' },
  },
  example:
    'mutation { hardwareCreate(dryRun: true, input: { id: "acme-edition-48gb", name: "Acme Edition 48 GB", vendor: "NVIDIA", ' +
    'kind: GPU, family: "nvidia-ada", architecture: "Ada Lovelace", formFactor: "PCIe", memory: { memoryGiB: 48, ' +
    'memoryKind: "GDDR6", memoryBandwidthGBPerSecond: 900, source: { title: "A guess", known: ASSUMED } } }) ' +
    '{ ... on HardwareCreatePayload { hardware { id memoryGiB } } ... on Error { message } } }',
});
