import { countKind, ForeignObject, type ValueKind } from '../../foreignObject.ts';
import { refusal } from '../../importRefused.ts';
import type { GgufList, GgufValue } from './reader.ts';

/** Numbers are of any width in the file, as are true and false: a bigint, a number or a boolean. */
const anyCount: ValueKind<number> = {
  expected: countKind.expected,
  read: (value) => (typeof value === 'string' ? undefined : countKind.read(Number(value))),
};

/** The metadata of one header, under the names of its architecture: `key` is without that prefix, `name` is whole. */
export class GgufFields extends ForeignObject {
  readonly architecture: string;

  constructor(metadata: ReadonlyMap<string, GgufValue>) {
    super(Object.fromEntries(metadata));
    const architecture = this.text('general.architecture');
    if (architecture === undefined) {
      throw refusal('MISSING_KEY', 'general.architecture', 'is missing: it says how the other keys are called');
    }
    this.architecture = architecture;
  }

  /** A whole number of this architecture. */
  integer(key: string): number {
    const value = this.optionalInteger(key);
    if (value === undefined) throw refusal('MISSING_KEY', this.#name(key), 'is missing');
    return value;
  }

  optionalInteger(key: string): number | undefined {
    const name = this.#name(key);
    const value = this.raw(name);
    if (value === undefined) return undefined;
    // A list by layer that is the same everywhere is one number.
    const [first, ...others] = isList(value) ? value.entries : [value];
    if (others.some((other) => Number(other) !== Number(first))) {
      throw refusal('UNKNOWN_KIND', name, 'differs from layer to layer');
    }
    return this.#count(name, first);
  }

  /** A number that may differ from layer to layer. */
  atLayer(key: string, layer: number): number | undefined {
    const name = this.#name(key);
    const value = this.raw(name);
    return value === undefined ? undefined : this.#count(name, isList(value) ? value.entries[layer] : value);
  }

  /** A list of true and false, one a layer. */
  flags(key: string): boolean[] | undefined {
    const value = this.raw(this.#name(key));
    return isList(value) ? value.entries.map(Boolean) : undefined;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Entries of a list, e.g. tokenizer.ggml.tokens. */
  lengthOf(name: string): number | undefined {
    const value = this.raw(name);
    return isList(value) ? value.length : undefined;
  }

  /** A whole number that is not of this architecture. */
  general(name: string): number | undefined {
    return this.valueAs(anyCount, name, this.raw(name));
  }

  protected override refuse(name: string, value: unknown, expected: string): never {
    throw refusal('INVALID_VALUE', name, `is ${String(value).slice(0, 60)}; ${expected} is expected`);
  }

  /** Of a list that is too short, the entry is refused as any other. */
  #count(name: string, value: unknown): number {
    return this.valueAs(anyCount, name, value) ?? this.refuse(name, value, anyCount.expected);
  }

  #name(key: string): string {
    return `${this.architecture}.${key}`;
  }
}

function isList(value: unknown): value is GgufList {
  return typeof value === 'object' && value !== null;
}
