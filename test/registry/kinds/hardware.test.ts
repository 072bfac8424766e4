import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gpuShareOf, memoryOptionsGiB } from '../../../src/registry/kinds/hardware/gpuShare.ts';
import { hardwareWithMemory, hardwareKind as kind } from '../../../src/registry/kinds/hardware/hardware.ts';
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
  test('has an id and aliases that no other has', () => {
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
    const share = gpuShareOf(facts(id), hardware.memoryBytes / gibibyte)?.fraction ?? 0.9;
    expect(hardware.usableMemoryBytes).toBeGreaterThan(0.99 * share * hardware.memoryBytes);
  });

  test('all but one have a dense peak rate', () => {
    expect(ids.filter((id) => Object.keys(device(id).peaks).length === 0)).toEqual(['cerebras-wse-3']);
  });

  test('all but accelerators of their own makers have a runtime for their 16-bit weights', () => {
    const runtimes = readdirSync('seeds/runtimes').map((file) =>
      runtimeKind.schema.parse(JSON.parse(readFileSync(`seeds/runtimes/${file}`, 'utf8'))),
    );
    const without = ids.filter((id) =>
      runtimes.every((runtime) => preferenceFor(runtime, device(id), '16-bit') === null),
    );
    expect(without).toEqual([
      'cerebras-wse-3',
      'groq-lpu-v1',
      'huawei-ascend-910b3-64gb',
      'huawei-ascend-910b4-32gb',
      'huawei-ascend-910c-128gb',
      'huawei-ascend-950dt',
      'moore-threads-mtt-s4000-48gb',
      'sambanova-sn40l',
    ]);
  });
});

describe('memory that the CPU shares', () => {
  // What Metal recommends, as llama.cpp logs it: github.com/abetlen/llama-cpp-python/issues/687,
  // github.com/ollama/ollama/issues/434, github.com/ggml-org/llama.cpp/issues/1870 and 3213. Orin Nano, AGX Orin and Thor as
  // llama.cpp says, GB10 by /proc/meminfo (github.com/XuehaiPan/nvitop/pull/208), Strix Halo by AMD's page of 29 July 2025.
  test.each([
    { id: 'apple-m1', memoryGiB: 16, mebibytes: 10_922.67 },
    { id: 'apple-m2-max', memoryGiB: 32, mebibytes: 21_845.34 },
    { id: 'apple-m1-max', memoryGiB: 64, mebibytes: 49_152 },
    { id: 'apple-m2-max', memoryGiB: 96, mebibytes: 73_728 },
    { id: 'amd-ryzen-ai-max-395-128gb', memoryGiB: 128, mebibytes: 96 * 1024 },
    { id: 'nvidia-jetson-orin-nano-8gb', memoryGiB: 8, mebibytes: 7_607 },
    { id: 'nvidia-jetson-agx-orin-64gb', memoryGiB: 64, mebibytes: 62_827 },
    { id: 'nvidia-jetson-t5000-128gb', memoryGiB: 128, mebibytes: 125_748 },
    { id: 'nvidia-gb10-128gb', memoryGiB: 128, mebibytes: 124_610 },
  ])('of $memoryGiB GiB, $id lets the GPU take about $mebibytes MiB', ({ id, memoryGiB, mebibytes }) => {
    const sized = hardwareWithMemory(device(id), facts(id), memoryGiB, null);
    expect(sized.memoryBytes).toBe(memoryGiB * gibibyte);
    expect(sized.usableMemoryBytes / 2 ** 20 / mebibytes).toBeGreaterThan(0.985);
    expect(sized.usableMemoryBytes / 2 ** 20 / mebibytes).toBeLessThan(1.002);
  });

  test('is all there for a CPU, and where it is stacked on the GPU', () => {
    for (const id of ['amd-epyc-9654', 'amd-mi300a-128gb', 'nvidia-rtx-4090-24gb']) {
      expect(gpuShareOf(facts(id), device(id).memoryBytes / gibibyte), id).toBeNull();
    }
  });

  test('comes in sizes, the largest of which the profile has', () => {
    for (const id of ids) {
      const options = memoryOptionsGiB(facts(id));
      expect(options.at(-1), id).toBe(facts(id).memory.memoryGiB);
      expect(options.toSorted((one, other) => one - other)).toEqual(options);
    }
    expect(memoryOptionsGiB(facts('apple-m4-max-40c'))).toEqual([48, 64, 128]);
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
  const epyc = facts('amd-epyc-9654');
  const problemsOf = (stated: object) => kind.schema.safeParse(stated).error?.issues ?? [];
  const memory = (change: object) => ({ memory: { ...h100.memory, ...change } });
  const compute = (change: object) => ({ compute: { ...h100.compute, ...change } });
  const power = (tdpWatts: number) => ({ power: { ...h100.power, tdpWatts } });

  test.each([
    ['a negative bandwidth', memory({ memoryGigabytesPerSecond: -1 }), 'memory.memoryGigabytesPerSecond'],
    ['bandwidth in bytes', memory({ memoryGigabytesPerSecond: 3.35e6 }), 'memory.memoryGigabytesPerSecond'],
    ['bandwidth in terabytes', memory({ memoryGigabytesPerSecond: 3.35 }), 'memory.memoryGigabytesPerSecond'],
    ['a sparse rate', compute({ denseFp16Teraflops: 1978.8 }), 'compute.denseFp16Teraflops'],
    ['a sparse BF16 rate', compute({ denseBf16Teraflops: 1978.8 }), 'compute.denseBf16Teraflops'],
    ['a sparse BF16 rate as datasheets round it', compute({ denseBf16Teraflops: 1979 }), 'compute.denseBf16Teraflops'],
    ['a sparse FP8 rate', compute({ denseFp8Teraflops: 3957.8 }), 'compute.denseFp8Teraflops'],
    [
      'a slipped FP8 rate beside HBM4',
      { ...memory({ memoryKind: 'HBM4' }), ...compute({ denseFp8Teraflops: 9894 }) },
      'compute.denseFp8Teraflops',
    ],
    ['a sparse INT8 rate', compute({ denseInt8TeraOps: 3957.8 * 2 }), 'compute.denseInt8TeraOps'],
    ['the sparse TF32 rate', compute({ denseTf32Teraflops: 989.4 }), 'compute.denseTf32Teraflops'],
    ['ten times the FP8 rate', compute({ denseFp8Teraflops: 19_789 }), 'compute.denseFp8Teraflops'],
    ['a tenth of the FP8 rate', compute({ denseFp8Teraflops: 197.89 }), 'compute.denseFp8Teraflops'],
    ['ten times the power', power(7000), 'power.tdpWatts'],
    ['a tenth of the power', power(70), 'compute.denseBf16Teraflops'],
    [
      'a link counted both ways',
      { link: { ...h100.link, gigabytesPerSecondPerDirection: 900 } },
      'link.gigabytesPerSecondPerDirection',
    ],
    [
      'PCIe counted both ways',
      { host: { ...h100.host, gigabytesPerSecondPerDirection: 126 } },
      'host.gigabytesPerSecondPerDirection',
    ],
    [
      'more usable memory than it has',
      { usableMemory: { reportedMiB: 82_000, source: 'skypilot-vast' } },
      'usableMemory.reportedMiB',
    ],
    ['an unknown key', { tflops: 989 }, ''],
    ['an unknown key in a group', memory({ memoryTB: 1 }), 'memory'],
    ['a source that is not listed', { power: { tdpWatts: 700, source: 'nowhere' } }, 'power.source'],
    ['no memory at all', { memory: undefined }, 'memory'],
    ['the name of another variant', { aliases: ['H100', 'H100 PCIe'] }, 'aliases.1'],
    ['the name of the laptop', { formFactor: 'PCIe', name: 'H100', aliases: ['H100 Laptop'] }, 'aliases.0'],
  ])('with %s, naming the field', (_what, change, path) => {
    const issues = problemsOf({ ...read('nvidia-h100-sxm-80gb'), ...change });
    expect(issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  test('with a slip of the decimal point, saying what would do and what was meant', () => {
    const [issue] = problemsOf({ ...read('nvidia-h100-sxm-80gb'), ...memory({ memoryGigabytesPerSecond: 33_500 }) });
    expect(issue).toMatchObject({
      message: '80 GiB of HBM gives from 800 to 12,800 GB/s; got 33500: a slip of the decimal point?',
      params: { range: { minimum: 800, maximum: 12_800 }, suggestion: '3350' },
    });
  });

  // Twelve channels of DDR5-4800: 460.8 GB/s.
  test('with more bandwidth than its memory channels give', () => {
    const stated = { ...read('amd-epyc-9654'), memory: { ...epyc.memory, memoryGigabytesPerSecond: 4608 } };
    expect(problemsOf(stated)[0]?.path).toEqual(['memory', 'memoryGigabytesPerSecond']);
    const slightly = { ...read('amd-epyc-9654'), memory: { ...epyc.memory, memoryGigabytesPerSecond: 600 } };
    expect(problemsOf(slightly)[0]).toMatchObject({ params: { suggestion: '460.8' } });
  });

  test.each(ids)('%s with a bandwidth ten times too high or low', (id) => {
    const { memory } = facts(id);
    if (memory.memoryKind.startsWith('SRAM')) return;
    for (const times of [10, 0.1]) {
      const memoryGigabytesPerSecond = memory.memoryGigabytesPerSecond * times;
      const slip = problemsOf({ ...read(id), memory: { ...memory, memoryGigabytesPerSecond } });
      expect([...new Set(slip.map(({ path }) => path.join('.')))]).toEqual(['memory.memoryGigabytesPerSecond']);
    }
  });
});

describe('beside the catalogue', () => {
  const known = ids.map((id) => ({ id, origin: 'seed' as const, facts: facts(id) }));
  type Known = NonNullable<Parameters<NonNullable<typeof kind.contradictions>>[2]>;
  const contradictions = (id: string, stated: ReturnType<typeof facts>, before: Known['before'] = null) =>
    kind.contradictions?.(id, stated, { before, others: () => known as unknown as ReturnType<Known['others']> }) ?? [];

  test.each(ids)('%s contradicts nothing', (id) => {
    expect(contradictions(id, facts(id), facts(id))).toEqual([]);
  });

  test('a card whose rates are all sparse is refused for its family', () => {
    const { compute, ...h100 } = facts('nvidia-h100-sxm-80gb');
    const doubled = Object.entries(compute ?? {}).map(([name, rate]) => [
      name,
      typeof rate === 'number' ? 2 * rate : rate,
    ]);
    const stated = { ...h100, compute: Object.fromEntries(doubled) };
    expect(kind.schema.safeParse(stated).success).toBe(true);
    expect(contradictions('my-h100', stated)).toMatchObject([
      { path: 'compute.denseBf16Teraflops', code: 'OUT_OF_RANGE', suggestion: '989.4' },
    ]);
  });

  test('PCIe and SXM, laptop and desktop are never one id', () => {
    const pcie = facts('nvidia-h100-pcie-80gb');
    const sxm = facts('nvidia-h100-sxm-80gb');
    expect(contradictions('nvidia-h100-pcie-80gb', sxm, pcie)).toMatchObject([
      { path: 'id', message: expect.stringContaining('PCIe') },
      { path: 'formFactor' },
    ]);
    const desktop = facts('nvidia-rtx-4090-24gb');
    const laptop = facts('nvidia-rtx-4090-laptop-16gb');
    expect(contradictions('nvidia-rtx-4090-24gb', laptop, desktop)).toMatchObject([{ path: 'formFactor' }]);
  });
});
