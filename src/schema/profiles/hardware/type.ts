import type { NumberFormat as NumberFormatName } from '../../../engine/model/numberFormat.ts';
import type { Hardware, Link } from '../../../engine/shapes.ts';
import type { HardwareProfile } from '../../../registry/catalogue/profiles.ts';
import { hardwareFacts } from '../../../registry/kinds/hardware/facts.ts';
import { memoryOptionsGiB } from '../../../registry/kinds/hardware/gpuShare.ts';
import { builder } from '../../builder.ts';
import { enumOf } from '../../enumOf.ts';
import { NumberFormat } from '../../enums.ts';
import { gibOf, gigabytesOf, teraflopsOf } from '../../units.ts';
import { facts, fieldsOf } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';

export const HardwareKind = enumOf('HardwareKind', 'What sort of device it is.', {
  gpu: 'A graphics processor with memory of its own.',
  apu: 'A processor with graphics that shares its memory, Apple silicon among them.',
  cpu: 'A processor without a graphics part in play.',
  tpu: 'A Google tensor processing unit.',
  npu: 'A neural processing unit.',
  asic: 'Another accelerator made for neural networks.',
});

export const MemoryClass = enumOf('MemoryClass', 'The kind of memory a device works from.', {
  hbm: 'Stacked high-bandwidth memory.',
  gddr: 'Graphics memory.',
  lpddr: 'Low-power memory, usually shared with the CPU.',
  ddr: 'Main memory.',
  sram: 'On-chip memory.',
});

export const LinkKind = enumOf('LinkKind', 'How devices reach each other.', {
  nvlink: 'NVIDIA NVLink.',
  pcie: 'PCI Express.',
  'infinity-fabric': 'AMD Infinity Fabric.',
  'xe-link': 'Intel Xe Link.',
  ici: 'Google’s inter-chip interconnect.',
  neuron: 'AWS NeuronLink.',
  gaudi: 'Intel Gaudi’s Ethernet ports.',
  c2c: 'Chip-to-chip link.',
  other: 'Another link.',
});

enumOf('ProcessorUnit', 'What a maker calls the parts that work in parallel.', {
  'streaming multiprocessor': 'NVIDIA.',
  'compute unit': 'AMD.',
  'Xe core': 'Intel.',
  'GPU core': 'Apple.',
});

enumOf('Confidence', 'How well the sources of a device agree.', {
  high: 'Several sources say the same.',
  medium: 'Sources differ a little, or there are few.',
  low: 'One weak source, or none.',
  'vendor-recalled': 'The maker’s figures, written from memory.',
});

const LinkType = builder.objectRef<Link>('Link').implement({
  description: 'The link between devices.',
  fields: (t) => ({
    kind: t.expose('kind', { type: LinkKind, description: 'What link it is.' }),
    bandwidthGBPerSecond: t.float({
      description: 'One device in one direction, in GB/s (10⁹ bytes per second).',
      resolve: ({ bytesPerSecond }) => gigabytesOf(bytesPerSecond),
    }),
    domainDevices: t.exposeInt('domainDevices', { description: 'Devices that reach each other over it, a count.' }),
  }),
});

const PeakType = builder.objectRef<{ numberFormat: NumberFormatName; flopsPerSecond: number }>('Peak').implement({
  description: 'The highest rate of dense matrix arithmetic in one number format.',
  fields: (t) => ({
    numberFormat: t.expose('numberFormat', { type: NumberFormat, description: 'The number format.' }),
    tflops: t.float({
      description: 'Dense rate, never the sparse one, in TFLOPS (10¹² operations per second; a multiply-add is two).',
      resolve: ({ flopsPerSecond }) => teraflopsOf(flopsPerSecond),
    }),
  }),
});

export const HardwareType = builder.objectRef<HardwareProfile>('Hardware').implement({
  description: 'One device as a runtime sees it: one GPU of a dual-GPU board, one TPU chip, one CPU socket.',
  interfaces: [ProfileType],
  fields: (t) => ({
    ...fieldsOf(t, hardwareFacts, facts, ['kind', 'vendor', 'family', 'architecture', 'formFactor', 'released']),
    memoryClass: t.field({
      type: MemoryClass,
      description: 'The kind of memory.',
      resolve: ({ engine }) => engine.memoryClass,
    }),
    memoryGiB: t.float({ description: 'Memory, in GiB.', resolve: ({ engine }) => gibOf(engine.memoryBytes) }),
    memoryOptionsGiB: t.floatList({
      description:
        'Sizes it is sold with, in GiB, the smallest first; the largest is memoryGiB. Empty for on-chip memory.',
      resolve: ({ facts }) => memoryOptionsGiB(facts),
    }),
    usableGiB: t.float({
      description:
        'What a process can allocate, in GiB: memory less what firmware, error correction or the system keep; of shared ' +
        'memory, what the system lets the GPU take unless it is set otherwise.',
      resolve: ({ engine }) => gibOf(engine.usableMemoryBytes),
    }),
    unifiedMemory: t.boolean({
      description: 'CPU and GPU share the memory.',
      resolve: ({ engine }) => engine.unifiedMemory,
    }),
    memoryBandwidthGBPerSecond: t.float({
      description: 'Memory bandwidth by the datasheet, in GB/s (10⁹ bytes per second).',
      resolve: ({ engine }) => gigabytesOf(engine.memoryBytesPerSecond),
    }),
    peaks: t.field({
      type: [PeakType],
      description: 'Datasheet rates of dense matrix arithmetic.',
      resolve: ({ engine }) => peaksOf(engine),
    }),
    link: t.field({
      type: LinkType,
      nullable: true,
      description: 'How devices reach each other; null = only through the host.',
      resolve: ({ engine }) => engine.link,
    }),
    hostBandwidthGBPerSecond: t.float({
      nullable: true,
      description: 'Link to the host in one direction, in GB/s; null = shared memory, or not known.',
      resolve: ({ engine: { hostBytesPerSecond: rate } }) => (rate === null ? null : gigabytesOf(rate)),
    }),
    processors: t.int({
      nullable: true,
      description: 'Streaming multiprocessors, compute units or the like, a count; null = not known.',
      resolve: ({ engine }) => engine.processors,
    }),
    powerWatts: t.float({
      nullable: true,
      description: 'Rated power, in watts; null = not known.',
      resolve: ({ engine }) => engine.powerWatts,
    }),
    idleWatts: t.float({
      nullable: true,
      description: 'Power when idle, in watts; null = not known.',
      resolve: ({ engine }) => engine.idleWatts,
    }),
  }),
});

function peaksOf({ peaks }: Hardware) {
  return Object.entries(peaks).map(([numberFormat, flopsPerSecond]) => ({
    numberFormat: numberFormat as NumberFormatName,
    flopsPerSecond,
  }));
}
