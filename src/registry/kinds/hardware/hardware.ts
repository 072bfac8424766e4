import type { NumberFormat } from '../../../engine/model/numberFormat.ts';
import type { CpuSide, Hardware, Link, MemoryClass } from '../../../engine/shapes.ts';
import { pathSegments } from '../../jsonText.ts';
import type { Kind } from '../kind.ts';
import { refuseUnknownSources } from '../sourcedGroups.ts';
import { type HardwareFacts, hardwareFacts } from './facts.ts';
import { gpuShareOf } from './gpuShare.ts';
import { implausibleFigures } from './plausibility.ts';
import { changedVariant, fasterThanFamily, mixedVariants } from './variant.ts';

const hardwareSchema = hardwareFacts
  .superRefine((facts, context) => {
    for (const { path, message, ...params } of implausibleFigures(facts)) {
      context.addIssue({ code: 'custom', path, message, params });
    }
    for (const { path, message } of mixedVariants(null, facts)) {
      context.addIssue({ code: 'custom', path: pathSegments(path), message });
    }
    refuseUnknownSources(facts, context);
  })
  .describe(
    'One device as a runtime sees it: one GPU of a dual-GPU board, one TPU chip, one CPU socket. Only facts, each group ' +
      'with its source; what is not published is left out.',
  );

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
    usableMemoryBytes: usableBytes(facts, memoryBytes(facts)),
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
    ...(facts.cpuSide && { cpuSide: engineCpuSide(facts.cpuSide) }),
    powerWatts: facts.power?.tdpWatts ?? facts.power?.systemMaximumWatts ?? null,
    idleWatts: middle(facts.power?.idleWattsRange),
  }),
};

/** The device sold with another size of memory, or of which a process may take so much and no more, in GiB. */
export function hardwareWithMemory(
  hardware: Hardware,
  facts: HardwareFacts,
  memoryGiB: number,
  usableGiB: number | null | undefined,
): Hardware {
  const bytes = memoryGiB * 2 ** 30;
  const usableMemoryBytes = usableGiB == null ? usableBytes(facts, bytes) : usableGiB * 2 ** 30;
  return { ...hardware, memoryBytes: bytes, usableMemoryBytes };
}

/** What the driver reports; of shared memory what the system lets the GPU take; else all of it. */
function usableBytes(facts: HardwareFacts, bytes: number): number {
  if (facts.usableMemory && bytes === memoryBytes(facts)) return facts.usableMemory.reportedMiB * 2 ** 20;
  return bytes * (gpuShareOf(facts, bytes / 2 ** 30)?.fraction ?? 1);
}

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

function engineCpuSide({ family, cores, gigahertz, flopsPerCycle }: NonNullable<HardwareFacts['cpuSide']>): CpuSide {
  return { family, cores, hertz: gigahertz * 1e9, flopsPerCycle };
}

function vectorBytes(instructionSets: readonly string[]): number {
  if (instructionSets.includes('avx512')) return 64;
  return instructionSets.includes('avx2') || instructionSets.includes('sve256') ? 32 : 16;
}

function middle(range: readonly [number, number] | undefined): number | null {
  return range === undefined ? null : (range[0] + range[1]) / 2;
}
