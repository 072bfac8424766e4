import { builder } from '../../builder.ts';
import { aliasesField, fact, idField, inputPair } from '../../mutations/inputPair.ts';
import { sourceField } from '../../mutations/sourceInput.ts';
import { HardwareKind, LinkKind } from './type.ts';

const memory = inputPair('HardwareMemory', {
  description: 'Memory of one device, as a runtime sees it.',
  fields: (t, { required }) => ({
    memoryGiB: t.float({
      description: 'Capacity, in GiB: "80 GB" on a box is 80 GiB. Left out only for on-chip memory.',
    }),
    memoryGB: t.float({ description: 'Capacity of on-chip SRAM, in GB (10⁹ bytes), instead of memoryGiB.' }),
    memoryKind: t.string({
      required,
      description: 'What memory it is: HBM3e, GDDR7, LPDDR5X-8000 256-bit, DDR5-5600, SRAM. Begins with the class.',
    }),
    memoryBandwidthGBPerSecond: t.float({
      required,
      description: 'Bandwidth by the datasheet, in GB/s (10⁹ bytes per second).',
      ...fact('memoryGigabytesPerSecond'),
    }),
    optionsGiB: t.floatList({ description: 'Sizes it is sold with, in GiB; memoryGiB is the largest.' }),
    sharedWithCpu: t.boolean({ description: 'CPU and GPU work in the same memory: true, or left out.' }),
    source: sourceField(t),
  }),
});

const usableMemory = inputPair('HardwareUsableMemory', {
  description: 'What the driver reports: capacity less firmware and error correction.',
  fields: (t, { required }) => ({
    reportedMiB: t.int({ required, description: 'As nvidia-smi and its like say it, in MiB (2²⁰ bytes).' }),
    source: sourceField(t),
  }),
});

const dense = 'Dense, never sparse; in TFLOPS (10¹² operations per second; a multiply-add is two).';

const compute = inputPair('HardwareCompute', {
  description: 'Peak rates of dense matrix arithmetic, by number format. What the device cannot do is left out.',
  fields: (t) => ({
    denseFp32Tflops: t.float({ description: `FP32. ${dense}`, ...fact('denseFp32Teraflops') }),
    denseTf32Tflops: t.float({ description: `TF32. ${dense}`, ...fact('denseTf32Teraflops') }),
    denseBf16Tflops: t.float({ description: `BF16. ${dense}`, ...fact('denseBf16Teraflops') }),
    denseFp16Tflops: t.float({
      description: `FP16 with FP32 accumulation. ${dense}`,
      ...fact('denseFp16Teraflops'),
    }),
    denseFp8Tflops: t.float({ description: `FP8 with FP32 accumulation. ${dense}`, ...fact('denseFp8Teraflops') }),
    denseFp6Tflops: t.float({ description: `FP6. ${dense}`, ...fact('denseFp6Teraflops') }),
    denseFp4Tflops: t.float({ description: `FP4. ${dense}`, ...fact('denseFp4Teraflops') }),
    denseInt8Tops: t.float({ description: `INT8. ${dense}`, ...fact('denseInt8TeraOps') }),
    denseInt4Tops: t.float({ description: `INT4. ${dense}`, ...fact('denseInt4TeraOps') }),
    fp16AccumulateFp16Tflops: t.float({
      description: `GeForce: FP16 with FP16 accumulation. ${dense}`,
      ...fact('fp16AccumulateFp16Teraflops'),
    }),
    fp16AccumulateFp8Tflops: t.float({
      description: `GeForce: FP8 with FP16 accumulation. ${dense}`,
      ...fact('fp16AccumulateFp8Teraflops'),
    }),
    vectorFp32Tflops: t.float({
      description: `FP32 outside the matrix units, where denseFp32Tflops is inside. ${dense}`,
      ...fact('vectorFp32Teraflops'),
    }),
    bf16AtHalfRate: t.boolean({ description: 'BF16 really runs at half the FP16 rate: true, or left out.' }),
    derived: t.string({ description: 'How figures were computed, in words.' }),
    source: sourceField(t),
  }),
});

const link = inputPair('HardwareLink', {
  description: 'How devices reach each other.',
  fields: (t, { required }) => ({
    kind: t.field({ type: LinkKind, required, description: 'What link it is.' }),
    name: t.string({ required, description: 'NVLink 5, PCIe Gen5 x16, Infinity Fabric.' }),
    bandwidthGBPerSecond: t.float({
      description: 'One device in one direction, in GB/s (10⁹ bytes per second); left out = not published.',
      ...fact('gigabytesPerSecondPerDirection'),
    }),
    domainDevices: t.int({
      description: 'Devices that reach each other over it, a count; left out = not published.',
    }),
    source: sourceField(t),
  }),
});

const host = inputPair('HardwareHost', {
  description: 'Link to the host.',
  fields: (t, { required }) => ({
    name: t.string({ required, description: 'PCIe Gen5 x16.' }),
    bandwidthGBPerSecond: t.float({
      required,
      description: 'One direction, in GB/s (10⁹ bytes per second).',
      ...fact('gigabytesPerSecondPerDirection'),
    }),
    memoryGiB: t.float({ description: 'Memory of the host that comes with the device (superchips), in GiB.' }),
    source: sourceField(t),
  }),
});

const power = inputPair('HardwarePower', {
  description: 'Power of one device.',
  fields: (t) => ({
    tdpWatts: t.float({ description: 'Rated power of the device, in watts.' }),
    systemMaximumWatts: t.float({
      description: 'Of the whole computer, where the maker states no power for the chip, in watts.',
    }),
    systemName: t.string({ description: 'Which computer that is.' }),
    idleWattsRange: t.floatList({ description: 'Measured without load, lowest and highest, in watts.' }),
    idleNotes: t.string({ description: 'How it was measured.' }),
    source: sourceField(t),
  }),
});

const ProcessorUnit = builder.enumType('ProcessorUnit', {
  description: 'What a maker calls the parts that work in parallel.',
  values: {
    STREAMING_MULTIPROCESSOR: { value: 'streaming multiprocessor', description: 'NVIDIA.' },
    COMPUTE_UNIT: { value: 'compute unit', description: 'AMD.' },
    XE_CORE: { value: 'Xe core', description: 'Intel.' },
    GPU_CORE: { value: 'GPU core', description: 'Apple.' },
  } as const,
});

const Confidence = builder.enumType('Confidence', {
  description: 'How well the sources of a device agree.',
  values: {
    HIGH: { value: 'high', description: 'Several sources say the same.' },
    MEDIUM: { value: 'medium', description: 'Sources differ a little, or there are few.' },
    LOW: { value: 'low', description: 'One weak source, or none.' },
    VENDOR_RECALLED: { value: 'vendor-recalled', description: 'The maker’s figures, written from memory.' },
  } as const,
});

const processors = inputPair('HardwareProcessors', {
  description: 'The parts that work in parallel.',
  fields: (t, { required }) => ({
    count: t.int({ required, description: 'How many, a count.' }),
    unit: t.field({ type: ProcessorUnit, required, description: 'Of what.' }),
    source: sourceField(t),
  }),
});

const cpu = inputPair('HardwareCpu', {
  description: 'What a CPU calculates and reads memory with.',
  fields: (t, { required }) => ({
    cores: t.int({ required, description: 'Physical cores, a count.' }),
    baseGigahertz: t.float({ required, description: 'Base clock, in GHz (10⁹ cycles per second).' }),
    allCoreGigahertz: t.float({
      description: 'Sustained with all cores busy, in GHz (10⁹ cycles per second); left out = not published.',
    }),
    memoryChannels: t.int({ required, description: 'Memory channels, a count.' }),
    memoryMegatransfersPerSecond: t.int({
      required,
      description: 'Memory speed, in MT/s: a count of 10⁶ transfers per second.',
    }),
    instructionSets: t.stringList({
      required,
      description: 'Vector and matrix extensions: avx2, avx512, amx_bf16, neon.',
    }),
    source: sourceField(t),
  }),
});

export const hardwareInput = inputPair(
  'Hardware',
  {
    description:
      'One device as a runtime sees it: one GPU of a dual-GPU board, one TPU chip, one CPU socket. Only facts, each group ' +
      'with its source; what is not published is left out.',
    fields: (t, { required, of }) => ({
      ...idField(t, required, 'nvidia-h300-sxm-288gb'),
      name: t.string({ required, description: 'Name for people.' }),
      aliases: aliasesField(t, required),
      vendor: t.string({
        required,
        description: 'Who makes it; runtimes support devices by maker: NVIDIA, AMD, Intel, Apple.',
      }),
      kind: t.field({ type: HardwareKind, required, description: 'What sort of device it is.' }),
      family: t.string({
        required,
        description:
          'Devices that share fitted efficiencies: nvidia-hopper, nvidia-ada, amd-cdna3. A family nobody has measured ' +
          'makes estimates wider.',
      }),
      architecture: t.string({ required, description: 'The maker’s name for the generation: Hopper, CDNA 3.' }),
      formFactor: t.string({
        required,
        description: 'SXM5, PCIe, OAM, mobile, SoC. Another form factor is another device.',
      }),
      released: t.string({ description: 'Day of the announcement, as YYYY-MM-DD or as precisely as known.' }),
      computeCapability: t.string({ description: 'NVIDIA’s number for the architecture: 9.0.' }),
      gfxTarget: t.string({ description: 'AMD’s: gfx942.' }),
      devicesPerBoard: t.int({
        description: 'Devices on one board, a count, where there are several: figures are those of one.',
      }),
      memory: t.field({ type: of(memory), required, description: 'Its memory.' }),
      usableMemory: t.field({
        type: of(usableMemory),
        description: 'What a process can allocate; left out = all of it.',
      }),
      compute: t.field({ type: of(compute), description: 'Its peak rates; without any, only sizes can be estimated.' }),
      link: t.field({ type: of(link), description: 'How devices reach each other; left out = only through the host.' }),
      host: t.field({ type: of(host), description: 'Its link to the host; left out = shared memory, or not known.' }),
      power: t.field({ type: of(power), description: 'Its power; left out = not known.' }),
      processors: t.field({ type: of(processors), description: 'Its parallel parts; left out = not known.' }),
      cpu: t.field({ type: of(cpu), description: 'For a CPU: cores and memory channels.' }),
      confidence: t.field({
        type: Confidence,
        ...(required && { defaultValue: 'low' }),
        description: 'How well the sources agree.',
      }),
      notes: t.string({ description: 'What to know about it.' }),
    }),
  },
  'Create',
);
