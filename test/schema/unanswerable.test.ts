import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from './calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

describe('requests that cannot be answered', () => {
  test('parallelism that does not make up the devices names the layouts that do', async () => {
    const error = await calculator.refusal(
      '{ estimate(hardware: "A100", options: { devices: 8, parallelism: { tensor: 2 } }) { summary } }',
    );
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'options.parallelism' });
    expect(error.message).toContain('1 × 8, 2 × 4, 4 × 2, 8 × 1; got "tensor 2 × pipeline 1 × data 1 = 2"');
  });

  test('a device without any peak that would do is a missing figure of that device', async () => {
    const error = await calculator.refusal('{ estimate(hardware: "nvidia-jetson-t4000-64gb") { summary } }');
    const figure = { code: 'MISSING_FIGURE', argument: 'hardware', value: 'nvidia-jetson-t4000-64gb' };
    expect(error.extensions).toMatchObject(figure);
  });

  test('parallelism that does not divide names the values that do', async () => {
    const error = await calculator.refusal(
      '{ estimate(hardware: "A100", options: { devices: 3, parallelism: { tensor: 3 } }) { summary } }',
    );
    expect(error.extensions).toMatchObject({
      code: 'INVALID_ARGUMENT',
      argument: 'options.parallelism.tensor',
      value: 3,
    });
    expect(error.message).toMatch(/1, 2, 4, 8, 16, 32/);
  });

  test('an encoder writes no text: there is nothing to estimate', async () => {
    const error = await calculator.refusal('{ estimate(model: "bge-large-en-v1.5", hardware: "A100") { summary } }');
    expect(error.extensions).toMatchObject({ code: 'UNSUPPORTED', argument: 'model', value: 'bge-large-en-v1.5' });
  });

  test('a model without architecture on hardware is a missing figure', async () => {
    const error = await calculator.refusal('{ estimate(model: "GPT-4", deployment: LOCAL) { summary } }');
    expect(error.extensions.code).toBe('MISSING_FIGURE');
    expect(error.message).toContain('architecture');
  });

  test('an open model that nobody sells or has measured is no answer for an API', async () => {
    const catalogue = calculator.registry.catalogue();
    const measured = new Set(catalogue.hostedLatency.all().map(({ facts }) => facts.model));
    const priced = new Set(catalogue.offer.all().map(({ facts }) => ('model' in facts ? facts.model : null)));
    const model = catalogue.model.all().find(({ id }) => !measured.has(id) && !priced.has(id));
    const error = await calculator.refusal(
      'query ($model: ID!) { estimate(model: $model, deployment: API) { summary } }',
      {
        model: model?.id,
      },
    );
    expect(error.extensions).toMatchObject({ code: 'MISSING_FIGURE', argument: 'model', value: model?.id });
    expect(error.message).toContain('latency or price');
  });

  test('an offer of something else is refused', async () => {
    const error = await calculator.refusal(
      '{ estimate(model: "GPT-4", options: { offer: "aws-p3.2xlarge-on-demand-us-east-1-2026-07-20" }) { cost { usdPerRequest } } }',
    );
    expect(error.extensions).toMatchObject({ argument: 'options.offer' });
  });

  test.each(['groq-lpu-v1', 'cerebras-wse-3', 'sambanova-sn40l'])('no runtime runs on %s', async (id) => {
    for (const options of ['{}', '{ runtime: "vllm" }', '{ weights: "Q4_K_M" }']) {
      const error = await calculator.refusal(`{ estimate(hardware: "${id}", options: ${options}) { summary } }`);
      expect(error.extensions).toMatchObject({ code: 'UNSUPPORTED', argument: 'hardware', value: id });
      const { name, facts } = calculator.registry.catalogue().hardware.get(id);
      expect(error.message).toContain(name);
      expect(error.message).toContain(facts.family);
      for (const runtime of calculator.registry.catalogue().runtime.all()) {
        // A demonstration is not suggested.
        if (!runtime.facts.demonstration) expect(error.message).toContain(runtime.id);
      }
    }
  });

  test('weights that no runtime runs there: the formats that run are named, and they do run', async () => {
    const error = await calculator.refusal(
      '{ estimate(hardware: "aws-trainium2", options: { weights: "Q4_K_M" }) { summary } }',
    );
    const { extensions } = error;
    expect(extensions).toMatchObject({ code: 'UNSUPPORTED', argument: 'options.weights', value: 'gguf-q4_k_m' });
    expect(error.message).toContain('neuron');
    const allowed = error.extensions.allowed as string[];
    expect(allowed).toContain('bf16');
    for (const weights of allowed) {
      await calculator.answer(
        'query ($weights: ID!) { estimate(hardware: "aws-trainium2", options: { weights: $weights }) { summary } }',
        { weights },
      );
    }
  });

  test('a runtime that does not run there: the ones that do are named', async () => {
    const error = await calculator.refusal(
      '{ estimate(hardware: "aws-trainium2", options: { runtime: "llama.cpp" }) { summary } }',
    );
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'options.runtime' });
    expect(error.message).toContain('neuron');
  });

  test('two prices at once are refused', async () => {
    const error = await calculator.refusal(
      '{ estimate(options: { usdPerHour: 1, offer: "aws-g4dn.xlarge-on-demand-us-east-1-2026-07-20" }) { summary } }',
    );
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'options.offer' });
  });

  test('local without hardware is refused', async () => {
    const error = await calculator.refusal('{ estimate(hardware: null) { summary } }');
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'hardware', value: null });
  });

  test('a typo in the query keeps GraphQL’s own help', async () => {
    const error = await calculator.refusal('{ estimate { sumary } }');
    expect(error.message).toContain('Did you mean "summary"');
  });
});

describe('a refusal takes no other answer with it', () => {
  test('of aliased estimates, the others stay', async () => {
    const { data, errors } = await calculator.ask<Record<string, { summary: string } | null>>(
      '{ a: estimate { summary } b: estimate(hardware: "groq-lpu-v1") { summary } c: estimate(hardware: "A100") { summary } }',
    );
    expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'UNSUPPORTED' } }]);
    expect(data.b).toBeNull();
    expect(data.a?.summary).toContain('NVIDIA T4');
    expect(data.c?.summary).toContain('NVIDIA A100');
  });

  test.each([
    'models(first: 5, after: "no cursor") { totalCount }',
    'hardwareList(filter: { memoryGiB: { min: 5, max: 1 } }) { totalCount }',
    'measurements(first: 0) { totalCount }',
    'changes(first: 0) { totalCount }',
  ])('of %s, the estimate beside it stays', async (refused) => {
    const { data, errors } = await calculator.ask<{ refused: unknown; estimate: { summary: string } }>(
      `{ refused: ${refused} estimate { summary } }`,
    );
    expect(errors).toMatchObject([{ path: ['refused'], extensions: { code: 'INVALID_ARGUMENT' } }]);
    expect(data).toMatchObject({ refused: null, estimate: { summary: expect.any(String) } });
  });
});
