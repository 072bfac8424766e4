import type { MemoryEstimate } from '../../engine/answer.ts';

/** A deployment is only advised with this share of the memory left: drivers, desktops and long prompts take some. */
const freeShare = 0.05;

/** And with at least this much, which a share of a small card would not be. */
const leastFreeBytes = 0.5 * 2 ** 30;

/** Bytes that advice leaves free on a device with so many usable ones. */
export function headroomBytes(usableBytes: number): number {
  return Math.max(freeShare * usableBytes, leastFreeBytes);
}

/** Room to spare on the fullest device: 5 % of what is usable, and half a GiB at least. */
export function hasHeadroom({ fits, perDeviceBytes, usablePerDeviceBytes }: MemoryEstimate): boolean {
  return fits && usablePerDeviceBytes - perDeviceBytes >= headroomBytes(usablePerDeviceBytes);
}
