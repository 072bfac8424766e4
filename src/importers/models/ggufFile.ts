import { createHash } from 'node:crypto';
import { countParameters } from '../../engine/model/parameters.ts';
import { toArchitecture } from '../../registry/kinds/architecture.ts';
import { refusal } from '../importRefused.ts';
import { GgufFields } from './gguf/fields.ts';
import fileTypeNames from './gguf/fileTypes.json' with { type: 'json' };
import { decodeHeader, type GgufHeader, type GgufTensor, readHeader } from './gguf/header.ts';
import { type BlockTensors, layersOfBlock } from './gguf/layers.ts';
import { ggufWindows } from './gguf/windows.ts';
import { windowed } from './huggingFace/attention.ts';
import { type Layer, type Stack, toArchitectureFacts } from './huggingFace/stack.ts';
import { type ImportedModel, type ImportLabels, importedModel } from './importedModel.ts';

/** Weights of one block type in a file. */
export interface BlockTypeShare {
  blockType: string;
  tensors: number;
  /** Elements. */
  parameters: number;
  bytes: number;
}

/** A GGUF file's own figures beside the model in it. */
export interface ImportedGguf extends ImportedModel {
  /** Bytes of all tensors, scales included, alignment between them not. */
  weightBytes: number;
  /** Over all tensors. */
  bitsPerWeight: number;
  /** By block type, the most bytes first. */
  blockTypes: readonly BlockTypeShare[];
  /** Words of the tokenizer and of its merges; null = the file has none. */
  tokenizerTokens: number | null;
  tokenizerMerges: number | null;
}

const maximumBlocks = 1000;

/**
 * The header of a GGUF file as the facts of a model: layers from the tensors that each block has, so that a count is
 * the file's own, and the exact bytes of its weights. Pure: nothing is fetched.
 *
 * @throws ImportRefusedError cut off, no GGUF, impossible dimensions, or a tensor whose part is not known
 */
export function importGguf(headerBase64: string, labels: ImportLabels = {}): ImportedGguf {
  const bytes = decodeHeader(headerBase64);
  const header = readHeader(bytes);
  const fields = new GgufFields(header.metadata);
  const shards = fields.general('split.count') ?? 1;
  if (shards > 1) {
    throw refusal('UNKNOWN_KIND', 'split.count', `is ${shards}: the tensors of the other files are not in this header`);
  }
  const stack = stackOf(header, fields);
  const fileType = fields.general('general.file_type');
  const nativeFormat = fileType === undefined ? undefined : fileTypes[fileType];
  const model = importedModel(
    {
      file: 'GGUF header',
      digest: createHash('sha256').update(bytes.subarray(0, header.headerBytes)).digest('hex').slice(0, 16),
      architecture: toArchitectureFacts(stack),
      name: fields.text('general.name'),
      family: fields.architecture,
      contextTokens: fields.optionalInteger('context_length'),
      nativeFormat,
      notes: nativeFormat === undefined ? [unknownFileType(fileType)] : [],
      assumptions: [],
    },
    labels,
  );
  return { ...model, ...weightsOf(header.tensors), ...tokenizerOf(fields) };
}

function stackOf({ tensors }: GgufHeader, fields: GgufFields): Stack {
  const { blocks, outside } = byBlock(tensors, fields);
  const embedding = outside.get('token_embd.weight');
  if (embedding === undefined) throw refusal('MISSING_KEY', 'token_embd.weight', 'is missing: no embedding, no model');
  const hidden = fields.integer('embedding_length');
  const contextTokens = fields.optionalInteger('context_length');
  const window = ggufWindows(fields, contextTokens);
  const layers = blocks.flatMap((block, index) =>
    layersOfBlock(block, index, fields, hidden).map((layer): Layer => {
      const { attention } = layer;
      return attention?.kind === 'grouped-query' ? { ...layer, attention: windowed(attention, window(index)) } : layer;
    }),
  );
  const norms = normVectors(blocks, layers, hidden);
  const positions = outside.get('position_embd.weight')?.shape[1];
  const stack: Stack = {
    hidden,
    vocabulary: embedding.shape[1] ?? 0,
    tiedEmbeddings: !outside.has('output.weight'),
    layers,
    normVectors: norms,
    ...(positions !== undefined && { learnedPositions: positions }),
  };
  return withRest(stack, tensors);
}

/** Elements that the blocks do not say: norms of odd shapes, sinks, rotary factors, biases of the head. */
function withRest(stack: Stack, tensors: readonly GgufTensor[]): Stack {
  const counted = countParameters(toArchitecture({ ...toArchitectureFacts(stack), source: '' })).total;
  const stored = tensors.reduce((sum, { elements }) => sum + elements, 0);
  const rest = stored - counted;
  if (rest < -stored / 200) {
    const short = `${Math.round(-rest).toLocaleString('en-US')} parameters fewer than its shape has`;
    throw refusal('INVALID_VALUE', '', `holds ${short}: a part is missing, or is not what it seems`);
  }
  if (rest <= 0) return stack;
  const name = 'norms, sinks and biases outside the matrices';
  return { ...stack, extras: [{ name, parameters: rest, resident: true, readEachStep: true }] };
}

/** Tensors by block and by name, and those outside all blocks. */
function byBlock(tensors: readonly GgufTensor[], fields: GgufFields) {
  const count = fields.integer('block_count');
  if (count < 1 || count > maximumBlocks) {
    throw refusal('INVALID_VALUE', `${fields.architecture}.block_count`, `is ${count}; 1 to ${maximumBlocks} are read`);
  }
  const blocks = Array.from({ length: count }, () => new Map<string, GgufTensor>());
  const outside = new Map<string, GgufTensor>();
  for (const tensor of tensors) {
    const [, index, name] = /^blk\.(\d+)\.(.+)$/.exec(tensor.name) ?? [];
    const block = index === undefined ? outside : blocks[Number(index)];
    if (block === undefined) throw refusal('INVALID_VALUE', tensor.name, `is of a block beyond the ${count} stated`);
    block.set(name ?? tensor.name, tensor);
  }
  const empty = blocks.findIndex((block) => block.size === 0);
  if (empty !== -1) throw refusal('MISSING_KEY', `blk.${empty}`, 'has no tensors');
  return { blocks, outside };
}

/** Vectors of the model's width for each half of a layer, to the half below; what is over goes with the rest. */
function normVectors(blocks: readonly BlockTensors[], layers: readonly Layer[], hidden: number): number {
  const halves = layers.reduce(
    (sum, { attention, feedForward }) => sum + (attention === null ? 0 : 1) + (feedForward === null ? 0 : 1),
    0,
  );
  let vectors = 0;
  for (const block of blocks) {
    for (const [name, { elements }] of block)
      if (/norm.*\.(weight|bias)$/.test(name) && elements === hidden) vectors += 1;
  }
  return Math.min(8, Math.floor((2 * vectors) / halves) / 2);
}

function weightsOf(tensors: readonly GgufTensor[]) {
  const shares = new Map<string, BlockTypeShare>();
  let weightBytes = 0;
  let elements = 0;
  for (const tensor of tensors) {
    const { blockType } = tensor;
    const share = shares.get(blockType) ?? { blockType, tensors: 0, parameters: 0, bytes: 0 };
    share.tensors += 1;
    share.parameters += tensor.elements;
    share.bytes += tensor.bytes;
    shares.set(blockType, share);
    weightBytes += tensor.bytes;
    elements += tensor.elements;
  }
  const blockTypes = [...shares.values()].sort((left, right) => right.bytes - left.bytes);
  return { weightBytes, bitsPerWeight: elements === 0 ? 0 : (8 * weightBytes) / elements, blockTypes };
}

function tokenizerOf(fields: GgufFields) {
  return {
    tokenizerTokens: fields.lengthOf('tokenizer.ggml.tokens') ?? null,
    tokenizerMerges: fields.lengthOf('tokenizer.ggml.merges') ?? null,
  };
}

/** llama.cpp's LLAMA_FTYPE by number, as the catalogue's formats are called; a mix that it lacks has none. */
const fileTypes: Readonly<Record<number, string>> = fileTypeNames;

function unknownFileType(fileType: number | undefined): string {
  const stated =
    fileType === undefined
      ? 'states no file type'
      : `is of file type ${fileType}, which the catalogue has no format for`;
  return `The file ${stated}: a question must name its weight format.`;
}
