import type { MemoryEstimate } from '../../engine/answer.ts';

/** A deployment is only advised with this share of the memory left: drivers, desktops and long prompts take some. */
const freeShare = 0.05;

/** And with at least this much, which a share of a small card would not be. */
const leastFreeBytes = 0.5 * 2 ** 30;

/** Bytes that advice leaves free on a device with so many usable ones. */
export function headroomBytes(usableBytes: number): number {
  return Math.max(freeShare * usableBytes, leastFreeBytes);
}

/** It fits, and 5 % of the device (at least 0.5 GiB) stays free. */
export function fitsWithHeadroom({ perDeviceBytes, usablePerDeviceBytes }: MemoryEstimate): boolean {
  return perDeviceBytes + headroomBytes(usablePerDeviceBytes) <= usablePerDeviceBytes;
}
