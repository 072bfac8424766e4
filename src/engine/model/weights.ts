import { remembered } from '../remembered.ts';
import type { WeightFormat } from '../shapes.ts';
import type { Architecture } from './architecture.ts';
import { attentionLayer } from './attention/attention.ts';
import type { AttentionLayer } from './attention/layer.ts';
import { bitsOfBlockType } from './blockTypes.ts';
import {
  type GgufPacking,
  ggufBlockType,
  ggufEmbeddingBlockType,
  ggufHeadBlockType,
  type QuantisedModel,
} from './ggufTypes.ts';
import { cacheGroups } from './kvCache.ts';
import type { Matrix, TensorClass } from './matrix.ts';
import { matricesOfLayer, vectorsOfLayer } from './parameters.ts';

/** Weights stored in one block type: what is read, and how many values have to be unpacked. */
export interface TypedWeights {
  /** A llama.cpp block type, or efficiency class and bits of a uniform format ("mlx-4"); F16 and F32 are plain. */
  blockType: string;
  bytes: number;
  weights: number;
}

/** Bytes of a model's weights by the part they belong to. total = embedding + head + dense + experts + idle + header. */
export interface WeightBytes {
  /** The weight file: everything that common runtimes load. */
  total: number;
  /** Input embedding. When it doubles as the head it is read in full at every step, else one row a token. */
  embedding: number;
  /** Output matrix; 0 when the embedding doubles as one. */
  head: number;
  /** Everything else that a step reads whatever the batch: mixers, dense and shared feed-forward, router, vectors. */
  denseBlocks: number;
  /** Routed experts, all of them. */
  experts: number;
  /** Resident parameters that a decode step does not read in full: a vision tower, per-layer embeddings, positions. */
  idle: number;
  /** Header and tokenizer of a GGUF file. */
  header: number;
  /** Norms, biases and gates. Part of `denseBlocks`. */
  vectors: number;
  /** `denseBlocks` and the head (or the embedding that doubles as one) by block type. */
  dense: readonly TypedWeights[];
  /** `experts` by block type. */
  routed: readonly TypedWeights[];
}

/**
 * Bytes of all weights of a model in a format, and the parts a decode step reads.
 *
 * Every tensor: elements × bits of its block type ÷ 8. GGUF formats choose the type tensor by tensor as llama.cpp does
 * (norms, biases and routers in fp32) and add about 1.5 MiB of header and 28 bytes of tokenizer a vocabulary entry.
 * Uniform formats hold every matrix at one width but the classes they keep at 16 bits; vectors are 16 bits.
 * `fileBytes`, the measured size of the file, scales every part by measured ÷ computed.
 * Computed once per architecture and format object, which must not change afterwards.
 */
export function weightBytes(architecture: Architecture, format: WeightFormat, fileBytes?: number): WeightBytes {
  const weights = knownWeights(architecture)(format);
  return fileBytes === undefined ? weights : scaled(weights, fileBytes / weights.total);
}

const knownWeights = remembered((architecture: Architecture) =>
  remembered((format: WeightFormat) => sumWeights(architecture, format)),
);

/** A weight format without a packing describes cache entries only. */
export class NotAWeightFormatError extends Error {}

/** Which block type each tensor gets. */
interface TypeChooser {
  matrix(matrix: Matrix, position: Position): string;
  embedding: string;
  head: string;
  vector: string;
  /** Vision towers and the like, kept as a whole in one type. */
  extra: string;
  bits(blockType: string): number;
  headerBytes: number;
}

/** Where a layer stands among all layers, and among those with key and value projections; what its attention is taken for. */
interface Position {
  layer: number;
  attentionLayer: number;
  quantisedAs: AttentionLayer['quantisedAs'];
}

function sumWeights(architecture: Architecture, format: WeightFormat): WeightBytes {
  const { hidden, vocabulary, tiedEmbeddings } = architecture;
  const types = typeChooser(architecture, format);
  const bytesOf = (weights: number, type: string) => (weights * types.bits(type)) / 8;
  const dense = new Map<string, number>();
  const routed = new Map<string, number>();
  const position: Position = { layer: 0, attentionLayer: 0, quantisedAs: 'other' };
  let vectors = (architecture.outerNormVectors ?? 1) * hidden;
  for (const group of architecture.blocks) {
    const matrices = matricesOfLayer(group, hidden);
    position.quantisedAs = group.attention === null ? 'other' : attentionLayer(group.attention, hidden).quantisedAs;
    for (let layer = 0; layer < group.layers; layer++) {
      for (const matrix of matrices) {
        const isRouted = matrix.tensor.startsWith('expert-');
        const weights = matrix.outputs * matrix.inputs * matrix.count;
        addTo(isRouted ? routed : dense, types.matrix(matrix, position), weights);
      }
      position.layer++;
      if (position.quantisedAs === 'attention') position.attentionLayer++;
    }
    vectors += group.layers * vectorsOfLayer(group, architecture);
  }
  addTo(dense, types.vector, vectors);
  let idle = bytesOf(architecture.learnedPositions * hidden, types.vector);
  for (const extra of architecture.extras) {
    if (extra.readEachStep) addTo(dense, types.extra, extra.parameters);
    else if (extra.resident) idle += bytesOf(extra.parameters, types.extra);
  }
  let denseBlocks = 0;
  for (const [type, weights] of dense) denseBlocks += bytesOf(weights, type);
  let experts = 0;
  for (const [type, weights] of routed) experts += bytesOf(weights, type);
  const embeddingWeights = vocabulary * hidden;
  addTo(dense, types.head, embeddingWeights);
  const headBytes = bytesOf(embeddingWeights, types.head);
  const embedding = tiedEmbeddings ? headBytes : bytesOf(embeddingWeights, types.embedding);
  const head = tiedEmbeddings ? 0 : headBytes;
  const listed = (parts: Map<string, number>) =>
    Array.from(parts, ([blockType, weights]) => ({ blockType, weights, bytes: bytesOf(weights, blockType) }));
  return {
    total: embedding + head + denseBlocks + experts + idle + types.headerBytes,
    embedding,
    head,
    denseBlocks,
    experts,
    idle,
    header: types.headerBytes,
    vectors: bytesOf(vectors, types.vector),
    dense: listed(dense),
    routed: listed(routed),
  };
}

function typeChooser(architecture: Architecture, format: WeightFormat): TypeChooser {
  if (format.packing === null) throw new NotAWeightFormatError(`${format.id} does not hold weights`);
  if (format.packing.kind === 'gguf') return ggufTypes(architecture, format.packing);
  const { bitsPerWeight, keeps16Bit } = format.packing;
  const kept = new Set<TensorClass>(keeps16Bit);
  const plain = bitsPerWeight >= 32 ? 'F32' : 'F16';
  const packed = bitsPerWeight >= 16 ? plain : `${format.efficiencyClass}-${nominalBits(format, bitsPerWeight)}`;
  const typeOf = (tensor: TensorClass) => (kept.has(tensor) ? plain : packed);
  return {
    matrix: ({ tensor }) => typeOf(tensor),
    // A tied embedding is stored once: as the class that is kept wider.
    embedding: typeOf('embedding'),
    head: architecture.tiedEmbeddings ? typeOf('embedding') : typeOf('head'),
    vector: plain,
    extra: typeOf('extra'),
    bits: (blockType) => (blockType === packed ? bitsPerWeight : bitsOfBlockType(blockType)),
    headerBytes: 0,
  };
}

function ggufTypes(architecture: Architecture, packing: GgufPacking): TypeChooser {
  const { hidden, vocabulary } = architecture;
  const model = quantisedModel(architecture);
  const attentionLayers = cacheGroups(architecture)
    .filter(({ quantisedAs }) => quantisedAs === 'attention')
    .reduce((sum, { layers }) => sum + layers, 0);
  return {
    matrix({ tensor, inputs }, { layer, attentionLayer, quantisedAs }) {
      const isAttention = tensor.startsWith('attention-') && quantisedAs === 'attention';
      return ggufBlockType(
        packing,
        {
          tensor,
          layer: isAttention ? attentionLayer : layer,
          layers: isAttention ? attentionLayers : model.layers,
          columns: inputs,
          latentAttention: quantisedAs === 'latent',
        },
        model,
      );
    },
    embedding: ggufEmbeddingBlockType(packing, hidden, model),
    head: ggufHeadBlockType(packing, hidden),
    vector: 'F32',
    extra: packing.defaultType,
    bits: bitsOfBlockType,
    headerBytes: 1.5 * 2 ** 20 + 28 * vocabulary,
  };
}

function quantisedModel(architecture: Architecture): QuantisedModel {
  const model: QuantisedModel = { layers: 0, groupSize: 1, experts: 0 };
  for (const { layers, feedForward } of architecture.blocks) {
    model.layers += layers;
    if (feedForward?.kind === 'experts') model.experts = Math.max(model.experts, feedForward.experts);
  }
  for (const { quantisedAs, heads, kvHeads } of cacheGroups(architecture)) {
    if (quantisedAs === 'attention') model.groupSize = Math.max(model.groupSize, heads / kvHeads);
  }
  return model;
}

/** The bits people name a format by, scales left out. MLX's scale and bias take up to one whole bit a weight. */
function nominalBits(format: WeightFormat, bitsPerWeight: number): number {
  return format.efficiencyClass === 'mlx' ? Math.ceil(bitsPerWeight) - 1 : Math.floor(bitsPerWeight);
}

function addTo(parts: Map<string, number>, blockType: string, weights: number): void {
  parts.set(blockType, (parts.get(blockType) ?? 0) + weights);
}

function scaled(weights: WeightBytes, factor: number): WeightBytes {
  const scale = (part: TypedWeights): TypedWeights => ({ ...part, bytes: part.bytes * factor });
  return {
    total: weights.total * factor,
    embedding: weights.embedding * factor,
    head: weights.head * factor,
    denseBlocks: weights.denseBlocks * factor,
    experts: weights.experts * factor,
    idle: weights.idle * factor,
    header: weights.header * factor,
    vectors: weights.vectors * factor,
    dense: weights.dense.map(scale),
    routed: weights.routed.map(scale),
  };
}
