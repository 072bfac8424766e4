import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder, writePack } from '../../registry/packs/smallPack.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Latency {
  timeToFirstTokenMs: number;
  timePerOutputTokenMs: number;
  endToEndMs: number;
  baseMs: number;
  perTokenMs: number;
  timeToFirstTokenMsRange: Range;
  timePerOutputTokenMsRange: Range;
  endToEndMsRange: Range;
}
interface Range {
  low: number;
  high: number;
}

describe('the documented example', () => {
  test('{ estimate { summary } } is one sentence with model, device, time and memory', async () => {
    const { estimate } = await calculator.answer<{ estimate: { summary: string } }>('{ estimate { summary } }');
    expect(estimate.summary).toMatch(
      /^Llama 2 7B \(FP16\) on one NVIDIA T4 with .+: 1,000 tokens take about [\d.]+ s /,
    );
    expect(estimate.summary).toMatch(/first token after [\d.]+ m?s; needs [\d.]+ of [\d.]+ GiB, so it fits/);
  });

  test('defaults of the SDL are those of the answer', async () => {
    const { estimate } = await calculator.answer<{ estimate: unknown }>(
      `{ estimate {
        model { id } hardware { id } workload { tokens promptTokens contextTokens batch }
        deployment { mode provider devices parallelism { tensor pipeline expert data } weights { id } }
      } }`,
    );
    expect(estimate).toEqual({
      model: { id: 'llama-2-7b' },
      hardware: { id: 'nvidia-t4-16gb' },
      workload: { tokens: 1000, promptTokens: 0, contextTokens: 0, batch: 1 },
      deployment: {
        ...{ mode: 'LOCAL', provider: null, devices: 1 },
        parallelism: { tensor: 1, pipeline: 1, expert: 1, data: 1 },
        weights: { id: 'fp16' },
      },
    });
  });

  test('names and aliases lead to the same answer, whatever their case', async () => {
    const summaries = await calculator.answer<Record<string, { summary: string }>>(
      `{ a: estimate(model: "7b", hardware: "t4") { summary } b: estimate(model: "llama-2-7b", hardware: "NVIDIA-T4-16GB") { summary } }`,
    );
    expect(summaries.a).toEqual(summaries.b);
  });
});

describe('an answer agrees with itself', () => {
  const cases = [
    '{ model: "7B", hardware: "T4", tokens: 1000, batch: 1 }',
    '{ model: "13B", hardware: "A100", tokens: 512, batch: 10, promptTokens: 3584 }',
    '{ model: "llama-3.1-70b", hardware: "H100", tokens: 300, batch: 16, promptTokens: 2000, options: { devices: 4 } }',
    '{ model: "llama-3.1-8b", hardware: "RTX 4090", tokens: 200, options: { weights: "Q4_K_M", runtime: "llama.cpp" } }',
    '{ model: "GPT-4", tokens: 500, promptTokens: 1000, batch: 4 }',
  ];

  test.each(cases)('latency adds up: %s', async (asked) => {
    const { estimate } = await calculator.answer<{
      estimate: { latency: Latency; workload: { tokens: number } };
    }>(`{ estimate(${asked.slice(1, -1)}) { workload { tokens } latency {
      timeToFirstTokenMs timePerOutputTokenMs endToEndMs baseMs perTokenMs
      timeToFirstTokenMsRange { low high } timePerOutputTokenMsRange { low high } endToEndMsRange { low high }
    } } }`);
    const { latency, workload } = estimate;
    const { tokens } = workload;
    const sum = latency.timeToFirstTokenMs + (tokens - 1) * latency.timePerOutputTokenMs;
    expect(latency.endToEndMs / sum).toBeCloseTo(1, 9);
    expect(latency.endToEndMs / (latency.baseMs + latency.perTokenMs * tokens)).toBeCloseTo(1, 9);
    for (const name of ['timeToFirstTokenMs', 'timePerOutputTokenMs', 'endToEndMs'] as const) {
      const { low, high } = latency[`${name}Range`];
      expect(low).toBeLessThanOrEqual(latency[name]);
      expect(high).toBeGreaterThanOrEqual(latency[name]);
    }
  });

  test.each(cases.slice(0, 4))('memory adds up: %s', async (asked) => {
    const { estimate } = await calculator.answer<{ estimate: { memory: Record<string, number> & { fits: boolean } } }>(
      `{ estimate(${asked.slice(1, -1)}) { memory { fits weightsGiB kvCacheGiB stateGiB activationsGiB overheadGiB totalGiB
        perDeviceGiB usablePerDeviceGiB headroomPerDeviceGiB reservedPerDeviceGiB maxBatch maxContextTokens } } }`,
    );
    const { memory } = estimate;
    const { weightsGiB = 0, kvCacheGiB = 0, stateGiB = 0, activationsGiB = 0, overheadGiB = 0 } = memory;
    expect(weightsGiB + kvCacheGiB + stateGiB + activationsGiB + overheadGiB).toBeCloseTo(memory.totalGiB ?? 0, 9);
    expect(memory.headroomPerDeviceGiB ?? 0).toBeCloseTo(
      (memory.usablePerDeviceGiB ?? 0) - (memory.perDeviceGiB ?? 0),
      9,
    );
    expect(memory.fits).toBe((memory.headroomPerDeviceGiB ?? 0) >= 0);
  });

  test.each(cases.slice(0, 4))('operations of a step are its whole time: %s', async (asked) => {
    const { estimate } = await calculator.answer<{ estimate: { operations: { sharePercent: number }[] } }>(
      `{ estimate(${asked.slice(1, -1)}) { operations(phase: DECODE) { sharePercent } } }`,
    );
    const shares = estimate.operations.map(({ sharePercent }) => sharePercent);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
  });

  test('every estimate says what it rests on and which catalogue it used', async () => {
    const { estimate } = await calculator.answer<{
      estimate: {
        basis: { method: string; evidence: string; expectedErrorPercent: number; coefficients: { name: string }[] };
        assumptions: { code: string }[];
        catalogueRevision: number;
        calculatorVersion: string;
      };
    }>(`{ estimate { catalogueRevision calculatorVersion assumptions { code text }
      basis { method evidence expectedErrorPercent coefficients { name value from data } nearestMeasurement { differs } } } }`);
    expect(estimate.basis.method).toMatch(/^(FITTED|INHERITED)$/);
    expect(estimate.basis.expectedErrorPercent).toBeGreaterThan(0);
    expect(estimate.basis.coefficients.length).toBeGreaterThan(5);
    expect(estimate.assumptions.map(({ code }) => code)).toContain('NATIVE_WEIGHTS');
    expect(estimate.catalogueRevision).toBe(calculator.registry.catalogue().revision);
    expect(estimate.calculatorVersion).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('a model that does not fit', () => {
  const question = `{ estimate(model: "13B", hardware: "T4", options: { weights: "fp16" }) {
    memory { fits headroomPerDeviceGiB } summary suggestions { text argument value } } }`;

  test('is an answer with the shortfall, not an error', async () => {
    const { estimate } = await calculator.answer<{
      estimate: { memory: { fits: boolean; headroomPerDeviceGiB: number }; summary: string };
    }>(question);
    expect(estimate.memory.fits).toBe(false);
    expect(estimate.memory.headroomPerDeviceGiB).toBeLessThan(0);
    expect(estimate.summary).toContain('does not fit');
  });

  test('comes with changes that do fit', async () => {
    const { estimate } = await calculator.answer<{ estimate: { suggestions: { argument: string; value: string }[] } }>(
      question,
    );
    expect(estimate.suggestions.map(({ argument }) => argument)).toEqual([
      'options.weights',
      'options.devices',
      'hardware',
    ]);
    for (const { argument, value } of estimate.suggestions) {
      const changed =
        argument === 'hardware'
          ? `hardware: "${value}"`
          : `hardware: "T4", options: { ${argument.slice(8)}: ${argument === 'options.devices' ? value : `"${value}"`} }`;
      const answer = await calculator.answer<{ estimate: { memory: { fits: boolean } } }>(
        `{ estimate(model: "13B", ${changed}) { memory { fits } } }`,
      );
      expect(answer.estimate.memory.fits, `${argument} ${value}`).toBe(true);
    }
  });

  test('carries the answer to each change, and says what else becomes another', async () => {
    interface Suggested {
      argument: string;
      value: string;
      changes: { argument: string; value: string | null }[];
      alsoChanges: string[];
      estimate: { memory: { fits: boolean }; suggestions: unknown[]; deployment: { runtime: { id: string } } };
    }
    const { estimate } = await calculator.answer<{ estimate: { suggestions: Suggested[] } }>(
      `{ estimate(model: "llama-3.1-70b", hardware: "rtx-4090") { suggestions {
        argument value changes { argument value } alsoChanges
        estimate { memory { fits } deployment { runtime { id } } suggestions { text } } } } }`,
    );
    const [two] = estimate.suggestions;
    expect(two).toMatchObject({
      ...{ argument: 'options.devices', value: '2' },
      changes: [
        { argument: 'options.devices', value: '2' },
        { argument: 'options.weights', value: 'gguf-q4_k_m' },
      ],
      estimate: { memory: { fits: true }, deployment: { runtime: { id: 'llama.cpp' } }, suggestions: [] },
    });
    expect(two?.alsoChanges).toContain('llama.cpp runs it instead of vLLM.');
  });

  test('for want of room for its batch says which batch fits', async () => {
    const { estimate } = await calculator.answer<{ estimate: { suggestions: { argument: string; value: string }[] } }>(
      '{ estimate(model: "7B", hardware: "A100", batch: 500000, options: { scheduling: STATIC }) { suggestions { argument value } } }',
    );
    expect(estimate.suggestions[0]?.argument).toBe('batch');
    expect(Number(estimate.suggestions[0]?.value)).toBeGreaterThan(1);
  });
});

test('a sequence longer than the model was made for is answered with a warning', async () => {
  const { estimate } = await calculator.answer<{ estimate: { warnings: string[] } }>(
    '{ estimate(model: "7B", hardware: "A100", tokens: 5000) { warnings } }',
  );
  expect(estimate.warnings[0]).toContain('5,000 tokens in a sequence is more than Llama 2 7B was made for (4,096)');
});

test('the price given is the price used', async () => {
  const { estimate } = await calculator.answer<{
    estimate: { cost: { usdPerHour: number; basis: { kind: string; offer: null } } };
  }>('{ estimate(options: { usdPerHour: 0.5 }) { cost { usdPerHour basis { kind offer { id } } } } }');
  expect(estimate.cost).toEqual({ usdPerHour: 0.5, basis: { kind: 'GIVEN', offer: null } });
});

describe('the documented scenarios', () => {
  test('come first, each with its answer', async () => {
    const { scenarios } = await calculator.answer<{
      scenarios: { id: string; mode: string; estimate: { summary: string; memory: { fits: boolean } | null } }[];
    }>('{ scenarios { id mode estimate { summary memory { fits } } } }');
    expect(scenarios.slice(0, 3).map(({ id }) => id)).toEqual([
      'chatbot',
      'batch-summarisation',
      'code-generation-api',
    ]);
    expect(scenarios.length).toBeGreaterThanOrEqual(11);
    for (const { id, estimate } of scenarios) expect(estimate.memory?.fits ?? true, id).toBe(true);
  });

  test('the chatbot is the documented example', async () => {
    const { scenario, estimate } = await calculator.answer<{
      scenario: { estimate: { summary: string } };
      estimate: { summary: string };
    }>('{ scenario(id: "chatbot") { estimate { summary } } estimate { summary } }');
    expect(scenario.estimate.summary).toBe(estimate.summary);
  });

  test('one that cannot be answered says why and leaves the others theirs', async () => {
    const sources = { here: { title: 'Made up for this test', known: 'assumed' } };
    const pack = writePack(temporaryFolder(), {
      'scenarios/on-groq.json': {
        ...{ name: 'Chat on a Groq card', description: 'A device that no runtime runs on.', order: 2, sources },
        ...{ model: 'llama-2-7b', deployment: 'local', hardware: 'groq-lpu-v1', source: 'here' },
        ...{ promptTokens: 10, outputTokens: 10, batch: 1, scheduling: 'static' },
      },
    });
    const extended = await openCalculator([pack]);
    onTestFinished(() => extended.close());
    const { data, errors } = await extended.ask<{
      scenarios: { id: string; estimate: { summary: string } | null }[];
    }>('{ scenarios { id estimate { summary } } }');
    const index = data.scenarios.findIndex(({ id }) => id === 'on-groq');
    expect(errors).toMatchObject([{ path: ['scenarios', index, 'estimate'], extensions: { code: 'UNSUPPORTED' } }]);
    expect(data.scenarios.length).toBeGreaterThan(11);
    for (const { id, estimate } of data.scenarios) expect(estimate === null, id).toBe(id === 'on-groq');
  });
});

// llama-bench prints 4.35 GiB for Llama 3.1 8B Q4_0 (ik-llamacpp-cpu-0018); a card leaves the input embedding of 0.28 GiB on the host.
test('the size of the file stands beside what a card holds of it', async () => {
  interface Sizes {
    estimate: { memory: { weightsFileGiB: number; weightsGiB: number } };
  }
  const asked = (hardware: string) =>
    `{ estimate(model: "llama-3.1-8b", hardware: "${hardware}", options: { weights: "Q4_0", runtime: "llama.cpp" }) {
      memory { weightsFileGiB weightsGiB } } }`;
  const card = (await calculator.answer<Sizes>(asked('RTX 4090'))).estimate.memory;
  const mac = (await calculator.answer<Sizes>(asked('M2 Ultra'))).estimate.memory;
  expect(card.weightsFileGiB).toBeCloseTo(4.35, 1);
  expect(mac.weightsFileGiB).toBe(card.weightsFileGiB);
  expect(card.weightsFileGiB - card.weightsGiB).toBeCloseTo(0.28, 1);
  expect(mac.weightsFileGiB - mac.weightsGiB).toBeLessThan(0.01);
});
