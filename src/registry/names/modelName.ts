import { keyOf, modelWords } from './words.ts';

/** What somebody typed for a model, taken apart. */
export interface TypedModel {
  /** Words that name the model, the fullest reading first. */
  readings: readonly (readonly string[])[];
  /** The name with its organisation, as hosts list it: "qwen/qwen3-coder"; null = it has none. */
  path: readonly string[] | null;
  /** The weights it names beside the model, as they are called: "q4_k_m", "awq"; null = none. */
  format: string | null;
}

/** Words that say how a model was tuned, shown or dated and not what shape it has. */
const tuningWords = new Set(['instruct', 'it', 'chat', 'hf', 'base', 'pt', 'sft', 'latest', 'original']);
/** The same, which only the catalogue's own name may have: who leaves them out means the model all the same. */
const unsaidWords = new Set([...tuningWords, 'preview', 'beta', 'exp']);
/** Words about a file or its hosting that never tell models apart. */
const fillerWords = new Set([
  ...['model', 'llm', 'free', 'maas', 'tee', 'qat', 'imatrix', 'unsloth', 'mlx', 'dynamic', 'quantized', 'quantised'],
  ...['abliterated', 'dwq', 'thinking', 'reasoning'],
]);
const weakFillers = new Set([...fillerWords].filter((part) => part !== 'thinking' && part !== 'reasoning'));
/** Speed grades of hosts: meaningless beside a size ("llama-3.1-8b-instant"), another model without one ("gpt-5-turbo"). */
const gradeWords = new Set(['turbo', 'instant', 'versatile', 'fast', 'lite', 'throughput', 'highspeed']);
/** "128K" of a quantiser: how far the context was stretched. */
const isNoContext = (part: string): boolean => !/^\d+k$/.test(part);
const size = /^(?:\d+x)?\d+(?:\.\d+)?[bmt]$/;

/** How addresses, hosts and tools wrap a model's name. */
const wrappers: readonly [RegExp, string][] = [
  [/[?#].*$/, ''],
  [/^[a-z]+:\/\/(?:www\.)?/i, ''],
  [
    /^(?:huggingface\.co|hf\.co|ollama\.com(?:\/library)?|registry\.ollama\.ai|openrouter\.ai|modelscope\.cn|build\.nvidia\.com)\//i,
    '',
  ],
  [/\/(?:tree|blob|resolve)\/[^/]+\/.*?([^/]*\.gguf)$/i, '/$1'],
  [/\/(?:tree|blob|resolve|raw|discussions|tags|commits?|providers|api|activity)(?:\/.*)?$/i, ''],
  [/:(?:free|nitro|floor|online|extended|exacto|beta|latest|cloud)$/i, ''],
  [/-cloud$/i, ''],
  [/-\d{5}-of-\d{5}(?=\.)/, ''],
  [/\.(?:gguf|safetensors)$/i, '-gguf'],
  [/-(?:qat-)?(?:int4|q4_0)-unquantized/i, ''],
  // Bedrock: region, maker, model, version.
  [/^(?:us|eu|apac|global|jp)\.(?=[a-z\d]+\.)/i, ''],
  [/^(?:anthropic|meta|mistral|cohere|ai21|deepseek|openai|qwen|writer)\.(?=[a-z])/i, ''],
  [/-v\d+:\d+(?::\w+)?$/i, ''],
  [/@(?=\d{6,8}|default|latest)/, '-'],
];

/** How formats are named at the end of a model's name, and beside them. The format table says what they mean. */
const formats: readonly RegExp[] = [
  /(?:UD[-_.])?(?:IQ|TQ)\d_(?:XXS|XS|S|M|NL|\d)(?![a-z\d])/i,
  /(?:UD[-_.])?Q\d_K(?:_(?:XL|XXL|L|M|S))?(?![a-z\d])/i,
  /(?<![a-z\d])Q\d_[01](?![a-z\d])/i,
  /(?<![a-z\d])mxfp4_moe(?![a-z\d])/i,
  /(?<![a-z\d])(?:nvfp4|mxfp4|mxfp8|nf4|fp4)(?![a-z\d])/i,
  /(?<![a-z\d])mlx[-_ ]?(?:[2-8][-_ ]?bits?)?(?![a-z\d])/i,
  /(?<![a-z\d])(?:unsloth[-_ ])?bnb[-_ ]?[48][-_ ]?bits?(?![a-z\d])/i,
  /(?<![a-z\d])(?:fp8|w8a8[-_.]fp8|f8)(?:[-_ ]?(?:dynamic|block|kv|e4m3))*(?![a-z\d])/i,
  /(?<![a-z\d])(?:awq|gptq)(?:[-_ ]?(?:int\d|\d[-_ ]?b(?:its?)?(?![a-z])|w4a16|marlin))*(?:[-_ ]?g?128g?)?(?![a-z\d])/i,
  /(?<![a-z\d])(?:quantized[-_.])?(?:w4a16|w8a16|w8a8)(?![a-z\d])/i,
  /(?<![a-z\d])\d(?:\.\d+)?[-_ ]?bpw(?:[-_ ](?:h\d[-_ ])?exl[23])?(?![a-z\d])/i,
  /(?<![a-z\d])exl[23](?![a-z\d])/i,
  /(?<![a-z\d])int[48](?![a-z\d])/i,
  /(?<![a-z\d])[48][-_ ]?bits?(?![a-z\d])/i,
  /(?<![a-z\d])(?:bf16|fp16|f16|fp32|f32)(?![a-z\d])/i,
  /(?<=[-_ :])q[2-8](?![a-z\d_])/i,
  /(?<![a-z\d])(?:i1[-_ ])?gguf(?![a-z\d])/i,
];

/** Takes a typed name of a model apart: address, organisation, tag and format off, then the words. */
export function readModel(typed: string): TypedModel {
  let name = typed.trim().slice(0, longest);
  for (const [wrapper, instead] of wrappers) name = name.replace(wrapper, instead);
  const segments = name
    .replace(/\/+$/, '')
    .split('/')
    .filter((part) => part !== '');
  name = segments.at(-1) ?? '';
  const { rest, format } = withoutFormat(name);
  const whole = modelWords(name);
  const words = modelWords(rest);
  const bare = without(words, weakFillers);
  const untuned = without(bare, tuningWords);
  const unfilled = without(untuned, fillerWords);
  const ungraded = unfilled.some((part) => size.test(part))
    ? without(unfilled, gradeWords).filter(isNoContext)
    : unfilled;
  const path = segments.length > 1 ? modelWords(segments.slice(-2).join('/')) : null;
  return { path, readings: distinct([whole, words, bare, untuned, unfilled, ungraded]), format };
}

/** Longer names are no names. */
const longest = 300;

function withoutFormat(name: string): { rest: string; format: string | null } {
  let rest = name;
  let format: string | null = null;
  for (const pattern of formats) {
    const found = pattern.exec(rest);
    if (found === null || found.index === 0) continue;
    // "GGUF" beside "Q4_K_M" adds nothing; the first found is the most exact.
    format ??= found[0];
    rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`;
  }
  return { rest, format };
}

function without(words: readonly string[], dropped: ReadonlySet<string>): string[] {
  const rest = words.filter((part) => !dropped.has(part));
  return rest.length === 0 ? [...words] : rest;
}

function distinct(readings: readonly (readonly string[])[]): (readonly string[])[] {
  const seen = new Set<string>();
  return readings.filter((words) => {
    const key = words.join(' ');
    if (seen.has(key) || words.length === 0) return false;
    seen.add(key);
    return true;
  });
}

/** The key of a spelling without the words that people leave out; null where nothing would tell it apart any more. */
export function unsaidKey(spelling: string): string | null {
  const words = modelWords(spelling);
  const rest = without(words, unsaidWords);
  if (rest.length === words.length) return null;
  const onlyLatest = words.every((part) => rest.includes(part) || part === 'latest' || part === 'preview');
  return onlyLatest || rest.some((part) => /\d/.test(part)) ? keyOf(rest) : null;
}
