import { ownEntry } from '../../../engine/ownEntry.ts';
import { refusal } from '../../importRefused.ts';
import type { GgufFields } from './fields.ts';

/**
 * Every how many layers one sees the whole context, the rest being windowed, as llama.cpp's `set_swa_pattern` has it
 * for architectures whose files state a window without saying where. 1: the window holds on every layer.
 *
 * @see ggml-org/llama.cpp, src/llama-model.cpp, load_hparams
 */
const fullEvery: Readonly<Record<string, number>> = {
  llama: 1,
  phi3: 1,
  starcoder2: 1,
  gemma2: 2,
  gemma3: 6,
  gemma3n: 5,
  cohere2: 4,
  exaone4: 4,
  olmo2: 4,
  'gpt-oss': 2,
};

/** Window of a layer in tokens; undefined = it sees the whole context. */
export function ggufWindows(
  fields: GgufFields,
  contextTokens: number | undefined,
): (layer: number) => number | undefined {
  const { architecture } = fields;
  const chunk = fields.optionalInteger('attention.chunk_size');
  const tokens = fields.optionalInteger('attention.sliding_window') ?? chunk;
  if (tokens === undefined || tokens === 0 || tokens >= (contextTokens ?? Number.POSITIVE_INFINITY))
    return () => undefined;
  const listed = fields.flags('attention.sliding_window_pattern');
  if (listed !== undefined) return (layer) => (listed[layer] === true ? tokens : undefined);
  const stated = fields.optionalInteger('attention.sliding_window_pattern');
  const every = stated ?? ownEntry(fullEvery, architecture);
  if (every === undefined || every === 0) {
    throw refusal(
      'UNKNOWN_KIND',
      `${architecture}.attention.sliding_window`,
      `is ${tokens}, and which layers of ${architecture} it holds on is not known here`,
    );
  }
  return (layer) => (every === 1 || (layer + 1) % every !== 0 ? tokens : undefined);
}
