import { remembered } from './remembered.ts';
import type { Hardware } from './shapes.ts';

/**
 * The chip as a CPU, for runs that use its cores alone; null where its profile says nothing about them, and for a
 * device that is a CPU. Memory and its bandwidth are the same, all of it usable: the system's limit is one for GPUs.
 */
export const cpuSideOf = remembered((hardware: Hardware): Hardware | null => {
  const { cpuSide, memoryBytes } = hardware;
  if (cpuSide === undefined || hardware.kind === 'cpu') return null;
  const { family, cores, hertz, flopsPerCycle } = cpuSide;
  const fp32 = cores * hertz * flopsPerCycle;
  return {
    ...hardware,
    kind: 'cpu',
    family,
    usableMemoryBytes: memoryBytes,
    // What the GPU sees of the host's memory counts twice; cores alone read it where it is.
    unifiedMemory: false,
    // Half-precision multiply-adds are twice as many, dot products of bytes four times.
    peaks: { fp32, fp16: 2 * fp32, int8: 4 * fp32 },
    fp16AccumulatePeak: null,
    link: null,
    processors: null,
    cpu: { cores, allCoreHertz: hertz, vectorBytes: 16 },
  };
});

/** A run on fewer threads than cores is a run on a processor with that many cores; more threads gain nothing. */
export function onThreads(device: Hardware, threads: number | null): Hardware {
  const { cpu } = device;
  if (device.kind !== 'cpu' || threads === null || cpu === null || threads >= cpu.cores) return device;
  const peaks = Object.entries(device.peaks).map(([format, peak]) => [format, (peak * threads) / cpu.cores]);
  return { ...device, cpu: { ...cpu, cores: threads }, peaks: Object.fromEntries(peaks) };
}
