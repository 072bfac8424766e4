import { builder } from '../../builder.ts';
import { connectionOf, pageArguments, pageRequest } from '../../connection.ts';
import { resolving } from '../../errors.ts';
import { HardwareFilter, HardwareOrder, hardwareOrder, hardwareWhere } from './hardwareFilter.ts';
import { HardwareType } from './type.ts';

const HardwareConnection = connectionOf('Hardware', HardwareType, 'devices');

builder.queryFields((t) => ({
  hardware: t.field({
    type: HardwareType,
    nullable: true,
    description:
      'One device by id or alias; null when there is none. ' +
      'Example: `{ hardware(id: "T4") { id name memoryGiB memoryBandwidthGBPerSecond peaks { numberFormat tflops } } }`',
    args: { id: t.arg.id({ required: true, description: 'Id or alias of the device.' }) },
    resolve: (_root, { id }, { catalogue }) => catalogue.hardware.find(id),
  }),
  hardwareList: t.field({
    type: HardwareConnection,
    description:
      'Devices, a page at a time. Example: `{ hardwareList(filter: { vendor: "NVIDIA", memoryGiB: { min: 79 } }, ' +
      'orderBy: { field: MEMORY_BANDWIDTH, direction: DESC }, first: 5) { totalCount nodes { id name memoryGiB } } }`',
    args: {
      filter: t.arg({ type: HardwareFilter, description: 'Which devices; left out = all.' }),
      search: t.arg.string({
        description: 'Words that must all occur in id, name, aliases, vendor or family, in any order.',
      }),
      orderBy: t.arg({ type: HardwareOrder, description: 'How to order them; left out = by id.' }),
      ...pageArguments(t),
    },
    resolve: resolving((_root, { filter, orderBy, search, ...page }, { catalogue }) =>
      catalogue.hardware.list({
        ...pageRequest(page),
        search,
        ...(filter && { where: hardwareWhere(filter) }),
        ...(orderBy && { order: hardwareOrder(orderBy) }),
      }),
    ),
  }),
}));
