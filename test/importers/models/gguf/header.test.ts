import { gguf } from '@huggingface/gguf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImportRefusedError } from '../../../../src/importers/importRefused.ts';
import { readHeader } from '../../../../src/importers/models/gguf/header.ts';
import { importGguf } from '../../../../src/importers/models/ggufFile.ts';
import { inheritedNames } from '../../inheritedNames.ts';
import { blockTypes, ggufHeader, llamaQ4KM, string, u32, u64 } from '../ggufBytes.ts';

test('says what the reader of the Hugging Face hub says of the same bytes', async () => {
  const bytes = ggufHeader(llamaQ4KM());
  const bytesOf: typeof fetch = async (_input, init) => {
    const [from, to] =
      /(\d+)-(\d+)/
        .exec(new Headers(init?.headers).get('range') ?? '')
        ?.slice(1)
        .map(Number) ?? [];
    return new Response(new Uint8Array(bytes.subarray(from, (to ?? 0) + 1)));
  };
  const theirs = await gguf('http://header.invalid/', { fetch: bytesOf });
  const ours = readHeader(bytes);
  expect(ours.headerBytes).toBe(theirs.tensorInfoByteRange[1]);
  expect(ours.tensors.map(({ name, shape }) => ({ name, shape: shape.map(BigInt) }))).toEqual(
    theirs.tensorInfos.map(({ name, shape }) => ({ name, shape })),
  );
  for (const [key, value] of ours.metadata) {
    const their: unknown = Reflect.get(theirs.metadata, key);
    if (Array.isArray(their)) expect(value).toHaveProperty('length', their.length);
    else expect(value).toEqual(their);
  }
});

const [uint8, text, list] = [0, 8, 9];
const llama = ['general.architecture', 'llama'] as const;

/** The first bytes of a header, with counts that need not be true. */
function start(tensors: number | bigint, entries: number | bigint, version = 3): Buffer {
  return Buffer.concat([Buffer.from('GGUF'), u32(version), u64(tensors), u64(entries)]);
}

function entry(key: string, type: number, ...value: Buffer[]): Buffer {
  return Buffer.concat([string(key), u32(type), ...value]);
}

function tensor(name: string, shape: readonly (number | bigint)[], type = blockTypes.F32): Buffer {
  return Buffer.concat([string(name), u32(shape.length), ...shape.map(u64), u32(type), u64(0)]);
}

function withTensors(...tensors: Buffer[]): Buffer {
  return Buffer.concat([start(tensors.length, 1), entry(llama[0], text, string(llama[1])), ...tensors]);
}

const megabyte = Buffer.alloc(700_000, 1);
const manyEntries = Buffer.alloc(300_000 * 13, 1);

/** What is wrong, what the refusal must name, and the bytes. */
const hostile: readonly { what: string; code: string; path: string; bytes: Buffer }[] = [
  {
    what: '300,000 tensors',
    code: 'TOO_LARGE',
    path: '',
    bytes: Buffer.concat([
      start(300_000, 0),
      ...Array.from({ length: 300_000 }, (_, index) => tensor(`t${index}`, [1])),
    ]),
  },
  { what: 'counts of 2^64 - 1', code: 'TOO_LARGE', path: '', bytes: start(2n ** 64n - 1n, 2n ** 64n - 1n) },
  { what: '300,000 entries', code: 'TOO_LARGE', path: '', bytes: Buffer.concat([start(0, 300_000), manyEntries]) },
  {
    what: 'one tensor twice',
    code: 'INVALID_VALUE',
    path: 'output.weight',
    bytes: withTensors(tensor('output.weight', [8, 8]), tensor('output.weight', [8, 8])),
  },
  {
    what: 'one key twice',
    code: 'INVALID_VALUE',
    path: 'a',
    bytes: Buffer.concat([start(0, 2), entry('a', text, string('x')), entry('a', text, string('y')), megabyte]),
  },
  {
    what: 'a key of 2^60 bytes',
    code: 'INVALID_VALUE',
    path: 'the key of entry 1',
    bytes: Buffer.concat([start(1, 1), u64(2n ** 60n), megabyte]),
  },
  {
    what: 'a text of 2^64 - 1 bytes',
    code: 'TRUNCATED',
    path: 'a',
    bytes: Buffer.concat([start(0, 1), entry('a', text, u64(2n ** 64n - 1n)), megabyte]),
  },
  {
    what: 'a list of 2^60 numbers',
    code: 'TOO_LARGE',
    path: 'a',
    bytes: Buffer.concat([start(0, 1), entry('a', list, u32(uint8), u64(2n ** 60n)), megabyte]),
  },
  {
    what: 'a list longer than its file',
    code: 'TRUNCATED',
    path: 'a',
    bytes: Buffer.concat([start(0, 1), entry('a', list, u32(uint8), u64(900_000)), megabyte]),
  },
  {
    what: 'a list of a million texts that go beyond the end',
    code: 'TRUNCATED',
    path: 'a',
    bytes: Buffer.concat([start(0, 1), entry('a', list, u32(text), u64(1_000_000)), Buffer.alloc(7_900_000)]),
  },
  {
    what: 'lists inside lists',
    code: 'INVALID_VALUE',
    path: 'a',
    bytes: Buffer.concat([
      start(0, 1),
      entry('a', list, ...Array.from({ length: 50_000 }, () => Buffer.concat([u32(list), u64(1)]))),
    ]),
  },
  {
    what: 'a value of no type',
    code: 'NOT_READABLE',
    path: 'a',
    bytes: Buffer.concat([start(0, 1), entry('a', 77), megabyte]),
  },
  {
    what: 'a name longer than llama.cpp reads',
    code: 'INVALID_VALUE',
    path: 'the name of tensor 1',
    bytes: withTensors(tensor('x'.repeat(65), [8])),
  },
  { what: 'a dimension of 0', code: 'INVALID_VALUE', path: 't', bytes: withTensors(tensor('t', [0, 8])) },
  {
    what: 'a dimension of 2^64 - 1',
    code: 'INVALID_VALUE',
    path: 't',
    bytes: withTensors(tensor('t', [2n ** 64n - 1n])),
  },
  {
    what: 'dimensions whose product is beyond 2^53',
    code: 'INVALID_VALUE',
    path: 't',
    bytes: withTensors(tensor('t', [2 ** 31, 2 ** 31])),
  },
  {
    what: 'tensors that are too many elements together',
    code: 'INVALID_VALUE',
    path: '',
    bytes: withTensors(tensor('one', [6e12]), tensor('other', [6e12])),
  },
  {
    what: 'a million dimensions',
    code: 'INVALID_VALUE',
    path: 't',
    bytes: withTensors(Buffer.concat([string('t'), u32(1e6), megabyte])),
  },
  {
    what: 'another program’s file',
    code: 'NOT_READABLE',
    path: '',
    bytes: Buffer.concat([Buffer.from('PK\u0003\u0004'), megabyte]),
  },
  {
    what: 'a version from the future',
    code: 'NOT_READABLE',
    path: '',
    bytes: Buffer.concat([start(0, 0, 4), megabyte]),
  },
];

function refusalOf(bytes: string): ImportRefusedError {
  try {
    importGguf(bytes);
  } catch (error) {
    if (error instanceof ImportRefusedError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a hostile header is refused by the name of what is wrong, within 50 ms', () => {
  test.each(hostile)('$what', { retry: 2 }, ({ bytes, code, path }) => {
    const sent = bytes.toString('base64');
    // Of this thread alone: other tests share the processors.
    const before = process.threadCpuUsage();
    const { problems } = refusalOf(sent);
    const { user, system } = process.threadCpuUsage(before);
    const milliseconds = (user + system) / 1000;
    expect(problems).toMatchObject([{ code, path }]);
    expect(milliseconds).toBeLessThan(50);
  });
});

test('names that every object inherits are names as any other', () => {
  fc.assert(
    fc.property(inheritedNames, inheritedNames, (name, other) => {
      const metadata = Buffer.concat([
        entry('general.architecture', text, string(name)),
        entry(other, text, string(name)),
        entry(`${name}.block_count`, 4, u32(1)),
        entry(`${name}.embedding_length`, 4, u32(64)),
      ]);
      const bytes = Buffer.concat([
        start(2, 4),
        metadata,
        tensor('token_embd.weight', [64, 8]),
        tensor(`blk.0.${other}`, [8]),
      ]);
      expect(refusalOf(bytes.toString('base64')).problems).toMatchObject([
        { code: 'UNKNOWN_KIND', path: `blk.0.${other}`, message: expect.stringContaining(`(architecture ${name})`) },
      ]);
    }),
  );
});
