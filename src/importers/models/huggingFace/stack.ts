import { matricesOfLayer, vectorsOfLayer } from '../../../engine/model/parameters.ts';
import { type ArchitectureFacts, toArchitecture } from '../../../registry/kinds/architecture.ts';
import type { ConfigReader } from './configReader.ts';

type Group = ArchitectureFacts['blocks'][number];
type Mixer = NonNullable<Group['attention']>;
export type GroupedQuery = Extract<Mixer, { kind: 'grouped-query' }>;
export type Latent = Extract<Mixer, { kind: 'multi-head-latent' }>;
export type StateSpace = Extract<Mixer, { kind: 'state-space' }>;
export type FeedForward = NonNullable<Group['feedForward']>;
export type Experts = Extract<FeedForward, { kind: 'experts' }>;
export type Extra = NonNullable<ArchitectureFacts['extras']>[number];

/** Extras in memory that every decode step reads, and those of which it reads no more than a few rows. */
export const readInFull = { resident: true, readEachStep: true } as const;
export const keptOnly = { resident: true, readEachStep: false } as const;

/** One layer, or one half of a layer that holds two mixers. */
export interface Layer {
  attention: Mixer | null;
  feedForward: FeedForward | null;
}

/** What a family's file reads out of a configuration: everything of an architecture but its source. */
export interface Stack {
  hidden: number;
  vocabulary: number;
  tiedEmbeddings: boolean;
  layers: readonly Layer[];
  learnedPositions?: number;
  parallelBlocks?: boolean;
  normVectors?: number;
  outerNormVectors?: number;
  extras?: readonly Extra[];
  notes?: readonly string[];
}

/** Reads the text part of a configuration of one model type. */
export type Family = (config: ConfigReader) => Stack;

/** The stack as an architecture: equal layers become one group, in order of their first appearance. */
export function toArchitectureFacts({
  layers,
  extras = [],
  notes: _,
  ...rest
}: Stack): Omit<ArchitectureFacts, 'source'> {
  const groups = new Map<string, Group>();
  for (const layer of layers) {
    const key = JSON.stringify(layer);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { layers: 1, ...layer });
    else group.layers += 1;
  }
  const counted = extras.filter(({ parameters }) => parameters > 0);
  return { ...rest, blocks: [...groups.values()], ...(counted.length > 0 && { extras: counted }) };
}

/** Parameters of one layer in a stack of that width, its norms included. */
export function layerParameters(layer: Layer, hidden: number): number {
  const group = { layers: 1, ...layer };
  const source = '';
  const architecture = toArchitecture({ hidden, vocabulary: 2, tiedEmbeddings: true, blocks: [group], source });
  const matrices = matricesOfLayer(group, hidden).reduce(
    (sum, { outputs, inputs, count }) => sum + outputs * inputs * count,
    0,
  );
  return Math.round(matrices + vectorsOfLayer(group, architecture));
}

/** `layers` equal layers, or each as `layerAt` makes it. */
export function eachLayer(layers: number, layerAt: (index: number) => Layer): Layer[] {
  return Array.from({ length: layers }, (_, index) => layerAt(index));
}

/** Width and vocabulary, which every stack has. */
export function frame(config: ConfigReader): Pick<Stack, 'hidden' | 'vocabulary' | 'tiedEmbeddings'> {
  return {
    hidden: required(config, 'hidden_size'),
    vocabulary: config.integer('vocab_size'),
    tiedEmbeddings: config.flag('tie_word_embeddings'),
  };
}

/** A key that makes a model that model: no default stands in for it, unless in a `text_config`, which files leave short. */
export function required(config: ConfigReader, ...keys: [string, ...string[]]): number {
  if (config.nested || keys.some((key) => config.has(key))) return config.integer(...keys);
  config.problem('MISSING_KEY', keys[0], 'is missing, and without it this is no particular model');
  return 1;
}

/** Layers of the stack; no default stands in for them. */
export function layerCount(config: ConfigReader, ...keys: [string, ...string[]]): number {
  if (config.nested || keys.some((key) => config.has(key))) return config.layers(...keys);
  return required(config, ...keys);
}

/** Prediction layers that a checkpoint carries beside the stack; published totals leave them out. */
export function multiTokenNote(config: ConfigReader): string[] {
  const layers = config.optionalInteger('num_nextn_predict_layers', 'num_mtp_layers', 'mtp_num_hidden_layers') ?? 0;
  config.ignore('mtp_use_dedicated_embeddings', 'mtp_loss_scaling_factor', 'mtp_layers_block_type');
  if (layers === 0) return [];
  return [
    `The ${layers} multi-token-prediction layer(s) that the file names are not counted: decoding runs without them.`,
  ];
}
