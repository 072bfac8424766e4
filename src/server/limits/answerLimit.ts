import { tooExpensive } from '../../schema/errors.ts';

/** What yoga writes an answer with, where the answer brings it. */
export interface WithStringify {
  stringify?: (result: object) => string;
}

/** Writes an answer as JSON; one of more than `bytes` becomes an error that says what to ask less of. */
export function textWithin(bytes: number, answer: object): string {
  const text = JSON.stringify(answer);
  // Characters outside ASCII are rare, and take at most three bytes each.
  if (3 * text.length <= bytes) return text;
  const found = Buffer.byteLength(text);
  return found <= bytes ? text : JSON.stringify({ data: null, errors: [tooExpensive('bytes', found, bytes)] });
}
