import { readBenchmarks } from '../../../src/importers/benchmarks/readBenchmarks.ts';
import { ImportRefusedError } from '../../../src/importers/importRefused.ts';

/** What a reader makes of a file, as text or as what the text stands for. */
export function runsOf(format: string, content: unknown) {
  return readBenchmarks(format, typeof content === 'string' ? content : JSON.stringify(content));
}

/** Code and place of each problem of a file that must not be read. */
export function refused(format: string, content: unknown) {
  try {
    runsOf(format, content);
  } catch (error) {
    if (error instanceof ImportRefusedError) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  throw new Error('it was read');
}
