import { readFileSync } from 'node:fs';
import { ImportRefusedError } from '../src/importers/importRefused.ts';
import { importHuggingFaceConfig } from '../src/importers/models/huggingFaceConfig.ts';

/** Milliseconds to read a real config.json, and to refuse what is none; a refusal may take 50 ms at most. */
const hostile: Readonly<Record<string, string>> = {
  'random characters': Array.from({ length: 262_000 }, (_, at) => String.fromCharCode(33 + ((at * 7919) % 90))).join(
    '',
  ),
  '10 MB': `{"a":"${'x'.repeat(10_000_000)}"}`,
  'nothing but keys': `{${Array.from({ length: 19_000 }, (_, key) => `"key${key}":1`).join(',')}}`,
  'nothing but quotes': '"\\'.repeat(131_000),
  '10,000 levels': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  'a key __proto__': '{"model_type":"llama","__proto__":{"hidden_size":64}}',
  'a list of 60,000 layer kinds': `{"model_type":"gpt_oss","num_hidden_layers":24,"layer_types":[${'"x",'.repeat(59_999)}"x"]}`,
};

const real = readFileSync('test/importers/models/configs/deepseek-v3.json', 'utf8');
report('read DeepSeek V3', () => importHuggingFaceConfig(real, { name: 'DeepSeek V3' }));
for (const [name, text] of Object.entries(hostile)) {
  report(`refuse ${name}`, () => {
    try {
      importHuggingFaceConfig(text, { name: 'a model' });
    } catch (error) {
      if (!(error instanceof ImportRefusedError)) throw error;
      return;
    }
    throw new Error(`${name} was read`);
  });
}

function report(name: string, work: () => unknown): void {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  const [first = 0] = times;
  const median = times.toSorted((left, right) => left - right)[4] ?? 0;
  console.log(`${name}: median ${median.toFixed(2)} ms, first ${first.toFixed(2)} ms`);
}
