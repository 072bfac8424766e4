import type { Hardware } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { RuntimeProfile, WeightFormatProfile } from '../registry/catalogue/profiles.ts';
import { preferenceFor, RARE_PREFERENCE } from '../registry/kinds/runtime.ts';

/** Where a format is to run, as far as it is known. */
export interface Where {
  runtime: RuntimeProfile | null;
  hardware: Hardware | null;
}

type Ids = readonly string[];

/** What people run at so many bits: in llama.cpp and kin, in MLX, on servers. */
const atBits: Readonly<Record<string, { gguf: string; mlx: string; served: Ids }>> = {
  2: { gguf: 'gguf-q2_k', mlx: 'mlx-2bit-g64', served: ['exl2-2.5bpw'] },
  3: { gguf: 'gguf-q3_k_m', mlx: 'mlx-3bit-g64', served: ['exl2-3.0bpw'] },
  4: {
    gguf: 'gguf-q4_k_m',
    mlx: 'mlx-4bit-g64',
    served: ['awq-int4-g128', 'gptq-int4-g128-sym', 'nf4', 'exl2-4.0bpw', 'mlc-q4f16_1'],
  },
  5: { gguf: 'gguf-q5_k_m', mlx: 'mlx-5bit-g64', served: ['exl2-5.0bpw'] },
  6: { gguf: 'gguf-q6_k', mlx: 'mlx-6bit-g64', served: ['exl2-6.0bpw'] },
  8: { gguf: 'gguf-q8_0', mlx: 'mlx-8bit-g64', served: ['int8-w8a8', 'gptq-int8-g128', 'bnb-int8', 'exl2-8.0bpw'] },
};

/** Words for a family of formats, and what is meant by them, the likeliest first; for any others the bits decide. */
const families: readonly { named: RegExp; means: (bits: string) => Ids }[] = [
  { named: /^(?:i1[-_ ]?)?gguf$/, means: () => ['gguf-q4_k_m'] },
  { named: /^mlx(?:[-_ ]?[q]?([2-8])(?:[-_ ]?bits?)?)?$/, means: (bits) => [`mlx-${bits || '4'}bit-g64`] },
  {
    named: /^(?:unsloth[-_ ]?)?(?:bnb|bitsandbytes)(?:[-_ ]?(?:int)?([48])(?:[-_ ]?bits?)?)?$/,
    means: (bits) => [bits === '8' ? 'bnb-int8' : 'nf4'],
  },
  { named: /^awq/, means: () => ['awq-int4-g128'] },
  { named: /^gptq[-_ ]?(?:int|w)?([48])?/, means: (bits) => [bits === '8' ? 'gptq-int8-g128' : 'gptq-int4-g128-sym'] },
  { named: /^(?:quantized[-_.])?w4a16$/, means: () => ['gptq-int4-g128-sym', 'awq-int4-g128'] },
  { named: /^(?:quantized[-_.])?w8a16$/, means: () => ['gptq-int8-g128'] },
  { named: /^(?:quantized[-_.])?w8a8$/, means: () => ['int8-w8a8'] },
  {
    named: /^(?:w8a8[-_.])?(?:fp8|f8)(?:[-_ ]?(?:dynamic|kv|e4m3))*$/,
    means: () => ['fp8-e4m3-per-tensor', 'fp8-e4m3-block128', ...usually('8')],
  },
  { named: /^fp8[-_ ]?block/, means: () => ['fp8-e4m3-block128'] },
  { named: /^(?:nv)?fp4$/, means: () => ['nvfp4', 'mxfp4', ...usually('4')] },
  { named: /^([2-8](?:\.\d+)?)[-_ ]?bpw/, means: (bits) => [`exl2-${Number(bits).toFixed(1)}bpw`] },
  { named: /^exl[23]$/, means: () => ['exl2-4.0bpw'] },
  { named: /^b?f(?:loat)?16$|^fp16$/, means: () => ['bf16', 'fp16'] },
];

/** Words that say no more than the bits: q4, 4-bit, int4, 4b. */
const bitsOnly = /^(?:q|int|i)?([2-8])(?:[-_ ]?bits?|b)?$/;

/** llama.cpp's types as quantisers vary them: UD-Q4_K_XL, Q6_K_L, Q4_K. */
const variedGguf =
  /^(?:gguf[-_ ])?(?:ud[-_.])?((?:iq|q|tq)\d_(?:k|0|1|xxs|xs|s|m|nl))(?:_(xl|xxl|l|m|s))?(?:[-_.]gguf)?$/;

/**
 * The format of weights that a word means where it is to run: the first meaning that the runtime named, or any, can run on the
 * device; without one the likeliest meaning, whose refusal then says why. null = the word means nothing here.
 */
export function usualWeights(
  { weightFormat, runtime }: Catalogue,
  typed: string,
  where: Where,
): WeightFormatProfile | null {
  const known = meanings(typed.normalize('NFKC').trim().toLowerCase(), where)
    .map((id) => weightFormat.find(id))
    .filter((format) => format !== null);
  const runtimes = where.runtime === null ? runtime.all() : [where.runtime];
  const running = (above: number) => known.find((format) => runsSomewhere(format, runtimes, where.hardware, above));
  // What hardly anybody runs is not what people mean by a word.
  return running(RARE_PREFERENCE) ?? running(0) ?? known[0] ?? null;
}

/** Some of these runtimes run the format on the device, more usually than `above`; of an unknown device, none is asked. */
export function runsSomewhere(
  { engine: { efficiencyClass } }: WeightFormatProfile,
  runtimes: readonly RuntimeProfile[],
  hardware: Hardware | null,
  above = 0,
): boolean {
  if (hardware === null) return true;
  return runtimes.some(({ facts }) => (preferenceFor(facts, hardware, efficiencyClass) ?? 0) > above);
}

function meanings(word: string, { hardware }: Where): Ids {
  const gguf = variedGguf.exec(word);
  if (gguf !== null) {
    const type = `gguf-${gguf[1]}`;
    // The K types come in S, M and L; what is larger is closest to the largest of them, what has none to M.
    const sized =
      gguf[2] === undefined
        ? ['_m']
        : gguf[2] === 'xl' || gguf[2] === 'xxl' || gguf[2] === 'l'
          ? ['_l', '_m']
          : [`_${gguf[2]}`];
    return [...sized.map((size) => type + size), type, type.replace(/_k$/, '_0')];
  }
  const bits = bitsOnly.exec(word)?.[1];
  if (bits !== undefined) return usually(bits, hardware, word.startsWith('q'));
  for (const { named, means } of families) {
    const found = named.exec(word);
    if (found !== null) return means(found[1] ?? '');
  }
  return [];
}

/** What is usual at so many bits: on Apple's chips MLX, on data-centre devices what servers read, elsewhere GGUF. "q4" is llama.cpp's own word. */
function usually(bits: string, hardware: Hardware | null = null, isLlamaWord = false): Ids {
  const usual = atBits[bits];
  if (usual === undefined) return [];
  const { gguf, mlx, served } = usual;
  if (isLlamaWord) return [gguf, mlx, ...served];
  if (hardware?.vendor === 'Apple') return [mlx, gguf, ...served];
  return hardware?.memoryClass === 'hbm' ? [...served, gguf, mlx] : [gguf, ...served, mlx];
}

/** Formats of the cache by the words of runtimes' options: vLLM's --kv-cache-dtype, llama.cpp's --cache-type-k, LMDeploy's --quant-policy. */
const cacheWords: readonly { named: RegExp; served: string; local: string }[] = [
  { named: /^fp8[-_]?e5m2$/, served: 'kv-fp8-e5m2', local: 'kv-fp8-e5m2' },
  { named: /^fp8(?:[-_]?(?:e4m3(?:fn)?|inc|ds_mla))?$/, served: 'kv-fp8-e4m3', local: 'kv-q8_0' },
  // Eight bits an element without a format of its own: as many bytes as FP8.
  { named: /^(?:int8|8[-_ ]?bits?|q8)$/, served: 'kv-fp8-e4m3', local: 'kv-q8_0' },
  { named: /^(?:int4|4[-_ ]?bits?|q4)$/, served: 'kv-fp4', local: 'kv-q4_0' },
  { named: /^(?:nv)?fp4(?:_e2m1)?$/, served: 'kv-fp4', local: 'kv-fp4' },
  { named: /^(?:b?f(?:loat)?16|fp16|half|16[-_ ]?bits?)$/, served: 'kv-fp16', local: 'kv-fp16' },
  { named: /^(q[458]_[01]|iq4_nl)$/, served: 'kv-', local: 'kv-' },
];

/** Words by which runtimes mean their own default. */
export const defaultCacheWord = /^(?:auto|default|none|)$/;

/** The cache format that a word means to the runtime; null = none. */
export function usualCacheNamed(
  { weightFormat }: Catalogue,
  typed: string,
  { runtime, hardware }: Where,
): WeightFormatProfile | null {
  const word = typed.normalize('NFKC').trim().toLowerCase();
  const isLocal =
    runtime === null
      ? hardware?.memoryClass !== 'hbm' && hardware?.vendor === 'Apple'
      : runtime.facts.estimator === 'local';
  for (const { named, served, local } of cacheWords) {
    const found = named.exec(word);
    if (found === null) continue;
    const id = isLocal ? local : served;
    return weightFormat.find(id === 'kv-' ? id + (found[1] ?? '') : id);
  }
  return null;
}
