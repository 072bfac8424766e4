/** A kind of value as foreign files have it. */
export interface ValueKind<Value> {
  /** Completes "… is expected". */
  expected: string;
  /** Undefined for a value of another kind. */
  read(value: unknown): Value | undefined;
}

const kind = <Value>(expected: string, isOne: (value: unknown) => value is Value): ValueKind<Value> => ({
  expected,
  read: (value) => (isOne(value) ? value : undefined),
});
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

export const wholeKind = kind('a whole number', isWhole);
export const countKind = kind('a whole number of at least 0', (value): value is number => isWhole(value) && value >= 0);
export const factorKind = kind(
  'a positive number',
  (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0,
);
export const textKind = kind('text', (value) => typeof value === 'string');
export const flagKind = kind('true or false', (value) => typeof value === 'boolean');
export const objectKind = kind(
  'an object',
  (value): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** An object that somebody else's program wrote, read value by value: what is absent is undefined, what is wrong refused. */
export abstract class ForeignObject {
  protected readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }

  keys(): string[] {
    return Object.keys(this.values);
  }

  /** Whether the file itself has the key, null included. */
  has(key: string): boolean {
    return Object.hasOwn(this.values, key);
  }

  /** As it is in the file. */
  raw(key: string): unknown {
    return this.has(key) ? this.values[key] : undefined;
  }

  /** The value as one of its kind; undefined when it is absent, or wrong and refusing it does not throw. */
  protected valueAs<Value>(kind: ValueKind<Value>, key: string, value: unknown): Value | undefined {
    if (value === undefined || value === null) return undefined;
    const read = kind.read(value);
    if (read === undefined) this.refuse(key, value, kind.expected);
    return read;
  }

  protected abstract refuse(key: string, value: unknown, expected: string): void;
}

/** A value in a message, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
