import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kebabCase } from '../../registry/name.ts';
import type { BenchmarkRun } from './benchmarkRun.ts';

/** An output of a benchmark that can be read: a file of `formats/` exports it as `format`. Pure: it knows no catalogue. */
export interface BenchmarkFormat {
  /** For people: what writes it, and with which options. */
  title: string;
  /** It takes any table, so others are asked first. */
  isGeneral?: true;
  /** Whether a file is of this format: by the keys of its first JSON object, or by the columns of its header line. */
  recognises(start: { keys: readonly string[]; columns: readonly string[] }): boolean;
  /** The runs in a file. @throws ImportRefusedError all problems, each with its place in the file */
  read(text: string): BenchmarkRun[];
}

const folder = join(import.meta.dirname, 'formats');

/** Path of each format's file by its name, `vllm-bench-serve` to `csv`: known without loading one. */
export const benchmarkFormatFiles: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .reverse()
    .map((file) => [kebabCase(file.replace('.ts', '')), join(folder, file)]),
);
