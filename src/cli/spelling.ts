/**
 * The documented commands write `--model_size`; people also write `--model-size` and plain `--model`. All mean the same:
 * snake case becomes kebab case, and the documented and the usual short names become the plain ones.
 */
const plainNames: Readonly<Record<string, string>> = {
  '--model-size': '--model',
  '--batch-size': '--batch',
  '--hardware-type': '--hardware',
  '--deployment-mode': '--deployment',
  '--gpu': '--hardware',
  '--gpus': '--devices',
  '--quant': '--weights',
  '--ctx': '--context-tokens',
};

/** Every way to write an option, the plain one first. */
export function spellingsOf(option: string): string[] {
  return [option, ...Object.keys(plainNames).filter((name) => plainNames[name] === option)];
}

/** Rewrites the names of long options, `--name=value` included; everything after a lone `--` stays as it is. */
export function normaliseOptions(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  return [...options.map(normaliseOption), ...words.slice(options.length)];
}

function normaliseOption(word: string): string {
  const [, name, value = ''] = /^(--[a-z][\w-]*)(=[\s\S]*)?$/i.exec(word) ?? [];
  if (name === undefined) return word;
  const kebab = name.replaceAll('_', '-');
  return (plainNames[kebab] ?? kebab) + value;
}

/**
 * `calc 7b 4090` means `calc calculate 7b 4090`: words that begin with no command name a model and a device. One word
 * alone is taken so when it holds a digit, as names of models do; else it is a command that was mistyped.
 */
export function withCommand(words: readonly string[], commands: readonly string[]): readonly string[] {
  const [first, second] = words;
  if (first === undefined || first.startsWith('-') || commands.includes(first)) return words;
  const names = /\d/.test(first) || (second !== undefined && !second.startsWith('-'));
  return names ? ['calculate', ...words] : words;
}
