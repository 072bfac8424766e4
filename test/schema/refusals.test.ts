import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from './calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

describe('unknown profiles', () => {
  test.each([
    { asked: 'model: "lama-2-7b"', argument: 'model', likely: 'llama-2-7b' },
    { asked: 'hardware: "H1000"', argument: 'hardware', likely: 'h100' },
    { asked: 'options: { weights: "fp17" }', argument: 'options.weights', likely: 'fp16' },
    { asked: 'options: { kvCache: "kv-fp17" }', argument: 'options.kvCache', likely: 'kv-fp16' },
    { asked: 'options: { runtime: "vlm" }', argument: 'options.runtime', likely: 'vllm' },
    { asked: 'options: { offer: "no-such-offer" }', argument: 'options.offer', likely: null },
  ])('$asked', async ({ asked, argument, likely }) => {
    const error = await calculator.refusal(`{ estimate(${asked}) { summary cost { usdPerHour } } }`);
    expect(error.extensions).toMatchObject({ code: 'UNKNOWN_PROFILE', argument });
    const suggestions = error.extensions.suggestions ?? [];
    expect(suggestions.length).toBeLessThanOrEqual(3);
    if (likely !== null) expect(suggestions.some((id) => id.includes(likely))).toBe(true);
  });
});

const tokens = { minimum: 1, maximum: 1_000_000_000 };

describe('values out of range name argument, value and range', () => {
  test.each([
    { asked: 'tokens: 0', argument: 'tokens', value: 0, allowed: tokens },
    { asked: 'tokens: -5', argument: 'tokens', value: -5, allowed: tokens },
    { asked: 'tokens: 1.5', argument: 'tokens', value: 1.5, allowed: tokens },
    { asked: 'tokens: 1000000001', argument: 'tokens', value: 1_000_000_001, allowed: tokens },
    { asked: 'tokens: 5000000000', argument: 'tokens', value: 5e9, allowed: tokens },
    { asked: 'tokens: NaN', argument: 'tokens', value: 'NaN', allowed: tokens },
    { asked: 'tokens: "many"', argument: 'tokens', value: 'many', allowed: tokens },
    { asked: 'tokens: null', argument: 'tokens', value: 'null', allowed: tokens },
    { asked: 'batch: 0', argument: 'batch', value: 0, allowed: { minimum: 1, maximum: 1_000_000 } },
    { asked: 'batch: 1000001', argument: 'batch', value: 1_000_001, allowed: { minimum: 1, maximum: 1_000_000 } },
    { asked: 'promptTokens: -1', argument: 'promptTokens', value: -1, allowed: { minimum: 0, maximum: 1e9 } },
    {
      asked: 'options: { devices: 5000 }',
      argument: 'options.devices',
      value: 5000,
      allowed: { minimum: 1, maximum: 4096 },
    },
    {
      asked: 'options: { devices: 2.5 }',
      argument: 'options.devices',
      value: 2.5,
      allowed: { minimum: 1, maximum: 4096 },
    },
    {
      asked: 'options: { contextTokens: -1 }',
      argument: 'options.contextTokens',
      value: -1,
      allowed: { minimum: 0, maximum: 1e9 },
    },
    {
      asked: 'options: { usdPerHour: 0 }',
      argument: 'options.usdPerHour',
      value: 0,
      allowed: { minimum: 0, maximum: 1e6 },
    },
    {
      asked: 'options: { parallelism: { tensor: 0 } }',
      argument: 'options.parallelism.tensor',
      value: 0,
      allowed: { minimum: 1, maximum: 4096 },
    },
    {
      asked: 'options: { runtimeYear: 1999 }',
      argument: 'options.runtimeYear',
      value: 1999,
      allowed: { minimum: 2017, maximum: 2100 },
    },
    { asked: 'deployment: CLOUD', argument: 'deployment', value: 'CLOUD', allowed: ['LOCAL', 'API'] },
    {
      asked: 'options: { scheduling: SOMETIMES }',
      argument: 'options.scheduling',
      value: 'SOMETIMES',
      allowed: ['STATIC', 'CONTINUOUS'],
    },
  ])('$asked', async ({ asked, argument, value, allowed }) => {
    const error = await calculator.refusal(`{ estimate(${asked}) { summary } }`);
    expect(error.extensions).toEqual({ code: 'INVALID_ARGUMENT', argument, value, allowed });
    expect(error.message).toContain(argument);
    expect(error.message).toContain('must be');
  });

  test.each([
    { type: 'Int!', use: 'tokens: $it', it: 1.5, argument: 'tokens', value: 1.5, allowed: tokens },
    { type: 'Int!', use: 'tokens: $it', it: 1e12, argument: 'tokens', value: 1e12, allowed: tokens },
    { type: 'Int!', use: 'tokens: $it', it: null, argument: 'tokens', value: null, allowed: tokens },
    {
      type: 'EstimateOptions',
      use: 'options: $it',
      it: { devices: 1e10 },
      argument: 'options.devices',
      value: 1e10,
      allowed: { minimum: 1, maximum: 4096 },
    },
    {
      type: 'EstimateOptions',
      use: 'options: $it',
      it: { parallelism: { tensor: 'two' } },
      argument: 'options.parallelism.tensor',
      value: 'two',
      allowed: { minimum: 1, maximum: 4096 },
    },
    {
      type: 'DeploymentMode',
      use: 'deployment: $it',
      it: 'CLOUD',
      argument: 'deployment',
      value: 'CLOUD',
      allowed: ['LOCAL', 'API'],
    },
  ])('as a variable: $use, $it', async ({ type, use, it, argument, value, allowed }) => {
    const error = await calculator.refusal(`query ($it: ${type}) { estimate(${use}) { summary } }`, { it });
    expect(error.extensions).toEqual({ code: 'INVALID_ARGUMENT', argument, value, allowed });
  });
});

describe('an input that is not of its type names its place and what would do', () => {
  const source = [{ title: 'A guess', known: 'ASSUMED' }];
  const memory = { memoryGiB: 24, memoryKind: 'GDDR6', memoryBandwidthGBPerSecond: 300, source };
  const without = <Facts extends object>(facts: Facts, left: keyof Facts) =>
    Object.fromEntries(Object.entries(facts).filter(([key]) => key !== left));
  const literal = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
    if (typeof value === 'object' && value !== null) {
      return `{ ${Object.entries(value)
        .map(([key, inner]) => `${key}: ${literal(inner)}`)
        .join(', ')} }`;
    }
    return value === 'ASSUMED' ? value : JSON.stringify(value);
  };

  test.each([
    {
      input: { memory: without(memory, 'source') },
      argument: 'input.memory.source',
      said: 'input.memory.source is required and was left out',
    },
    {
      input: { memory: { ...memory, source: [{ title: 'A guess' }] } },
      argument: 'input.memory.source.known',
      // Only variables know which entry of a list they are in.
      place: 'input.memory.source[0].known',
      said: 'known is required and was left out',
    },
    { input: { memory: { ...memory, memoryGiB: '24' } }, argument: 'input.memory.memoryGiB', said: 'must be a number' },
    { input: { devicesPerBoard: 1.5 }, argument: 'input.devicesPerBoard', said: 'must be a whole number' },
    { input: { name: 7 }, argument: 'input.name', said: 'must be text' },
    {
      input: { memory: { ...memory, sharedWithCpu: 'yes' } },
      argument: 'input.memory.sharedWithCpu',
      said: 'true or false',
    },
  ])('$argument', async ({ input, argument, place = argument, said }) => {
    for (const [query, variables, where] of [
      [`mutation { hardwareUpdate(id: "L4", input: ${literal(input)}) { __typename } }`, {}, argument],
      [
        'mutation ($it: HardwareUpdateInput!) { hardwareUpdate(id: "L4", input: $it) { __typename } }',
        { it: input },
        place,
      ],
    ] as const) {
      const error = await calculator.refusal(query, variables);
      expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: where });
      expect(error.message).toContain(said);
    }
  });

  test.each([{}, { hardwareHour: {}, modelTokens: {} }])('an offer of not exactly one basis: %o', async (it) => {
    const { errors = [] } = await calculator.ask(
      'mutation ($it: OfferCreateInput!) { offerCreate(input: $it) { __typename } }',
      { it },
    );
    const error = errors.find(({ extensions }) => extensions.argument === 'input');
    expect(error?.message).toContain('must have exactly one of hardwareHour, hardwarePurchase, modelTokens; got {');
    expect(error?.extensions.allowed).toEqual(['hardwareHour', 'hardwarePurchase', 'modelTokens']);
    const literally = await calculator.ask(`mutation { offerCreate(input: ${literal(it)}) { __typename } }`);
    expect(literally.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'input' });
  });

  test.each([
    { it: 5, argument: 'options', value: 5 },
    { it: { parallelism: [1] }, argument: 'options.parallelism', value: [1] },
    // Of a long value the beginning.
    { it: 'x'.repeat(300), argument: 'options', value: `${'x'.repeat(200)}…` },
  ])('not an object where one belongs: $it', async ({ it, argument, value }) => {
    const error = await calculator.refusal('query ($it: EstimateOptions) { estimate(options: $it) { summary } }', {
      it,
    });
    expect(error.extensions).toEqual({ code: 'INVALID_ARGUMENT', argument, value });
    expect(error.message).toContain('to be an object');
  });

  test('a variable that is left out, beside one that is wrong', async () => {
    const { errors } = await calculator.ask(
      'query ($a: Int!, $b: Int!) { estimate(tokens: $a, batch: $b) { summary } }',
      { a: 'x' },
    );
    expect(errors?.map(({ extensions }) => extensions.argument)).toEqual(['tokens', 'batch']);
    expect(errors?.[1]?.message).toBe('batch is required and was left out');
  });

  test('a field that the type does not have keeps GraphQL’s own words, beside what is wrong', async () => {
    const { errors } = await calculator.ask('query ($it: EstimateOptions) { estimate(options: $it) { summary } }', {
      it: { devices: 'two', devises: 2 },
    });
    expect(errors?.[0]?.extensions.argument).toBe('options.devices');
    expect(errors?.[1]?.message).toContain('"devises" is not defined by type');
  });

  test('an argument that is left out', async () => {
    const error = await calculator.refusal('mutation { hardwareUpdate(id: "L4") { __typename } }');
    expect(error).toMatchObject({
      message: 'input is required and was left out',
      extensions: { code: 'INVALID_ARGUMENT', argument: 'input' },
    });
  });
});

describe('requests that cannot be answered', () => {
  test('parallelism that does not make up the devices names the layouts that do', async () => {
    const error = await calculator.refusal(
      '{ estimate(hardware: "A100", options: { devices: 8, parallelism: { tensor: 2 } }) { summary } }',
    );
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'options.parallelism' });
    expect(error.message).toContain('1 × 8, 2 × 4, 4 × 2, 8 × 1; got "tensor 2 × pipeline 1 × data 1 = 2"');
  });

  test('a device without any peak that would do is a missing figure of that device', async () => {
    const error = await calculator.refusal('{ estimate(hardware: "amd-mi455x-432gb") { summary } }');
    const figure = { code: 'MISSING_FIGURE', argument: 'hardware', value: 'amd-mi455x-432gb' };
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

  test('a model without architecture on hardware is a missing figure', async () => {
    const error = await calculator.refusal('{ estimate(model: "GPT-4", deployment: LOCAL) { summary } }');
    expect(error.extensions.code).toBe('MISSING_FIGURE');
    expect(error.message).toContain('architecture');
  });

  test('a hosted model nobody has measured is a missing figure, and its prices are pointed at', async () => {
    const catalogue = calculator.registry.catalogue();
    const measured = new Set(catalogue.hostedLatency.all().map(({ facts }) => facts.model));
    const priced = new Set(catalogue.offer.all().map(({ facts }) => ('model' in facts ? facts.model : null)));
    const model = catalogue.model
      .all()
      .find(({ id, engine }) => !engine.architecture && !measured.has(id) && priced.has(id));
    const error = await calculator.refusal('query ($model: ID!) { estimate(model: $model) { summary } }', {
      model: model?.id,
    });
    expect(error.extensions).toMatchObject({ code: 'MISSING_FIGURE', argument: 'model', value: model?.id });
    const query = /\{ model.+\}/.exec(error.message)?.[0] ?? '';
    const answer = await calculator.answer<{ model: { offers: unknown[] } }>(query);
    expect(answer.model.offers.length).toBeGreaterThan(0);
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
      for (const runtime of calculator.registry.catalogue().runtime.all()) expect(error.message).toContain(runtime.id);
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
