import { describe, expect, test } from 'vitest';
import { lookUpInto } from '../../../src/engine/coefficients.ts';
import {
  allReduceSeconds,
  allToAllSeconds,
  interconnectAmong,
  sendSeconds,
} from '../../../src/engine/serving/collectives.ts';
import type { Hardware } from '../../../src/engine/shapes.ts';
import { coefficients, h100, pcieCard } from '../deployments.ts';

const path = { latencySeconds: 1e-5, bytesPerSecond: 100e9, network: false };

describe('what a collective must move through each device’s link', () => {
  // NVIDIA nccl-tests, doc/PERFORMANCE.md: bus bandwidth ÷ algorithm bandwidth is 2 (n − 1) ÷ n for an all-reduce and
  // (n − 1) ÷ n for an all-to-all.
  test.each([
    { ranks: 2, allReduce: 1, allToAll: 0.5 },
    { ranks: 4, allReduce: 1.5, allToAll: 0.75 },
    { ranks: 8, allReduce: 1.75, allToAll: 0.875 },
  ])('$ranks ranks: $allReduce × the bytes summed, $allToAll × those exchanged', ({ ranks, allReduce, allToAll }) => {
    const bytes = 1e9;
    const free = { ...path, latencySeconds: 0 };
    expect(allReduceSeconds(bytes, ranks, free)).toBeCloseTo((allReduce * bytes) / free.bytesPerSecond, 12);
    expect(allToAllSeconds(bytes, ranks, free)).toBeCloseTo((allToAll * bytes) / free.bytesPerSecond, 12);
  });

  test('is nothing for one rank', () => {
    expect(allReduceSeconds(1e9, 1, path)).toBe(0);
    expect(allToAllSeconds(1e9, 1, path)).toBe(0);
  });
});

describe('the latency of a collective', () => {
  test('of nothing is one message between two, and 0.4 more for each doubling of a sum', () => {
    expect(allReduceSeconds(0, 2, path)).toBeCloseTo(path.latencySeconds, 18);
    expect(allReduceSeconds(0, 4, path) - allReduceSeconds(0, 2, path)).toBeCloseTo(0.4 * path.latencySeconds, 18);
    expect(allToAllSeconds(0, 8, path)).toBe(path.latencySeconds);
    expect(sendSeconds(1e9, path)).toBeCloseTo(path.latencySeconds + 0.01, 12);
  });
});

describe('the path among devices', () => {
  const rate = (hardware: Hardware, ranks: number) =>
    interconnectAmong(hardware, ranks, lookUpInto([], coefficients)).bytesPerSecond;
  const network = coefficients.tables['serving.networkBytesPerSecond']?.all?.value;
  const bridged: Hardware = { ...pcieCard, link: { kind: 'nvlink', bytesPerSecond: 300e9, domainDevices: 2 } };

  test('is the link inside its domain and the network beyond the eight devices of a host', () => {
    expect(rate(h100, 2)).toBe(rate(h100, 8));
    expect(rate(h100, 8)).toBeLessThanOrEqual(450e9);
    expect(rate(h100, 9)).toBe(network);
    expect(rate({ ...h100, link: null, hostBytesPerSecond: null }, 2)).toBeLessThan(network ?? 0);
  });

  test('of a bridged pair is the bridge for two, the host’s PCIe for up to eight', () => {
    expect(rate(bridged, 2)).toBeGreaterThan(rate(bridged, 3));
    expect(rate(bridged, 3)).toBe(rate(bridged, 8));
    expect(rate(bridged, 8)).toBeLessThanOrEqual(63e9);
    expect(rate(bridged, 8)).not.toBe(network);
    expect(rate(bridged, 9)).toBe(network);
  });
});
