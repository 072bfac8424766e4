import type { FileHandle } from 'node:fs/promises';
import { bitsOfBlockType, UnknownBlockTypeError } from '../../../engine/model/blockTypes.ts';
import { refusal } from '../../importRefused.ts';
import blockTypeNames from './blockTypes.json' with { type: 'json' };
import { GgufReader, type GgufValue, maximumKeyBytes, maximumNameBytes, truncated } from './reader.ts';

/** One matrix or vector of a file. */
export interface GgufTensor {
  name: string;
  /** Elements by dimension, the columns first. */
  shape: readonly number[];
  elements: number;
  /** llama.cpp's block type: F32, Q4_K, ... */
  blockType: string;
  /** Exact bytes, scales included. */
  bytes: number;
}

/** What stands before the weights in a GGUF file. */
export interface GgufHeader {
  metadata: ReadonlyMap<string, GgufValue>;
  tensors: readonly GgufTensor[];
  /** Bytes of the header itself. */
  headerBytes: number;
}

/** Bytes of the longest header that is read: vocabularies of 260,000 words with their merges take half of it. */
const maximumHeaderBytes = 24 * 1024 * 1024;

const magic = 'GGUF';
/** Magic, version, and two counts of eight bytes; the least of one entry and of one tensor. */
const fixedBytes = 24;
const leastEntryBytes = 13;
const leastTensorBytes = 24;
/** Twenty tensors of each of the 1,000 blocks that are read; DeepSeek-V3 has 1,086 in all. */
const maximumTensors = 20_000;
/** Entries of the metadata; real files have some fifty. */
const maximumMetadata = 1000;
const maximumDimensions = 4;
/** Elements of the largest tensor, and of the largest file, that are believed. */
const maximumElements = 1e13;

/** llama.cpp's ggml_type by number. */
const blockTypes: Readonly<Record<number, string>> = blockTypeNames;

/** @throws ImportRefusedError not base64, too large, or not the header of a GGUF file */
export function decodeHeader(headerBase64: string): Buffer {
  const characters = Math.ceil(maximumHeaderBytes / 3) * 4;
  if (headerBase64.length > characters) {
    const most = maximumHeaderBytes.toLocaleString('en-US');
    throw refusal('TOO_LARGE', '', `longer than a header of ${most} bytes: send what stands before the weights`);
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(headerBase64)) throw refusal('NOT_READABLE', '', 'not base64');
  return Buffer.from(headerBase64, 'base64');
}

/** Everything before the weights of a file on this machine. @throws ImportRefusedError it has no header that can be read */
export async function headerOfFile(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const start = Buffer.alloc(Math.min(size, maximumHeaderBytes));
  const { bytesRead } = await file.read(start, 0, start.length, 0);
  const bytes = start.subarray(0, bytesRead);
  const { headerBytes } = readHeader(bytes);
  return bytes.subarray(0, headerBytes);
}

/**
 * Reads a header. Its counts are checked first: they say how long the rest takes.
 *
 * @throws ImportRefusedError TRUNCATED, TOO_LARGE, NOT_READABLE, INVALID_VALUE, UNKNOWN_KIND (a block type)
 */
export function readHeader(bytes: Buffer): GgufHeader {
  const counts = countsOf(bytes);
  const reader = new GgufReader(bytes, fixedBytes);
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < counts.entries; index++) {
    const key = reader.text(`the key of entry ${index + 1}`, maximumKeyBytes);
    if (metadata.has(key)) throw refusal('INVALID_VALUE', key, 'stands twice in the metadata');
    metadata.set(key, reader.value(key));
  }
  const tensors = new Map<string, GgufTensor>();
  let elements = 0;
  for (let index = 0; index < counts.tensors; index++) {
    const tensor = readTensor(reader, index);
    if (tensors.has(tensor.name)) throw refusal('INVALID_VALUE', tensor.name, 'is the name of two tensors');
    tensors.set(tensor.name, tensor);
    elements += tensor.elements;
  }
  if (elements > maximumElements)
    throw refusal('INVALID_VALUE', '', `has ${elements} elements; ${mostElements} are read`);
  return { metadata, tensors: [...tensors.values()], headerBytes: reader.at };
}

const mostElements = `1 to ${maximumElements}`;

function readTensor(reader: GgufReader, index: number): GgufTensor {
  const name = reader.text(`the name of tensor ${index + 1}`, maximumNameBytes);
  const dimensions = reader.uint32();
  if (dimensions > maximumDimensions) {
    throw refusal('INVALID_VALUE', name, `has ${dimensions} dimensions; at most ${maximumDimensions} are read`);
  }
  const shape = Array.from({ length: dimensions }, () => reader.uint64());
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!(elements >= 1 && elements <= maximumElements)) {
    throw refusal('INVALID_VALUE', name, `has ${shape.join(' × ')} elements; ${mostElements} are read`);
  }
  const type = reader.uint32();
  const blockType = blockTypes[type] ?? `type ${type}`;
  // Where its weights begin in the file.
  reader.uint64();
  try {
    return { name, shape, elements, blockType, bytes: (elements * bitsOfBlockType(blockType)) / 8 };
  } catch (error) {
    if (!(error instanceof UnknownBlockTypeError)) throw error;
    throw refusal('UNKNOWN_KIND', name, `is in the block type ${blockType}, which is not known here`);
  }
}

/** Tensors and entries of the metadata. More than any model has, or than the bytes can hold, are refused unread. */
function countsOf(bytes: Buffer): { tensors: number; entries: number } {
  const found = bytes.toString('latin1', 0, 4);
  if (bytes.length >= 4 && found !== magic)
    throw refusal('NOT_READABLE', '', `begins with ${JSON.stringify(found)}, not with "${magic}"`);
  if (bytes.length < fixedBytes) throw truncated();
  const version = bytes.readUInt32LE(4);
  if (version !== 2 && version !== 3) throw refusal('NOT_READABLE', '', `is of version ${version}; 2 and 3 are read`);
  const tensors = Number(bytes.readBigUInt64LE(8));
  const entries = Number(bytes.readBigUInt64LE(16));
  refuseMany('tensors', tensors, maximumTensors);
  refuseMany('entries of metadata', entries, maximumMetadata);
  if (tensors * leastTensorBytes + entries * leastEntryBytes > bytes.length - fixedBytes) {
    throw truncated('', `, which counts ${tensors} tensors and ${entries} entries`);
  }
  return { tensors, entries };
}

function refuseMany(what: string, count: number, most: number): void {
  if (count > most) throw refusal('TOO_LARGE', '', `counts ${count} ${what}; at most ${most} are read`);
}
