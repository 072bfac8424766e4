import { latent, layerTypes } from '../attention.ts';
import type { ConfigReader } from '../configReader.ts';
import { deepseekExperts, deepseekSparseLayers, gated } from '../feedForward.ts';
import { eachLayer, type Family, frame, layerCount, multiTokenNote, type Stack } from '../stack.ts';

/** Decoders with multi-head latent attention. */
export const latentFamilies: Readonly<Record<string, Family>> = {
  deepseek_v2: deepseek,
  deepseek_v3: deepseek,
  deepseek_v32: deepseek,
  kimi_k2: deepseek,
  glm4_moe_lite: deepseek,
  glm_moe_dsa: deepseek,
  minicpm3: (config) => {
    const attention = latent(config);
    const feedForward = gated(config);
    const layers = eachLayer(layerCount(config, 'num_hidden_layers'), () => ({ attention, feedForward }));
    return { ...frame(config), layers };
  },
};

/** Latent attention, dense layers first, then experts with shared ones. */
function deepseek(config: ConfigReader): Stack {
  const layers = layerCount(config, 'num_hidden_layers');
  const isSparse = deepseekSparseLayers(config, layers);
  const attention = latent(config);
  const reuses = indexReuse(config, layers);
  const sparse = deepseekExperts(config);
  const dense = gated(config);
  layerTypes(config, layers, ['deepseek_sparse_attention', 'indexed_attention', 'full_attention']);
  return {
    ...frame(config),
    layers: eachLayer(layers, (layer) => ({
      attention:
        attention.sparse !== undefined && reuses(layer)
          ? { ...attention, sparse: { ...attention.sparse, indexHeads: 0, indexHeadDim: 0 } }
          : attention,
      feedForward: isSparse(layer) ? sparse : dense,
    })),
    notes: multiTokenNote(config),
  };
}

/** Whether a layer reads the tokens that an earlier layer's indexer chose (GLM-5.2 lists them). */
function indexReuse(config: ConfigReader, layers: number): (layer: number) => boolean {
  const types = config.list('indexer_types');
  config.ignore('index_topk_freq', 'index_skip_topk_offset', 'index_topk_pattern');
  if (types === undefined) return () => false;
  config.kinds('indexer_types', 'the indexer kind', types, ['full', 'shared']);
  if (types.length < layers) {
    config.problem('INVALID_VALUE', 'indexer_types', `has ${types.length} entries for ${layers} layers`);
  }
  return (layer) => types[layer] === 'shared';
}
