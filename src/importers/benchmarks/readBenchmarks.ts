import type { BenchmarkRun } from './benchmarkRun.ts';
import { readGenericCsv } from './genericCsv.ts';
import { readGuideLlm } from './guideLlm.ts';
import { readLlamaBenchCsv, readLlamaBenchJson } from './llamaBench.ts';
import { readVllmBenchServe } from './vllmBenchServe.ts';

/** Outputs of benchmarks that can be read, and their readers. Pure: a reader knows no catalogue. */
export const benchmarkReaders = {
  'vllm-bench-serve': readVllmBenchServe,
  'llama-bench-json': readLlamaBenchJson,
  'llama-bench-csv': readLlamaBenchCsv,
  'guidellm-json': readGuideLlm,
  csv: readGenericCsv,
} as const satisfies Record<string, (text: string) => BenchmarkRun[]>;

export type BenchmarkFormat = keyof typeof benchmarkReaders;

/** The runs in a benchmark's output. @throws ImportRefusedError all problems, each with its place in the file */
export function readBenchmarks(format: BenchmarkFormat, text: string): BenchmarkRun[] {
  return benchmarkReaders[format](text);
}
