import type { MemoryEstimate } from '../../engine/answer.ts';

/**
 * Room to leave on the fullest device: 5 % of what is usable, and half a GiB at least. Other programs, fragments of freed
 * memory and the estimate's own error take about as much. Assumed.
 */
export function headroomBytes(usableBytes: number): number {
  return Math.max(0.05 * usableBytes, 0.5 * 2 ** 30);
}

export function hasHeadroom({ fits, perDeviceBytes, usablePerDeviceBytes }: MemoryEstimate): boolean {
  return fits && usablePerDeviceBytes - perDeviceBytes >= headroomBytes(usablePerDeviceBytes);
}
