import { z } from 'zod';
import type { Hardware, Link, MemoryClass, NumberFormat } from '../../../engine/shapes.ts';
import { pathSegments } from '../../jsonText.ts';
import type { Kind } from '../kind.ts';
import { aliasSchema, idSchema, partialDate, sourceKeys, sourcesSchema } from '../source.ts';
import { refuseUnknownSources } from '../sourcedGroups.ts';
import { implausibleFigures } from './plausibility.ts';
import { changedVariant, fasterThanFamily, mixedVariants } from './variant.ts';

const rate = z.number().min(0.01).max(200_000).optional();
const gigabytesPerSecond = z.number().min(1).max(5_000);
const watts = z.number().min(2).max(30_000);

const memorySchema = z.strictObject({
  /** DRAM: "80 GB" on a box is 80 GiB, dies come in powers of two. */
  memoryGiB: z.number().min(0.5).max(8192).optional(),
  /** On-chip SRAM, counted in powers of ten. */
  memoryGB: z.number().min(0.1).max(100).optional(),
  /** HBM3, GDDR6X, LPDDR5X-8000 256-bit, DDR5-4800, SRAM, ...: starts with the memory's class. */
  memoryKind: z.string().regex(/^(HBM|GDDR|LPDDR|DDR|SRAM)/, 'must begin with HBM, GDDR, LPDDR, DDR or SRAM'),
  memoryGigabytesPerSecond: z.number().min(5).max(30_000_000),
  /** Sizes it is sold with; the figure above is the largest. */
  optionsGiB: z.array(z.number().min(1).max(8192)).min(1).optional(),
  /** CPU and GPU work in the same memory. */
  sharedWithCpu: z.literal(true).optional(),
  source: sourceKeys,
});

/** Peaks are dense, in 10¹² operations a second; matrix units where the device has them. */
const computeSchema = z.strictObject({
  denseFp32Teraflops: rate,
  denseTf32Teraflops: rate,
  denseBf16Teraflops: rate,
  /** With fp32 accumulation. */
  denseFp16Teraflops: rate,
  /** With fp32 accumulation. */
  denseFp8Teraflops: rate,
  denseFp6Teraflops: rate,
  denseFp4Teraflops: rate,
  denseInt8TeraOps: rate,
  denseInt4TeraOps: rate,
  /** GeForce: twice the rate with fp32 accumulation. */
  fp16AccumulateFp16Teraflops: rate,
  fp16AccumulateFp8Teraflops: rate,
  /** Where denseFp32Teraflops is that of matrix units. */
  vectorFp32Teraflops: rate,
  /** BF16 really runs at half the FP16 rate (CDNA 1); elsewhere such a pair is a sparse figure in the wrong place. */
  bf16AtHalfRate: z.literal(true).optional(),
  /** How figures were computed, in words. */
  derived: z.string().max(600).optional(),
  source: sourceKeys,
});

const linkSchema = z.strictObject({
  kind: z.enum(['nvlink', 'pcie', 'infinity-fabric', 'xe-link', 'ici', 'neuron', 'gaudi', 'c2c', 'other']),
  name: z.string().min(2),
  /** Absent = not published. */
  gigabytesPerSecondPerDirection: gigabytesPerSecond.optional(),
  /** Devices that reach each other over it; absent = not published (PCIe: the host decides). */
  domainDevices: z.int().min(2).max(100_000).optional(),
  source: sourceKeys,
});

const hostSchema = z.strictObject({
  name: z.string().min(2),
  gigabytesPerSecondPerDirection: gigabytesPerSecond,
  /** Memory of the host that comes with the device (superchips). */
  memoryGiB: z.number().positive().max(8192).optional(),
  source: sourceKeys,
});

const powerSchema = z.strictObject({
  tdpWatts: watts.optional(),
  /** Of the whole computer, where the maker states no power for the chip. */
  systemMaximumWatts: watts.optional(),
  systemName: z.string().optional(),
  /** Measured without load, lowest and highest. */
  idleWattsRange: z.tuple([z.number().min(0.1).max(5_000), z.number().min(0.1).max(5_000)]).optional(),
  idleNotes: z.string().max(200).optional(),
  source: sourceKeys,
});

const cpuSchema = z.strictObject({
  cores: z.int().min(1).max(1024),
  baseGigahertz: z.number().min(0.5).max(8),
  /** Sustained with all cores busy; absent = not published. */
  allCoreGigahertz: z.number().min(0.5).max(8).optional(),
  memoryChannels: z.int().min(1).max(64),
  memoryMegatransfersPerSecond: z.int().min(800).max(20_000),
  /** Vector and matrix extensions: avx2, avx512, amx_bf16, neon, sve256, ... */
  instructionSets: z.array(z.string()).min(1),
  source: sourceKeys,
});

const hardwareSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(2).max(80),
    aliases: z.array(aliasSchema),
    vendor: z.string().min(2).max(30),
    kind: z.enum(['gpu', 'apu', 'cpu', 'tpu', 'npu', 'asic']),
    /** Devices that share fitted efficiencies. */
    family: idSchema,
    architecture: z.string().min(2).max(60),
    formFactor: z.string().min(2).max(60),
    released: partialDate.optional(),
    computeCapability: z
      .string()
      .regex(/^\d+\.\d$/, 'must be major.minor, as 9.0')
      .optional(),
    gfxTarget: z
      .string()
      .regex(/^gfx[0-9a-f]+$/, 'must be like gfx942')
      .optional(),
    /** Boards with several devices: every figure here is that of one device. */
    devicesPerBoard: z.int().min(2).max(16).optional(),
    memory: memorySchema,
    /** What the driver reports: capacity less firmware and ECC. */
    usableMemory: z.strictObject({ reportedMiB: z.int().min(128).max(8_388_608), source: sourceKeys }).optional(),
    compute: computeSchema.optional(),
    link: linkSchema.optional(),
    host: hostSchema.optional(),
    power: powerSchema.optional(),
    processors: z
      .strictObject({
        count: z.int().min(1).max(10_000),
        unit: z.enum(['streaming multiprocessor', 'compute unit', 'Xe core', 'GPU core']),
        source: sourceKeys,
      })
      .optional(),
    cpu: cpuSchema.optional(),
    /** How well the figures agree. vendor-recalled: the maker's figures, written from memory. */
    confidence: z.enum(['high', 'medium', 'low', 'vendor-recalled']),
    notes: z.string().max(1000).optional(),
    sources: sourcesSchema,
  })
  .superRefine((facts, context) => {
    for (const { path, message, ...params } of implausibleFigures(facts)) {
      context.addIssue({ code: 'custom', path, message, params });
    }
    for (const { path, message } of mixedVariants(null, facts)) {
      context.addIssue({ code: 'custom', path: pathSegments(path), message });
    }
    refuseUnknownSources(facts, context);
  });

export type HardwareFacts = z.infer<typeof hardwareSchema>;

/** Accelerators, CPUs and chips with shared memory. One profile is one device as a runtime sees it. */
export const hardwareKind: Kind<HardwareFacts, Hardware> = {
  kind: 'hardware',
  folder: 'hardware',
  schema: hardwareSchema,
  name: (_id, facts) => facts.name,
  aliases: (facts) => facts.aliases,
  searchText: (id, { name, aliases, vendor, kind, architecture, memory, gfxTarget = '' }) =>
    [id, name, ...aliases, vendor, kind, architecture, memory.memoryKind, gfxTarget].join(' ').toLowerCase(),
  references: () => [],
  contradictions: (id, facts, { before, others }) => [
    ...mixedVariants(id, facts).filter(({ path }) => path === 'id'),
    ...(before === null ? [] : changedVariant(before, facts)),
    ...fasterThanFamily(id, facts, others()),
  ],
  toEngine: (id, facts) => ({
    id,
    name: facts.name,
    kind: facts.kind,
    vendor: facts.vendor,
    family: facts.family,
    memoryClass: memoryClass(facts),
    memoryBytes: memoryBytes(facts),
    usableMemoryBytes: facts.usableMemory ? facts.usableMemory.reportedMiB * 2 ** 20 : memoryBytes(facts),
    memoryBytesPerSecond: facts.memory.memoryGigabytesPerSecond * 1e9,
    peaks: peaks(facts),
    fp16AccumulatePeak: perSecond(facts.compute?.fp16AccumulateFp16Teraflops),
    link: engineLink(facts),
    hostBytesPerSecond: facts.host ? facts.host.gigabytesPerSecondPerDirection * 1e9 : null,
    processors: facts.processors?.count ?? null,
    unifiedMemory: facts.memory.sharedWithCpu ?? false,
    cpu: facts.cpu
      ? {
          cores: facts.cpu.cores,
          allCoreHertz: facts.cpu.allCoreGigahertz === undefined ? null : facts.cpu.allCoreGigahertz * 1e9,
          vectorBytes: vectorBytes(facts.cpu.instructionSets),
        }
      : null,
    powerWatts: facts.power?.tdpWatts ?? facts.power?.systemMaximumWatts ?? null,
    idleWatts: middle(facts.power?.idleWattsRange),
  }),
};

/** The registry's list of kinds picks this up by name. */
export const kind = hardwareKind;

/** Devices on one host that PCIe joins when nothing is published: what common servers hold. Assumed. */
const PCIE_DEVICES_PER_HOST = 8;

function memoryBytes({ memory }: HardwareFacts): number {
  return memory.memoryGiB === undefined ? (memory.memoryGB ?? 0) * 1e9 : memory.memoryGiB * 2 ** 30;
}

function memoryClass({ memory }: HardwareFacts): MemoryClass {
  if (memory.memoryKind.startsWith('HBM')) return 'hbm';
  if (memory.memoryKind.startsWith('GDDR')) return 'gddr';
  if (memory.memoryKind.startsWith('LPDDR')) return 'lpddr';
  return memory.memoryKind.startsWith('SRAM') ? 'sram' : 'ddr';
}

function perSecond(tera: number | undefined): number | null {
  return tera === undefined ? null : tera * 1e12;
}

/** A 16-bit rate under the fp32 rate (Pascal GeForce: 1/64) is left out: runtimes compute in fp32 there. */
function peaks({ compute = { source: '' } }: HardwareFacts): Partial<Record<NumberFormat, number>> {
  const fp32 = compute.denseFp32Teraflops;
  const tera: Record<NumberFormat, number | undefined> = {
    fp32,
    tf32: compute.denseTf32Teraflops,
    bf16: compute.denseBf16Teraflops,
    fp16: compute.denseFp16Teraflops,
    fp8: compute.denseFp8Teraflops,
    fp6: compute.denseFp6Teraflops,
    fp4: compute.denseFp4Teraflops,
    int8: compute.denseInt8TeraOps,
    int4: compute.denseInt4TeraOps,
  };
  const known: Partial<Record<NumberFormat, number>> = {};
  for (const [format, value] of Object.entries(tera)) {
    const isSlower16Bit = (format === 'fp16' || format === 'bf16') && value !== undefined && value < (fp32 ?? 0);
    if (value !== undefined && !isSlower16Bit) known[format as NumberFormat] = value * 1e12;
  }
  return known;
}

/** null where no bandwidth is published: the devices then talk over their host. */
function engineLink({ link }: HardwareFacts): Link | null {
  if (link?.gigabytesPerSecondPerDirection === undefined) return null;
  const domainDevices = link.domainDevices ?? (link.kind === 'pcie' ? PCIE_DEVICES_PER_HOST : 2);
  return { kind: link.kind, bytesPerSecond: link.gigabytesPerSecondPerDirection * 1e9, domainDevices };
}

function vectorBytes(instructionSets: readonly string[]): number {
  if (instructionSets.includes('avx512')) return 64;
  return instructionSets.includes('avx2') || instructionSets.includes('sve256') ? 32 : 16;
}

function middle(range: readonly [number, number] | undefined): number | null {
  return range === undefined ? null : (range[0] + range[1]) / 2;
}
