import { refusal } from './importRefused.ts';

/** Characters of the longest text that is read: real files have a few thousand, with long lists of exceptions 60,000. */
const maximumCharacters = 262_144;
/** Objects and lists within each other, at most; real files have four levels. */
const maximumDepth = 32;

const quote = 34;
const backslash = 92;

/**
 * The object in a configuration that somebody pasted.
 *
 * @throws ImportRefusedError TOO_LARGE, TOO_DEEP, NOT_READABLE, FORBIDDEN_KEY
 */
export function parsePastedJson(text: string): Record<string, unknown> {
  const parsed = parsePastedValue(text, maximumCharacters);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw refusal('NOT_READABLE', '', 'not a JSON object: paste the whole config.json, braces included');
  }
  return parsed as Record<string, unknown>;
}

/**
 * Whatever JSON somebody pasted. Size and depth are checked before parsing, so that a hostile text costs no more than one
 * pass over it. Python's `Infinity` and `NaN`, which real files contain, are read as null.
 *
 * @throws ImportRefusedError TOO_LARGE, TOO_DEEP, NOT_READABLE, FORBIDDEN_KEY
 */
export function parsePastedValue(text: string, atMost: number): unknown {
  refuseHuge(text, atMost);
  const parsed = parse(withoutPythonNumbers(text));
  // The key itself, or an escape that may spell it: looking through everything is for few texts.
  if (/__proto__|\\u00/i.test(text)) refuseForbiddenKeys(parsed, '');
  return parsed;
}

/** @throws ImportRefusedError TOO_LARGE */
export function refuseHuge(text: string, atMost: number): void {
  if (text.length <= atMost) return;
  // Plain digits: the first use of a number format costs more than everything else here.
  throw refusal('TOO_LARGE', '', `${text.length} characters; at most ${atMost} are read`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (text.trim() === '') throw refusal('NOT_READABLE', '', 'is empty');
    const what = /^Unterminated string|^Unexpected end/.test(reason) ? 'cut off' : 'not JSON';
    // The message quotes the text: enough of it is the place.
    throw refusal('NOT_READABLE', '', `${what}: ${reason.slice(0, 160)}`);
  }
}

/** One pass: counts the depth, and replaces number words that JSON does not have, outside strings. */
function withoutPythonNumbers(text: string): string {
  let depth = 0;
  let from = 0;
  let kept = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > maximumDepth) throw refusal('TOO_DEEP', '', `nested more than ${maximumDepth} levels deep`);
    } else if (code === 125 || code === 93) {
      depth -= 1;
    } else if (code === 73 || code === 78) {
      const word = code === 73 ? 'Infinity' : 'NaN';
      if (!text.startsWith(word, at)) continue;
      const start = text.charCodeAt(at - 1) === 45 ? at - 1 : at;
      kept += `${text.slice(from, start)}null`;
      at += word.length - 1;
      from = at + 1;
    }
  }
  return from === 0 ? text : kept + text.slice(from);
}

/** Index of the closing quote, or of the last character of a text that lacks it. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at += 1;
  }
  return text.length;
}

/** `__proto__` has no place in a configuration; whoever writes it is after something else. */
function refuseForbiddenKeys(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') throw refusal('FORBIDDEN_KEY', path, 'has a key "__proto__", which is refused');
    refuseForbiddenKeys(inner, path === '' ? key : `${path}.${key}`);
  }
}
