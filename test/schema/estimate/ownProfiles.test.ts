import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

const source = [{ title: 'A guess', known: 'ASSUMED' }];

function card(memoryBandwidthGBPerSecond = 600, more: object = {}) {
  return {
    ...{ id: 'acme-card-24gb', name: 'Acme Card 24 GB', vendor: 'NVIDIA', kind: 'GPU', family: 'nvidia-ada' },
    ...{ architecture: 'Ada Lovelace', formFactor: 'PCIe' },
    memory: { memoryGiB: 24, memoryKind: 'GDDR6', memoryBandwidthGBPerSecond, source },
    compute: { denseBf16Tflops: 121, denseFp16Tflops: 121, source },
    ...more,
  };
}

/** Blocks, embedding, head and the last norm. */
const parametersWith = (layers: number) => layers * 218_112_000 + 2 * 128_256 * 4096 + 4096;

function model(layers = 32) {
  const total = parametersWith(layers);
  return {
    parameters: { total, active: total, source },
    ...{ id: 'acme-8b', name: 'Acme 8B', developer: 'Acme', contextTokens: 32_768, nativeFormat: 'bf16', source },
    architecture: {
      ...{ hidden: 4096, vocabulary: 128_256, tiedEmbeddings: false, source },
      blocks: [
        {
          layers,
          attention: { groupedQuery: { heads: 32, kvHeads: 8, headDim: 128 } },
          feedForward: { gated: { intermediate: 14_336 } },
        },
      ],
    },
  };
}

interface Answered {
  estimate: {
    latency: { timePerOutputTokenMs: number };
    memory: { weightsGiB: number };
    assumptions: { code: string; text: string }[];
    basis: { nearestMeasurement: object | null };
  };
}

const query = (fields: string, more = '') =>
  `query ($card: HardwareCreateInput, $model: ModelCreateInput) {
    estimate(customHardware: $card, customModel: $model ${more}) { ${fields} }
  }`;
const figures = `latency { timePerOutputTokenMs } memory { weightsGiB } assumptions { code text }
  basis { nearestMeasurement { measurement { id } } }`;

async function estimateOf(variables: object, more = '') {
  return (await calculator.answer<Answered>(query(figures, more), variables)).estimate;
}

describe('a device and a model that come with the question', () => {
  test('are answered without a key as those that were created are, and stored nowhere', async () => {
    const { revision } = calculator.registry.catalogue();
    const here = await estimateOf({ card: card(), model: model() });
    expect(calculator.registry.catalogue().revision).toBe(revision);
    expect(await calculator.answer('{ hardware(id: "acme-card-24gb") { id } model(id: "acme-8b") { id } }')).toEqual({
      ...{ hardware: null, model: null },
    });

    const other = await openCalculator();
    try {
      const creations = [
        ['hardwareCreate', 'HardwareCreateInput', card()],
        ['modelCreate', 'ModelCreateInput', model()],
      ] as const;
      for (const [name, type, input] of creations) {
        const made = await other.write(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, {
          input,
        });
        expect(made).toMatchObject({ __typename: expect.stringMatching(/Payload$/) });
      }
      const { estimate } = await other.answer<Answered>(
        `{ estimate(hardware: "acme-card-24gb", model: "acme-8b") { ${figures} } }`,
      );
      const { assumptions, ...stored } = estimate;
      expect(here).toMatchObject(stored);
      const added = here.assumptions.filter(({ code }) => code === 'OWN_PROFILE');
      expect(here.assumptions).toEqual([...added, ...assumptions]);
      expect(added.map(({ text }) => text).join(' ')).toMatch(/^Acme 8B is as you state it.* Acme Card 24 GB is as/);
    } finally {
      other.close();
    }
  });

  test('may be something else the next time under the same id', async () => {
    const slow = await estimateOf({ card: card(300) });
    const quick = await estimateOf({ card: card(600) });
    expect(slow.latency.timePerOutputTokenMs / quick.latency.timePerOutputTokenMs).toBeGreaterThan(1.5);
    const [small, large] = [await estimateOf({ model: model(8) }), await estimateOf({ model: model(16) })];
    expect(small.memory.weightsGiB).toBeLessThan(large.memory.weightsGiB);
  });

  test('may be two in one request', async () => {
    const { a, b } = await calculator.answer<Record<'a' | 'b', Answered['estimate']>>(
      `query ($a: HardwareCreateInput, $b: HardwareCreateInput) {
        a: estimate(customHardware: $a) { ${figures} } b: estimate(customHardware: $b) { ${figures} }
      }`,
      { a: card(300), b: card(600) },
    );
    expect(a.latency.timePerOutputTokenMs).toBeGreaterThan(b.latency.timePerOutputTokenMs * 1.5);
  });

  test('can be asked about like any other, and say that nobody sells them', async () => {
    const fields = `hardware { id name origin prices { hourly { id } } history(first: 1) { totalCount } measurements(first: 1) { totalCount } }
      model { id offers { id } } cost { usdPerRequest } suggestions { text }`;
    const asked = query(fields, ', batch: 2, options: { weights: "fp16" }');
    const { estimate } = await calculator.answer<{ estimate: { suggestions: object[] } }>(asked, {
      ...{ card: card(600, { id: 'acme-small', memory: { ...card().memory, memoryGiB: 12 } }), model: model() },
    });
    expect(estimate).toMatchObject({
      hardware: {
        id: 'acme-small',
        name: 'Acme Card 24 GB',
        origin: 'USER',
        prices: { hourly: [] },
        measurements: { totalCount: 0 },
      },
      ...{ model: { id: 'acme-8b', offers: [] }, cost: null },
    });
    expect(estimate.suggestions.length).toBeGreaterThan(0);
  });
});

describe('one that cannot be true is refused', () => {
  test('with every problem, as its creation is', async () => {
    const error = await calculator.refusal(query(figures), {
      card: card(0, { id: 'Acme Card', vendor: '' }),
    });
    expect(error.extensions).toMatchObject({
      code: 'INVALID_INPUT',
      problems: expect.arrayContaining([
        expect.objectContaining({ path: 'customHardware.memory.memoryBandwidthGBPerSecond', code: 'OUT_OF_RANGE' }),
        expect.objectContaining({ path: 'customHardware.vendor' }),
        expect.objectContaining({ path: 'customHardware.id' }),
      ]),
    });
    expect(error.message).toContain('customHardware.memory.memoryBandwidthGBPerSecond');
  });

  test('where its id or an alias is somebody else’s', async () => {
    for (const more of [{ id: 'nvidia-t4-16gb' }, { aliases: ['T4'] }]) {
      const error = await calculator.refusal(query(figures), { card: card(600, more) });
      expect(error.extensions).toMatchObject({ code: 'ID_TAKEN', suggestions: ['nvidia-t4-16gb'] });
    }
  });

  test('beside one that is named', async () => {
    const error = await calculator.refusal(query(figures, ', hardware: "T4"'), { card: card() });
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'customHardware' });
    const both = await calculator.refusal(query(figures, ', model: "7B"'), { model: model() });
    expect(both.message).toContain('must be left out where model names one');
  });

  test('and other answers of the query stay', async () => {
    const { data, errors } = await calculator.ask<Record<'bad' | 'good', object | null>>(
      `query ($card: HardwareCreateInput) { bad: estimate(customHardware: $card) { summary } good: estimate { summary } }`,
      { card: card(0) },
    );
    expect(data).toMatchObject({ bad: null, good: {} });
    expect(errors).toHaveLength(1);
  });
});
