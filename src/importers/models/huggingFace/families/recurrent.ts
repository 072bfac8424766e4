import type { ConfigReader } from '../configReader.ts';
import { eachLayer, type Family, frame, layerCount, readInFull, type Stack, type StateSpace } from '../stack.ts';
import { mamba1, mamba2, rwkv4 } from '../stateSpace.ts';
import { layerNorms } from './dense.ts';

/** Models without attention. */
export const recurrentFamilies: Readonly<Record<string, Family>> = {
  mamba: (config) => pureMixers(config, mambaMixer(config)),
  falcon_mamba: (config) => pureMixers(config, mambaMixer(config)),
  mamba2: (config) => {
    const { hidden } = frame(config);
    const heads = config.integer('num_heads');
    const headDim = config.integer('head_dim');
    const inner = config.integer('expand') * hidden;
    if (heads * headDim !== inner) {
      config.problem(
        'INVALID_VALUE',
        'num_heads',
        `× head_dim = ${heads * headDim} is not expand × hidden_size = ${inner}`,
      );
    }
    return pureMixers(
      config,
      mamba2({
        hidden,
        heads,
        headDim,
        groups: config.integer('n_groups'),
        stateSize: config.integer('state_size'),
        kernel: config.integer('conv_kernel'),
        bias: config.flag('use_bias'),
        convolutionBias: config.flag('use_conv_bias'),
        norm: true,
      }),
    );
  },
  rwkv,
};

function pureMixers(config: ConfigReader, mixer: StateSpace): Stack {
  const layers = layerCount(config, 'num_hidden_layers', 'n_layer');
  config.ignore('num_hidden_layers', 'intermediate_size');
  return { ...frame(config), layers: eachLayer(layers, () => ({ attention: mixer, feedForward: null })) };
}

function mambaMixer(config: ConfigReader): StateSpace {
  const { hidden } = frame(config);
  const inner = config.optionalInteger('intermediate_size') ?? config.integer('expand') * hidden;
  return mamba1({
    hidden,
    inner,
    stateSize: config.integer('state_size'),
    kernel: config.integer('conv_kernel'),
    rank: timeStepRank(config, hidden, 'time_step_rank'),
    bias: config.flag('use_bias'),
    convolutionBias: config.flag('use_conv_bias'),
    innerNorms: false,
  });
}

/** Rank of the step's projection; "auto" is a sixteenth of the width. */
export function timeStepRank(config: ConfigReader, hidden: number, key: string): number {
  if (config.kindOf(key) === 'number') return config.integer(key);
  const word = config.text(key);
  if (word !== undefined && word !== 'auto') config.unknown(key, 'the rank', word, ['auto']);
  return Math.ceil(hidden / 16);
}

/** RWKV-4. Later generations have other mixers and other model types. */
function rwkv(config: ConfigReader): Stack {
  const base = frame(config);
  const { hidden } = base;
  const width = config.integerOr(hidden, 'hidden_size', 'attention_hidden_size');
  const intermediate = config.integerOr(4 * hidden, '4 × hidden_size', 'intermediate_size');
  const attention = rwkv4({ hidden, width });
  return {
    ...base,
    ...layerNorms,
    layers: eachLayer(layerCount(config, 'num_hidden_layers'), () => ({
      attention,
      feedForward: { kind: 'plain', intermediate },
    })),
    extras: [{ name: 'norm before the first block', parameters: 2 * hidden, ...readInFull }],
  };
}
