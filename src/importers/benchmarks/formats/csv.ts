import { refusal } from '../../importRefused.ts';
import type { BenchmarkFormat } from '../benchmarkFormat.ts';
import {
  addTokenTime,
  type BenchmarkRun,
  emptyRun,
  everyRun,
  type FileFields,
  plainMetrics,
  type TokenTimeDefinition,
  tokenTimeDefinitions,
} from '../benchmarkRun.ts';
import { csvItems } from '../csvItems.ts';

const modes = ['single-stream', 'static-batch', 'saturated', 'served'] as const;

/** Every column the table may have; at least one metric is needed. */
const ownColumns: readonly string[] = [
  ...['model', 'hardware', 'devices', 'runtime', 'runtimeVersion', 'runtimeYear', 'weights', 'kvCache', 'date'],
  ...['mode', 'concurrency', 'promptTokens', 'outputTokens', 'contextTokens', 'notes'],
  ...['timePerOutputTokenMs', 'timePerOutputTokenDefinition'],
  ...plainMetrics,
];

/**
 * A table of your own: a header line with names of `ownColumns`, then one run a row. Units are in the names.
 * `timePerOutputTokenDefinition` (excludes-first or includes-first) is needed wherever timePerOutputTokenMs is given.
 */
export const format: BenchmarkFormat = {
  title: `A table of your own: a header line, then one run a row. Columns: ${ownColumns.join(', ')}; units are in the names.`,
  isGeneral: true,
  // What is wrong with a table that is none is said by the reader.
  recognises: ({ columns }) => columns.length >= 2,
  read: (text) => everyRun(csvItems(text, ['concurrency']), readRow),
};

function readRow(fields: FileFields): BenchmarkRun {
  const unknown = fields.keys().find((key) => !ownColumns.includes(key));
  if (unknown !== undefined) {
    throw refusal(
      'UNKNOWN_KIND',
      'header',
      `the column ${JSON.stringify(unknown)} is not one of ${ownColumns.join(', ')}`,
    );
  }
  const run = emptyRun(fields.place);
  run.model = fields.text('model');
  run.hardware = fields.text('hardware');
  run.runtime = fields.text('runtime');
  run.weights = fields.text('weights');
  run.kvCache = fields.text('kvCache');
  run.devices = fields.whole('devices');
  run.runtimeVersion = fields.text('runtimeVersion');
  run.runtimeYear = fields.whole('runtimeYear');
  run.date = fields.text('date');
  run.mode = oneOf(fields, 'mode', modes);
  run.concurrency = fields.whole('concurrency');
  run.promptTokens = fields.number('promptTokens');
  run.outputTokens = fields.number('outputTokens');
  run.contextTokens = fields.number('contextTokens');
  const notes = fields.text('notes');
  if (notes !== null) run.notes.push(notes);
  for (const name of plainMetrics) {
    const value = fields.positive(name);
    if (value !== null) run.metrics[name] = value;
  }
  const tokenTime = fields.positive('timePerOutputTokenMs');
  if (tokenTime !== null) addTokenTime(run, tokenTime, definitionOf(fields), fields.path('outputTokens'));
  if (Object.keys(run.metrics).length === 0) {
    throw refusal('MISSING_KEY', fields.place, `has none of timePerOutputTokenMs, ${plainMetrics.join(', ')}`);
  }
  return run;
}

function definitionOf(fields: FileFields): TokenTimeDefinition {
  const definition = oneOf(fields, 'timePerOutputTokenDefinition', tokenTimeDefinitions);
  if (definition !== null) return definition;
  const path = fields.path('timePerOutputTokenDefinition');
  throw refusal(
    'MISSING_KEY',
    path,
    `is missing: whether the first token counts is ${tokenTimeDefinitions.join(' or ')}`,
  );
}

function oneOf<Word extends string>(fields: FileFields, key: string, words: readonly Word[]): Word | null {
  const text = fields.text(key);
  if (text === null) return null;
  const word = words.find((known) => known === text.toLowerCase().replaceAll('_', '-'));
  if (word !== undefined) return word;
  throw refusal(
    'INVALID_VALUE',
    fields.path(key),
    `must be ${words.join(', ')}; got ${JSON.stringify(text.slice(0, 40))}`,
  );
}
