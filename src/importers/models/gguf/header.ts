import type { FileHandle } from 'node:fs/promises';
import { bitsOfBlockType, UnknownBlockTypeError } from '../../../engine/model/blockTypes.ts';
import { ImportRefusedError, refusal } from '../../importRefused.ts';

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
  metadata: ReadonlyMap<string, unknown>;
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
/** Elements of the largest tensor that is believed. */
const maximumElements = 1e13;

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
  const { headerBytes } = await readHeader(bytes);
  return bytes.subarray(0, headerBytes);
}

/**
 * Reads a header from bytes. Nothing is fetched: the reader's range requests are answered from memory.
 *
 * @throws ImportRefusedError TRUNCATED, NOT_READABLE, INVALID_VALUE, UNKNOWN_KIND (a block type)
 */
export async function readHeader(bytes: Uint8Array): Promise<GgufHeader> {
  refuseImpossibleCounts(bytes);
  // Loaded only here: its table of tasks is large, and most starts import nothing.
  const { gguf, GGMLQuantizationType } = await import('@huggingface/gguf');
  let parsed: Awaited<ReturnType<typeof gguf>>;
  try {
    parsed = await gguf('http://header.invalid/', { fetch: rangesOf(bytes) });
  } catch (error) {
    throw asRefusal(error);
  }
  const [, headerBytes] = parsed.tensorInfoByteRange;
  // The reader pads with zeros, which read as empty entries.
  if (headerBytes > bytes.length) throw truncated();
  return {
    metadata: new Map(Object.entries(parsed.metadata)),
    tensors: parsed.tensorInfos.map(({ name, shape, dtype }) =>
      tensorOf(name, shape.map(Number), GGMLQuantizationType[dtype] ?? `type ${dtype}`),
    ),
    headerBytes,
  };
}

function tensorOf(name: string, shape: number[], blockType: string): GgufTensor {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!(elements >= 1 && elements <= maximumElements)) {
    throw refusal('INVALID_VALUE', name, `has ${shape.join(' × ')} elements; 1 to ${maximumElements} are read`);
  }
  try {
    return { name, shape, elements, blockType, bytes: (elements * bitsOfBlockType(blockType)) / 8 };
  } catch (error) {
    if (!(error instanceof UnknownBlockTypeError)) throw error;
    throw refusal('UNKNOWN_KIND', name, `is in the block type ${blockType}, which is not known here`);
  }
}

/** Counts that the bytes cannot hold are refused before anything is reserved for them. */
function refuseImpossibleCounts(bytes: Uint8Array): void {
  const found = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (bytes.length >= 4 && found !== magic)
    throw refusal('NOT_READABLE', '', `begins with ${JSON.stringify(found)}, not with "${magic}"`);
  if (bytes.length < fixedBytes) throw truncated();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4, true);
  if (version !== 2 && version !== 3) throw refusal('NOT_READABLE', '', `is of version ${version}; 2 and 3 are read`);
  const tensors = view.getBigUint64(8, true);
  const entries = view.getBigUint64(16, true);
  const room = BigInt(bytes.length - fixedBytes);
  if (tensors * BigInt(leastTensorBytes) + entries * BigInt(leastEntryBytes) > room) throw truncated(tensors, entries);
}

function truncated(tensors?: bigint, entries?: bigint): ImportRefusedError {
  const promised = tensors === undefined ? '' : `, which counts ${tensors} tensors and ${entries} entries`;
  return refusal(
    'TRUNCATED',
    '',
    `ends before its header does${promised}: the file is cut off, or not everything before its weights was sent`,
  );
}

/** A `fetch` that answers range requests from `bytes`; nothing else is reachable through it. */
function rangesOf(bytes: Uint8Array): typeof fetch {
  return async (_input, init) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '');
    const [from, to] = [Number(range?.[1] ?? 0), Number(range?.[2] ?? 0)];
    // The reader asks for one part more than it needs, never for two.
    if (from >= bytes.length + (to - from + 1)) throw truncated();
    return new Response(new Uint8Array(bytes.subarray(from, to + 1)));
  };
}

function asRefusal(error: unknown): ImportRefusedError {
  if (error instanceof ImportRefusedError) return error;
  if (error instanceof RangeError) return truncated();
  const message = error instanceof Error ? error.message : String(error);
  return refusal(/dimension/.test(message) ? 'INVALID_VALUE' : 'NOT_READABLE', '', message.slice(0, 300));
}
