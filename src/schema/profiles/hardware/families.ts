import type { HardwareProfile } from '../../../registry/catalogue/profiles.ts';
import { builder } from '../../builder.ts';
import { HardwareType } from './type.ts';

interface HardwareFamily {
  id: string;
  devices: readonly HardwareProfile[];
}

const HardwareFamilyType = builder.objectRef<HardwareFamily>('HardwareFamily').implement({
  description: 'Devices that share fitted efficiencies: what was measured on one says something about the others.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The family, as `filter.family` and a new device take it: nvidia-hopper.' }),
    vendors: t.stringList({
      description: 'Who makes them.',
      resolve: ({ devices }) => different(devices.map(({ facts }) => facts.vendor)),
    }),
    architectures: t.stringList({
      description: 'The makers’ names for the generations.',
      resolve: ({ devices }) => different(devices.map(({ facts }) => facts.architecture)),
    }),
    count: t.int({ description: 'Devices, a count.', resolve: ({ devices }) => devices.length }),
    hardware: t.field({
      type: [HardwareType],
      description: 'The devices, by id.',
      resolve: ({ devices }) => [...devices],
    }),
  }),
});

builder.queryField('hardwareFamilies', (t) =>
  t.field({
    type: [HardwareFamilyType],
    description:
      'Families of devices, by id: what to call the family of a new one. ' +
      'Example: `{ hardwareFamilies { id vendors architectures count } }`',
    resolve: (_root, _args, { catalogue }) => {
      const families = Map.groupBy(catalogue.hardware.all(), ({ facts }) => facts.family);
      return Array.from(families, ([id, devices]) => ({ id, devices })).sort((one, other) =>
        one.id < other.id ? -1 : 1,
      );
    },
  }),
);

function different(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}
