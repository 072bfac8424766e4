import type { FigureRange } from '../../errors.ts';
import { rangeWords } from '../factProblems.ts';
import type { HardwareFacts } from './facts.ts';

/** A figure that cannot be true beside the others, or beside its unit. */
interface ImplausibleFigure {
  path: PropertyKey[];
  message: string;
  range?: FigureRange;
  suggestion?: string;
}

/**
 * Bandwidth that memory of a class gives a device, in GB/s, and for each GiB of it. Twice as wide as everything
 * published up to 2026 and narrower than a slip of the decimal point: capacity comes in stacks and chips, and each
 * brings its own bandwidth. Main memory is bound by its channels instead.
 */
const bandwidths: Readonly<Record<string, { total: FigureRange; perGiB?: FigureRange }>> = {
  HBM: { total: { minimum: 100, maximum: 60_000 }, perGiB: { minimum: 10, maximum: 160 } },
  GDDR: { total: { minimum: 20, maximum: 4_000 }, perGiB: { minimum: 8, maximum: 115 } },
  LPDDR: { total: { minimum: 5, maximum: 2_400 }, perGiB: { minimum: 1.4, maximum: 25 } },
  'LPDDR of a CPU': { total: { minimum: 5, maximum: 2_400 }, perGiB: { minimum: 0.5, maximum: 10 } },
  DDR: { total: { minimum: 5, maximum: 3_000 } },
  SRAM: { total: { minimum: 1_000, maximum: 30_000_000 } },
};

/** Rated power of one device, in watts, by its sort; wafers and trays are ASICs. */
const ratedWatts: Readonly<Record<HardwareFacts['kind'], FigureRange>> = {
  gpu: { minimum: 10, maximum: 3_500 },
  apu: { minimum: 2, maximum: 1_500 },
  cpu: { minimum: 2, maximum: 1_000 },
  tpu: { minimum: 10, maximum: 5_000 },
  npu: { minimum: 2, maximum: 5_000 },
  asic: { minimum: 10, maximum: 30_000 },
};

type Compute = NonNullable<HardwareFacts['compute']>;
type Rate = { [Name in keyof Compute]-?: NonNullable<Compute[Name]> extends number ? Name : never }[keyof Compute];

/**
 * How many times the rate of one format may be that of another. Halving the width doubles a matrix unit's rate; GeForce
 * halves its wide accumulation, and accelerators other than GPUs mix their own, as do GPUs since HBM4, which spend less on
 * wide formats: Rubin's FP8 is announced as 4.4 times its BF16. Twice these is the sparse rate.
 */
const rateRatios: readonly { of: Rate; to: Rate; gpu: FigureRange; other: FigureRange }[] = [
  ...(['denseFp16Teraflops', 'denseBf16Teraflops'] as const).flatMap((to) => [
    { of: 'denseFp8Teraflops' as const, to, gpu: ratio(0.9, 2.1), other: ratio(0.9, 4.5) },
    { of: 'denseTf32Teraflops' as const, to, gpu: ratio(0.2, 0.55), other: ratio(0.2, 1.05) },
  ]),
  { of: 'denseInt8TeraOps', to: 'denseBf16Teraflops', gpu: ratio(0.05, 4.1), other: ratio(0.05, 4.1) },
  { of: 'denseInt8TeraOps', to: 'denseFp8Teraflops', gpu: ratio(0.03, 2.1), other: ratio(0.03, 2.1) },
  { of: 'denseFp4Teraflops', to: 'denseFp8Teraflops', gpu: ratio(0.9, 4.1), other: ratio(0.9, 4.1) },
  { of: 'denseFp6Teraflops', to: 'denseFp8Teraflops', gpu: ratio(0.9, 2.1), other: ratio(0.9, 2.1) },
  { of: 'denseInt4TeraOps', to: 'denseInt8TeraOps', gpu: ratio(0.9, 2.1), other: ratio(0.9, 2.1) },
];

/** Sparse rates are twice the dense ones; datasheets round both. */
const twiceAsMuch = ratio(1.98, 2.02);

/** The most that any published device does with a watt at 16 bits is 2.4 TFLOPS. */
const mostTeraflopsPerWatt = 5;

/** One direction of sixteen lanes, in GB/s, by generation (PCI-SIG, encoding taken off). */
const pcieGigabytesPerSecond: Readonly<Record<string, number>> = { 3: 15.75, 4: 31.5, 5: 63, 6: 121, 7: 242 };
/** One direction of a GPU's widest NVLink, in GB/s, by generation (NVIDIA's totals count both). */
const nvlinkGigabytesPerSecond: Readonly<Record<string, number>> = { 1: 80, 2: 150, 3: 300, 4: 450, 5: 900, 6: 1800 };

/** Figures that contradict each other or their units: slips of the decimal point, sparse rates, sums of both directions. */
export function* implausibleFigures(facts: HardwareFacts): Generator<ImplausibleFigure> {
  yield* implausibleMemory(facts);
  yield* implausibleRates(facts);
  yield* implausiblePower(facts);
  for (const group of ['link', 'host'] as const) yield* implausibleLink(facts, group);
}

function* implausibleMemory({ kind, memory, usableMemory, cpu }: HardwareFacts): Generator<ImplausibleFigure> {
  const { memoryGiB, memoryGB, memoryKind, memoryGigabytesPerSecond: bandwidth } = memory;
  if ((memoryGiB === undefined) === (memoryGB === undefined)) {
    yield { path: ['memory', 'memoryGiB'], message: 'needs memoryGiB or memoryGB, not both' };
  }
  if (kind !== 'cpu' && (memoryGiB ?? 0) > 2000) {
    yield { path: ['memory', 'memoryGiB'], message: 'more than any accelerator has' };
  }
  const bytes = memoryGiB === undefined ? (memoryGB ?? 0) * 1e9 : memoryGiB * 2 ** 30;
  if (usableMemory && usableMemory.reportedMiB * 2 ** 20 > bytes) {
    yield { path: ['usableMemory', 'reportedMiB'], message: 'more than the device has' };
  }

  const path = ['memory', 'memoryGigabytesPerSecond'];
  const named = /^(HBM|GDDR|LPDDR|DDR|SRAM)/.exec(memoryKind)?.[0] ?? '';
  const memoryClass = named === 'LPDDR' && kind === 'cpu' ? 'LPDDR of a CPU' : named;
  const known = bandwidths[memoryClass];
  if (known === undefined) return;
  const { total, perGiB } = known;
  const byCapacity = perGiB && memoryGiB !== undefined;
  // The smallest size it is sold with has the same bandwidth.
  const least = byCapacity ? perGiB.minimum * Math.min(memoryGiB, ...(memory.optionsGiB ?? [])) : 0;
  const most = byCapacity ? perGiB.maximum * memoryGiB : Number.POSITIVE_INFINITY;
  const range = { minimum: Math.max(total.minimum, least), maximum: Math.min(total.maximum, most) };
  // No bandwidth suits a capacity that is refused for itself.
  if (range.minimum > range.maximum) return;
  if (!inside(bandwidth, range)) {
    const what = byCapacity ? `${memoryGiB} GiB of ${memoryClass}` : memoryClass;
    const message = `${what} gives ${rangeWords(range)} GB/s; got ${bandwidth}: a slip of the decimal point?`;
    yield { path, message, range, ...decimalPoint(bandwidth, range) };
  } else if (memoryClass === 'DDR' && cpu !== undefined) {
    // A channel of main memory is 64 bits wide.
    const peak = (cpu.memoryChannels * cpu.memoryMegatransfersPerSecond * 8) / 1000;
    const byChannels = { minimum: 0.5 * peak, maximum: 1.02 * peak };
    if (!inside(bandwidth, byChannels)) {
      const message = `${cpu.memoryChannels} channels at ${cpu.memoryMegatransfersPerSecond} MT/s give ${peak} GB/s; got ${bandwidth}`;
      yield { path, message, range: byChannels, suggestion: String(peak) };
    }
  }
}

function* implausibleRates({ kind, memory, compute, power }: HardwareFacts): Generator<ImplausibleFigure> {
  if (compute === undefined) return;
  const { denseBf16Teraflops: bf16, denseFp16Teraflops: fp16, denseFp32Teraflops: fp32 } = compute;
  if (bf16 !== undefined && fp16 !== undefined) {
    if (inside(fp16 / bf16, twiceAsMuch) && compute.bf16AtHalfRate !== true) {
      yield { path: ['compute', 'denseFp16Teraflops'], ...twice('BF16', bf16) };
    }
    if (inside(bf16 / fp16, twiceAsMuch)) yield { path: ['compute', 'denseBf16Teraflops'], ...twice('FP16', fp16) };
  }
  const accumulate = compute.fp16AccumulateFp16Teraflops;
  if (accumulate !== undefined && accumulate < (fp16 ?? 0)) {
    yield { path: ['compute', 'fp16AccumulateFp16Teraflops'], message: 'slower than with fp32 accumulation' };
  }
  const said = new Set<Rate>();
  const isGpu = (kind === 'gpu' || kind === 'apu') && !memory.memoryKind.startsWith('HBM4');
  for (const { of, to, gpu, other } of rateRatios) {
    const [rate, base] = [compute[of], compute[to]];
    // Pascal GeForce runs 16 bits at 1/64 of its fp32 rate: nothing follows from that.
    if (rate === undefined || base === undefined || said.has(of) || (fp32 !== undefined && base < fp32)) continue;
    const allowed = isGpu ? gpu : other;
    if (inside(rate / base, allowed)) continue;
    said.add(of);
    const range = scaled(allowed, base);
    const times = (rate / base).toPrecision(3);
    const cause = inside(rate / 2, range) ? 'the sparse rate? Peaks are dense' : 'a slip of the decimal point?';
    const message = `${times} times ${to}, ${base}; that would do ${rangeWords(range)}: ${cause}`;
    const half = inside(rate / 2, range) ? { suggestion: String(rate / 2) } : decimalPoint(rate, range);
    yield { path: ['compute', of], message, range, ...half };
  }
  const field = bf16 === undefined ? 'denseFp16Teraflops' : 'denseBf16Teraflops';
  const rate = bf16 ?? fp16;
  const watts = power?.tdpWatts;
  if (rate !== undefined && watts !== undefined && rate / watts > mostTeraflopsPerWatt) {
    const range = { minimum: 0.01, maximum: mostTeraflopsPerWatt * watts };
    const message = `with ${watts} W, more than twice as much for each watt as any device does; got ${rate}`;
    yield { path: ['compute', field], message, range, ...decimalPoint(rate, range) };
  }
}

function twice(format: string, rate: number): Omit<ImplausibleFigure, 'path'> {
  const message = `twice the ${format} rate, ${rate}: the sparse rate? Peaks are dense`;
  return { message, suggestion: String(rate) };
}

function* implausiblePower({ kind, power }: HardwareFacts): Generator<ImplausibleFigure> {
  const idle = power?.idleWattsRange;
  if (idle && idle[0] > idle[1]) yield { path: ['power', 'idleWattsRange'], message: 'must rise' };
  const watts = power?.tdpWatts;
  const range = ratedWatts[kind];
  if (watts === undefined || inside(watts, range)) return;
  const message = `must be ${rangeWords(range)} W for one device of this sort; got ${watts}`;
  yield { path: ['power', 'tdpWatts'], message, range, ...decimalPoint(watts, range) };
}

/** A generation and a number of lanes leave no choice: a higher figure counts both directions. */
function* implausibleLink(facts: HardwareFacts, group: 'link' | 'host'): Generator<ImplausibleFigure> {
  const { name = '', gigabytesPerSecondPerDirection: rate } = facts[group] ?? {};
  const [, pcie = '', lanes = '16'] = /PCIe (?:Gen ?)?(\d)(?:\.0)?(?: x(\d+))?/i.exec(name) ?? [];
  const nvlink = /NVLink (\d)/i.exec(name)?.[1] ?? '';
  const peak = nvlinkGigabytesPerSecond[nvlink] ?? ((pcieGigabytesPerSecond[pcie] ?? 0) * Number(lanes)) / 16;
  if (rate === undefined || peak === 0 || rate <= 1.05 * peak) return;
  yield {
    path: [group, 'gigabytesPerSecondPerDirection'],
    message: `${name} gives up to ${peak} GB/s in one direction; got ${rate}: both directions together?`,
    range: { minimum: 1, maximum: peak },
    suggestion: String(peak),
  };
}

function ratio(minimum: number, maximum: number): FigureRange {
  return { minimum, maximum };
}

function scaled({ minimum, maximum }: FigureRange, by: number): FigureRange {
  return { minimum: minimum * by, maximum: maximum * by };
}

function inside(value: number, { minimum, maximum }: FigureRange): boolean {
  return value >= minimum && value <= maximum;
}

/** The figure with its decimal point moved into the range, for a suggestion. */
function decimalPoint(value: number, range: FigureRange): { suggestion?: string } {
  const moved = [value / 10, value * 10, value / 1000, value * 1000].find((candidate) => inside(candidate, range));
  return moved === undefined ? {} : { suggestion: String(Number(moved.toPrecision(12))) };
}
