import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hardwareKind as kind } from '../../../src/registry/kinds/hardware.ts';
import { preferenceFor, runtimeKind } from '../../../src/registry/kinds/runtime.ts';

const ids = readdirSync('seeds/hardware').map((file) => file.replace(/\.json$/, ''));
const gibibyte = 2 ** 30;

function read(id: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`seeds/hardware/${id}.json`, 'utf8'));
}

function facts(id: string) {
  return kind.schema.parse(read(id));
}

function device(id: string) {
  return kind.toEngine(id, facts(id));
}

describe('every device', () => {
  test('there are 198, under ids and aliases that no other has', () => {
    expect(ids).toHaveLength(198);
    const names = ids.flatMap((id) => [id, ...facts(id).aliases]).map((name) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(ids)('%s converts to finite positive SI figures', (id) => {
    const hardware = device(id);
    const { link, cpu } = hardware;
    const figures = [
      hardware.memoryBytes,
      hardware.usableMemoryBytes,
      hardware.memoryBytesPerSecond,
      ...Object.values(hardware.peaks),
      hardware.fp16AccumulatePeak ?? 1,
      link?.bytesPerSecond ?? 1,
      link?.domainDevices ?? 2,
      hardware.hostBytesPerSecond ?? 1,
      hardware.processors ?? 1,
      hardware.powerWatts ?? 1,
      hardware.idleWatts ?? 1,
      cpu?.vectorBytes ?? 16,
    ];
    for (const figure of figures) expect(figure > 0 && Number.isFinite(figure)).toBe(true);
    expect(hardware.usableMemoryBytes).toBeLessThanOrEqual(hardware.memoryBytes);
    expect(hardware.usableMemoryBytes).toBeGreaterThan(0.9 * hardware.memoryBytes);
  });

  test('all but one have a dense peak rate', () => {
    expect(ids.filter((id) => Object.keys(device(id).peaks).length === 0)).toEqual(['cerebras-wse-3']);
  });

  test('all but three have a runtime for their 16-bit weights', () => {
    const runtimes = readdirSync('seeds/runtimes').map((file) =>
      runtimeKind.schema.parse(JSON.parse(readFileSync(`seeds/runtimes/${file}`, 'utf8'))),
    );
    const without = ids.filter((id) =>
      runtimes.every((runtime) => preferenceFor(runtime, device(id), '16-bit') === null),
    );
    expect(without).toEqual(['cerebras-wse-3', 'groq-lpu-v1', 'sambanova-sn40l']);
  });
});

describe('known devices', () => {
  // NVIDIA H100 datasheet: 3.35 TB/s, 989.4 TFLOPS BF16 and 1,978.9 FP8 dense; nvidia-smi reports 81,559 MiB.
  test('H100 SXM', () => {
    expect(device('nvidia-h100-sxm-80gb')).toMatchObject({
      family: 'nvidia-hopper',
      memoryClass: 'hbm',
      memoryBytes: 80 * gibibyte,
      usableMemoryBytes: 81_559 * 2 ** 20,
      memoryBytesPerSecond: 3.35e12,
      peaks: { bf16: 989.4e12, fp16: 989.4e12, fp8: 1978.9e12 },
      link: { kind: 'nvlink', bytesPerSecond: 450e9, domainDevices: 8 },
      hostBytesPerSecond: 63e9,
      processors: 132,
      powerWatts: 700,
      unifiedMemory: false,
    });
  });

  // NVIDIA T4: 16 GB GDDR6, 320 GB/s, 65 TFLOPS FP16; 15,360 MiB are left with ECC.
  test('T4', () => {
    const { peaks, ...t4 } = device('nvidia-t4-16gb');
    expect(t4).toMatchObject({
      memoryBytes: 16 * gibibyte,
      usableMemoryBytes: 15 * gibibyte,
      memoryBytesPerSecond: 320e9,
    });
    expect(peaks).toMatchObject({ fp16: 65e12, int8: 130e12 });
    expect(peaks).not.toHaveProperty('bf16');
    expect(kind.aliases(facts('nvidia-t4-16gb'))).toContain('T4');
    expect(kind.aliases(facts('nvidia-a100-sxm4-80gb'))).toContain('A100');
  });

  test('GeForce: fp16 with fp32 accumulation, twice that without', () => {
    expect(device('nvidia-rtx-4090-24gb')).toMatchObject({
      family: 'nvidia-ada',
      peaks: { fp16: 165.2e12 },
      fp16AccumulatePeak: 330.3e12,
      link: { kind: 'pcie', bytesPerSecond: 31.5e9, domainDevices: 8 },
      processors: 128,
    });
  });

  // Two GCDs a board, each 64 GB, 1,638.4 GB/s, 191.5 TFLOPS.
  test('a board with two devices is stored as one of them', () => {
    expect(facts('amd-mi250x-128gb').devicesPerBoard).toBe(2);
    expect(device('amd-mi250x-128gb')).toMatchObject({
      memoryBytes: 64 * gibibyte,
      memoryBytesPerSecond: 1638.4e9,
      peaks: { fp16: 191.5e12 },
      powerWatts: 280,
    });
  });

  test('Pascal cards whose fp16 is slower than fp32 compute in fp32', () => {
    expect(facts('nvidia-p40-24gb').compute?.denseFp16Teraflops).toBe(0.184);
    expect(device('nvidia-p40-24gb').peaks).not.toHaveProperty('fp16');
  });

  test.each([
    ['apple-m2-ultra', { family: 'apple-m2', memoryClass: 'lpddr', unifiedMemory: true, powerWatts: 295, link: null }],
    ['google-tpu-v5p', { memoryBytes: 95 * gibibyte, family: 'google-tpu-v5p' }],
    ['amd-epyc-9654', { family: 'cpu-x86', cpu: { cores: 96, allCoreHertz: 3.55e9, vectorBytes: 64 } }],
    ['intel-core-i9-13900k', { cpu: { cores: 24, allCoreHertz: null, vectorBytes: 32 } }],
    ['nvidia-grace-cpu', { family: 'cpu-arm', cpu: { cores: 72, allCoreHertz: 3.1e9, vectorBytes: 16 } }],
    ['groq-lpu-v1', { memoryClass: 'sram', memoryBytes: 230e6 }],
    ['amd-mi300a-128gb', { link: null, hostBytesPerSecond: 63e9, unifiedMemory: true }],
    ['nvidia-a100-pcie-80gb', { family: 'nvidia-ampere-hbm', link: { domainDevices: 2 } }],
  ])('%s', (id, expected) => {
    expect(device(id)).toMatchObject(expected);
  });
});

describe('a device is refused', () => {
  const h100 = facts('nvidia-h100-sxm-80gb');
  test.each([
    [
      'a negative bandwidth',
      { memory: { ...h100.memory, memoryGigabytesPerSecond: -1 } },
      'memory.memoryGigabytesPerSecond',
    ],
    [
      'bandwidth in bytes',
      { memory: { ...h100.memory, memoryGigabytesPerSecond: 3.35e6 } },
      'memory.memoryGigabytesPerSecond',
    ],
    ['a sparse rate', { compute: { ...h100.compute, denseFp16Teraflops: 1978.8 } }, 'compute.denseFp16Teraflops'],
    [
      'more usable memory than it has',
      { usableMemory: { reportedMiB: 82_000, source: 'skypilot-vast' } },
      'usableMemory.reportedMiB',
    ],
    ['an unknown key', { tflops: 989 }, ''],
    ['an unknown key in a group', { memory: { ...h100.memory, memoryTB: 1 } }, 'memory'],
    ['a source that is not listed', { power: { tdpWatts: 700, source: 'nowhere' } }, 'power.source'],
    ['no memory at all', { memory: undefined }, 'memory'],
  ])('with %s, naming the field', (_what, change, path) => {
    const result = kind.schema.safeParse({ ...read('nvidia-h100-sxm-80gb'), ...change });
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
