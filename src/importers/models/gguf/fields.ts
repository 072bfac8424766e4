import { type ImportProblemCode, refusal } from '../../importRefused.ts';

/** The metadata of one header, under the names of its architecture. */
export class GgufFields {
  readonly architecture: string;
  readonly #metadata: ReadonlyMap<string, unknown>;

  constructor(metadata: ReadonlyMap<string, unknown>) {
    this.#metadata = metadata;
    const architecture = metadata.get('general.architecture');
    if (typeof architecture !== 'string' || architecture === '') {
      throw refusal('MISSING_KEY', 'general.architecture', 'is missing: it says how the other keys are called');
    }
    this.architecture = architecture;
  }

  /** A whole number of this architecture; `key` without its prefix. */
  integer(key: string): number {
    const value = this.optionalInteger(key);
    if (value === undefined) throw refusal('MISSING_KEY', this.#name(key), 'is missing');
    return value;
  }

  optionalInteger(key: string): number | undefined {
    const value = this.#metadata.get(this.#name(key));
    if (value === undefined) return undefined;
    // A list by layer that is the same everywhere is one number.
    const [first, ...others] = Array.isArray(value) ? value : [value];
    if (others.some((other) => Number(other) !== Number(first))) return this.#bad(key, 'differs from layer to layer');
    return this.#number(key, first);
  }

  /** A number that may differ from layer to layer. */
  atLayer(key: string, layer: number): number | undefined {
    const value = this.#metadata.get(this.#name(key));
    if (value === undefined) return undefined;
    return this.#number(key, Array.isArray(value) ? value[layer] : value);
  }

  /** A list of true and false, one a layer. */
  flags(key: string): boolean[] | undefined {
    const value = this.#metadata.get(this.#name(key));
    return Array.isArray(value) ? value.map(Boolean) : undefined;
  }

  text(name: string): string | undefined {
    const value = this.#metadata.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Entries of a list that is not of this architecture, e.g. tokenizer.ggml.tokens. */
  lengthOf(name: string): number | undefined {
    const value = this.#metadata.get(name);
    return Array.isArray(value) ? value.length : undefined;
  }

  /** A whole number under its whole name. */
  general(name: string): number | undefined {
    const value = this.#metadata.get(name);
    return value === undefined ? undefined : this.#number(name, value, name);
  }

  #number(key: string, value: unknown, name = this.#name(key)): number {
    const number = Number(value);
    if (typeof value === 'string' || !Number.isSafeInteger(number) || number < 0) {
      throw refusal(
        'INVALID_VALUE',
        name,
        `is ${String(value).slice(0, 60)}; a whole number of at least 0 is expected`,
      );
    }
    return number;
  }

  #bad(key: string, message: string, code: ImportProblemCode = 'UNKNOWN_KIND'): never {
    throw refusal(code, this.#name(key), message);
  }

  #name(key: string): string {
    return `${this.architecture}.${key}`;
  }
}
