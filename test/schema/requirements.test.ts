import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type QueryCost, queryCost } from '../../src/server/limits/queryCost.ts';
import { type Calculator, openCalculator } from './calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Fitting {
  model: { id: string };
  weights: { id: string; bitsPerWeight: number };
  hardware: { id: string; kind: string; vendor: string; memoryGiB: number };
  devices: number;
  perDeviceGiB: number;
  usablePerDeviceGiB: number;
}

interface Requirements {
  contextTokens: number;
  batch: number;
  formats: { format: { id: string }; weightsGiB: number; kvCacheGiB: number; totalGiB: number; devices: Fitting[] }[];
}

const fitting =
  'model { id } weights { id bitsPerWeight } hardware { id kind vendor memoryGiB } devices perDeviceGiB usablePerDeviceGiB';

async function requirementsOf(model: string, asked: string, devices = 'first: 20') {
  const reply = await calculator.answer<{ model: { requirements: Requirements } }>(
    `{ model(id: "${model}") { requirements${asked} { contextTokens batch formats {
      format { id } weightsGiB kvCacheGiB totalGiB devices(${devices}) { ${fitting} } } } } }`,
  );
  return reply.model.requirements;
}

function leavesHeadroom({ perDeviceGiB, usablePerDeviceGiB }: Fitting): boolean {
  return usablePerDeviceGiB - perDeviceGiB >= Math.max(0.05 * usablePerDeviceGiB, 0.5);
}

describe('what a model requires', () => {
  test('memory is weights and cache: 2 bytes a parameter of 16 bits, and 128 KiB a token of Llama 3.1 8B', async () => {
    const { formats } = await requirementsOf('llama-3.1-8b', '(contextTokens: 8192, batch: 4)', 'first: 1');
    // 8,030,261,248 parameters; 2 × 8 heads × 128 × 2 bytes × 32 layers a token: meta-llama/Llama-3.1-8B, config.json.
    expect(formats[0]).toMatchObject({ format: { id: 'bf16' } });
    expect(formats[0]?.weightsGiB).toBeCloseTo((8_030_261_248 * 2) / 2 ** 30, 3);
    expect(formats[0]?.kvCacheGiB).toBe((131_072 * 8192 * 4) / 2 ** 30);
    for (const { weightsGiB, kvCacheGiB, totalGiB } of formats)
      expect(totalGiB).toBeCloseTo(weightsGiB + kvCacheGiB, 9);
  });

  test.each(['7B', 'llama-3.1-70b', 'deepseek-v3', 'qwen3-30b-a3b', 'gpt-oss-120b'])(
    '%s: formats from wide to narrow, every device holds it with headroom, more devices are smaller ones',
    async (model) => {
      const { formats } = await requirementsOf(model, '');
      const sizes = formats.map(({ weightsGiB }) => weightsGiB);
      expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
      for (const { devices } of formats) {
        expect(devices.length).toBeGreaterThan(0);
        for (const device of devices) expect(device).toSatisfy(leavesHeadroom);
        const graphics = devices.filter(({ hardware }) => hardware.kind === 'GPU' && hardware.vendor === 'NVIDIA');
        const byCount = graphics.toSorted((one, other) => one.devices - other.devices);
        const memory = byCount.map(({ hardware }) => hardware.memoryGiB);
        expect(memory).toEqual([...new Set(memory)].toSorted((one, other) => other - one));
      }
    },
  );

  test('a 70B in Q4_K_M goes on two cards of 24 GB, as people run it', async () => {
    const { formats } = await requirementsOf('llama-3.1-70b', '', 'first: 20, vendor: "nvidia", kind: GPU');
    const packed = formats.find(({ format }) => format.id === 'gguf-q4_k_m');
    expect(packed?.devices.map(({ devices, hardware }) => `${devices} × ${hardware.memoryGiB}`)).toContain('2 × 24');
    expect(new Set(packed?.devices.map(({ hardware }) => hardware.vendor))).toEqual(new Set(['NVIDIA']));
  });

  test('formats are those that the runtimes most people use take, and save memory', async () => {
    const idsOf = async (model: string) => {
      const { formats } = await requirementsOf(model, '', 'first: 1');
      return formats.map(({ format }) => format.id);
    };
    expect(await idsOf('llama-3.1-8b')).toEqual([
      ...['bf16', 'fp8-e4m3-per-tensor', 'gguf-q8_0', 'mlx-8bit-g64'],
      ...['awq-int4-g128', 'gguf-q4_k_m', 'mlx-4bit-g64'],
    ]);
    expect(await idsOf('gpt-oss-20b')).toEqual(['mxfp4']);
  });

  test('left out, the context is 8,192 tokens, or what the model can', async () => {
    expect((await requirementsOf('llama-3.1-8b', '')).contextTokens).toBe(8192);
    expect((await requirementsOf('7B', '')).contextTokens).toBe(4096);
  });

  test('a model behind an API requires nothing', async () => {
    expect(await requirementsOf('GPT-4', '')).toBeNull();
  });

  test.each([
    ['{ model(id: "7B") { requirements(contextTokens: 0) { batch } } }', 'contextTokens'],
    ['{ model(id: "7B") { requirements(batch: 0) { batch } } }', 'batch'],
    ['{ hardware(id: "T4") { fits(first: 0) { devices } } }', 'first'],
    ['{ hardware(id: "T4") { fits(devices: 0) { devices } } }', 'devices'],
  ])('%s is refused', async (query, argument) => {
    const { extensions } = await calculator.refusal(query);
    expect(extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument, allowed: expect.anything() });
  });
});

test('devices beyond the list are refused, and the memory is still told', async () => {
  const { data, errors } = await calculator.ask<{ model: { requirements: Requirements } }>(
    '{ model(id: "7B") { requirements { formats { totalGiB devices(first: 21) { devices } } } } }',
  );
  expect(errors?.[0]?.extensions).toMatchObject({ argument: 'first', allowed: { minimum: 1, maximum: 20 } });
  for (const format of data.model.requirements.formats) expect(format).toMatchObject({ devices: null });
});

describe('what fits on a device', () => {
  test.each([
    ['T4', 1],
    ['rtx-4090', 2],
    ['apple-m3-max', 1],
  ])('%s × %d: the widest usual format that leaves headroom, no wider one does', async (id, devices) => {
    const { hardware } = await calculator.answer<{ hardware: { fits: Fitting[] } }>(
      `{ hardware(id: "${id}") { fits(devices: ${devices}, first: 6, contextTokens: 2000) { ${fitting} } } }`,
    );
    expect(hardware.fits).toHaveLength(6);
    for (const fits of hardware.fits) {
      expect(fits).toSatisfy(leavesHeadroom);
      expect(fits.devices).toBe(devices);
    }
  });

  test('the largest come first when asked, and the filter holds', async () => {
    const { hardware } = await calculator.answer<{
      hardware: { fits: { model: { developer: string; parameters: { total: number } } }[] };
    }>(`{ hardware(id: "rtx-4090") { fits(filter: { developer: "Alibaba" }, orderBy: { field: PARAMETERS, direction: DESC }) {
      model { developer parameters { total } } } } }`);
    const sizes = hardware.fits.map(({ model }) => model.parameters.total);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
    expect(hardware.fits.every(({ model }) => model.developer === 'Alibaba')).toBe(true);
  });
});

test('an estimate read from a profile is the query’s', async () => {
  const asked = 'tokens: 300, promptTokens: 200, options: { weights: "fp16" }';
  const reply = await calculator.answer<{ model: unknown; hardware: unknown; estimate: unknown }>(`{
    estimate(model: "7B", hardware: "A100", ${asked}) { ...figures }
    model(id: "7B") { estimate: estimateOn(hardware: "A100", ${asked}) { ...figures } }
    hardware(id: "A100") { estimate(model: "7B", ${asked}) { ...figures } }
  } fragment figures on Estimate { summary latency { endToEndMs } memory { totalGiB } }`);
  expect(reply.model).toEqual({ estimate: reply.estimate });
  expect(reply.hardware).toEqual({ estimate: reply.estimate });
});

test('an estimate that a profile cannot give is null and leaves the profile', async () => {
  const { data, errors } = await calculator.ask('{ model(id: "7B") { id estimateOn(hardware: "none") { summary } } }');
  expect(data).toEqual({ model: { id: 'llama-2-7b', estimateOn: null } });
  expect(errors).toMatchObject([{ extensions: { code: 'UNKNOWN_PROFILE', argument: 'hardware' } }]);
});

test('the cheapest offer now is in force, and nobody asks less for as much input as output', async () => {
  const rates = 'usdPerMillionInputTokens usdPerMillionOutputTokens effectiveTo';
  const { model } = await calculator.answer<{
    model: Record<'offers', Record<string, number | null>[]> & { cheapestOffer: Record<string, number | null> };
  }>(`{ model(id: "llama-3.1-70b") { offers { ${rates} } cheapestOffer { ${rates} } } }`);
  const usd = (offer: Record<string, number | null>) =>
    (offer.usdPerMillionInputTokens ?? 0) + (offer.usdPerMillionOutputTokens ?? 0);
  expect(model.cheapestOffer.effectiveTo).toBeNull();
  const inForce = model.offers.filter(({ effectiveTo }) => effectiveTo === null);
  expect(usd(model.cheapestOffer)).toBe(Math.min(...inForce.map(usd)));
});

describe('what these fields are worth before they are executed', () => {
  function costOf(text: string): QueryCost {
    const document = parse(text);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('no operation');
    return queryCost(calculator.schema, document, operation, {});
  }

  test('a list with first counts its items, and a page of estimates one each', () => {
    const { nodes } = costOf('{ hardware(id: "T4") { fits(first: 20) { model { id } } } }');
    expect(nodes).toBe(1 + 20 + 20);
    expect(costOf('{ models(first: 50) { nodes { estimateOn(hardware: "T4") { summary } } } }').estimates).toBe(50);
  });

  test('a search on many devices is refused', () => {
    expect(costOf('{ hardwareList(first: 25) { nodes { fits { devices } } } }').estimates).toBeGreaterThan(1000);
  });
});
