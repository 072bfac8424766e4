import type { Hardware } from '../../src/engine/shapes.ts';

/** What a chip with a GPU computes with on its CPU cores alone. */
interface CpuSide {
  family: string;
  /** Cores of the fast kind. */
  cores: number;
  hertz: number;
  /** Multiply-adds on 32-bit floats a cycle and core, as two FLOPs each. */
  flopsPerCycle: number;
}

/**
 * The CPU side of chips whose profile describes the GPU, for runs that say they used CPU cores only. Assumed: core counts
 * and clocks as the makers state them, four 128-bit NEON pipes a core on Apple's performance cores, two on a Cortex-A78AE.
 */
const cpuSides: Readonly<Record<string, CpuSide>> = {
  'apple-m2-max': { family: 'cpu-apple', cores: 8, hertz: 3.5e9, flopsPerCycle: 32 },
  'apple-m2-ultra': { family: 'cpu-apple', cores: 16, hertz: 3.5e9, flopsPerCycle: 32 },
  'nvidia-jetson-agx-orin-64gb': { family: 'cpu-arm', cores: 12, hertz: 2.2e9, flopsPerCycle: 16 },
};

/** The chip as a CPU; null where its CPU side is not known. The memory is shared, so its bandwidth is the same. */
export function cpuSideOf(hardware: Hardware): Hardware | null {
  const side = cpuSides[hardware.id];
  if (side === undefined) return null;
  const { family, cores, hertz, flopsPerCycle } = side;
  const fp32 = cores * hertz * flopsPerCycle;
  return {
    ...hardware,
    kind: 'cpu',
    family,
    // Half-precision multiply-adds are twice as many, dot products of bytes four times.
    peaks: { fp32, fp16: 2 * fp32, int8: 4 * fp32 },
    fp16AccumulatePeak: null,
    processors: null,
    cpu: { cores, allCoreHertz: hertz, vectorBytes: 16 },
  };
}
