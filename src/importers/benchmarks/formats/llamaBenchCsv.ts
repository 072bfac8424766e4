import type { BenchmarkFormat } from '../benchmarkFormat.ts';
import { everyRun } from '../benchmarkRun.ts';
import { csvItems } from '../csvItems.ts';
import { llamaBenchTest } from '../llamaBench.ts';

export const format: BenchmarkFormat = {
  title: '`llama-bench -o csv`.',
  recognises: ({ columns }) => columns.includes('avg_ts'),
  read: (text) => everyRun(csvItems(text, ['n_prompt', 'n_gen', 'avg_ts']), llamaBenchTest),
};
