import { CsvError, parse } from 'csv-parse/sync';
import { refusal } from '../importRefused.ts';
import { refuseHuge } from '../pastedJson.ts';
import { FileFields, mostCharacters, mostRuns } from './benchmarkRun.ts';

/** Columns of a table at most: llama-bench has 45. */
const mostColumns = 200;

/** The rows of a CSV with a header line, each with its place in the file: line 1 is the header. */
export function csvItems(text: string, needed: readonly string[]): FileFields[] {
  refuseHuge(text, mostCharacters);
  const [header = [], ...rows] = cells(text);
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw refusal('MISSING_KEY', 'header', `has no column ${missing.join(', ')}: the first line must name the columns`);
  }
  const forbidden = header.find((name, index) => name === '__proto__' || header.indexOf(name) !== index);
  if (forbidden !== undefined)
    throw refusal('FORBIDDEN_KEY', 'header', `has the column ${JSON.stringify(forbidden)} twice, or it is refused`);
  if (rows.length === 0) throw refusal('MISSING_KEY', '', 'has a header and no rows: there is nothing to import');
  return rows.map(
    (row, index) =>
      new FileFields(Object.fromEntries(header.map((name, place) => [name, row[place]])), `row ${index + 1}`),
  );
}

function cells(text: string): string[][] {
  try {
    const rows: string[][] = parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      to: mostRuns + 2,
      max_record_size: 65_536,
    });
    if (rows.length > mostRuns + 1) throw refusal('TOO_LARGE', '', `has more than ${mostRuns} rows`);
    if ((rows[0]?.length ?? 0) > mostColumns)
      throw refusal('TOO_LARGE', 'header', `has more than ${mostColumns} columns`);
    return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw refusal('NOT_READABLE', '', `not CSV: ${error.message.slice(0, 160)}`);
  }
}
