import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calculate } from '../../src/calculator/calculate.ts';
import { type Question, scenarioQuestion } from '../../src/calculator/question.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

const question = { model: 'llama-3.1-8b', hardware: 'L40S', outputTokens: 100, batch: 1, promptTokens: 0 };

const answer = (asked: Question) => calculate(registry.catalogue(), registry.coefficients, asked);

function refusal(change: Partial<Question>): unknown {
  try {
    answer({ ...question, ...change });
  } catch (error) {
    return error;
  }
  throw new Error('it was answered');
}

describe('calculate', () => {
  test('answers on hardware with the deployment it resolved', () => {
    const { deployment, memory, intervals, latency } = answer(question);
    expect(deployment).toMatchObject({ mode: 'local', hardware: { id: 'nvidia-l40s-48gb' }, runtime: { id: 'vllm' } });
    expect(memory?.fits).toBe(true);
    expect(intervals()?.endToEndSeconds.low).toBeLessThan(latency?.endToEndSeconds ?? 0);
  });

  test('answers for an API with the provider whose latency it is', () => {
    const { deployment, memory, cost } = answer({ ...question, model: 'gpt-4', hardware: null });
    expect(deployment).toMatchObject({ mode: 'api' });
    expect(memory).toBeNull();
    expect(cost()?.usdPerRequest).toBeGreaterThan(0);
  });

  test('answers the question that each scenario stands for', () => {
    for (const { facts } of registry.catalogue().scenario.all()) {
      const { workload, deployment } = answer(scenarioQuestion(facts));
      const { outputTokens, promptTokens, batch, contextTokens } = facts;
      expect(workload).toMatchObject({ outputTokens, promptTokens, batch, contextTokens });
      expect(deployment.mode).toBe(facts.deployment);
    }
  });

  test.each<[string, Partial<Question>]>([
    ['outputTokens', { outputTokens: 0 }],
    ['batch', { batch: 1.5 }],
    ['promptTokens', { promptTokens: -1 }],
    ['devices', { devices: 5000 }],
    ['usdPerHour', { usdPerHour: 0 }],
    ['parallelism.tensor', { parallelism: { tensor: 0 } }],
    ['hardware', { hardware: null }],
    ['offer', { offer: 'openai-gpt-4o', usdPerHour: 2 }],
  ])('refuses a question by the name of its own field: %s', (field, change) => {
    expect(refusal(change)).toMatchObject({ name: 'InvalidQuestionError', field });
  });

  test.each<[string, Partial<Question>]>([
    ['model', { model: 'lama-3' }],
    ['hardware', { hardware: 'H1000' }],
    ['weights', { weights: 'fp17' }],
    ['kvCache', { kvCache: 'kv-fp17' }],
    ['runtime', { runtime: 'vlm' }],
    ['offer', { offer: 'no-such-offer' }],
  ])('names the field that names nobody: %s', (argument, change) => {
    expect(refusal(change)).toMatchObject({ name: 'UnknownProfileError', argument });
  });

  test.each<[string, Partial<Question>]>([
    ['parallelism.tensor', { devices: 3, parallelism: { tensor: 3 } }],
    ['parallelism', { devices: 4, parallelism: { tensor: 2 } }],
    ['parallelism.pipeline', { parallelism: { pipeline: 64 } }],
    ['parallelism.expert', { parallelism: { tensor: 2, expert: 2 } }],
    ['devices', { devices: 3, parallelism: { data: 2 } }],
    ['weights', { weights: 'kv-fp16' }],
    ['runtime', { runtime: 'mlx' }],
  ])('refuses what does not go together, once and by name: %s', (argument, change) => {
    expect(refusal(change)).toMatchObject({ name: 'InvalidWorkloadError', argument });
  });

  test('suggests changes of fields that then fit', () => {
    const tooLarge = { ...question, model: 'llama-3.1-70b', hardware: 'T4' };
    const suggestions = answer(tooLarge).suggestions();
    expect(suggestions.length).toBeGreaterThan(0);
    for (const { changes, estimate } of suggestions) {
      const values = changes.map(({ field, value }) => [field, /^\d+$/.test(value ?? '') ? Number(value) : value]);
      const { memory } = answer({ ...tooLarge, ...Object.fromEntries(values) });
      expect(memory?.fits).toBe(true);
      expect(estimate().memory).toEqual(memory);
    }
  });
});
