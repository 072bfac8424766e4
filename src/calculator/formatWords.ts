import type { Hardware } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { RuntimeProfile, WeightFormatProfile } from '../registry/catalogue/profiles.ts';
import { preferenceFor, RARE_PREFERENCE } from '../registry/kinds/runtime.ts';
import { popularityIn } from '../registry/names/popularity.ts';

/** Where a format is to run, as far as it is known. */
export interface Where {
  runtime: RuntimeProfile | null;
  hardware: Hardware | null;
}

/** What a word says of a format: its efficiency class, the likeliest first, and its bits; null = any. */
interface Meaning {
  classes: readonly string[];
  bits: number | null;
  /** Where the runtime or the device runs none of those: any format of so many bits. */
  orAny?: true;
}

/** Words for a family of formats; bits that are named with it, or the ones most people take. */
const families: readonly { named: RegExp; means: (bits: string) => Meaning }[] = [
  { named: /^(?:i1[-_ ]?)?gguf$/, means: () => ({ classes: ['gguf'], bits: 4 }) },
  {
    named: /^mlx(?:[-_ ]?[q]?([2-8])(?:[-_ ]?bits?)?)?$/,
    means: (bits) => ({ classes: ['mlx'], bits: Number(bits || 4) }),
  },
  {
    named: /^(?:unsloth[-_ ]?)?(?:bnb|bitsandbytes)(?:[-_ ]?(?:int)?([48])(?:[-_ ]?bits?)?)?$/,
    means: (bits) => ({ classes: [bits === '8' ? 'bnb-int8' : 'nf4'], bits: null }),
  },
  { named: /^awq/, means: () => ({ classes: ['awq'], bits: 4 }) },
  {
    named: /^gptq[-_ ]?(?:int|w)?([48])?/,
    means: (bits) => ({ classes: [bits === '8' ? 'int8-weight-only' : 'int4'], bits: null }),
  },
  { named: /^(?:quantized[-_.])?w4a16$/, means: () => ({ classes: ['int4', 'awq'], bits: 4 }) },
  { named: /^(?:quantized[-_.])?w8a16$/, means: () => ({ classes: ['int8-weight-only'], bits: null }) },
  { named: /^(?:quantized[-_.])?w8a8$/, means: () => ({ classes: ['int8-w8a8'], bits: null }) },
  {
    named: /^(?:w8a8[-_.])?(?:fp8|f8)(?:[-_ ]?(?:dynamic|kv|e4m3))*$/,
    means: () => ({ classes: ['fp8'], bits: 8, orAny: true }),
  },
  { named: /^(?:nv)?fp4$/, means: () => ({ classes: ['fp4', 'mxfp4'], bits: 4, orAny: true }) },
  { named: /^([2-8](?:\.\d+)?)[-_ ]?bpw/, means: (bits) => ({ classes: ['exl2'], bits: Number(bits) }) },
  { named: /^exl[23]$/, means: () => ({ classes: ['exl2'], bits: 4 }) },
  { named: /^b?f(?:loat)?16$|^fp16$/, means: () => ({ classes: ['16-bit'], bits: null }) },
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
export function usualWeights(catalogue: Catalogue, typed: string, where: Where): WeightFormatProfile | null {
  const known = meanings(typed.normalize('NFKC').trim().toLowerCase(), where, catalogue);
  const runtimes = where.runtime === null ? catalogue.runtime.all() : [where.runtime];
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

function meanings(word: string, where: Where, catalogue: Catalogue): readonly WeightFormatProfile[] {
  const gguf = variedGguf.exec(word);
  if (gguf !== null)
    return ggufTypes(gguf[1] ?? '', gguf[2]).flatMap((type) => catalogue.weightFormat.find(type) ?? []);
  const bits = bitsOnly.exec(word)?.[1];
  if (bits !== undefined) {
    const usual = ofBits(Number(bits), rankedRuntimes(where, catalogue), catalogue);
    // "q4" is llama.cpp's own word.
    const isLocal = ({ engine }: WeightFormatProfile) => word.startsWith('q') && engine.efficiencyClass === 'gguf';
    return [...usual.filter(isLocal), ...usual.filter((format) => !isLocal(format))];
  }
  for (const { named, means } of families) {
    const found = named.exec(word);
    if (found !== null) return ofFamily(means(found[1] ?? ''), where, catalogue);
  }
  return [];
}

/** The K types come in S, M and L; what is larger is closest to the largest of them, what has none to M. */
function ggufTypes(type: string, size: string | undefined): string[] {
  let sizes = size === undefined ? ['_m'] : [`_${size}`];
  if (size === 'xl' || size === 'xxl' || size === 'l') sizes = ['_l', '_m'];
  return [...sizes.map((each) => type + each), type, type.replace(/_k$/, '_0')];
}

/** Formats of these classes: those that runtimes say people take at so many bits, their usual ones, then any other. */
function ofFamily({ classes, bits, orAny }: Meaning, where: Where, catalogue: Catalogue): WeightFormatProfile[] {
  const { weightFormat } = catalogue;
  const ranked = rankedRuntimes(where, catalogue);
  const ids = ranked.flatMap(({ facts: { usualWeights, weightsOfBits } }) => [
    ...(weightsOfBits ?? []).flatMap(({ formats }) => formats),
    ...(usualWeights ?? []),
  ]);
  const usual = ids.map((id) => weightFormat.get(id));
  const all = [...usual, ...weightFormat.all().filter(({ engine }) => engine.forWeights)];
  const isMeant = ({ facts }: WeightFormatProfile) => bits === null || hasBits(facts.weights?.bitsPerWeight, bits);
  const known = classes.flatMap((each) =>
    all.filter((format) => format.engine.efficiencyClass === each && isMeant(format)),
  );
  return orAny === true && bits !== null ? [...known, ...ofBits(bits, ranked, catalogue)] : known;
}

/** Of whole bits, those with their scales and what is left wide: Q4_K_M has 4.5. */
function hasBits(bitsPerWeight: number | undefined, bits: number): boolean {
  return bitsPerWeight === bits || (Number.isInteger(bits) && Math.floor(bitsPerWeight ?? 0) === bits);
}

function ofBits(
  bits: number,
  ranked: readonly RuntimeProfile[],
  { weightFormat }: Catalogue,
): readonly WeightFormatProfile[] {
  const meant = ranked.flatMap(({ facts }) => facts.weightsOfBits ?? []).filter((each) => each.bits === bits);
  return meant.flatMap(({ formats }) => formats).map((id) => weightFormat.get(id));
}

/**
 * The runtime that was named, then the ones whose words are meant without one: on devices for servers what serves, elsewhere
 * what people run at home; of these the most usual at 16 bits there, then the best known.
 */
function rankedRuntimes({ runtime, hardware }: Where, catalogue: Catalogue): readonly RuntimeProfile[] {
  const home = hardware?.memoryClass === 'hbm' ? 'serving' : 'local';
  const known = popularityIn(catalogue);
  const place = (one: RuntimeProfile) => [
    Number(one.id === runtime?.id),
    Number(one.facts.estimator === home),
    hardware === null ? 0 : (preferenceFor(one.facts, hardware, '16-bit') ?? 0),
    known(one),
  ];
  return catalogue.runtime
    .all()
    .filter(({ facts }) => facts.demonstration !== true)
    .map((one) => ({ one, place: place(one) }))
    .sort((first, second) => {
      const differs = first.place.findIndex((each, index) => each !== second.place[index]);
      return differs === -1 ? 0 : (second.place[differs] ?? 0) - (first.place[differs] ?? 0);
    })
    .map(({ one }) => one);
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
