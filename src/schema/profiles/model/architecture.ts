import { questionRanges } from '../../../calculator/question.ts';
import type { Architecture, BlockGroup, ExtraParameters } from '../../../engine/model/architecture.ts';
import { cachedBytesOfSequence, kvCacheBytesPerToken, stateBytesPerSequence } from '../../../engine/model/kvCache.ts';
import type { ParameterCount } from '../../../engine/model/parameters.ts';
import { architectureSchema, blockGroupSchema, extraSchema } from '../../../registry/kinds/architecture.ts';
import { requireInRange } from '../../arguments/argumentRange.ts';
import { builder } from '../../builder.ts';
import { descriptionOf } from '../factTypes.ts';
import { fieldsOf, itself } from '../fieldsOf.ts';
import { AttentionType } from './attention.ts';
import { FeedForwardType } from './feedForward.ts';

const BlockGroupType = builder.objectRef<BlockGroup>('BlockGroup').implement({
  description: 'Layers that are alike.',
  fields: (t) => ({
    ...fieldsOf(t, blockGroupSchema, itself, ['layers']),
    attention: t.expose('attention', {
      type: AttentionType,
      nullable: true,
      description: 'The mixing half; null = the layer has only a feed-forward half.',
    }),
    feedForward: t.expose('feedForward', {
      type: FeedForwardType,
      nullable: true,
      description: 'The feed-forward half; null = the layer has only a mixing half.',
    }),
  }),
});

const ExtraParametersType = builder.objectRef<ExtraParameters>('ExtraParameters').implement({
  description: descriptionOf(extraSchema),
  fields: (t) => fieldsOf(t, extraSchema, itself),
});

export const ParameterCountType = builder.objectRef<ParameterCount>('ParameterCount').implement({
  description: 'Parameters counted from the blocks.',
  fields: (t) => ({
    total: t.expose('total', { type: 'SafeInt', description: 'All that are stored, a count.' }),
    active: t.expose('active', {
      type: 'SafeInt',
      description: 'Those one token passes through, embedding and head included, a count.',
    }),
    embedding: t.expose('embedding', { type: 'SafeInt', description: 'The token embedding, a count.' }),
    head: t.expose('head', {
      type: 'SafeInt',
      description: 'The output head, a count; 0 when the embedding doubles as the head.',
    }),
    blocks: t.expose('blocks', { type: 'SafeInt', description: 'All layers, experts included, a count.' }),
    experts: t.expose('experts', { type: 'SafeInt', description: 'Routed experts, part of the blocks, a count.' }),
    extras: t.expose('extras', { type: 'SafeInt', description: 'Outside blocks, embedding and head, a count.' }),
  }),
});

export const ArchitectureType = builder.objectRef<Architecture>('Architecture').implement({
  description: 'A model as a stack of blocks: everything memory and time are calculated from.',
  fields: (t) => ({
    layers: t.int({
      description: 'Layers, a count; half-layers of split stacks count as layers.',
      resolve: ({ blocks }) => blocks.reduce((sum, { layers }) => sum + layers, 0),
    }),
    ...fieldsOf(t, architectureSchema, itself, ['hidden', 'vocabulary', 'tiedEmbeddings', 'blocks', 'extras'], {
      types: { blocks: BlockGroupType, extras: ExtraParametersType },
    }),
    kvCacheBytesPerToken: t.field({
      type: 'SafeInt',
      description:
        'Cache appended by one token of one sequence at 16 bits an element, over all layers, in bytes. Windowed layers ' +
        'count until their window is full.',
      resolve: (architecture) => kvCacheBytesPerToken(architecture, 2),
    }),
    kvCacheBytes: t.field({
      type: 'SafeInt',
      description: 'Cache of one sequence of this many tokens at 16 bits an element, over all layers, in bytes.',
      args: {
        tokens: t.arg.int({
          required: true,
          description: 'Length of the sequence, in tokens.',
          extensions: { range: questionRanges.outputTokens },
        }),
      },
      resolve: (architecture, { tokens }) => {
        requireInRange('tokens', tokens, questionRanges.outputTokens);
        return Math.round(cachedBytesOfSequence(architecture, tokens, 2, { windowed: true }));
      },
    }),
    stateBytesPerSequence: t.field({
      type: 'SafeInt',
      description: 'Recurrent state of one sequence, over all layers, in bytes; 0 for plain transformers.',
      resolve: (architecture) => stateBytesPerSequence(architecture),
    }),
  }),
});
