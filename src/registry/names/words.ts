/**
 * A name as the words that tell profiles apart, in order: lower case, without separators, letters and figures parted.
 *
 * "Qwen3-30B-A3B", "qwen 3:30b a3b" and "QWEN_3/30b-a3b" are all `qwen 3 30b a3b`. Sizes stay whole (`30b`, `8x7b`,
 * `80gb`, `40c` for 40 cores), "3.0" is "3", "v3p1" is `v 3.1`, "R+" is `r plus`.
 */
export function wordsOf(name: string): string[] {
  const text = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((?:r|tm|c)\)|[®™©]/g, ' ')
    .replace(/(?<=[\p{L}\p{N}])\+/gu, ' plus ')
    .replace(/(?<=\d)p(?=\d)/g, '.')
    .replace(/(?<![\d.])(\d+)b(\d)(?!\d)/g, '$1.$2b')
    .replace(/(\d)[\s-]*(?:gib|gb)(?![\p{L}\p{N}])/gu, '$1gb')
    .replace(/(?<![\p{L}\p{N}.])(\d+)g(?![\p{L}\p{N}])/gu, '$1gb')
    .replace(/(\d)[\s-]*cores?(?![\p{L}\p{N}])/gu, '$1c');
  return (text.match(word) ?? []).map(plainNumber);
}

/** Sizes first, then numbers with their dots, then letters. */
const word =
  /\d+x\d+(?:\.\d+)?b(?![\p{L}])|(?:(?<!\p{L})[ae])?\d+(?:\.\d+)?(?:gb|b|m|t|k|c)(?![\p{L}\d])|\d+(?:\.\d+)*|\p{L}+/gu;

function plainNumber(part: string): string {
  return part.replace(/(?<=\d)\.0+(?=\D|$)(?!\.)/, '');
}

/** The words of a model: the "v" of a version is dropped, "DeepSeek-V3" is `deepseek 3`; "claude-3-5" is `claude 3.5`. */
export function modelWords(name: string): string[] {
  return wordsOf(name.replace(hyphenVersion, '$1.$2')).filter(
    (part, place, all) => part !== 'v' || !/^\d/.test(all[place + 1] ?? ''),
  );
}

/** Words as one key: only where two figures would run into each other is there a space. "code llama" is "codellama". */
export function keyOf(words: readonly string[]): string {
  let key = '';
  for (const part of words) key += /\d[a-z]?$/.test(key) && /^\d/.test(part) ? ` ${part}` : part;
  return key;
}

/** Single figures side by side are a version: "llama-3-1-8b", not "llama-3-8b". */
const hyphenVersion = /(?<![\d.])(\d)[-_](\d)(?![\d.a-z])/gi;
