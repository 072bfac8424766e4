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
