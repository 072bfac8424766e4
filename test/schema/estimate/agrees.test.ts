import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Agreeing {
  summary: string;
  verdict: { status: string; headline: string; about: string };
  model: { name: string };
  hardware: { name: string } | null;
  deployment: { devices: number | null; runtime: { name: string } | null; weights: { name: string } | null };
  workload: { tokens: number; batch: number };
  queue: { atOnce: number; waiting: number } | null;
  memory:
    | (Record<'perDeviceGiB' | 'usablePerDeviceGiB' | 'headroomPerDeviceGiB' | 'maxBatch', number> & {
        fits: boolean;
        parts: { name: string; gib: number }[];
      })
    | null;
  latency: Record<'timeToFirstTokenMs' | 'endToEndMs', number> & { endToEndMsRange: { low: number; high: number } };
  throughput: Record<'outputTokensPerSecond' | 'outputTokensPerSecondPerSequence', number>;
  saturation: { batch: number } | null;
  cost: { usdPerRequest: number; basis: { provider: string | null } } | null;
}

const fields = `{
  summary verdict { status headline about }
  model { name } hardware { name } deployment { devices runtime { name } weights { name } }
  workload { tokens batch } queue { atOnce waiting }
  memory { fits perDeviceGiB usablePerDeviceGiB headroomPerDeviceGiB maxBatch parts { name gib } }
  latency { timeToFirstTokenMs endToEndMs endToEndMsRange { low high } }
  throughput { outputTokensPerSecond outputTokensPerSecondPerSequence }
  saturation { batch } cost { usdPerRequest basis { provider } }
}`;

async function answerTo(asked: string): Promise<Agreeing> {
  return (await calculator.answer<{ estimate: Agreeing }>(`{ estimate(${asked}) ${fields} }`)).estimate;
}

const questions = [
  'model: "7B", hardware: "T4"',
  'model: "13B", hardware: "T4"',
  'model: "13B", hardware: "T4", options: { weights: "FP16" }',
  'model: "llama-3.1-8b", hardware: "RTX 4090", promptTokens: 2000, tokens: 1',
  'model: "llama-3.1-8b", hardware: "H100", promptTokens: 1000, tokens: 500, batch: 64',
  'model: "llama-3.1-8b", hardware: "H100", promptTokens: 1000, tokens: 500, batch: 5000',
  'model: "llama-3.1-8b", hardware: "A100", promptTokens: 1000, tokens: 500, batch: 3000, options: { scheduling: STATIC }',
  'model: "llama-3.1-70b", hardware: "H100", promptTokens: 4000, tokens: 1000, batch: 400, options: { devices: 4 }',
  'model: "llama-3.1-8b", hardware: "RTX 4090", batch: 40, promptTokens: 4000, options: { weights: "Q4_K_M", runtime: "llama.cpp" }',
  'model: "llama-3.1-8b", hardware: "H100", batch: 16, options: { usdPerHour: 2.5 }',
  'model: "GPT-4", tokens: 500, promptTokens: 1000, batch: 4',
];

/** Seconds, GiB, USD and counts as the sentence writes them, with how precisely it writes them. */
function numbersIn(text: string): { value: number; step: number }[] {
  const scales: Record<string, number> = { ms: 1e-3, s: 1, min: 60, h: 3600, days: 86_400 };
  return [...text.matchAll(/([\d,]*\d(?:\.\d+)?)(?: (ms|s|min|h|days)\b)?/g)].map(([, digits = '', unit = 's']) => {
    const scale = scales[unit] ?? 1;
    const decimals = digits.split('.')[1]?.length ?? 0;
    return { value: Number(digits.replaceAll(',', '')) * scale, step: 10 ** -decimals * scale };
  });
}

/** Every figure of the answer, in the units of the sentence. */
function figuresOf({ deployment, workload, queue, memory, latency, throughput, cost }: Agreeing): number[] {
  const seconds = [
    latency.timeToFirstTokenMs,
    latency.endToEndMs,
    latency.endToEndMsRange.low,
    latency.endToEndMsRange.high,
  ];
  return [
    ...seconds.map((milliseconds) => milliseconds / 1e3),
    ...[throughput.outputTokensPerSecond, throughput.outputTokensPerSecondPerSequence],
    ...[deployment.devices ?? 0, workload.tokens, workload.batch, queue?.atOnce ?? 0, queue?.waiting ?? 0],
    ...[memory?.perDeviceGiB ?? 0, memory?.usablePerDeviceGiB ?? 0, Math.abs(memory?.headroomPerDeviceGiB ?? 0)],
    cost?.usdPerRequest ?? 0,
  ];
}

interface Explained {
  latency: { timePerOutputTokenMs: number; timePerOutputTokenParts: { name: string; ms: number; text: string }[] };
  throughput: { outputTokensPerSecond: number; outputTokensPerSecondRange: Range };
  saturation: { outputTokensPerSecond: number; outputTokensPerSecondRange: Range } | null;
  memory: { totalGiB: number; totalGiBRange: Range } | null;
  cost: {
    usdPerRequest: number;
    usdPerRequestInterval: Range;
    usdPerMillionOutputTokens: number;
    usdPerMillionOutputTokensInterval: Range;
  } | null;
  roofline: Record<'peakTflops' | 'bandwidthGBPerSecond' | 'reachableTflops' | 'reachableGBPerSecond', number> | null;
  basis: {
    rests: {
      about: string;
      text: string;
      method: string;
      points: number | null;
      date: string | null;
      source: { url: string } | null;
    }[];
  };
}

interface Range {
  low: number;
  high: number;
}

const explained = `{
  latency { timePerOutputTokenMs timePerOutputTokenParts { name ms text } }
  throughput { outputTokensPerSecond outputTokensPerSecondRange { low high } }
  saturation { outputTokensPerSecond outputTokensPerSecondRange { low high } }
  memory { totalGiB totalGiBRange { low high } }
  cost { usdPerRequest usdPerRequestInterval { low high } usdPerMillionOutputTokens usdPerMillionOutputTokensInterval { low high } }
  roofline { devices numberFormat peakTflops bandwidthGBPerSecond reachableTflops reachableGBPerSecond }
  basis { rests { about text method points date source { title url } } }
}`;

describe.each(questions)('what explains estimate(%s)', (asked) => {
  let estimate: Explained;
  beforeAll(async () => {
    ({ estimate } = await calculator.answer<{ estimate: Explained }>(`{ estimate(${asked}) ${explained} }`));
  });

  test('the parts of an output token are all of its time', () => {
    const { timePerOutputTokenMs, timePerOutputTokenParts: parts } = estimate.latency;
    if (estimate.memory === null) return expect(parts).toEqual([]);
    expect(parts.reduce((sum, { ms }) => sum + ms, 0) / timePerOutputTokenMs).toBeCloseTo(1, 9);
    for (const { name, ms, text } of parts) expect([ms > 0, name.length > 0, text.endsWith('.')]).not.toContain(false);
  });

  test('figures lie within their ranges', () => {
    const { throughput, saturation, memory } = estimate;
    for (const { outputTokensPerSecond: value, outputTokensPerSecondRange: range } of [
      throughput,
      saturation ?? throughput,
    ]) {
      expect(range.low).toBeLessThanOrEqual(value * (1 + 1e-12));
      expect(range.high).toBeGreaterThanOrEqual(value * (1 - 1e-12));
    }
    if (memory === null) return;
    expect(memory.totalGiBRange.low).toBeLessThan(memory.totalGiB);
    expect(memory.totalGiBRange.high).toBeGreaterThan(memory.totalGiB);
  });

  test('the cost is as far off as the throughput on hardware, and known behind an API', () => {
    const { throughput, memory, cost } = estimate;
    if (cost === null) throw new TypeError('no price');
    const width = ({ low, high }: Range) => high / low;
    const expected = memory === null ? 1 : width(throughput.outputTokensPerSecondRange);
    for (const { value, interval } of [
      { value: cost.usdPerRequest, interval: cost.usdPerRequestInterval },
      { value: cost.usdPerMillionOutputTokens, interval: cost.usdPerMillionOutputTokensInterval },
    ]) {
      expect(width(interval)).toBeCloseTo(expected, 9);
      expect(interval.low).toBeLessThanOrEqual(value);
      expect(interval.high).toBeGreaterThanOrEqual(value);
    }
    if (memory !== null) expect(expected).toBeGreaterThan(1);
  });

  test('what is reached is not more than the datasheet allows', () => {
    const { roofline, memory } = estimate;
    if (memory === null) return expect(roofline).toBeNull();
    expect(roofline?.reachableTflops).toBeLessThanOrEqual(roofline?.peakTflops ?? 0);
    expect(roofline?.reachableGBPerSecond).toBeLessThanOrEqual(roofline?.bandwidthGBPerSecond ?? 0);
  });

  test('what it rests on is told in words, and what was fitted with its points, day and page', () => {
    const { rests } = estimate.basis;
    expect(rests.length).toBeGreaterThan(0);
    for (const { about, text, method, points, date, source } of rests) {
      expect(`${about}: ${text}`).not.toMatch(/[|_]/);
      if (method === 'FITTED' && points !== null) {
        expect(points).toBeGreaterThan(0);
        expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        if (source !== null) expect(source.url).toMatch(/^https:/);
      }
    }
    expect(rests.some(({ source }) => source !== null)).toBe(true);
    const methods = rests.map(({ method }) => method);
    expect(methods).toContain(estimate.memory === null ? 'MEASURED' : 'DATASHEET');
  });
});

describe.each(questions)('estimate(%s)', (asked) => {
  test('every number in the summary and the verdict is a field', async () => {
    const answer = await answerTo(asked);
    const { model, hardware, deployment, cost } = answer;
    const names = [
      model.name,
      hardware?.name,
      deployment.runtime?.name,
      deployment.weights?.name,
      cost?.basis.provider,
    ];
    const { headline, about } = answer.verdict;
    let text = `${answer.summary} ${headline} ${about}`.replaceAll('80 % range', '');
    text = text.replace(/ instead of [^)]+/, '');
    for (const name of names) if (name) text = text.replaceAll(name, '');
    const figures = figuresOf(answer);
    const strays = numbersIn(text).filter(
      ({ value, step }) => !figures.some((figure) => Math.abs(figure - value) <= step * 0.5 + 1e-9 * value),
    );
    expect(strays, text).toEqual([]);
  });

  test('what saturates it fits at once, and a batch beyond that waits', async () => {
    const { saturation, memory, queue, verdict, workload } = await answerTo(asked);
    if (saturation === null || memory === null) return;
    expect(saturation.batch).toBeLessThanOrEqual(memory.maxBatch);
    if (queue === null) return;
    expect(verdict.status).toBe('QUEUES');
    expect(memory.fits).toBe(true);
    expect(queue.atOnce + queue.waiting).toBe(workload.batch);
    expect(queue.atOnce).toBeLessThanOrEqual(memory.maxBatch);
  });

  test('parts of a device add up to what it needs', async () => {
    const { memory } = await answerTo(asked);
    if (memory === null) return;
    expect(memory.parts.reduce((sum, { gib }) => sum + gib, 0)).toBeCloseTo(memory.perDeviceGiB, 9);
  });
});

test.each([
  ['7B', 'T4', 1, 'TIGHT', /^Barely fits: 0\.\d+ GiB to spare$/],
  ['7B', 'A100', 1, 'FITS', /^Fits with [\d.]+ GiB to spare$/],
  ['llama-3.1-70b', 'T4', 1, 'DOES_NOT_FIT', /^Does not fit: [\d.]+ GiB short$/],
  ['7B', 'T4', 2, 'QUEUES', /^Queues: 1 runs at once, 1 waits$/],
  ['7B', 'A100', 100_000, 'QUEUES', /^Queues: [\d,]+ run at once, [\d,]+ wait$/],
])('%s on %s at batch %i is %s', async (model, hardware, batch, status, headline) => {
  const { verdict } = await answerTo(`model: "${model}", hardware: "${hardware}", batch: ${batch}`);
  expect(verdict.status).toBe(status);
  expect(verdict.headline).toMatch(headline);
});

test.each([
  ['gpt-4', 'with its speed where it is known', /^Runs at OpenAI$/, /at about [\d.]+ tokens\/s to one reader/],
  [
    'amazon-nova-premier',
    'also where nobody measured it',
    /^Runs at Amazon Bedrock$/,
    /nobody is known to have measured/,
  ],
])('%s is HOSTED, %s', async (model, _known, headline, about) => {
  const { verdict } = (
    await calculator.answer<{ estimate: Agreeing }>(
      `{ estimate(model: "${model}", deployment: API) { verdict { status headline about } } }`,
    )
  ).estimate;
  expect(verdict.status).toBe('HOSTED');
  expect(verdict.headline).toMatch(headline);
  expect(verdict.about).toMatch(about);
});
