import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Hosted {
  estimate: {
    hardware: null;
    memory: null;
    saturation: null;
    bottleneck: null;
    energy: null;
    operations: unknown[];
    suggestions: unknown[];
    deployment: { mode: string; provider: string; devices: null };
    cost: {
      usdPerRequest: number;
      usdPerMillionInputTokens: number;
      usdPerMillionOutputTokens: number;
      usdPerRequestRange: { low: number; high: number; count: number };
      basis: { kind: string; provider: string; date: string; offer: { id: string; sources: { url: string }[] } };
    };
    basis: {
      method: string;
      hostedMeasurements: { provider: string; sources: { url: string }[] }[];
    };
    assumptions: { code: string; text: string }[];
  };
}

const gpt4 = `{ estimate(model: "GPT-4", tokens: 500, promptTokens: 1000) {
  hardware { id } memory { fits } saturation { batch } bottleneck energy { watts }
  operations(phase: DECODE) { name } suggestions { text }
  deployment { mode provider devices }
  cost { usdPerRequest usdPerMillionInputTokens usdPerMillionOutputTokens usdPerRequestRange { low high count }
    basis { kind provider date offer { id sources { url } } } }
  basis { method hostedMeasurements { provider sources { url } } }
  assumptions { code text }
} }`;

describe('GPT-4 over the API', () => {
  test('has no hardware, memory or bottleneck', async () => {
    const { estimate } = await calculator.answer<Hosted>(gpt4);
    const { hardware, memory, saturation, bottleneck, energy, operations, suggestions, deployment } = estimate;
    expect({ hardware, memory, saturation, bottleneck, energy }).toEqual({
      ...{ hardware: null, memory: null, saturation: null, bottleneck: null, energy: null },
    });
    expect([operations, suggestions]).toEqual([[], []]);
    expect(deployment).toEqual({ mode: 'API', provider: 'OpenAI', devices: null });
  });

  test('costs 30 and 60 USD per million tokens, with provider, date and source', async () => {
    const { cost } = (await calculator.answer<Hosted>(gpt4)).estimate;
    expect([cost.usdPerMillionInputTokens, cost.usdPerMillionOutputTokens]).toEqual([30, 60]);
    expect(cost.usdPerRequest).toBeCloseTo((1000 * 30 + 500 * 60) / 1e6, 12);
    expect(cost.basis.provider).toBe('OpenAI');
    expect(cost.basis.date).toMatch(/^\d{4}/);
    expect(cost.basis.offer.sources[0]?.url).toMatch(/^https:/);
    expect(cost.usdPerRequestRange.low).toBeLessThanOrEqual(cost.usdPerRequest);
    expect(cost.usdPerRequestRange.high).toBeGreaterThanOrEqual(cost.usdPerRequest);
  });

  test('names the measurement it was read from, and the hardware it ignored', async () => {
    const { basis, assumptions } = (await calculator.answer<Hosted>(gpt4)).estimate;
    expect(basis.method).toBe('MEASURED_NEIGHBOUR');
    expect(basis.hostedMeasurements[0]?.sources[0]?.url).toMatch(/^https:/);
    const codes = assumptions.map(({ code }) => code);
    expect(codes).toContain('HARDWARE_IGNORED');
    expect(codes).toContain('HOSTED_MEASUREMENT');
    expect(assumptions.find(({ code }) => code === 'HARDWARE_IGNORED')?.text).toContain('T4');
  });

  test('an open model can be asked for over an API too', async () => {
    const { estimate } = await calculator.answer<Hosted>(gpt4.replace('"GPT-4"', '"llama-3-70b", deployment: API'));
    expect(estimate.deployment.mode).toBe('API');
    expect(estimate.cost.usdPerRequestRange.count).toBeGreaterThan(2);
  });

  test('latency and price are those of one provider where it has both', async () => {
    const { estimate } = await calculator.answer<Hosted>(gpt4.replace('"GPT-4"', '"llama-3.1-405b", deployment: API'));
    expect(estimate.cost.basis.provider).toBe(estimate.deployment.provider);
  });

  test('a price asked elsewhere than the latency was measured is said in the summary', async () => {
    const { estimate } = await calculator.answer<{
      estimate: { summary: string; deployment: { provider: string }; cost: { basis: { provider: string } } };
    }>(`{ estimate(model: "llama-3-70b", deployment: API) {
      summary deployment { provider } cost { basis { provider } } } }`);
    const { summary, deployment, cost } = estimate;
    expect(cost.basis.provider).not.toBe(deployment.provider);
    expect(summary).toContain(`over the API of ${deployment.provider}`);
    expect(summary).toContain(`a request at ${cost.basis.provider}.`);
  });

  test('the named offer sets the price', async () => {
    const all = await calculator.answer<{ model: { offers: { id: string; usdPerMillionOutputTokens: number }[] } }>(
      '{ model(id: "llama-3-70b") { offers { id usdPerMillionOutputTokens } } }',
    );
    const asked = '{ estimate(model: "llama-3-70b", deployment: API) { cost { usdPerMillionOutputTokens } } }';
    const unnamed = (await calculator.answer<Hosted>(asked)).estimate.cost.usdPerMillionOutputTokens;
    const offer = all.model.offers.find(({ usdPerMillionOutputTokens: price }) => Math.abs(price - unnamed) > 0.01);
    if (offer === undefined) throw new Error('every offer has the usual price');
    const { estimate } = await calculator.answer<Hosted>(
      `query ($offer: ID) { estimate(model: "llama-3-70b", deployment: API, options: { offer: $offer }) {
        cost { usdPerMillionOutputTokens } } }`,
      { offer: offer.id },
    );
    expect(estimate.cost.usdPerMillionOutputTokens).toBeCloseTo(offer.usdPerMillionOutputTokens, 9);
  });
});

describe('a hosted model that nobody is known to have measured', () => {
  const fields = `summary latency { endToEndMs } throughput { requestsPerSecond } deployment { provider }
    cost { usdPerRequest basis { provider } } basis { method evidence hostedMeasurements { provider } } model { contextTokens }`;

  test('answers with what it costs, without latency', async () => {
    const { estimate } = await calculator.answer<Hosted>(
      `{ estimate(model: "amazon-nova-premier", tokens: 500, promptTokens: 1000) { ${fields} } }`,
    );
    expect(estimate).toMatchObject({
      ...{ latency: null, throughput: null, deployment: { provider: 'Amazon Bedrock' } },
      cost: { basis: { provider: 'Amazon Bedrock' } },
      basis: { method: 'PRICES', hostedMeasurements: [] },
    });
    expect(estimate.cost.usdPerRequest).toBeGreaterThan(0);
  });

  test('is every closed model of the catalogue that has a price', async () => {
    const { model } = calculator.registry.catalogue();
    for (const { id } of model.all().filter(({ engine }) => engine.architecture === null)) {
      const { estimate } = await calculator.answer<Hosted>(
        'query ($id: ID!) { estimate(model: $id) { cost { usdPerRequest } } }',
        {
          id,
        },
      );
      expect(estimate.cost.usdPerRequest, id).toBeGreaterThanOrEqual(0);
    }
  });
});
