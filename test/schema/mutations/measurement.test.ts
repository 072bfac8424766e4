import { isEnumType } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { benchmarkFormats } from '../../../src/importers/benchmarks/readBenchmarks.ts';
import {
  guideLlmReport,
  llamaBenchCsv,
  llamaBenchTests,
  vllmResult,
} from '../../importers/benchmarks/benchmarkFiles.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterEach(async () => {
  const own = calculator.registry
    .catalogue()
    .measurement.all()
    .filter(({ origin }) => origin === 'user');
  for (const { id } of own) await calculator.registry.write.retire({ kind: 'measurement', id, actor: 'test' });
});
afterAll(() => calculator.close());

/** Runs of different tests are different runs, so their ids differ. */
const notes = () => expect.getState().currentTestName;

const failed = '__typename ... on Error { message code } ... on UnknownProfileError { argument value suggestions }';
const problems = '... on InvalidInputError { problems { path code message suggestion } }';
const measured = `id revision modelId hardwareId devices runtimeId runtimeYear weightsId kvCacheId mode concurrency
  promptTokens outputTokens trust notes sources { title known } metrics { timeToFirstTokenMs timePerOutputTokenMs endToEndMs
  prefillTokensPerSecond decodeTokensPerSecondPerSequence outputTokensPerSecond }`;

interface Answer {
  __typename: string;
  message?: string;
  dryRun?: boolean;
  problems?: { path: string; code: string; suggestion: string | null }[];
  measurement?: { id: string; revision: number } & Record<string, unknown>;
  measurements?: ({ id: string; metrics: Record<string, number | null> } & Record<string, unknown>)[];
  known?: { id: string }[];
  argument?: string;
}

const record = (input: object, more: object = {}) =>
  calculator.write<Answer>(
    `mutation ($input: MeasurementRecordInput!, $dryRun: Boolean, $idempotencyKey: String) {
      measurementRecord(input: $input, dryRun: $dryRun, idempotencyKey: $idempotencyKey) {
        ${failed} ${problems} ... on MeasurementRecordPayload { dryRun measurement { ${measured} } } } }`,
    { input: { notes: notes(), ...input }, ...more },
  );

const importFile = (format: string, content: unknown, labels: object = {}, dryRun = false) =>
  calculator.write<Answer>(
    `mutation ($format: BenchmarkFormat!, $text: String!, $labels: MeasurementLabels, $dryRun: Boolean) {
      measurementImport(format: $format, text: $text, labels: $labels, dryRun: $dryRun) {
        ${failed} ${problems} ... on MeasurementImportPayload { dryRun measurements { ${measured} } known { id } } } }`,
    {
      format,
      labels: { notes: notes(), ...labels },
      dryRun,
      text: typeof content === 'string' ? content : JSON.stringify(content),
    },
  );

const retire = (id: string, verb: 'Retire' | 'Restore') =>
  calculator.write<Answer>(
    `mutation { measurement${verb}(id: "${id}") { ${failed} ... on Measurement${verb}Payload { measurement { ${measured} } } } }`,
  );

interface Estimate {
  latency: {
    timeToFirstTokenMs: number;
    timePerOutputTokenMs: number;
    endToEndMs: number;
    timePerOutputTokenMsRange: { low: number; high: number };
  };
  throughput: { outputTokensPerSecond: number };
  saturation: { outputTokensPerSecond: number };
  basis: {
    method: string;
    evidence: string;
    intervalScope: 'ANY_MACHINE' | 'OWN_MACHINE' | null;
    calibration: { timePerOutputTokenFactor: number; measurements: { id: string }[] } | null;
    nearestMeasurement: { measurement: { id: string }; differs: string[] };
  };
}

async function estimate(question: string): Promise<Estimate> {
  const answer = await calculator.answer<{ estimate: Estimate }>(`{ estimate(${question}) {
    latency { timeToFirstTokenMs timePerOutputTokenMs endToEndMs timePerOutputTokenMsRange { low high } } throughput { outputTokensPerSecond }
    saturation { outputTokensPerSecond }
    basis { method evidence intervalScope calibration { timePerOutputTokenFactor measurements { id } }
      nearestMeasurement { measurement { id } differs } } } }`);
  return answer.estimate;
}

/** High ÷ low of the time per output token. */
function width({ latency: { timePerOutputTokenMsRange } }: Estimate): number {
  return timePerOutputTokenMsRange.high / timePerOutputTokenMsRange.low;
}

const run = {
  ...{ model: 'llama-3.1-8b', hardware: 'L40S', runtime: 'vllm', runtimeVersion: '0.14.1', weights: 'bf16' },
  ...{ date: '2026-11-20', concurrency: 16, promptTokens: 1024, outputTokens: 128 },
  ...{ timeToFirstTokenMs: 400, timePerOutputTokenMs: 37, timePerOutputTokenDefinition: 'EXCLUDES_FIRST' },
};
const asked =
  'model: "llama-3.1-8b", hardware: "L40S", promptTokens: 1024, tokens: 128, batch: 16, options: { runtime: "vllm" }';

describe('measurementRecord', () => {
  test('moves the estimate onto it, says why, and can be taken back', async () => {
    const before = await estimate(asked);
    const other = await estimate('model: "llama-3.1-8b", hardware: "L4", options: { runtime: "vllm" }');
    const answer = await record(run);
    expect(answer.measurement).toMatchObject({
      ...{ modelId: 'llama-3.1-8b', hardwareId: 'nvidia-l40s-48gb', devices: 1, mode: 'SERVED', trust: 'HIGH' },
      ...{ runtimeYear: 2026, kvCacheId: 'kv-fp16', revision: 1 },
    });
    const id = answer.measurement?.id ?? '';

    const after = await estimate(asked);
    expect(after.latency.timePerOutputTokenMs).toBeCloseTo(37, 9);
    expect(after.latency.timeToFirstTokenMs).toBeCloseTo(400, 9);
    expect(after.latency.endToEndMs).toBeCloseTo(400 + 127 * 37, 6);
    expect(after.basis).toMatchObject({
      method: 'MEASURED_NEIGHBOUR',
      calibration: { measurements: [{ id }] },
      nearestMeasurement: { measurement: { id }, differs: [] },
    });
    // That it agrees with what it was moved to is no evidence.
    expect(after.basis.evidence).toMatch(/^moved by one measurement of your own/);

    // Nobody's machine is known until it is measured; then what sources differ in leaves the range.
    expect([before.basis.intervalScope, after.basis.intervalScope]).toEqual(['ANY_MACHINE', 'OWN_MACHINE']);
    expect(width(after)).toBeLessThan(width(before));

    // Under another load it is the same deployment, moved by the scalar and no further.
    const far = asked.replace(/promptTokens: \d+/, 'promptTokens: 16000');
    expect(far).not.toBe(asked);
    const elsewhere = await estimate(far);
    expect(elsewhere.basis).toMatchObject({
      method: 'MEASURED_NEIGHBOUR',
      evidence: expect.stringMatching(/^moved by one measurement of your own/),
      calibration: { measurements: [{ id }] },
    });
    expect(await estimate('model: "llama-3.1-8b", hardware: "L4", options: { runtime: "vllm" }')).toEqual(other);

    await retire(id, 'Retire');
    expect(await estimate(asked)).toEqual(before);
    await retire(id, 'Restore');
    expect((await estimate(asked)).latency.timePerOutputTokenMs).toBeCloseTo(37, 9);
  });

  test('a dry run answers alike and writes nothing; a repeated key answers the same again', async () => {
    const { revision } = calculator.registry.catalogue();
    const dry = await record(run, { dryRun: true });
    expect(dry.dryRun).toBe(true);
    expect(calculator.registry.catalogue().revision).toBe(revision);
    const first = await record(run, { idempotencyKey: 'once' });
    expect(await record(run, { idempotencyKey: 'once' })).toEqual(first);
    expect(first.measurement?.id).toBe(dry.measurement?.id);
    expect((await record(run)).__typename).toBe('IdTakenError');
  });

  test('a time per token that includes the first is kept as the whole request', async () => {
    const { timeToFirstTokenMs: _, ...rest } = run;
    const answer = await record({ ...rest, timePerOutputTokenDefinition: 'INCLUDES_FIRST' });
    expect(answer.measurement?.metrics).toMatchObject({ timePerOutputTokenMs: null, endToEndMs: 37 * 128 });
    expect((await estimate(asked)).latency.endToEndMs).toBeCloseTo(37 * 128, 6);
  });

  test('everything queued at once is met at saturation', async () => {
    const {
      timeToFirstTokenMs: _1,
      timePerOutputTokenMs: _2,
      timePerOutputTokenDefinition: _3,
      concurrency: _4,
      ...rest
    } = run;
    await record({ ...rest, mode: 'SATURATED', outputTokensPerSecond: 900 });
    expect((await estimate(asked)).saturation.outputTokensPerSecond).toBeCloseTo(900, 6);
  });

  test.each([
    ['no definition', { timePerOutputTokenDefinition: null }, 'input.timePerOutputTokenDefinition'],
    ['seconds for milliseconds', { timePerOutputTokenMs: 0.037 }, 'input.timePerOutputTokenMs'],
    ['a negative time', { timeToFirstTokenMs: -1 }, 'input.timeToFirstTokenMs'],
    ['a burst that says nothing of its load', { concurrency: null }, 'input.concurrency'],
    ['a layout that does not divide the heads', { devices: 3, parallelism: { tensor: 3 } }, 'input.parallelism.tensor'],
    ['a model without architecture', { model: 'GPT-4' }, 'input.model'],
    ['no sequence in flight', { concurrency: 0 }, 'input.concurrency'],
    ['a title of one letter', { title: 'x' }, 'input.title'],
    ['a cache format for weights', { weights: 'kv-fp16' }, 'input.weights'],
  ])('refuses %s', async (_what, change, path) => {
    const { revision } = calculator.registry.catalogue();
    const answer = await record({ ...run, ...change });
    expect(answer.problems?.map((problem) => problem.path)).toEqual([path]);
    expect(calculator.registry.catalogue().revision).toBe(revision);
  });

  test('names that nobody has are refused with what may have been meant', async () => {
    const answer = await record({ ...run, hardware: 'L40Z' });
    expect(answer).toMatchObject({
      __typename: 'UnknownProfileError',
      argument: 'input.hardware',
      suggestions: expect.arrayContaining(['nvidia-l40s-48gb']),
    });
  });
});

describe('measurementImport', () => {
  test('knows every reader', () => {
    const formats = calculator.schema.getType('BenchmarkFormat');
    const values = isEnumType(formats) ? formats.getValues().map(({ value }) => value) : [];
    expect(values.sort()).toEqual([...benchmarkFormats.keys()].sort());
  });

  test('llama-bench: the card by the name its driver gives', async () => {
    const tests = llamaBenchTests.map((one) => ({ ...one, gpu_info: 'NVIDIA GeForce RTX 4090' }));
    const answer = await importFile('LLAMA_BENCH_JSON', tests, {}, true);
    expect(answer.measurements).toMatchObject([
      { modelId: 'qwen2.5-7b', hardwareId: 'nvidia-rtx-4090-24gb' },
      { modelId: 'qwen2.5-7b', hardwareId: 'nvidia-rtx-4090-24gb' },
    ]);
    // Not the card of that name with another memory: it is not guessed.
    const vague = llamaBenchTests.map((one) => ({ ...one, gpu_info: 'NVIDIA GeForce RTX 3060 8GB' }));
    expect(await importFile('LLAMA_BENCH_JSON', vague, {}, true)).toMatchObject({
      problems: [{ path: 'labels.hardware', message: expect.stringContaining('"NVIDIA GeForce RTX 3060 8GB"') }],
    });
  });

  test('vLLM: the model by its Hugging Face id, the rest by labels', async () => {
    const labels = { hardware: 'L40S', runtime: 'vllm', runtimeVersion: '0.14.1', weights: 'bf16' };
    const answer = await importFile('VLLM_BENCH_SERVE', vllmResult, labels);
    expect(answer.measurements).toMatchObject([
      {
        modelId: 'llama-3.1-8b',
        concurrency: 16,
        promptTokens: 1024,
        outputTokens: 128,
        metrics: { timePerOutputTokenMs: 37 },
      },
    ]);
    expect((await estimate(asked)).latency.timePerOutputTokenMs).toBeCloseTo(37, 9);
    const again = await importFile('VLLM_BENCH_SERVE', vllmResult, labels);
    expect(again).toMatchObject({ measurements: [], known: [{ id: answer.measurements?.[0]?.id }] });
  });

  test('vLLM: what the file does not say is named, all at once', async () => {
    const answer = await importFile('VLLM_BENCH_SERVE', { ...vllmResult, max_concurrency: null });
    expect(answer.problems?.map(({ path }) => path)).toEqual([
      'labels.hardware',
      'labels.runtime',
      'labels.weights',
      'labels.concurrency',
    ]);
    expect(answer.problems?.[2]).toMatchObject({ code: 'MISSING', suggestion: 'bf16' });
  });

  test.each([
    ['LLAMA_BENCH_JSON', llamaBenchTests],
    ['LLAMA_BENCH_CSV', llamaBenchCsv],
  ])('%s: prompt and generation of one machine', async (format, content) => {
    const answer = await importFile(format, content, { hardware: 'RTX 4080' });
    expect(answer.measurements).toMatchObject([
      { modelId: 'qwen2.5-7b', weightsId: 'gguf-q4_k_m', runtimeId: 'llama.cpp', mode: 'SINGLE_STREAM' },
      { metrics: { decodeTokensPerSecondPerSequence: expect.any(Number) } },
    ]);
    const { latency } = await estimate(
      'model: "qwen2.5-7b", hardware: "RTX 4080", tokens: 128, options: { runtime: "llama.cpp", weights: "Q4_K_M", runtimeYear: 2025 }',
    );
    const speed = answer.measurements?.[1]?.metrics?.decodeTokensPerSecondPerSequence;
    expect(1000 / latency.timePerOutputTokenMs / Number(speed)).toBeGreaterThan(0.97);
    expect(1000 / latency.timePerOutputTokenMs / Number(speed)).toBeLessThan(1.03);
  });

  test('GuideLLM: a run a benchmark, or none when one is wrong', async () => {
    const labels = { hardware: 'L40S', runtime: 'vllm', weights: 'bf16' };
    const { revision } = calculator.registry.catalogue();
    const broken = { ...guideLlmReport, benchmarks: [...guideLlmReport.benchmarks, {}] };
    expect((await importFile('GUIDELLM_JSON', broken, labels)).problems?.map(({ path }) => path)).toEqual([
      'benchmarks[3].metrics',
    ]);
    expect(calculator.registry.catalogue().revision).toBe(revision);
    expect((await importFile('GUIDELLM_JSON', guideLlmReport, labels, true)).measurements).toHaveLength(3);
    expect(calculator.registry.catalogue().revision).toBe(revision);
    const answer = await importFile('GUIDELLM_JSON', guideLlmReport, labels);
    expect(answer.measurements).toMatchObject([{ concurrency: 1 }, { concurrency: 8 }, { concurrency: 8 }]);
    expect((await estimate(asked)).basis.calibration?.measurements).toHaveLength(3);
  });

  test.each([
    ['too long, before it is parsed', '['.repeat(1_048_577), 'TOO_LARGE'],
    ['nested too deep', '['.repeat(100), 'TOO_DEEP'],
    ['after something else', '[{"__proto__": {"completed": 1}}]', 'FORBIDDEN_KEY'],
    ['no JSON', 'llama_print_timings', 'NOT_READABLE'],
  ])('a text that is %s is refused and writes nothing', async (_what, text, code) => {
    const { revision } = calculator.registry.catalogue();
    expect((await importFile('VLLM_BENCH_SERVE', text)).problems).toMatchObject([{ code }]);
    expect(calculator.registry.catalogue().revision).toBe(revision);
  });

  test('layers left on the CPU are refused', async () => {
    const answer = await importFile('LLAMA_BENCH_JSON', [{ ...llamaBenchTests[0], n_gpu_layers: 10 }], {
      hardware: 'RTX 4080',
    });
    expect(answer.problems).toMatchObject([{ path: '[0].n_gpu_layers', code: 'CONTRADICTION' }]);
  });

  test('CSV: a table of one’s own', async () => {
    const table =
      'model,hardware,runtime,weights,concurrency,promptTokens,outputTokens,outputTokensPerSecond\n7B,A100,vllm,fp16,4,1000,100,150\n';
    const answer = await importFile('CSV', table);
    expect(answer.measurements).toMatchObject([{ modelId: 'llama-2-7b', metrics: { outputTokensPerSecond: 150 } }]);
  });

  test('CSV: figures out of range are named with their rows, all at once', async () => {
    const header = 'model,hardware,runtime,weights,concurrency,promptTokens,outputTokens,outputTokensPerSecond';
    const rows = [
      '7B,A100,vllm,fp16,0,1000,100,150',
      '7B,A100,vllm,fp16,4,1000,100,150',
      '7B,A100,vllm,fp16,-2,1000,100,9',
    ];
    const answer = await importFile('CSV', [header, ...rows].join('\n'));
    expect(answer.problems?.map(({ path, code }) => [path, code])).toEqual([
      ['row 1.concurrency', 'OUT_OF_RANGE'],
      ['row 3.concurrency', 'OUT_OF_RANGE'],
    ]);
  });
});
