import type { FigureRange } from '../errors.ts';

/** Units that figures are mistaken for, by the end of the field's name, and what turns them into the field's own. */
const mistakes: readonly { field: RegExp; unit: string; own: string; times: number }[] = [
  { field: /GigabytesPerSecond$/, unit: 'TB/s', own: 'GB/s', times: 1000 },
  { field: /GigabytesPerSecond$/, unit: 'MB/s', own: 'GB/s', times: 1 / 1000 },
  { field: /GiB$/, unit: 'MiB', own: 'GiB', times: 1 / 1024 },
  { field: /GiB$/, unit: 'TiB', own: 'GiB', times: 1024 },
  { field: /MiB$/, unit: 'GiB', own: 'MiB', times: 1024 },
  { field: /(Teraflops|TeraOps)$/, unit: 'PFLOPS', own: 'TFLOPS', times: 1000 },
  { field: /(Teraflops|TeraOps)$/, unit: 'GFLOPS', own: 'TFLOPS', times: 1 / 1000 },
  { field: /Watts$/, unit: 'kW', own: 'W', times: 1000 },
  { field: /Gigahertz$/, unit: 'MHz', own: 'GHz', times: 1 / 1000 },
];

/** What a figure outside its range may have meant: 2.6 of a bandwidth in GB/s is 2,600 where somebody wrote TB/s. */
export function unitSlip(
  field: string,
  value: unknown,
  range: FigureRange,
): { words: string; suggestion: string } | null {
  if (typeof value !== 'number') return null;
  for (const { field: end, unit, own, times } of mistakes) {
    const meant = Number((value * times).toPrecision(12));
    if (!end.test(field) || meant < range.minimum || meant > range.maximum) continue;
    return { words: `${value} ${unit} is ${meant} ${own}`, suggestion: String(meant) };
  }
  return null;
}
