import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Costed {
  throughput: { requestsPerSecond: number };
  cost: {
    usdPerHour: number;
    usdPerRequest: number;
    usdPerRequestInterval: { low: number; high: number };
    basis: { kind: string };
    owned:
      | ({ usdPerRequestInterval: { low: number; high: number } } & Record<
          'usdPerDevice' | 'usdPerHour' | 'usdPerHourOfPurchase' | 'usdPerHourOfElectricity' | 'usdPerRequest',
          number
        >)
      | null;
  } | null;
  warnings: string[];
}

const fields = `{ throughput { requestsPerSecond } warnings cost { usdPerHour usdPerRequest basis { kind }
  usdPerRequestInterval { low high }
  owned { usdPerRequestInterval { low high } usdPerDevice priceBasis offer { id } usdPerHour usdPerHourOfPurchase usdPerHourOfElectricity usdPerRequest } } }`;

async function answerTo(asked: string): Promise<Costed> {
  return (await calculator.answer<{ estimate: Costed }>(`{ estimate(${asked}) ${fields} }`)).estimate;
}

describe('cost of hardware of one’s own', () => {
  test('is its price over the years and its rated power, by hand', async () => {
    // An RTX 4090 draws 450 W at most: at 0.30 USD a kilowatt-hour 0.135 USD an hour, and 1,753.20 USD over 2 years 0.10.
    const { cost, throughput } = await answerTo(
      'hardware: "RTX 4090", options: { owned: { years: 2, usdPerKilowattHour: 0.3, usdPerDevice: 1753.2 } }',
    );
    expect(cost?.owned?.usdPerHourOfElectricity).toBeCloseTo(0.135, 12);
    expect(cost?.owned?.usdPerHourOfPurchase).toBeCloseTo(0.1, 12);
    expect(cost?.owned?.usdPerHour).toBeCloseTo(0.235, 12);
    expect(cost?.owned?.usdPerRequest).toBeCloseTo(0.235 / 3600 / throughput.requestsPerSecond, 12);
    expect(cost?.basis.kind).toBe('HARDWARE_HOUR');
  });

  test('is the cost where nobody rents the device out', async () => {
    const asked = 'model: "llama-3.2-1b", hardware: "apple-m4-max-40c"';
    expect((await answerTo(asked)).cost).toBeNull();
    const { cost } = await answerTo(
      `${asked}, options: { owned: { years: 3, usdPerKilowattHour: 0, usdPerDevice: 3000 } }`,
    );
    expect(cost?.basis.kind).toBe('OWNED');
    expect(cost?.usdPerHour).toBe(cost?.owned?.usdPerHour);
    expect(cost?.usdPerRequest).toBe(cost?.owned?.usdPerRequest);
    expect(cost?.usdPerRequestInterval.low).toBeLessThan(cost?.usdPerRequest ?? 0);
    expect(cost?.usdPerRequestInterval).toEqual(cost?.owned?.usdPerRequestInterval);
  });

  test('without a purchase price is a missing figure, and the rest of the answer stays', async () => {
    const catalogue = calculator.registry.catalogue();
    const bought = new Set(
      catalogue.offer.all().map(({ facts }) => facts.basis === 'hardware-purchase' && facts.hardware),
    );
    const rented = new Set(catalogue.offer.all().map(({ facts }) => facts.basis === 'hardware-hour' && facts.hardware));
    const device = catalogue.hardware
      .all()
      .find(({ id }) => rented.has(id) && !bought.has(id) && id.startsWith('nvidia'));
    const { data, errors } = await calculator.ask<{ estimate: { cost: null; memory: { fits: boolean } } }>(
      `{ estimate(model: "llama-3.2-1b", hardware: "${device?.id}", options: { owned: { years: 3, usdPerKilowattHour: 0.2 } }) { cost { usdPerHour } memory { fits } } }`,
    );
    expect(errors).toMatchObject([{ path: ['estimate', 'cost'], extensions: { code: 'MISSING_FIGURE' } }]);
    expect(errors?.[0]?.message).toContain('usdPerDevice');
    expect(data.estimate).toEqual({ cost: null, memory: { fits: true } });
  });

  test.each(['years: 0, usdPerKilowattHour: 1', 'years: 3, usdPerKilowattHour: -1'])('refuses %s', async (owned) => {
    const error = await calculator.refusal(`{ estimate(options: { owned: { ${owned} } }) { summary } }`);
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(error.extensions.argument).toMatch(/^options\.owned\./);
  });
});

test('a price that rests on one offer comes with a warning, one that was named does not', async () => {
  const catalogue = calculator.registry.catalogue();
  const hourly = catalogue.offer.all().filter(({ facts }) => facts.basis === 'hardware-hour');
  const byDevice = Map.groupBy(hourly, ({ facts }) => ('hardware' in facts ? facts.hardware : ''));
  const [device, offers] = [...byDevice].find(([id, all]) => all.length === 1 && id.startsWith('nvidia')) ?? [];
  const asked = `model: "llama-3.2-1b", hardware: "${device}"`;
  const said = async (options: string) => (await answerTo(`${asked}${options}`)).warnings.join(' ');
  expect(await said('')).toContain('rests on one offer');
  expect(await said(`, options: { offer: "${offers?.[0]?.id}" }`)).not.toContain('rests on one offer');
});

test('a purchase price that rests on one street offer, or is undated, comes with a warning; one’s own does not', async () => {
  const catalogue = calculator.registry.catalogue();
  const bought = catalogue.offer.all().flatMap(({ facts }) => (facts.basis === 'hardware-purchase' ? [facts] : []));
  const alone = [...Map.groupBy(bought, ({ hardware }) => hardware)].flatMap(([device, offers]) => {
    const [only] = offers;
    const powered = catalogue.hardware.get(device).engine.powerWatts !== null;
    return only !== undefined && offers.length === 1 && powered && device.startsWith('nvidia')
      ? [{ device, only }]
      : [];
  });
  const [street, dated, undated] = [
    alone.find(({ only }) => only.priceKind === 'street' && only.date !== null)?.device,
    alone.find(({ only }) => only.priceKind === 'msrp' && only.date !== null)?.device,
    alone.find(({ only }) => only.date === null)?.device,
  ];
  const said = async (device: string | undefined, price = '') => {
    const owned = `owned: { years: 3, usdPerKilowattHour: 0.2 ${price} }`;
    return (await answerTo(`model: "llama-3.2-1b", hardware: "${device}", options: { ${owned} }`)).warnings.join(' ');
  };
  expect(await said(street)).toContain('The purchase price rests on one offer');
  expect(await said(street, ', usdPerDevice: 1000')).not.toContain('purchase price');
  expect(await said(dated)).not.toContain('purchase price');
  expect(await said(undated)).toContain('The purchase price is undated');
});

test('a machine of a cloud costs what that cloud asks for it, unless the question says otherwise', async () => {
  const costOf = async (hardware: string, options = '') => {
    const { data } = await calculator.ask<{ estimate: { cost: { usdPerHour: number; basis: { provider: string } } } }>(
      `{ estimate(model: "llama-3.1-8b", hardware: "${hardware}"${options}) { cost { usdPerHour basis { provider } } } }`,
    );
    return data.estimate.cost;
  };
  const [aws, azure, plain] = await Promise.all(
    ['p5.48xlarge', 'Standard_ND96isr_H100_v5', '8xH100'].map((name) => costOf(name)),
  );
  expect(aws?.basis.provider).toBe('AWS');
  expect(azure?.basis.provider).toBe('Azure');
  expect(plain?.basis.provider).not.toMatch(/^(AWS|Azure)$/);
  const twice = await costOf('2x p5.48xlarge');
  expect(twice.usdPerHour).toBeCloseTo(2 * (aws?.usdPerHour ?? 0));
  expect(await costOf('p5.48xlarge', ', options: { usdPerHour: 5 }')).toMatchObject({ usdPerHour: 5 });
});
