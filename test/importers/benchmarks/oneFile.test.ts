import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const acme = `
import type { BenchmarkFormat } from '../benchmarkFormat.ts';
import { emptyRun } from '../benchmarkRun.ts';

export const format: BenchmarkFormat = {
  title: 'What acme-bench writes.',
  recognises: ({ columns }) => columns.includes('acme_ms'),
  read: () => [{ ...emptyRun(''), metrics: { timePerOutputTokenMs: 20 } }],
};
`;
const ask = `
import { recogniseBenchmark } from './src/importers/benchmarks/recognise.ts';
import { readBenchmarks } from './src/importers/benchmarks/readBenchmarks.ts';
import { buildSchema } from './src/schema/index.ts';
const { format, text } = recogniseBenchmark('acme_ms,note\\n20,');
const { description } = buildSchema().getType('BenchmarkFormat').getValue('ACME_BENCH');
console.log(JSON.stringify({ format, metrics: readBenchmarks(format, text)[0].metrics, description }));
`;

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'one-format-'));
  for (const name of ['src', 'package.json']) cpSync(name, join(project, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  writeFileSync(join(project, 'src/importers/benchmarks/formats/acmeBench.ts'), acme);
  writeFileSync(join(project, 'ask.ts'), ask);
});
afterAll(() => rmSync(project, { recursive: true }));

const run = (...words: string[]) => execFileSync(process.execPath, words, { cwd: project, encoding: 'utf8' });

test('one file adds a format to the recogniser, the API and the help', () => {
  expect(JSON.parse(run('ask.ts'))).toEqual({
    format: 'acme-bench',
    metrics: { timePerOutputTokenMs: 20 },
    description: 'What acme-bench writes.',
  });
  expect(run('src/cli.ts', 'import', '--help')).toContain('acme-bench');
});
