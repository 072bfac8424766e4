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
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const offset = position === undefined ? text.trimEnd().length : Number(position);
    const line = lineAt(text, offset);
    const column = columnAt(text, offset);
    const what = position === undefined ? 'the text ends too early' : message.replace(/ in JSON at position.*$/s, '');
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
  const wanted = path.map(String);
  const open: { array: boolean; segment: string | null; index: number }[] = [];
  let bestDepth = -1;
  let bestOffset = 0;
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  for (const { 0: token, index: offset } of tokens) {
    const parent = open.at(-1);
    if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',' || token === ':') {
      if (token === ',' && parent !== undefined) {
        parent.index += 1;
        parent.segment = parent.array ? String(parent.index) : null;
      }
    } else if (parent !== undefined && parent.segment === null) {
      parent.segment = JSON.parse(token);
    } else {
      const depth = open.length;
      if (depth > bestDepth && depth <= wanted.length && open.every(({ segment }, at) => segment === wanted[at])) {
        bestDepth = depth;
        bestOffset = offset;
        if (depth === wanted.length) break;
      }
      if (token === '{') open.push({ array: false, segment: null, index: 0 });
      if (token === '[') open.push({ array: true, segment: '0', index: 0 });
    }
  }
  return { line: lineAt(text, bestOffset), column: columnAt(text, bestOffset) };
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

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function columnAt(text: string, offset: number): number {
  return offset === 0 ? 1 : offset - text.lastIndexOf('\n', offset - 1);
}
