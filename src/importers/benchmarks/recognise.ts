import { mostCharacters } from './benchmarkRun.ts';
import { jsonOrLines } from './jsonItems.ts';
import { benchmarkFormats } from './readBenchmarks.ts';

/** A file as `measurementImport` takes it. */
export interface RecognisedBenchmark {
  /** Null where the text is no benchmark's output that can be read. */
  format: string | null;
  /** The text, or of one too long for an import what of it is read. */
  text: string;
}

/** Bytes of the longest file that is looked through: tools can write every request and its words beside the means. */
export const mostInFile = 67_108_864;

/**
 * What wrote a file, by the fields only that tool writes; a table by its header line. A JSON file that is longer than an
 * import takes loses its lists of single requests, which no reader looks at.
 *
 * @throws ImportRefusedError a text that looks like JSON and cannot be read
 */
export function recogniseBenchmark(text: string): RecognisedBenchmark {
  // A byte order mark, which Windows writes, is white space here.
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return { format: formatWith([], columnsOf(start)), text };
  const value = jsonOrLines(start, mostInFile);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const format = formatWith(typeof first === 'object' && first !== null ? Object.keys(first) : [], []);
  const whole = format === null || start.length <= mostCharacters;
  return { format, text: whole ? start : JSON.stringify(withoutSingleRequests(value)) };
}

function formatWith(keys: readonly string[], columns: readonly string[]): string | null {
  const found = [...benchmarkFormats].filter(([, format]) => format.recognises({ keys, columns }));
  const [name] = found.find(([, { isGeneral }]) => !isGeneral) ?? found[0] ?? [null];
  return name;
}

/** Of a table, by its first line. */
function columnsOf(text: string): string[] {
  const [header = ''] = text.split('\n', 1);
  return header.split(',').map((name) => name.trim().replaceAll('"', ''));
}

/** The list of runs and the runs stay; a list inside of a run is of its requests. */
function withoutSingleRequests(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLists);
  if (typeof value !== 'object' || value === null || !('benchmarks' in value)) return withoutLists(value);
  const { benchmarks } = value;
  const runs = Array.isArray(benchmarks) ? benchmarks.map(withoutLists) : benchmarks;
  return { ...(withoutLists(value) as object), benchmarks: runs };
}

function withoutLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => !Array.isArray(inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutLists(inner)]));
}
