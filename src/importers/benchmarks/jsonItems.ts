import { ImportRefusedError, refusal } from '../importRefused.ts';
import { parsePastedValue, refuseHuge } from '../pastedJson.ts';
import { FileFields, listOf, mostCharacters } from './benchmarkRun.ts';

/** The objects of a file: one object, a list of them, or one a line (JSON lines). */
export function jsonItems(text: string, what: string): FileFields[] {
  const value = jsonOrLines(text, mostCharacters);
  if (Array.isArray(value)) return listOf(value, '');
  if (typeof value === 'object' && value !== null) return [new FileFields(value, '')];
  throw refusal('NOT_READABLE', '', `not ${what}: paste the whole file`);
}

/** The JSON of a text, or the list of its lines where each is an object; see `parsePastedValue`. */
export function jsonOrLines(text: string, atMost: number): unknown {
  refuseHuge(text, atMost);
  try {
    return parsePastedValue(text, atMost);
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const isLines =
      lines.length > 1 && lines.every((line) => line.trimStart().startsWith('{') && line.trimEnd().endsWith('}'));
    if (!(error instanceof ImportRefusedError) || !isLines) throw error;
    return lines.map((line) => parsePastedValue(line, atMost));
  }
}
