import { array, enum as oneOf, optional, strictObject, tuple, z } from 'zod';
import { figure, positive, text, whole } from '../ranges.ts';
import { aliasSchema, idSchema, partialDate, sourceKeys, sourcesSchema } from '../source.ts';

const gigabytesPerSecond = figure(1, 5_000);
const watts = figure(2, 30_000);
const gigahertz = figure(0.5, 8);

const memorySchema = strictObject({
  memoryGiB: optional(figure(0.5, 8192)).describe(
    'Capacity, in GiB: "80 GB" on a box is 80 GiB. Left out only for on-chip memory.',
  ),
  memoryGB: optional(figure(0.1, 100)).describe('Capacity of on-chip SRAM, in GB (10⁹ bytes), instead of memoryGiB.'),
  memoryKind: z
    .string()
    .regex(/^(HBM|GDDR|LPDDR|DDR|SRAM)/, 'must begin with HBM, GDDR, LPDDR, DDR or SRAM')
    .describe('What memory it is: HBM3e, GDDR7, LPDDR5X-8000 256-bit, DDR5-5600, SRAM. Begins with the class.'),
  memoryGigabytesPerSecond: figure(5, 30_000_000).describe(
    'Bandwidth by the datasheet, in GB/s (10⁹ bytes per second).',
  ),
  optionsGiB: optional(array(figure(1, 8192)).min(1)).describe(
    'Sizes it is sold with, in GiB; memoryGiB is the largest.',
  ),
  sharedWithCpu: optional(z.literal(true)).describe('CPU and GPU work in the same memory: true, or left out.'),
  source: sourceKeys,
}).describe('Memory of one device, as a runtime sees it.');

/** A peak rate; of matrix units where the device has them. */
function rate(of: string) {
  const dense = 'Dense, never sparse; in TFLOPS (10¹² operations per second; a multiply-add is two).';
  return optional(figure(0.01, 200_000)).describe(`${of}. ${dense}`);
}

const computeSchema = strictObject({
  denseFp32Teraflops: rate('FP32'),
  denseTf32Teraflops: rate('TF32'),
  denseBf16Teraflops: rate('BF16'),
  denseFp16Teraflops: rate('FP16 with FP32 accumulation'),
  denseFp8Teraflops: rate('FP8 with FP32 accumulation'),
  denseFp6Teraflops: rate('FP6'),
  denseFp4Teraflops: rate('FP4'),
  denseInt8TeraOps: rate('INT8'),
  denseInt4TeraOps: rate('INT4'),
  /** Twice the rate with fp32 accumulation. */
  fp16AccumulateFp16Teraflops: rate('GeForce: FP16 with FP16 accumulation'),
  fp16AccumulateFp8Teraflops: rate('GeForce: FP8 with FP16 accumulation'),
  vectorFp32Teraflops: rate('FP32 outside the matrix units, where the dense FP32 rate is inside'),
  /** CDNA 1; elsewhere such a pair is a sparse figure in the wrong place. */
  bf16AtHalfRate: optional(z.literal(true)).describe('BF16 really runs at half the FP16 rate: true, or left out.'),
  derived: optional(z.string().max(600)).describe('How figures were computed, in words.'),
  source: sourceKeys,
}).describe('Peak rates of dense matrix arithmetic, by number format. What the device cannot do is left out.');

const linkSchema = strictObject({
  kind: oneOf(['nvlink', 'pcie', 'infinity-fabric', 'xe-link', 'ici', 'neuron', 'gaudi', 'c2c', 'other']).describe(
    'What link it is.',
  ),
  name: z.string().min(2).describe('NVLink 5, PCIe Gen5 x16, Infinity Fabric.'),
  gigabytesPerSecondPerDirection: optional(gigabytesPerSecond).describe(
    'One device in one direction, in GB/s (10⁹ bytes per second); left out = not published.',
  ),
  /** Not published of PCIe: the host decides. */
  domainDevices: optional(whole(2, 100_000)).describe(
    'Devices that reach each other over it, a count; left out = not published.',
  ),
  source: sourceKeys,
}).describe('How devices reach each other.');

const hostSchema = strictObject({
  name: z.string().min(2).describe('PCIe Gen5 x16.'),
  gigabytesPerSecondPerDirection: gigabytesPerSecond.describe('One direction, in GB/s (10⁹ bytes per second).'),
  memoryGiB: optional(positive(8192)).describe('Memory of the host that comes with the device (superchips), in GiB.'),
  source: sourceKeys,
}).describe('Link to the host.');

const powerSchema = strictObject({
  tdpWatts: optional(watts).describe('Rated power of the device, in watts.'),
  systemMaximumWatts: optional(watts).describe(
    'Of the whole computer, where the maker states no power for the chip, in watts.',
  ),
  systemName: optional(z.string()).describe('Which computer that is.'),
  idleWattsRange: optional(tuple([figure(0.1, 5_000), figure(0.1, 5_000)])).describe(
    'Measured without load, lowest and highest, in watts.',
  ),
  idleNotes: optional(z.string().max(200)).describe('How it was measured.'),
  source: sourceKeys,
}).describe('Power of one device.');

const cpuSchema = strictObject({
  cores: whole(1, 1024).describe('Physical cores, a count.'),
  baseGigahertz: gigahertz.describe('Base clock, in GHz (10⁹ cycles per second).'),
  allCoreGigahertz: optional(gigahertz).describe(
    'Sustained with all cores busy, in GHz (10⁹ cycles per second); left out = not published.',
  ),
  memoryChannels: whole(1, 64).describe('Memory channels, a count.'),
  memoryMegatransfersPerSecond: whole(800, 20_000).describe(
    'Memory speed, in MT/s: a count of 10⁶ transfers per second.',
  ),
  instructionSets: array(z.string()).min(1).describe('Vector and matrix extensions: avx2, avx512, amx_bf16, neon.'),
  source: sourceKeys,
}).describe('What a CPU calculates and reads memory with.');

export const cpuSideSchema = strictObject({
  family: idSchema.describe('Devices that the cores share fitted efficiencies with: cpu-apple, cpu-arm.'),
  cores: whole(1, 1024).describe('Physical cores of the fast kind, a count.'),
  gigahertz: gigahertz.describe('Clock with all of them busy, in GHz (10⁹ cycles per second).'),
  flopsPerCycle: whole(1, 256).describe(
    'Operations on 32-bit floats of one core in a cycle, a count; a multiply-add is two.',
  ),
  source: sourceKeys,
}).describe('What the CPU cores of a chip that is described by its GPU calculate with.');

const usableMemorySchema = strictObject({
  reportedMiB: whole(128, 8_388_608).describe('As nvidia-smi and its like say it, in MiB (2²⁰ bytes).'),
  source: sourceKeys,
}).describe('What the driver reports: capacity less firmware and error correction.');

const processorsSchema = strictObject({
  count: whole(1, 10_000).describe('How many, a count.'),
  unit: oneOf(['streaming multiprocessor', 'compute unit', 'Xe core', 'GPU core']).describe('Of what.'),
  source: sourceKeys,
}).describe('The parts that work in parallel.');

const machineSchema = strictObject({
  name: text(2, 80).describe('What it is sold as: p5.48xlarge, MacBook Pro, Framework Desktop.'),
  devices: whole(1, 1024).default(1).describe('Devices in it, a count; left out = 1.'),
  memoryOptionsGiB: optional(array(figure(1, 8192)).min(1)).describe(
    'Sizes of memory it is sold with, in GiB, where the device shares it.',
  ),
  source: sourceKeys,
}).describe('A computer or a cloud’s machine that holds the device: people name it in place of the device.');

/** What a file says of one device; `hardware.ts` adds what must hold between the figures. */
export const hardwareFacts = strictObject({
  $schema: optional(z.string()),
  name: text(2, 80).describe('Name for people.'),
  aliases: array(aliasSchema).describe('Other names to find it by, upper and lower case alike.'),
  vendor: text(2, 30).describe('Who makes it; runtimes support devices by maker: NVIDIA, AMD, Intel, Apple.'),
  kind: oneOf(['gpu', 'apu', 'cpu', 'tpu', 'npu', 'asic']).describe('What sort of device it is.'),
  family: idSchema.describe(
    'Devices that share fitted efficiencies: nvidia-hopper, nvidia-ada, amd-cdna3. A family nobody has measured makes ' +
      'estimates wider.',
  ),
  architecture: text(2, 60).describe('The maker’s name for the generation: Hopper, CDNA 3.'),
  formFactor: text(2, 60).describe('SXM5, PCIe, OAM, mobile, SoC. Another form factor is another device.'),
  released: optional(partialDate).describe('Day of the announcement, as YYYY-MM-DD or as precisely as known.'),
  computeCapability: optional(z.string().regex(/^\d+\.\d$/, 'must be major.minor, as 9.0')).describe(
    'NVIDIA’s number for the architecture: 9.0.',
  ),
  gfxTarget: optional(z.string().regex(/^gfx[0-9a-f]+$/, 'must be like gfx942')).describe('AMD’s: gfx942.'),
  devicesPerBoard: optional(whole(2, 16)).describe(
    'Devices on one board, a count, where there are several: figures are those of one.',
  ),
  memory: memorySchema.describe('Its memory.'),
  usableMemory: optional(usableMemorySchema).describe(
    'What a process can allocate; left out = all of it, or the system’s usual share of shared memory.',
  ),
  compute: optional(computeSchema).describe('Its peak rates; without any, only sizes can be estimated.'),
  link: optional(linkSchema).describe('How devices reach each other; left out = only through the host.'),
  host: optional(hostSchema).describe('Its link to the host; left out = shared memory, or not known.'),
  power: optional(powerSchema).describe('Its power; left out = not known.'),
  processors: optional(processorsSchema).describe('Its parallel parts; left out = not known.'),
  cpu: optional(cpuSchema).describe('For a CPU: cores and memory channels.'),
  cpuSide: optional(cpuSideSchema).describe(
    'The CPU cores of a chip that is described by its GPU: what backend cpu runs on; left out = not known.',
  ),
  machines: optional(array(machineSchema).min(1).max(100)).describe(
    'Computers and clouds’ machines that hold it, by which it is found too; a count or a memory they name is taken over.',
  ),
  /** vendor-recalled: the maker's figures, written from memory. */
  confidence: oneOf(['high', 'medium', 'low', 'vendor-recalled']).describe('How well the sources agree.'),
  notes: optional(z.string().max(1000)).describe('What to know about it.'),
  sources: sourcesSchema,
});

export type HardwareFacts = z.infer<typeof hardwareFacts>;
