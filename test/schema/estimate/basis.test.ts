import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measuredRun, measuredRunsOf } from '../../../src/calculator/evidence/measuredRuns.ts';
import { runDistance } from '../../../src/engine/evidence/neighbours.ts';
import { kind, subjectOfName } from '../../../src/registry/kinds/measurement.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Basis {
  method: string;
  evidence: string;
  expectedErrorPercent: number;
  nearestMeasurement: { measurement: { id: string; modelId: string; hardwareId: string }; differs: string[] } | null;
}

interface Answer {
  estimate: {
    basis: Basis;
    latency: {
      arrivals: string;
      timePerOutputTokenMs: number;
      timePerOutputTokenMsRange: { low: number; high: number };
      timeToFirstTokenMsRange: { low: number; high: number };
    };
  };
}

async function estimate(arguments_: string): Promise<Answer['estimate']> {
  const answer = await calculator.answer<Answer>(`{ estimate(${arguments_}) {
    latency { arrivals timePerOutputTokenMs timePerOutputTokenMsRange { low high } timeToFirstTokenMsRange { low high } }
    basis { method evidence expectedErrorPercent nearestMeasurement { measurement { id modelId hardwareId } differs } } } }`);
  return answer.estimate;
}

// aic-1681: Llama 3.1 8B on one H100 under TensorRT-LLM 1.0, 1,024 in, 128 out, 8 in flight: 7.9436 ms a token.
const measured = 'model: "llama-3.1-8b", hardware: "H100", promptTokens: 1024, tokens: 128, batch: 8';
const asMeasured = 'options: { runtime: "tensorrt-llm" }';

describe('the nearest measurement', () => {
  test('of what was measured is the measurement, and nothing differs', async () => {
    const { basis } = await estimate(`${measured}, ${asMeasured}`);
    expect(basis.nearestMeasurement).toEqual({
      measurement: { id: 'aic-1681', modelId: 'llama-3.1-8b', hardwareId: 'nvidia-h100-sxm-80gb' },
      differs: [],
    });
    expect(basis.method).toBe('MEASURED_NEIGHBOUR');
    expect(basis.evidence).toMatch(
      /^\d+ measurements of this deployment under a similar load: measured time per output/,
    );
  });

  test('of another load names it, with both values', async () => {
    const { basis } = await estimate(
      `model: "llama-3.1-8b", hardware: "H100", promptTokens: 1024, tokens: 128, batch: 11, ${asMeasured}`,
    );
    expect(basis.nearestMeasurement?.differs).toEqual(['batch: 8 there, 11 here']);
  });

  test('of a device that nobody measured is on another one', async () => {
    const { basis } = await estimate('model: "7B", hardware: "P4"');
    expect(basis.nearestMeasurement?.differs[0]).toMatch(/^device: .+ there, NVIDIA (Tesla )?P4 here$/);
    expect(basis.method).not.toBe('MEASURED_NEIGHBOUR');
  });

  test('of one token timed the reading of a prompt', async () => {
    const { estimate: answer } = await calculator.answer<{
      estimate: { basis: { nearestMeasurement: { measurement: { metrics: Record<string, number | null> } } } };
    }>(`{ estimate(model: "llama-3.1-8b", hardware: "RTX 4090", promptTokens: 512, tokens: 1) { basis { nearestMeasurement {
      measurement { metrics { timeToFirstTokenMs prefillTokensPerSecond endToEndMs outputTokensPerSecond totalTokensPerSecond } } } } } }`);
    const { metrics } = answer.basis.nearestMeasurement.measurement;
    expect(Object.values(metrics).some((value) => value !== null)).toBe(true);
  });

  test('of an API there is none', async () => {
    const { basis, latency } = await estimate('model: "GPT-4"');
    expect(basis.nearestMeasurement).toBeNull();
    expect(latency.arrivals).toBe('PROVIDER');
  });

  test('every measured run finds itself, or one that is as near', () => {
    const catalogue = calculator.registry.catalogue();
    const runs = measuredRunsOf(catalogue);
    let found = 0;
    for (const profile of catalogue.measurement.all().filter((_, index) => index % 7 === 0)) {
      const run = measuredRun(profile.facts, catalogue);
      if (run === null) continue;
      const nearest = runs.nearest(run, () => true);
      expect(nearest && runDistance(run, nearest), profile.id).toBe(0);
      found += 1;
    }
    expect(found).toBeGreaterThan(300);
  });
});

describe('measured neighbours', () => {
  test('narrow the range where they agree, and the range holds them', async () => {
    const { latency } = await estimate(`${measured}, ${asMeasured}`);
    const { low, high } = latency.timePerOutputTokenMsRange;
    expect(low).toBeLessThan(7.9436);
    expect(high).toBeGreaterThan(7.9436);
  });

  test('stop counting when the load is more than twice as large', async () => {
    const far = await estimate(
      `model: "llama-3.1-8b", hardware: "H100", promptTokens: 30000, tokens: 3000, batch: 3, ${asMeasured}`,
    );
    expect(far.basis.method).not.toBe('MEASURED_NEIGHBOUR');
  });
});

describe('arrivals', () => {
  test.each([
    { batch: 1, scheduling: 'CONTINUOUS', arrivals: 'ALONE' },
    { batch: 1, scheduling: 'STATIC', arrivals: 'ALONE' },
    { batch: 8, scheduling: 'STATIC', arrivals: 'TOGETHER' },
    { batch: 8, scheduling: 'CONTINUOUS', arrivals: 'CLOSED_LOOP' },
  ])('of $batch under $scheduling: $arrivals', async ({ batch, scheduling, arrivals }) => {
    const { latency } = await estimate(
      `model: "llama-3.1-8b", hardware: "H100", promptTokens: 100, batch: ${batch}, options: { runtime: "vllm", scheduling: ${scheduling} }`,
    );
    expect(latency.arrivals).toBe(arrivals);
  });
});

describe('measurements', () => {
  test('a name says what it is of', () => {
    for (const { name, facts } of calculator.registry.catalogue().measurement.all()) {
      const { model, weights, hardware, runtime } = facts;
      expect(subjectOfName(name)).toEqual({ model, weights, hardware, runtime });
    }
    expect(kind.name('any', { ...firstFacts(), hardware: null })).toContain(' on disk ');
  });

  test('aliases are as good as ids, and a model lists what the filter finds', async () => {
    const { measurements, model, hardware } = await calculator.answer<
      Record<'measurements', { totalCount: number }> &
        Record<
          'model' | 'hardware',
          { measurements: { totalCount: number; nodes: { modelId: string; hardwareId: string }[] } }
        >
    >(`{ measurements(filter: { model: "7B" }) { totalCount }
         model(id: "llama-2-7b") { measurements(first: 100) { totalCount nodes { modelId hardwareId } } }
         hardware(id: "A100") { measurements(first: 100) { totalCount nodes { modelId hardwareId } } } }`);
    expect(measurements.totalCount).toBeGreaterThan(100);
    expect(model.measurements.totalCount).toBe(measurements.totalCount);
    expect(new Set(model.measurements.nodes.map(({ modelId }) => modelId))).toEqual(new Set(['llama-2-7b']));
    expect(new Set(hardware.measurements.nodes.map(({ hardwareId }) => hardwareId)).size).toBe(1);
  });

  test.each(['model', 'hardware', 'runtime'])('an unknown %s is refused by name', async (argument) => {
    const { extensions } = await calculator.refusal(
      `{ measurements(filter: { ${argument}: "h1000-sxn" }) { totalCount } }`,
    );
    expect(extensions).toMatchObject({ code: 'UNKNOWN_PROFILE', argument: `filter.${argument}`, value: 'h1000-sxn' });
  });
});

function firstFacts() {
  const [first] = calculator.registry.catalogue().measurement.all();
  if (first === undefined) throw new Error('the seeds have measurements');
  return first.facts;
}
