import { type ImportProblemCode, type ImportRefusedError, refusal } from '../../importRefused.ts';

/** A value of the metadata. Whole numbers of eight bytes are bigints: some are beyond what a number holds. */
export type GgufValue = number | bigint | boolean | string | GgufList;

/** A list, with its entries where it is short enough to be one a layer; of a vocabulary only the length is of interest. */
export interface GgufList {
  length: number;
  entries: readonly (number | bigint | boolean | string)[];
}

/** Entries of the longest list that is kept, and of the longest that is stepped over: vocabularies have up to 500,000. */
const maximumKept = 4096;
const maximumEntries = 1_000_000;
/** Bytes of a key, and of the name of a tensor, as the format has them. */
export const maximumKeyBytes = 65_535;
export const maximumNameBytes = 64;

/** Value types by number: bytes of one, and how they are read. */
const fixed: Readonly<Record<number, { bytes: number; read(bytes: Buffer, at: number): number | bigint | boolean }>> = {
  0: { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) },
  1: { bytes: 1, read: (bytes, at) => bytes.readInt8(at) },
  2: { bytes: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  3: { bytes: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  4: { bytes: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  5: { bytes: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  6: { bytes: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  7: { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 },
  10: { bytes: 8, read: (bytes, at) => bytes.readBigUInt64LE(at) },
  11: { bytes: 8, read: (bytes, at) => bytes.readBigInt64LE(at) },
  12: { bytes: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
};
const textType = 8;
const listType = 9;

/**
 * Reads a header from the front, in one pass. Nothing is reserved for a length that the bytes do not have, and what
 * nobody asks for, a vocabulary, is stepped over.
 *
 * @see ggml-org/ggml, docs/gguf.md
 */
export class GgufReader {
  readonly #bytes: Buffer;
  #at: number;
  /** What is being read, as a refusal names it. */
  #subject = '';

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Bytes read so far, from the front of the file. */
  get at(): number {
    return this.#at;
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#step(4));
  }

  /** Exact up to 2^53, and beyond every limit above. */
  uint64(): number {
    const at = this.#step(8);
    return this.#bytes.readUInt32LE(at) + 2 ** 32 * this.#bytes.readUInt32LE(at + 4);
  }

  /** @param subject what a refusal calls it */
  text(subject: string, atMost: number): string {
    this.#subject = subject;
    return this.#text(atMost);
  }

  #text(atMost: number): string {
    const length = this.uint64();
    if (length > atMost) this.#refuse('INVALID_VALUE', `is ${length} bytes long; at most ${atMost} are read`);
    const at = this.#step(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  value(key: string): GgufValue {
    this.#subject = key;
    const type = this.uint32();
    return type === listType ? this.#list() : this.#single(type);
  }

  #single(type: number): Exclude<GgufValue, GgufList> {
    if (type === textType) return this.#text(Number.POSITIVE_INFINITY);
    const { bytes, read } = this.#fixed(type);
    return read(this.#bytes, this.#step(bytes));
  }

  #list(): GgufList {
    const type = this.uint32();
    const length = this.uint64();
    // llama.cpp reads none either.
    if (type === listType) this.#refuse('INVALID_VALUE', 'is a list of lists, which is not read');
    if (length > maximumEntries)
      this.#refuse('TOO_LARGE', `lists ${length} entries; at most ${maximumEntries} are read`);
    if (length <= maximumKept) return { length, entries: Array.from({ length }, () => this.#single(type)) };
    if (type !== textType) this.#step(length * this.#fixed(type).bytes);
    else for (let index = 0; index < length; index++) this.#step(this.uint64());
    return { length, entries: [] };
  }

  #fixed(type: number) {
    return fixed[type] ?? this.#refuse('NOT_READABLE', `is of the value type ${type}; 0 to 12 are read`);
  }

  /** Where the next so many bytes are; they are behind it then. */
  #step(bytes: number): number {
    const at = this.#at;
    if (bytes > this.#bytes.length - at) throw truncated(this.#subject);
    this.#at += bytes;
    return at;
  }

  #refuse(code: ImportProblemCode, message: string): never {
    throw refusal(code, this.#subject, message);
  }
}

/** @param subject what was being read @param promised what the header says of itself */
export function truncated(subject = '', promised = ''): ImportRefusedError {
  return refusal(
    'TRUNCATED',
    subject,
    `ends before its header does${promised}: the file is cut off, or not everything before its weights was sent`,
  );
}
