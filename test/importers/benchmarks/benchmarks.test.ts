import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { benchmarkFormats, readBenchmarks } from '../../../src/importers/benchmarks/readBenchmarks.ts';
import { ImportRefusedError } from '../../../src/importers/importRefused.ts';
import { guideLlmOldReport, guideLlmReport, vllmResult } from './benchmarkFiles.ts';
import { refused, runsOf } from './benchmarkRuns.ts';

describe('vllm bench serve', () => {
  test('a closed loop: means per request, the first token excluded', () => {
    expect(runsOf('vllm-bench-serve', vllmResult)).toMatchObject([
      {
        model: 'meta-llama/Llama-3.1-8B-Instruct',
        date: '2026-11-20',
        mode: 'served',
        concurrency: 16,
        promptTokens: 1024,
        outputTokens: 128,
        metrics: {
          timeToFirstTokenMs: 210,
          timePerOutputTokenMs: 37,
          endToEndMs: 4909,
          outputTokensPerSecond: 409.6,
          totalTokensPerSecond: 3686.4,
        },
      },
    ]);
  });

  test('requests at a rate: in flight by Little’s law, 3.2 a second × 4.909 s', () => {
    const [run] = runsOf('vllm-bench-serve', { ...vllmResult, request_rate: 3.2, max_concurrency: null });
    expect(run?.concurrency).toBe(16);
    const { mean_e2el_ms: _, ...withoutEndToEnd } = vllmResult;
    const [parts] = runsOf('vllm-bench-serve', { ...withoutEndToEnd, request_rate: 3.2, max_concurrency: null });
    expect(parts?.concurrency).toBe(Math.round((3.2 * (210 + 127 * 37)) / 1000));
  });

  test('a burst does not say how many ran at a time; one prompt does', () => {
    expect(runsOf('vllm-bench-serve', { ...vllmResult, max_concurrency: null })).toMatchObject([
      { mode: null, concurrency: null },
    ]);
    const one = {
      ...vllmResult,
      max_concurrency: null,
      num_prompts: 1,
      completed: 1,
      total_input_tokens: 1024,
      total_output_tokens: 128,
    };
    expect(runsOf('vllm-bench-serve', one)).toMatchObject([{ mode: 'served', concurrency: 1 }]);
  });

  test('several results, in a list or one a line, are several runs', () => {
    expect(runsOf('vllm-bench-serve', [vllmResult, vllmResult])).toHaveLength(2);
    expect(runsOf('vllm-bench-serve', `${JSON.stringify(vllmResult)}\n${JSON.stringify(vllmResult)}\n`)).toHaveLength(
      2,
    );
  });

  test.each([
    ['a run that nobody answered', { ...vllmResult, completed: 0 }, 'MISSING_KEY completed'],
    ['a missing total', { ...vllmResult, total_input_tokens: undefined }, 'MISSING_KEY total_input_tokens'],
    ['a number in words', { ...vllmResult, mean_ttft_ms: 'fast' }, 'INVALID_VALUE mean_ttft_ms'],
    ['a negative time', { ...vllmResult, mean_tpot_ms: -3 }, 'INVALID_VALUE mean_tpot_ms'],
    [
      'speculative decoding',
      { ...vllmResult, spec_decode_acceptance_rate: 0.7 },
      'UNKNOWN_KIND spec_decode_acceptance_rate',
    ],
    ['a growing rate', { ...vllmResult, ramp_up_strategy: 'linear' }, 'UNKNOWN_KIND ramp_up_strategy'],
  ])('refuses %s', (_what, content, problem) => {
    expect(refused('vllm-bench-serve', content)).toEqual([problem]);
  });
});

describe('GuideLLM', () => {
  test('one run a benchmark; inter-token latency is the time per output token without the first', () => {
    const metrics = {
      timeToFirstTokenMs: 52,
      timePerOutputTokenMs: 24,
      endToEndMs: 3100,
      outputTokensPerSecond: 320,
      totalTokensPerSecond: 960,
    };
    expect(runsOf('guidellm-json', guideLlmReport)).toMatchObject([
      { place: 'benchmarks[0]', concurrency: 1, metrics, promptTokens: 256, outputTokens: 128, date: '2025-11-20' },
      { concurrency: 8, model: 'meta-llama/Llama-3.1-8B-Instruct' },
      { concurrency: 8, mode: 'served' },
    ]);
  });

  test('0.3 reports have their strategy elsewhere', () => {
    expect(runsOf('guidellm-json', guideLlmOldReport)).toMatchObject([
      { concurrency: 4, model: 'meta-llama/Llama-3.1-8B-Instruct', metrics: { timePerOutputTokenMs: 24 } },
    ]);
  });

  test.each([
    ['another report', { results: [] }, 'MISSING_KEY benchmarks'],
    ['an empty report', { benchmarks: [] }, 'MISSING_KEY benchmarks'],
    ['an older form', { benchmarks: [{ errors: [] }] }, 'MISSING_KEY benchmarks[0].metrics'],
    [
      'no strategy',
      { benchmarks: [{ metrics: guideLlmOldReport.benchmarks[0]?.metrics }] },
      'MISSING_KEY benchmarks[0].config.strategy',
    ],
    [
      'a strategy nobody knows',
      { benchmarks: [{ ...guideLlmOldReport.benchmarks[0], args: { strategy: { type_: 'wave' } } }] },
      'UNKNOWN_KIND benchmarks[0].args.strategy.type_',
    ],
  ])('refuses %s', (_what, content, problem) => {
    expect(refused('guidellm-json', content)).toEqual([problem]);
  });
});

describe('a table of one’s own', () => {
  const header =
    'model,hardware,runtime,weights,concurrency,promptTokens,outputTokens,timePerOutputTokenMs,timePerOutputTokenDefinition';

  test('says whether the first token counts', () => {
    const rows = `${header}\n7B,A100,vllm,fp16,4,1000,100,20,excludes-first\n7B,A100,vllm,fp16,4,1000,100,20,INCLUDES_FIRST\n`;
    expect(runsOf('csv', rows)).toMatchObject([
      { model: '7B', hardware: 'A100', concurrency: 4, metrics: { timePerOutputTokenMs: 20 } },
      { metrics: { endToEndMs: 2000 } },
    ]);
  });

  test.each([
    [
      'a time per token without its definition',
      `${header}\n7B,A100,vllm,fp16,4,1000,100,20,\n`,
      'MISSING_KEY row 1.timePerOutputTokenDefinition',
    ],
    [
      'a definition nobody knows',
      `${header}\n7B,A100,vllm,fp16,4,1000,100,20,mine\n`,
      'INVALID_VALUE row 1.timePerOutputTokenDefinition',
    ],
    ['a row without a metric', `${header}\n7B,A100,vllm,fp16,4,1000,100,,\n`, 'MISSING_KEY row 1'],
    ['a column nobody knows', 'concurrency,ttft\n1,30\n', 'UNKNOWN_KIND header'],
    ['a broken quote', 'concurrency,notes\n1,"open\n', 'NOT_READABLE '],
    ['a table without rows', 'concurrency\n', 'MISSING_KEY '],
    ['a forbidden column', 'concurrency,__proto__\n1,2\n', 'FORBIDDEN_KEY header'],
  ])('refuses %s', (_what, content, problem) => {
    expect(refused('csv', content)).toEqual([problem]);
  });
});

describe('junk', () => {
  const formats = [...benchmarkFormats.keys()];

  test.each(formats)('%s: whatever the text, it is read or refused with a reason', (format) => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('[[[[')), (text) => {
        try {
          readBenchmarks(format, text);
        } catch (error) {
          expect(error).toBeInstanceOf(ImportRefusedError);
        }
      }),
    );
  });

  test.each(formats)('%s: 10 MB are refused for their size, before anything is parsed', (format) => {
    // None of these parses: whoever parsed first would call them unreadable.
    for (const text of ['x', '[', '{"a":', '"', 'a,', '{}\n']) {
      expect(refused(format, text.repeat(10_000_000 / text.length))).toEqual(['TOO_LARGE ']);
    }
    expect(refused(format, `${JSON.stringify(vllmResult)}${' '.repeat(1_048_576)}`)).toEqual(['TOO_LARGE ']);
  });

  const jsonFormats = ['vllm-bench-serve', 'llama-bench-json', 'guidellm-json'] as const;

  test.each(jsonFormats)('%s: deep nesting is refused before parsing, and __proto__ wherever it is', (format) => {
    expect(refused(format, '['.repeat(10_000))).toEqual(['TOO_DEEP ']);
    expect(refused(format, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).toEqual(['TOO_DEEP ']);
    expect(refused(format, '{"__proto__": {"completed": 1}}')).toEqual(['FORBIDDEN_KEY ']);
    expect(refused(format, '{"\\u005f_proto__": {"completed": 1}}')).toEqual(['FORBIDDEN_KEY ']);
    expect(refused(format, '{"benchmarks": [{"metrics": {"__proto__": 1}}]}')).toEqual([
      'FORBIDDEN_KEY benchmarks.0.metrics',
    ]);
    expect(Object.hasOwn(Object.prototype, 'completed')).toBe(false);
  });

  test.each(['vllm-bench-serve', 'llama-bench-json'] as const)('%s: one hostile line of many is refused', (format) => {
    expect(refused(format, '{"completed": 1}\n{"__proto__": {}}')).toEqual(['FORBIDDEN_KEY ']);
    expect(refused(format, `{"completed": 1}\n${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)).toEqual(['TOO_DEEP ']);
  });

  test.each(['csv', 'llama-bench-csv'] as const)(
    '%s: a table too wide, too long or with a record too large is refused',
    (format) => {
      const header = 'concurrency,n_prompt,n_gen,avg_ts';
      expect(refused(format, `${header}${',x'.repeat(200)}\n`)).toEqual(['TOO_LARGE header']);
      expect(refused(format, `${header}\n${'1,2,3,4\n'.repeat(501)}`)).toEqual(['TOO_LARGE ']);
      expect(refused(format, `${header}\n1,2,3,${'4'.repeat(70_000)}\n`)).toEqual(['NOT_READABLE ']);
      expect(refused(format, `${header},__proto__\n1,2,3,4,5\n`)).toEqual(['FORBIDDEN_KEY header']);
    },
  );
});
