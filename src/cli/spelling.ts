/**
 * The documented commands write `--model_size`; people also write `--model-size` and plain `--model`. All mean the same:
 * snake case becomes kebab case, and the documented names become the plain ones.
 */
const plainNames: Readonly<Record<string, string>> = {
  '--model-size': '--model',
  '--batch-size': '--batch',
  '--hardware-type': '--hardware',
  '--deployment-mode': '--deployment',
};

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
