import type { BenchmarkFormat } from '../benchmarkFormat.ts';
import { everyRun } from '../benchmarkRun.ts';
import { jsonItems } from '../jsonItems.ts';
import { llamaBenchTest } from '../llamaBench.ts';

export const format: BenchmarkFormat = {
  title: '`llama-bench -o json` or `-o jsonl`.',
  recognises: ({ keys }) => ['n_prompt', 'n_gen', 'avg_ts'].every((key) => keys.includes(key)),
  read: (text) => everyRun(jsonItems(text, 'the JSON of llama-bench'), llamaBenchTest),
};
