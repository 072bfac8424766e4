import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBenchmarks } from '../../../src/importers/benchmarks/readBenchmarks.ts';
import { recogniseBenchmark } from '../../../src/importers/benchmarks/recognise.ts';
import { ImportRefusedError } from '../../../src/importers/importRefused.ts';
import { guideLlmOldReport, guideLlmReport, llamaBenchCsv, llamaBenchTests, vllmResult } from './benchmarkFiles.ts';

const lines = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).join('\n');
const ownTable = 'model,hardware,runtime,weights,concurrency,endToEndMs\n7B,A100,vllm,fp16,4,900\n';

describe('a benchmark’s output', () => {
  test.each([
    ['vllm-bench-serve', 'one result', JSON.stringify(vllmResult)],
    ['vllm-bench-serve', 'appended results', lines([vllmResult, vllmResult])],
    ['llama-bench-json', 'a list', JSON.stringify(llamaBenchTests, null, 2)],
    ['llama-bench-json', 'one a line', lines(llamaBenchTests)],
    ['llama-bench-json', 'a list with a byte order mark', `\uFEFF${JSON.stringify(llamaBenchTests)}`],
    ['llama-bench-csv', 'quoted cells', llamaBenchCsv],
    ['guidellm-json', 'a report of 0.4', JSON.stringify(guideLlmReport)],
    ['guidellm-json', 'a report of 0.3', JSON.stringify(guideLlmOldReport)],
    ['csv', 'a table of one’s own', ownTable],
  ] as const)('%s is recognised by its fields: %s', (format, _, written) => {
    const { format: found, text } = recogniseBenchmark(written);
    expect(found).toBe(format);
    expect(readBenchmarks(format, text).length).toBeGreaterThan(0);
  });

  test('a config.json is none, and stays as it is', () => {
    const config = readFileSync('test/importers/models/configs/mistral-nemo-12b.json', 'utf8');
    expect(recogniseBenchmark(config).format).toBeNull();
    expect(JSON.parse(recogniseBenchmark(config).text)).toEqual(JSON.parse(config));
  });

  test.each([
    ['vllm-bench-serve', JSON.stringify(vllmResult), { ...vllmResult, itls: requests(), generated_texts: requests() }],
    [
      'guidellm-json',
      JSON.stringify(guideLlmReport),
      {
        ...guideLlmReport,
        benchmarks: guideLlmReport.benchmarks.map((run) => ({ ...run, requests: { successful: requests() } })),
      },
    ],
    [
      'llama-bench-json',
      JSON.stringify(llamaBenchTests),
      llamaBenchTests.map((run) => ({ ...run, samples_ns: requests() })),
    ],
  ] as const)('%s: a file with every single request is read like one without', (format, short, long) => {
    const written = JSON.stringify(long);
    expect(written.length).toBeGreaterThan(1_048_576);
    const { format: found, text } = recogniseBenchmark(written);
    expect(found).toBe(format);
    expect(readBenchmarks(format, text)).toEqual(readBenchmarks(format, short));
  });

  test('whatever the text, it is recognised or refused with a reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('{"benchmarks": ')), (text) => {
        try {
          recogniseBenchmark(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ImportRefusedError);
        }
      }),
    );
  });

  test('hostile JSON is refused before it is looked at', () => {
    expect(() => recogniseBenchmark('[{"__proto__": {"benchmarks": 1}}]')).toThrow('__proto__');
    expect(() => recogniseBenchmark('['.repeat(1_000_000))).toThrow('nested more than 32 levels deep');
    expect(() => recogniseBenchmark('{'.repeat(67_108_865))).toThrow('67108865 characters');
  });
});

/** Times of many requests, as tools write them beside their means. */
function requests(): number[][] {
  return Array.from({ length: 2000 }, (_, request) => Array.from({ length: 128 }, () => request + 0.012345));
}
