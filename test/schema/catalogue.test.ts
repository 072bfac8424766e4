import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/registry/kinds/kinds.ts';
import { type Calculator, openCalculator } from './calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Named {
  __typename: string;
  id: string;
}

describe('search', () => {
  async function found(text: string, rest = ''): Promise<Named[]> {
    const { search } = await calculator.answer<{ search: Named[] }>(
      `query ($text: String!) { search(text: $text ${rest}) { __typename id } }`,
      { text },
    );
    return search;
  }

  test.each([
    ['4090', 'Hardware', 'nvidia-rtx-4090-24gb'],
    ['llama-3.1-8b', 'Model', 'llama-3.1-8b'],
    ['VLLM', 'Runtime', 'vllm'],
    ['q4_k_m', 'WeightFormat', 'gguf-q4_k_m'],
    ['sglag', 'Runtime', 'sglang'],
  ])('%s finds a %s first: %s', async (text, type, id) => {
    expect((await found(text))[0]).toEqual({ __typename: type, id });
  });

  test('what is called so comes before what has the words', async () => {
    const ids = (await found('llama-2-7b')).map(({ id }) => id);
    expect(ids[0]).toBe('llama-2-7b');
    expect(ids.length).toBeGreaterThan(1);
  });

  test.each([
    // By the same likeness as "did you mean", and of equally like names the best known first.
    ['nvidia b200', 'nvidia-b200-sxm-180gb'],
    ['mixtrl', 'mixtral-8x7b'],
    // Of formats that answer to a word equally well, what people run.
    ['q4', 'gguf-q4_k_m'],
    ['gguf', 'gguf-q4_k_m'],
    ['q5', 'gguf-q5_k_m'],
    ['8b', 'llama-3.1-8b'],
    ['8xH100', 'nvidia-h100-sxm-80gb'],
    ['Llama 3.1 8B', 'llama-3.1-8b'],
  ])('%s finds %s first', async (text, id) => {
    expect((await found(text))[0]?.id).toBe(id);
  });

  test('prices are found when they are asked for, as the type they are', async () => {
    const offers = await found('h100', 'kinds: [OFFER], first: 5');
    expect(offers).toHaveLength(5);
    for (const { __typename } of offers) expect(__typename).toMatch(/Offer$/);
    expect((await found('h100')).some(({ __typename }) => __typename.endsWith('Offer'))).toBe(false);
  });

  test.each(Object.values(kinds).map(({ kind }) => [kind]))('a %s shows every field of a profile', async (kind) => {
    const [first] = calculator.registry.catalogue()[kindShelf(kind)].all();
    const enumName = kind.replace('-', '_').toUpperCase();
    const { search } = await calculator.answer<{ search: { name: string; sources: unknown[] }[] }>(
      `query ($text: String!) { search(text: $text, kinds: [${enumName}], first: 1) { id name aliases revision sources { key } } }`,
      { text: first?.id },
    );
    expect(search).toMatchObject([{ id: first?.id, name: first?.name }]);
  });

  test('nothing but blanks finds nothing, and more than 100 is refused', async () => {
    expect(await found('  ')).toEqual([]);
    const { extensions } = await calculator.refusal('{ search(text: "h100", first: 101) { id } }');
    expect(extensions).toMatchObject({ argument: 'first', allowed: { minimum: 1, maximum: 100 } });
    const long = await calculator.refusal('query ($text: String!) { search(text: $text) { id } }', {
      text: 'x'.repeat(201),
    });
    expect(long.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'text' });
  });
});

function kindShelf(kind: string): keyof typeof kinds {
  const found = Object.entries(kinds).find(([, each]) => each.kind === kind);
  if (found === undefined) throw new Error(kind);
  return found[0] as keyof typeof kinds;
}

describe('lists for pickers', () => {
  test('all ids and names in one page, and their counts by value', async () => {
    const { models, hardwareList } = await calculator.answer<
      Record<
        'models' | 'hardwareList',
        { totalCount: number; nodes: unknown[]; facets: Record<string, { value: string; count: number }[]> }
      >
    >(`{
      models(first: 1000) { totalCount nodes { id name } facets { developer { value count } } }
      hardwareList(first: 1000) { totalCount nodes { id name } facets { vendor { value count } kind { value count } family { value count } } }
    }`);
    for (const { nodes, totalCount } of [models, hardwareList]) expect(nodes).toHaveLength(totalCount);
    for (const facet of [models.facets.developer, ...Object.values(hardwareList.facets)]) {
      expect(facet).toEqual(facet?.toSorted((one, other) => other.count - one.count));
    }
    const sum = (facet: { count: number }[] = []) => facet.reduce((total, { count }) => total + count, 0);
    expect(sum(models.facets.developer)).toBe(models.totalCount);
    for (const facet of Object.values(hardwareList.facets)) expect(sum(facet)).toBe(hardwareList.totalCount);
  });

  test('a facet’s count is what its value as filter finds', async () => {
    const { hardwareList } = await calculator.answer<{
      hardwareList: { facets: { family: { value: string; count: number }[] } };
    }>('{ hardwareList(filter: { vendor: "AMD" }) { facets { family { value count } } } }');
    for (const { value, count } of hardwareList.facets.family) {
      const { hardwareList: page } = await calculator.answer<{ hardwareList: { totalCount: number } }>(
        `{ hardwareList(filter: { vendor: "AMD", family: "${value}" }) { totalCount } }`,
      );
      expect(page.totalCount).toBe(count);
    }
  });

  test('families hold every device once', async () => {
    const { hardwareFamilies } = await calculator.answer<{
      hardwareFamilies: { count: number; hardware: { id: string }[] }[];
    }>('{ hardwareFamilies { count hardware { id } } }');
    const ids = hardwareFamilies.flatMap(({ hardware }) => hardware.map(({ id }) => id));
    expect(ids.toSorted()).toEqual(
      calculator.registry
        .catalogue()
        .hardware.all()
        .map(({ id }) => id),
    );
    for (const { count, hardware } of hardwareFamilies) expect(count).toBe(hardware.length);
  });

  test('offers by what they are for, the cheapest first', async () => {
    const { offers } = await calculator.answer<{
      offers: { totalCount: number; nodes: { usdPerDeviceHour: number }[] };
    }>(
      `{ offers(filter: { basis: HARDWARE_HOUR, hardware: "H100", inForce: true }, orderBy: { field: PRICE }, first: 100) {
        totalCount nodes { ... on HardwareHourOffer { usdPerDeviceHour } } } }`,
    );
    const prices = offers.nodes.map(({ usdPerDeviceHour }) => usdPerDeviceHour);
    expect(prices.length).toBeGreaterThan(3);
    expect(prices).toEqual(prices.toSorted((one, other) => one - other));
  });

  test('offers of a model by a provider, found by its words', async () => {
    const { offers } = await calculator.answer<{ offers: { nodes: { provider: string; id: string }[] } }>(
      '{ offers(filter: { model: "GPT-4", provider: "openai" }, search: "gpt-4") { nodes { id ... on ModelTokensOffer { provider } } } }',
    );
    expect(offers.nodes.length).toBeGreaterThan(0);
    for (const { provider } of offers.nodes) expect(provider.toLowerCase()).toBe('openai');
  });

  test('an unknown device in a filter is refused by its name', async () => {
    const { extensions } = await calculator.refusal('{ offers(filter: { hardware: "none-such" }) { totalCount } }');
    expect(extensions).toMatchObject({ code: 'UNKNOWN_PROFILE', argument: 'filter.hardware' });
  });
});

describe('single profiles', () => {
  test('runtime and weightFormat by alias; an unknown one is null', async () => {
    expect(
      await calculator.answer(
        '{ runtime(id: "VLLM") { id } none: runtime(id: "none") { id } weightFormat(id: "q4_k_m") { id } no: weightFormat(id: "none") { id } }',
      ),
    ).toEqual({ runtime: { id: 'vllm' }, none: null, weightFormat: { id: 'gguf-q4_k_m' }, no: null });
  });

  test('a device says what it is sold as, whether estimates answer, and the least it costs', async () => {
    const { apple, wafer, t4 } = await calculator.answer<Record<'apple' | 'wafer' | 't4', Record<string, unknown>>>(`{
      apple: hardware(id: "apple-m2-max") { architecture formFactor released memoryGiB memoryOptionsGiB estimable }
      wafer: hardware(id: "cerebras-wse-3") { estimable }
      t4: hardware(id: "T4") { memoryOptionsGiB estimable priceFrom { usdPerDeviceHour usdPerDevice } prices { hourly { usdPerDeviceHour effectiveTo } } }
    }`);
    // Sold with 32, 64 and 96 GB: Apple's technical specifications of the MacBook Pro (2023).
    expect(apple).toMatchObject({
      architecture: 'Apple M2',
      memoryOptionsGiB: [32, 64, 96],
      memoryGiB: 96,
      estimable: true,
    });
    expect(wafer.estimable).toBe(false);
    expect(t4).toMatchObject({ memoryOptionsGiB: [16], estimable: true });
    const { hourly } = t4.prices as { hourly: { usdPerDeviceHour: number; effectiveTo: string | null }[] };
    const current = hourly.filter(({ effectiveTo }) => effectiveTo === null).map((offer) => offer.usdPerDeviceHour);
    expect(t4.priceFrom).toMatchObject({ usdPerDeviceHour: Math.min(...current) });
  });

  test('the catalogue counts what it lists', async () => {
    const { catalogue } = await calculator.answer<{
      catalogue: { revision: number; profiles: { kind: string; count: number }[] };
    }>('{ catalogue { revision calculatorVersion profiles { kind count } } }');
    const now = calculator.registry.catalogue();
    expect(catalogue.revision).toBe(now.revision);
    expect(catalogue.profiles).toContainEqual({ kind: 'HARDWARE', count: now.hardware.all().length });
  });
});

describe('choices', () => {
  interface Choice {
    valid: boolean;
    usual: boolean;
    reason: string | null;
  }
  async function choicesOf(asked: string) {
    const { choices } = await calculator.answer<{
      choices: {
        weights: (Choice & { format: { id: string } })[];
        runtimes: (Choice & { runtime: { id: string } })[];
        devices: (Choice & { devices: number })[];
      };
    }>(`{ choices(${asked}) {
      weights { format { id } valid usual reason } runtimes { runtime { id } valid usual reason } devices { devices valid usual reason } } }`);
    return choices;
  }

  test.each(['hardware: "T4", model: "7B"', 'hardware: "apple-m2-max"', 'hardware: "H100", weights: "fp8"'])(
    '%s: the usual are valid and give no reason, all others do',
    async (asked) => {
      const { weights, runtimes, devices } = await choicesOf(asked);
      for (const { valid, usual, reason } of [...weights, ...runtimes, ...devices]) {
        expect(reason === null).toBe(usual);
        expect(usual && !valid).toBe(false);
      }
      for (const list of [weights, runtimes]) {
        const ranks = list.map(({ valid, usual }) => Number(valid) + Number(usual));
        expect(ranks).toEqual(ranks.toSorted((one, other) => other - one));
        expect(ranks[0]).toBe(2);
      }
    },
  );

  test.each([
    ['GPT-4', 'behind an API'],
    ['bge-base-en-v1.5', 'writes no text'],
  ])('nothing goes with %s, which %s', async (model, reason) => {
    const { weights } = await choicesOf(`hardware: "T4", model: "${model}"`);
    for (const choice of weights)
      expect(choice).toMatchObject({ valid: false, reason: expect.stringContaining(reason) });
  });

  test('a name says the count, the memory and the format', async () => {
    const fits = async (asked: string) =>
      (await choicesOf(asked)).weights.find(({ format }) => format.id === 'bf16')?.valid;
    expect(await fits('hardware: "H100", model: "llama-3.1-70b"')).toBe(false);
    expect(await fits('hardware: "8xH100", model: "llama-3.1-70b"')).toBe(true);
    expect(await fits('hardware: "MacBook Pro M4 Max 128GB", model: "gemma-3-27b"')).toBe(true);
    expect(await fits('hardware: "MacBook Pro M4 Max 36GB", model: "gemma-3-27b"')).toBe(false);
    const { runtimes } = await choicesOf('hardware: "4090", model: "qwen3-8b", weights: "4bit"');
    expect(runtimes[0]).toMatchObject({ runtime: { id: 'llama.cpp' }, usual: true });
  });

  test('what is valid answers, and what is not is refused or does not fit', async () => {
    const { weights, runtimes } = await choicesOf('hardware: "T4", model: "7B", weights: "fp16"');
    const rows = [
      ...weights.map(({ format, valid }) => ({ valid, options: `weights: "${format.id}"` })),
      ...runtimes.map(({ runtime, valid }) => ({ valid, options: `weights: "fp16", runtime: "${runtime.id}"` })),
    ];
    for (const { valid, options } of rows) {
      const { data, errors } = await calculator.ask<{ estimate: { memory: { fits: boolean } } } | null>(
        `{ estimate(model: "7B", hardware: "T4", tokens: 10, options: { ${options} }) { memory { fits } } }`,
      );
      if (valid) expect([options, errors]).toEqual([options, undefined]);
      else expect([options, data?.estimate?.memory.fits ?? false]).toEqual([options, false]);
    }
  });

  test('weights that are too big for the device say by how much, and fit on more devices', async () => {
    const bf16 = async (devices: number) =>
      (await choicesOf(`hardware: "rtx-4090", model: "llama-3.1-70b", devices: ${devices}`)).weights.find(
        ({ format }) => format.id === 'bf16',
      );
    expect(await bf16(1)).toMatchObject({
      valid: false,
      reason: expect.stringMatching(/alone take 131 GiB.* has 24\.0/),
    });
    expect(await bf16(8)).toMatchObject({ valid: true });
  });

  test('devices that do not divide the heads, or do not reach each other directly, say so', async () => {
    // 40 heads: meta-llama/Llama-2-13b-hf, config.json.
    const { devices } = await choicesOf('hardware: "A100", model: "13B"');
    const reason = (count: number) => devices.find((each) => each.devices === count)?.reason;
    expect([reason(1), reason(8)]).toEqual([null, null]);
    expect(reason(16)).toMatch(/divide the attention heads/);
  });

  test('an unknown format is refused under the argument’s own name', async () => {
    const { extensions } = await calculator.refusal(
      '{ choices(hardware: "T4", weights: "none-such") { devices { devices } } }',
    );
    expect(extensions).toMatchObject({ code: 'UNKNOWN_PROFILE', argument: 'weights' });
  });
});
