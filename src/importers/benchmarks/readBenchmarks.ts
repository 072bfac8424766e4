import { pathToFileURL } from 'node:url';
import { type BenchmarkFormat, benchmarkFormatFiles } from './benchmarkFormat.ts';
import type { BenchmarkRun } from './benchmarkRun.ts';

/** Every format by its name. */
export const benchmarkFormats: ReadonlyMap<string, BenchmarkFormat> = new Map(
  await Promise.all([...benchmarkFormatFiles].map(async ([name, file]) => [name, await formatIn(file)] as const)),
);

/** The runs in a benchmark's output. @throws ImportRefusedError all problems, each with its place in the file */
export function readBenchmarks(name: string, text: string): BenchmarkRun[] {
  const format = benchmarkFormats.get(name);
  if (format === undefined) throw new Error(`there is no benchmark format ${name}`);
  return format.read(text);
}

async function formatIn(file: string): Promise<BenchmarkFormat> {
  const { format }: { format?: BenchmarkFormat } = await import(pathToFileURL(file).href);
  if (format === undefined) throw new Error(`${file} exports no format`);
  return format;
}
