import { findNodeAtLocation, type ParseError, parseTree } from 'jsonc-parser';

/** JSON that cannot be read, with the place where reading stopped. */
export class JsonTextError extends Error {
  override name = 'JsonTextError';
  /** 1-based, both. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Parses JSON text; an error says at which line and column, the end of a truncated text included. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const { line, column } = positionAt(text, offsetOf(message, text));
    const what = wasCut(message)
      ? 'the text ends too early'
      : message.replace(/ in JSON at position.*$|, (?:\.{3})?".*$/s, '');
    throw new JsonTextError(`not valid JSON at line ${line}, column ${column}: ${what}`, line, column);
  }
}

/** Line of the value at `path`; see `positionOfPath`. */
export function lineOfPath(text: string, path: readonly PropertyKey[]): number {
  return positionOfPath(text, path).line;
}

/** A place in a text, both 1-based. */
export interface TextPosition {
  line: number;
  column: number;
}

/**
 * Where the value at `path` begins in valid JSON `text`; where the closest value around it does when the path does not
 * exist (a missing field is reported at the object that lacks it).
 */
export function positionOfPath(text: string, path: readonly PropertyKey[]): TextPosition {
  let node = parseTree(text);
  for (const segment of path) {
    const inner = node && findNodeAtLocation(node, [node.type === 'array' ? Number(segment) : String(segment)]);
    if (inner === undefined) break;
    node = inner;
  }
  return positionAt(text, node?.offset ?? 0);
}

/** A path as people write it: `offers[3].usdPerHour`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? String(segment) : `${text}.${String(segment)}`;
  }, '');
}

/** The inverse of `pathText`. */
export function pathSegments(text: string): (string | number)[] {
  return [...text.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? (name ?? '') : Number(index),
  );
}

/** Where reading stopped: V8 counts the characters for most errors, quotes a piece of the text for the others. */
function offsetOf(message: string, text: string): number {
  const stated = /position (\d+)/.exec(message)?.[1];
  if (stated !== undefined) return Number(stated);
  const problems: ParseError[] = [];
  parseTree(text, problems, { disallowComments: true });
  const end = text.trimEnd().length;
  return wasCut(message) ? end : (problems[0]?.offset ?? end);
}

function wasCut(message: string): boolean {
  return message.startsWith('Unexpected end');
}

function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
