import { MissingFigureError } from '../errors.ts';
import type { Assumption, Deployment, Hardware } from '../profile.ts';

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
 * The peak that prompt processing is measured against. NVIDIA, llama.cpp formats: half the int8 rate (weights are
 * unpacked to int8; half the fp8 rate where no int8 rate is listed); unquantised: fp16 with fp16 accumulation.
 * NVIDIA elsewhere, AMD, Intel: fp16. Apple and CPUs: fp32.
 */
export function matrixPeak({ hardware, weights }: Deployment, fp32: number): number {
  const { kind, vendor, peaks, fp16AccumulatePeak } = hardware;
  if (kind === 'cpu' || vendor === 'Apple') return fp32;
  // Pascal's 16-bit rate is 1/64 of its fp32 rate: libraries compute in fp32 there.
  const sixteenBit = Math.max(peaks.fp16 ?? 0, peaks.bf16 ?? 0, fp32);
  if (vendor !== 'NVIDIA' || weights.packing?.kind !== 'gguf') return sixteenBit;
  if (/^(F|BF)\d\d$/.test(weights.packing.defaultType)) return fp16AccumulatePeak ?? sixteenBit;
  const eightBit = Math.max(peaks.int8 ?? 0, peaks.fp8 ?? 0);
  return eightBit === 0 ? sixteenBit : eightBit / 2;
}
