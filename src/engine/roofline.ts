import type { Bottleneck, Operation } from './answer.ts';
import type { NumberFormat } from './model/numberFormat.ts';
import type { Hardware, WeightFormat } from './shapes.ts';

/**
 * Time of a kernel whose compute and memory parts overlap imperfectly: (compute^p + memory^p)^(1/p).
 * p → ∞ is the roofline's maximum (perfect overlap), p = 1 a sum (none). Seconds in, seconds out.
 */
export function overlapped(computeSeconds: number, memorySeconds: number, p: number): number {
  const longer = Math.max(computeSeconds, memorySeconds);
  if (longer === 0) return 0;
  const shorter = Math.min(computeSeconds, memorySeconds) / longer;
  // Below this ratio the shorter part changes the sum by less than a double can hold for p ≥ 1.2, and pow is slow.
  if (shorter < 1e-9) return longer;
  return longer * (1 + shorter ** p) ** (1 / p);
}

/** Exponent of cache reads and the arithmetic on them, which overlap almost wholly: nearly the longer of the two. Assumed. */
export const ATTENTION_EXPONENT = 4;

/** The least time the datasheet allows: every byte at peak bandwidth or every FLOP at the peak rate. */
export function datasheetSeconds(flops: number, bytes: number, peakFlops: number, bytesPerSecond: number): number {
  return Math.max(flops / peakFlops, bytes / bytesPerSecond);
}

/** The least time the datasheet allows for all operators that run on the device itself. */
export function datasheetSecondsOf(
  operations: readonly Operation[],
  peakFlops: number,
  bytesPerSecond: number,
): number {
  let flops = 0;
  let bytes = 0;
  for (const operation of operations) {
    if (operation.bound === 'interconnect') continue;
    flops += operation.flops;
    bytes += operation.bytes;
  }
  return datasheetSeconds(flops, bytes, peakFlops, bytesPerSecond);
}

/** Which of two parts of a kernel it waits for. */
export function boundOf(computeSeconds: number, memorySeconds: number): 'compute' | 'memory-bandwidth' {
  return computeSeconds > memorySeconds ? 'compute' : 'memory-bandwidth';
}

const NUMBER_BITS: Readonly<Record<NumberFormat, number>> = {
  fp32: 32,
  tf32: 32,
  bf16: 16,
  fp16: 16,
  fp8: 8,
  int8: 8,
  fp6: 6,
  fp4: 4,
  int4: 4,
};

/**
 * The number format a format's matrix multiplication runs in on a device, and its dense peak; null = it has none.
 * native: as narrow as the format is made for (bf16 weights multiplied in fp16 are; fp8 weights in bf16 are not).
 */
export function arithmeticOn(
  hardware: Hardware,
  format: WeightFormat,
): { numberFormat: NumberFormat; flopsPerSecond: number; native: boolean } | null {
  for (let index = 0; index < format.arithmetic.length; index++) {
    const numberFormat = format.arithmetic[index] as NumberFormat;
    const flopsPerSecond = hardware.peaks[numberFormat];
    if (flopsPerSecond === undefined) continue;
    const native = NUMBER_BITS[numberFormat] === NUMBER_BITS[format.arithmetic[0] as NumberFormat];
    return { numberFormat, flopsPerSecond, native };
  }
  return null;
}

/** Peak of attention arithmetic: 16-bit where the device has it, else 32-bit; null = neither is published. */
export function attentionPeak(hardware: Hardware): number | null {
  return hardware.peaks.bf16 ?? hardware.peaks.fp16 ?? hardware.peaks.fp32 ?? null;
}

/** What a step waits for most: the bound with the largest total time over its operations. */
export function dominantBound(operations: readonly Operation[]): Bottleneck {
  const seconds = new Map<Bottleneck, number>();
  let bound: Bottleneck = 'overhead';
  let most = -1;
  for (const operation of operations) {
    const total = (seconds.get(operation.bound) ?? 0) + operation.seconds;
    seconds.set(operation.bound, total);
    if (total > most) {
      most = total;
      bound = operation.bound;
    }
  }
  return bound;
}
