import type { Measurement, MetricName } from '../../registry/kinds/measurement.ts';
import { ForeignObject, flagKind, objectKind, shown, textKind, type ValueKind, wholeKind } from '../foreignObject.ts';
import { type ImportProblem, ImportRefusedError, refusal } from '../importRefused.ts';

/** One run of a benchmark as its file states it; null = the file does not say. */
export interface BenchmarkRun {
  /** Where in the file, as in `benchmarks[2]`; empty for the whole. */
  place: string;
  /** Model, runtime, hardware and formats under the names the file uses. */
  model: string | null;
  runtime: string | null;
  hardware: string | null;
  weights: string | null;
  kvCache: string | null;
  devices: number | null;
  runtimeVersion: string | null;
  runtimeYear: number | null;
  /** YYYY-MM-DD, or as precisely as known. */
  date: string | null;
  mode: Measurement['mode'];
  concurrency: number | null;
  promptTokens: number | null;
  outputTokens: number | null;
  contextTokens: number | null;
  backend: Measurement['backend'];
  flashAttention: boolean | null;
  threads: number | null;
  prefillChunkTokens: number | null;
  weightsFileGiB: number | null;
  /** Layers on the GPU where the file counts them. */
  gpuLayers: number | null;
  metrics: Partial<Record<MetricName, number>>;
  /** How its figures became these, for people. */
  notes: string[];
}

/** Metrics that a name alone says; a time per output token needs its definition beside it. */
export const plainMetrics = [
  'timeToFirstTokenMs',
  'endToEndMs',
  'prefillTokensPerSecond',
  'decodeTokensPerSecondPerSequence',
  'outputTokensPerSecond',
  'totalTokensPerSecond',
] as const satisfies readonly MetricName[];

/** A run of which nothing is known yet. */
export function emptyRun(place: string): BenchmarkRun {
  return {
    ...{ place, model: null, runtime: null, hardware: null, weights: null, kvCache: null, devices: null },
    ...{ runtimeVersion: null, runtimeYear: null, date: null, mode: null, concurrency: null },
    ...{ promptTokens: null, outputTokens: null, contextTokens: null },
    ...{ backend: null, flashAttention: null, threads: null, prefillChunkTokens: null, weightsFileGiB: null },
    ...{ gpuLayers: null, metrics: {}, notes: [] },
  };
}

/** How a tool defines its time per output token. What it means is stated, never guessed from the number. */
export const tokenTimeDefinitions = ['excludes-first', 'includes-first'] as const;
export type TokenTimeDefinition = (typeof tokenTimeDefinitions)[number];

/**
 * Puts a time per output token under the metric it is. Excluding the first: (last token − first token) ÷ (tokens − 1),
 * which is `timePerOutputTokenMs`. Including it: the whole request ÷ tokens, so times the tokens it is `endToEndMs`.
 */
export function addTokenTime(
  run: BenchmarkRun,
  milliseconds: number,
  definition: TokenTimeDefinition,
  path: string,
): void {
  if (definition === 'excludes-first') {
    run.metrics.timePerOutputTokenMs = milliseconds;
    return;
  }
  if (run.outputTokens === null) {
    throw refusal('MISSING_KEY', path, 'includes the first token: say how many output tokens it is the mean of');
  }
  run.metrics.endToEndMs ??= milliseconds * run.outputTokens;
  run.notes.push(`${milliseconds} ms a token including the first × ${run.outputTokens} tokens = end to end.`);
}

/** Reads the fields of one object of a file; what is wrong is named with its path. Null is absent, as is empty text. */
export class FileFields extends ForeignObject {
  readonly place: string;

  constructor(values: unknown, place: string) {
    const read = objectKind.read(values);
    if (read === undefined) throw refusal('INVALID_VALUE', place, 'must be an object');
    super(read);
    this.place = place;
  }

  path(key: string): string {
    return this.place === '' ? key : `${this.place}.${key}`;
  }

  /** Whether the file says it: null says nothing. */
  says(key: string): boolean {
    return this.has(key) && this.raw(key) !== null;
  }

  number(key: string): number | null {
    return this.#field(numberKind, key);
  }

  /** A number above 0; null when missing or 0, which tools write for what they did not measure. */
  positive(key: string): number | null {
    const number = this.number(key);
    if (number === null || number === 0) return null;
    if (number < 0) this.refuse(key, number, 'above 0');
    return number;
  }

  requiredPositive(key: string, what: string): number {
    const number = this.positive(key);
    if (number !== null) return number;
    throw refusal('MISSING_KEY', this.path(key), `is missing or 0: ${what}`);
  }

  whole(key: string): number | null {
    const number = this.number(key);
    if (number !== null && !Number.isInteger(number)) this.refuse(key, number, wholeKind.expected);
    return number;
  }

  text(key: string): string | null {
    return this.#field(textKind, key);
  }

  /** true, false, 1, 0 or their text. */
  flag(key: string): boolean | null {
    return this.#field(switchKind, key);
  }

  object(key: string): FileFields | null {
    const value = this.raw(key);
    return value === undefined || value === null ? null : new FileFields(value, this.path(key));
  }

  requiredObject(key: string, what: string): FileFields {
    const object = this.object(key);
    if (object !== null) return object;
    throw refusal('MISSING_KEY', this.path(key), `is missing: ${what}`);
  }

  protected override refuse(key: string, value: unknown, expected: string): never {
    throw refusal('INVALID_VALUE', this.path(key), `must be ${expected}; got ${shown(value)}`);
  }

  #field<Value>(kind: ValueKind<Value>, key: string): Value | null {
    const value = this.raw(key);
    return value === '' ? null : (this.valueAs(kind, key, value) ?? null);
  }
}

/** Numbers in text, as CSV has them, are read. */
const numberKind: ValueKind<number> = {
  expected: 'a number',
  read: (value) => {
    const number = typeof value === 'string' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  },
};

const switchKind: ValueKind<boolean> = {
  expected: flagKind.expected,
  read: (value) => {
    if (value === true || value === 1 || value === '1' || value === 'true') return true;
    return value === false || value === 0 || value === '0' || value === 'false' ? false : undefined;
  },
};

/** The objects of a list; at most as many as anybody has measured at a time. */
export function listOf(value: unknown, place: string): FileFields[] {
  if (!Array.isArray(value)) throw refusal('INVALID_VALUE', place, 'must be a list');
  if (value.length === 0) throw refusal('MISSING_KEY', place, 'is empty: there is nothing to import');
  if (value.length > mostRuns) {
    throw refusal('TOO_LARGE', place, `has ${value.length} runs; at most ${mostRuns} are read at a time`);
  }
  return value.map((item, index) => new FileFields(item, `${place}[${index}]`));
}

export const mostRuns = 500;

/** Characters of the longest output that is read: a report without its single requests has a few thousand a run. */
export const mostCharacters = 1_048_576;

/** Every run, or all problems of all of them at once. */
export function everyRun<Item, Run>(items: readonly Item[], read: (item: Item) => Run): Run[] {
  const problems: ImportProblem[] = [];
  const runs: Run[] = [];
  for (const item of items) {
    try {
      runs.push(read(item));
    } catch (error) {
      if (!(error instanceof ImportRefusedError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ImportRefusedError(problems.slice(0, 50));
  return runs;
}
