import type { Hardware, Link, NumberFormat as NumberFormatName } from '../../../engine/shapes.ts';
import type { HardwareProfile } from '../../../registry/catalogue/profiles.ts';
import { hardwareFacts } from '../../../registry/kinds/hardware/facts.ts';
import { builder } from '../../builder.ts';
import { NumberFormat } from '../../enums.ts';
import { gibOf, gigabytesOf, teraflopsOf } from '../../units.ts';
import { facts, fieldsOf } from '../fieldsOf.ts';
import { ProfileType } from '../profile.ts';

export const HardwareKind = builder.enumType('HardwareKind', {
  description: 'What sort of device it is.',
  values: {
    GPU: { value: 'gpu', description: 'A graphics processor with memory of its own.' },
    APU: { value: 'apu', description: 'A processor with graphics that shares its memory, Apple silicon among them.' },
    CPU: { value: 'cpu', description: 'A processor without a graphics part in play.' },
    TPU: { value: 'tpu', description: 'A Google tensor processing unit.' },
    NPU: { value: 'npu', description: 'A neural processing unit.' },
    ASIC: { value: 'asic', description: 'Another accelerator made for neural networks.' },
  } as const,
});

export const MemoryClass = builder.enumType('MemoryClass', {
  description: 'The kind of memory a device works from.',
  values: {
    HBM: { value: 'hbm', description: 'Stacked high-bandwidth memory.' },
    GDDR: { value: 'gddr', description: 'Graphics memory.' },
    LPDDR: { value: 'lpddr', description: 'Low-power memory, usually shared with the CPU.' },
    DDR: { value: 'ddr', description: 'Main memory.' },
    SRAM: { value: 'sram', description: 'On-chip memory.' },
  } as const,
});

export const LinkKind = builder.enumType('LinkKind', {
  description: 'How devices reach each other.',
  values: {
    NVLINK: { value: 'nvlink', description: 'NVIDIA NVLink.' },
    PCIE: { value: 'pcie', description: 'PCI Express.' },
    INFINITY_FABRIC: { value: 'infinity-fabric', description: 'AMD Infinity Fabric.' },
    XE_LINK: { value: 'xe-link', description: 'Intel Xe Link.' },
    ICI: { value: 'ici', description: 'Google’s inter-chip interconnect.' },
    NEURON: { value: 'neuron', description: 'AWS NeuronLink.' },
    GAUDI: { value: 'gaudi', description: 'Intel Gaudi’s Ethernet ports.' },
    C2C: { value: 'c2c', description: 'Chip-to-chip link.' },
    OTHER: { value: 'other', description: 'Another link.' },
  } as const,
});

builder.enumType('ProcessorUnit', {
  description: 'What a maker calls the parts that work in parallel.',
  values: {
    STREAMING_MULTIPROCESSOR: { value: 'streaming multiprocessor', description: 'NVIDIA.' },
    COMPUTE_UNIT: { value: 'compute unit', description: 'AMD.' },
    XE_CORE: { value: 'Xe core', description: 'Intel.' },
    GPU_CORE: { value: 'GPU core', description: 'Apple.' },
  } as const,
});

builder.enumType('Confidence', {
  description: 'How well the sources of a device agree.',
  values: {
    HIGH: { value: 'high', description: 'Several sources say the same.' },
    MEDIUM: { value: 'medium', description: 'Sources differ a little, or there are few.' },
    LOW: { value: 'low', description: 'One weak source, or none.' },
    VENDOR_RECALLED: { value: 'vendor-recalled', description: 'The maker’s figures, written from memory.' },
  } as const,
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
    ...fieldsOf(t, hardwareFacts, facts, ['kind', 'vendor', 'family']),
    memoryClass: t.field({
      type: MemoryClass,
      description: 'The kind of memory.',
      resolve: ({ engine }) => engine.memoryClass,
    }),
    memoryGiB: t.float({ description: 'Memory, in GiB.', resolve: ({ engine }) => gibOf(engine.memoryBytes) }),
    usableGiB: t.float({
      description:
        'What a process can allocate, in GiB: memory less what firmware, error correction or the system keep.',
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
