import type { Assumption } from '../answer.ts';
import { MissingFigureError } from '../errors.ts';
import type { NumberFormat } from '../model/numberFormat.ts';
import type { TypedWeights } from '../model/weights.ts';
import type { Deployment, Hardware, WeightFormat } from '../shapes.ts';

/** fp32 rate of the ordinary units; where none is published the 16-bit rate, said in `assumptions`. */
export function fp32Peak(hardware: Hardware, assumptions: Assumption[]): number {
  const { fp32, fp16, bf16 } = hardware.peaks;
  if (fp32 !== undefined) return fp32;
  const wider = fp16 ?? bf16;
  if (wider === undefined) throw new MissingFigureError('fp32 or 16-bit peak rate', hardware.id, 'hardware');
  assumptions.push({
    code: 'FP32_PEAK_UNKNOWN',
    text: `No fp32 rate is published for ${hardware.name}; its 16-bit rate stands in for the unpacking of weights.`,
  });
  return wider;
}

/** Highest rate the datasheet lists for any number format. */
export function highestPeak({ peaks, fp16AccumulatePeak }: Hardware): number {
  let highest = fp16AccumulatePeak ?? 0;
  for (const peak of Object.values(peaks)) highest = Math.max(highest, peak ?? 0);
  return highest;
}

/**
 * The peak that prompt processing is measured against. NVIDIA: what the runtime multiplies in (`promptSums`); int8
 * counts half its rate, for activations are rounded and sums scaled on the way (half the fp8 rate where no int8 rate is
 * listed). AMD, Intel: fp16. Apple: fp32, and fp16 where matrix units make it faster and the build uses them. CPUs: bytes at half their rate and 16-bit floats where instructions exist.
 */
export function matrixPeak({ hardware, weights, runtime, runtimeYear }: Deployment, fp32: number): number {
  const { kind, vendor, peaks, fp16AccumulatePeak } = hardware;
  if (kind === 'cpu') {
    const narrow = isUnpacked(weights) ? Math.max(peaks.fp16 ?? 0, peaks.bf16 ?? 0) : (peaks.int8 ?? 0) / 2;
    return Math.max(narrow, fp32);
  }
  // Without matrix units 16-bit values run in the ordinary ones, at their rate.
  if (vendor === 'Apple') return runtimeYear < METAL_MATRIX_SINCE ? fp32 : Math.max(fp32, peaks.fp16 ?? 0);
  // Pascal's 16-bit rate is 1/64 of its fp32 rate: libraries compute in fp32 there.
  const sixteenBit = Math.max(peaks.fp16 ?? 0, peaks.bf16 ?? 0, fp32);
  if (vendor !== 'NVIDIA') return sixteenBit;
  const { promptSums } = runtime;
  const unpacked = isUnpacked(weights);
  if (promptSums === 'int8' && !unpacked) {
    const eightBit = Math.max(peaks.int8 ?? 0, peaks.fp8 ?? 0);
    return eightBit === 0 ? sixteenBit : eightBit / 2;
  }
  // There is no bf16 with bf16 sums.
  if (promptSums === 'fp32' || (unpacked && weights.arithmetic[0] === 'bf16')) return sixteenBit;
  return fp16AccumulatePeak ?? sixteenBit;
}

/**
 * Build year since which llama.cpp (pull request 16634, October 2025) and MLX (on macOS 26.2, November 2025) multiply prompts in
 * the matrix units that Apple GPUs have from the M5 on.
 */
const METAL_MATRIX_SINCE = 2026;

/** The rate of the datasheet that `matrixPeak` is, or is half of. */
export function listedPeak(
  { hardware: { peaks, fp16AccumulatePeak }, weights, runtime }: Deployment,
  peak: number,
): { numberFormat: NumberFormat; peakFlopsPerSecond: number } | undefined {
  const listed = (Object.entries(peaks) as [NumberFormat, number][]).filter(([, rate]) => rate !== undefined);
  if (runtime.promptSums === 'int8' && !isUnpacked(weights) && peaks.int8 !== undefined && peaks.int8 / 2 === peak) {
    return { numberFormat: 'int8', peakFlopsPerSecond: peaks.int8 };
  }
  const found = listed.find(([, rate]) => rate === peak) ?? listed.findLast(([, rate]) => rate / 2 === peak);
  if (found !== undefined) return { numberFormat: found[0], peakFlopsPerSecond: found[1] };
  return fp16AccumulatePeak === peak ? { numberFormat: 'fp16', peakFlopsPerSecond: peak } : undefined;
}

/** Build year since which llama.cpp multiplies MXFP4 experts as fp4, where the card can (pull request 17906). */
const FP4_SINCE = 2026;

/** The same for routed experts, given `matrixPeak` of the rest: fp4, at half its rate like int8, for MXFP4 experts where card and build have it. */
export function expertMatrixPeak(deployment: Deployment, experts: readonly TypedWeights[], peak: number): number {
  const { hardware, runtime, runtimeYear } = deployment;
  if (runtime.promptSums !== 'int8' || runtimeYear < FP4_SINCE || experts[0]?.blockType !== 'MXFP4') return peak;
  return Math.max(peak, (hardware.peaks.fp4 ?? 0) / 2);
}

function isUnpacked({ packing, efficiencyClass }: WeightFormat): boolean {
  if (packing?.kind === 'gguf') return packing.defaultType === 'F16' || packing.defaultType === 'BF16';
  return efficiencyClass === '16-bit';
}
