import type { LookUp } from '../coefficients.ts';
import type { Hardware, LinkKind } from '../shapes.ts';

/** A path between devices as collectives see it: a fixed cost a call and an attained rate a device. */
export interface Interconnect {
  latencySeconds: number;
  bytesPerSecond: number;
  /** It leaves the machine. */
  network: boolean;
}

/**
 * The path among `ranks` devices: the device link inside its domain (NVLink and PCIe differ in latency by four and in
 * bandwidth by twenty), the host's PCIe for bridged pairs and cards without a link, the network beyond one machine.
 */
export function interconnectAmong(hardware: Hardware, ranks: number, look: LookUp): Interconnect {
  const link = linkAmong(hardware, ranks);
  if (link === null) {
    // Machines with a link of their own among devices have a network port for each device; machines without have one.
    const linked = hardware.link !== null && hardware.link.kind !== 'pcie';
    const bytesPerSecond = look('serving.networkBytesPerSecond', linked ? ['all'] : ['pcie', 'all']);
    const latencySeconds = look('serving.linkLatencySeconds', ['network', 'all']);
    return { latencySeconds, bytesPerSecond, network: true };
  }
  const rows = [`${link.kind}|${hardware.family}`, link.kind, 'all'];
  const fraction = look('serving.linkStreamFraction', rows);
  return {
    latencySeconds: look('serving.linkLatencySeconds', rows),
    bytesPerSecond: fraction * link.bytesPerSecond,
    network: false,
  };
}

/** Devices a host board holds; beyond them the path leaves the machine. PCIe servers are built for 8. */
const HOST_DEVICES = 8;

/** The link that reaches all ranks: the devices' own, the host's (bridged pairs, no link), or null for the network. */
function linkAmong(
  { link, hostBytesPerSecond }: Hardware,
  ranks: number,
): { kind: LinkKind; bytesPerSecond: number } | null {
  if (link !== null && ranks <= link.domainDevices) return link;
  if (hostBytesPerSecond !== null && ranks <= HOST_DEVICES) return { kind: 'pcie', bytesPerSecond: hostBytesPerSecond };
  return null;
}

/**
 * One all-reduce of `bytes` over `ranks` devices: latency × (0.6 + 0.4 log2 ranks) + 2 (ranks − 1) / ranks × bytes / rate.
 * The second term is what any algorithm must move through a device's link (reduce-scatter, then all-gather).
 */
export function allReduceSeconds(bytes: number, ranks: number, path: Interconnect): number {
  if (ranks <= 1) return 0;
  const latency = path.latencySeconds * (0.6 + 0.4 * Math.log2(ranks));
  return latency + (2 * ((ranks - 1) / ranks) * bytes) / path.bytesPerSecond;
}

/** One all-to-all in which a device sends `bytes` in all: the share that leaves the device, plus one latency. */
export function allToAllSeconds(bytes: number, ranks: number, path: Interconnect): number {
  if (ranks <= 1) return 0;
  return path.latencySeconds + (((ranks - 1) / ranks) * bytes) / path.bytesPerSecond;
}

/** Hand-over of `bytes` from one pipeline stage to the next. */
export function sendSeconds(bytes: number, path: Interconnect): number {
  return path.latencySeconds + bytes / path.bytesPerSecond;
}
