/** A GGUF header of version 3, as llama.cpp writes it. */
export interface HeaderContent {
  metadata: Readonly<Record<string, string | number | boolean | readonly string[] | readonly boolean[]>>;
  tensors: readonly { name: string; shape: readonly (number | bigint)[]; type: number }[];
}

/** Numbers of the value types and block types used here. */
const uint32 = 4;
const bool = 7;
const text = 8;
const list = 9;
export const blockTypes = { F32: 0, F16: 1, Q4_K: 12, Q6_K: 14 };

export function ggufHeader({ metadata, tensors }: HeaderContent): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(metadata).length)];
  for (const [key, value] of Object.entries(metadata)) {
    parts.push(string(key));
    if (typeof value === 'string') parts.push(u32(text), string(value));
    else if (typeof value === 'number') parts.push(u32(uint32), u32(value));
    else if (typeof value === 'boolean') parts.push(u32(bool), Buffer.from([Number(value)]));
    else {
      const words = value.every((entry) => typeof entry === 'string');
      parts.push(u32(list), u32(words ? text : bool), u64(value.length));
      for (const entry of value) parts.push(typeof entry === 'string' ? string(entry) : Buffer.from([Number(entry)]));
    }
  }
  for (const { name, shape, type } of tensors) {
    parts.push(string(name), u32(shape.length), ...shape.map(u64), u32(type), u64(0));
  }
  return Buffer.concat(parts);
}

/** Llama 3.1 8B as llama.cpp's Q4_K_M: names, shapes and block types of the file, without its weights. */
export function llamaQ4KM(): HeaderContent {
  const { F32, Q4_K, Q6_K } = blockTypes;
  const tensors: HeaderContent['tensors'][number][] = [
    { name: 'rope_freqs.weight', shape: [64], type: F32 },
    { name: 'token_embd.weight', shape: [4096, 128_256], type: Q4_K },
    { name: 'output_norm.weight', shape: [4096], type: F32 },
    { name: 'output.weight', shape: [4096, 128_256], type: Q6_K },
  ];
  for (let layer = 0; layer < 32; layer++) {
    const more = layer < 4 || layer >= 28 || (layer - 4) % 3 === 2 ? Q6_K : Q4_K;
    const add = (name: string, shape: number[], type: number) =>
      tensors.push({ name: `blk.${layer}.${name}`, shape, type });
    add('attn_norm.weight', [4096], F32);
    add('ffn_norm.weight', [4096], F32);
    add('attn_q.weight', [4096, 4096], Q4_K);
    add('attn_k.weight', [4096, 1024], Q4_K);
    add('attn_v.weight', [4096, 1024], more);
    add('attn_output.weight', [4096, 4096], Q4_K);
    add('ffn_gate.weight', [4096, 14_336], Q4_K);
    add('ffn_up.weight', [4096, 14_336], Q4_K);
    add('ffn_down.weight', [14_336, 4096], more);
  }
  const metadata = {
    'general.architecture': 'llama',
    'general.name': 'Meta Llama 3.1 8B Instruct',
    'general.file_type': 15,
    'llama.block_count': 32,
    'llama.context_length': 131_072,
    'llama.embedding_length': 4096,
    'llama.feed_forward_length': 14_336,
    'llama.attention.head_count': 32,
    'llama.attention.head_count_kv': 8,
    'tokenizer.ggml.tokens': Array.from({ length: 128_256 }, (_, token) => `<${token}>`),
    'tokenizer.ggml.merges': Array.from({ length: 1000 }, (_, merge) => `a b${merge}`),
  };
  return { metadata, tensors };
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}
