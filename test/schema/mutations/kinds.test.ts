import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

const source = { title: 'Made up for this test', known: 'ASSUMED' };
const failed = '__typename ... on Error { message code } ... on InvalidInputError { problems { path code message } }';

function write(mutation: string, inputType: string, payload: string, input: object, more = '') {
  return calculator.write(
    `mutation ($input: ${inputType}!) { ${mutation}(${more} input: $input) { ${failed} ... on ${payload} } }`,
    { input },
  );
}

const createModel = (input: object) =>
  write('modelCreate', 'ModelCreateInput', 'ModelCreatePayload { model { id countedParameters { total } } }', input);
const createOffer = (input: object) =>
  write('offerCreate', 'OfferCreateInput', 'OfferCreatePayload { offer { id __typename date name } }', input);

function llamaLike(id: string, more: object = {}) {
  return {
    id,
    name: `Acme ${id}`,
    developer: 'Acme',
    contextTokens: 32_768,
    nativeFormat: 'bf16',
    source,
    parameters: { total: 8_030_261_248, active: 8_030_261_248, source },
    architecture: {
      hidden: 4096,
      vocabulary: 128_256,
      tiedEmbeddings: false,
      blocks: [
        {
          layers: 32,
          attention: { groupedQuery: { heads: 32, kvHeads: 8, headDim: 128 } },
          feedForward: { gated: { intermediate: 14_336 } },
        },
      ],
      source,
    },
    ...more,
  };
}

describe('a model', () => {
  test('as a block stack counts and estimates as the same stack from a file does', async () => {
    expect(await createModel(llamaLike('acme-8b'))).toMatchObject({
      model: { countedParameters: { total: 8_030_261_248 } },
    });
    const question = (model: string) => `estimate(model: "${model}", hardware: "L4") { latency { endToEndMs } }`;
    const { mine, theirs } = await calculator.answer<{ mine: object; theirs: object }>(
      `{ mine: ${question('acme-8b')} theirs: ${question('llama-3.1-8b')} }`,
    );
    expect(mine).toEqual(theirs);
  });

  test('says at which block what is wrong, and how the count differs', async () => {
    const { architecture } = llamaLike('x');
    const attention = { groupedQuery: { heads: 32, kvHeads: 7, headDim: 128 } };
    const blocks = [...architecture.blocks, { layers: 1, attention }];
    expect(await createModel(llamaLike('acme-odd', { architecture: { ...architecture, blocks } }))).toMatchObject({
      problems: [
        { path: 'input.architecture.blocks[1].attention.groupedQuery.kvHeads', code: 'CONTRADICTION' },
        { path: 'input.parameters.total', message: expect.stringContaining('by 0.51 %') },
      ],
    });
    const parameters = { total: 80_302_612_480, active: 8_030_261_248, source };
    const answer = await createModel(llamaLike('acme-odd', { parameters }));
    expect(answer).toMatchObject({ problems: [{ path: 'input.parameters.total' }] });
    expect(JSON.stringify(answer)).toContain('-90.00 %');
  });

  test('of an unknown format is refused with the nearest one', async () => {
    const answer = await createModel(llamaLike('acme-odd', { nativeFormat: 'bf61' }));
    expect(answer).toMatchObject({ problems: [{ path: 'input.nativeFormat', code: 'UNKNOWN_PROFILE' }] });
  });

  test('names exactly one kind of attention', async () => {
    const both = { groupedQuery: { heads: 1, kvHeads: 1, headDim: 64 }, cross: null };
    const { architecture } = llamaLike('x');
    const blocks = [{ layers: 1, attention: both }];
    const { errors } = await calculator.ask(
      'mutation ($input: ModelCreateInput!) { modelCreate(input: $input) { __typename } }',
      { input: llamaLike('acme-odd', { architecture: { ...architecture, blocks } }) },
    );
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining(
          'must have exactly one of groupedQuery, multiHeadLatent, stateSpace, cross; got',
        ),
        extensions: { code: 'INVALID_ARGUMENT', argument: 'input.architecture.blocks[0].attention' },
      },
    ]);
  });
});

describe('an offer', () => {
  const rent = (more: object = {}) => ({
    hardwareHour: {
      ...{ provider: 'Acme Cloud', hardware: 'nvidia-l4-24gb', instance: 'x1', devices: 1, usdPerHour: 0.05 },
      ...{ pricing: 'ON_DEMAND', region: 'eu', effectiveFrom: '2026-10-01', source, ...more },
    },
  });

  test('without an id gets one of its words; estimates can use it at once', async () => {
    expect(await createOffer(rent())).toMatchObject({
      offer: { id: 'acme-cloud-x1-on-demand-eu-2026-10-01', __typename: 'HardwareHourOffer', date: '2026-10-01' },
    });
    const { estimate } = await calculator.answer<{ estimate: unknown }>(
      '{ estimate(hardware: "L4", options: { offer: "acme-cloud-x1-on-demand-eu-2026-10-01" }) ' +
        '{ cost { usdPerHour basis { provider } } } }',
    );
    expect(estimate).toMatchObject({ cost: { usdPerHour: 0.05, basis: { provider: 'Acme Cloud' } } });
  });

  test('of the same words is taken; of another day it is another offer', async () => {
    expect(await createOffer(rent({ usdPerHour: 0.06 }))).toMatchObject({ code: 'ID_TAKEN' });
    expect(await createOffer(rent({ effectiveFrom: '2026-11-01' }))).not.toHaveProperty('code');
  });

  test('says what is wrong at its place', async () => {
    expect(await createOffer(rent({ usdPerHour: -1, hardware: 'nvidia-l4' }))).toMatchObject({
      problems: [{ path: 'input.hardwareHour.usdPerHour', code: 'OUT_OF_RANGE' }],
    });
    expect(await createOffer(rent({ region: 'us', hardware: 'nvidia-l5' }))).toMatchObject({
      problems: [{ path: 'input.hardwareHour.hardware', code: 'UNKNOWN_PROFILE' }],
    });
  });

  test('by the hour does not become one by the token', async () => {
    await createOffer(rent({ region: 'asia' }));
    const id = 'id: "acme-cloud-x1-on-demand-asia-2026-10-01",';
    const payload = 'OfferUpdatePayload { offer { ... on HardwareHourOffer { usdPerHour } } }';
    const update = (input: object) => write('offerUpdate', 'OfferUpdateInput', payload, input, id);
    expect(await update({ hardwareHour: { usdPerHour: 0.07, source } })).toMatchObject({ offer: { usdPerHour: 0.07 } });
    expect(await update({ modelTokens: { provider: 'Acme', source } })).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

test('a scenario answers at once with its estimate', async () => {
  const input = {
    ...{ id: 'acme-helpdesk', name: 'Acme helpdesk', description: 'Answers to questions of customers.' },
    ...{ model: 'llama-3.1-8b', mode: 'LOCAL', hardware: 'nvidia-l40s-48gb', promptTokens: 800, outputTokens: 200 },
    ...{ batch: 8, scheduling: 'CONTINUOUS', source },
  };
  const payload = 'ScenarioCreatePayload { scenario { estimate { summary } contextTokens } }';
  expect(await write('scenarioCreate', 'ScenarioCreateInput', payload, input)).toMatchObject({
    scenario: { contextTokens: 0, estimate: { summary: expect.stringContaining('L40S') } },
  });
  expect(
    await write('scenarioCreate', 'ScenarioCreateInput', payload, { ...input, id: 'acme-api', mode: 'API' }),
  ).toMatchObject({ problems: [{ path: 'input.hardware' }] });
});

test('a weight format and a runtime are used by the next question', async () => {
  const format = {
    ...{ id: 'acme-int5', name: 'Acme 5-bit', arithmetic: ['FP16', 'BF16'], efficiencyClass: 'int8-weight-only' },
    weights: { bitsPerWeight: 5.25, groupSize: 64, source },
    packing: { uniform: { keeps16Bit: ['embedding', 'head'], source } },
  };
  const payload = 'WeightFormatCreatePayload { weightFormat { bitsPerWeight } }';
  expect(await write('weightFormatCreate', 'WeightFormatCreateInput', payload, format)).toMatchObject({
    weightFormat: { bitsPerWeight: 5.25 },
  });
  const runtime = {
    ...{ id: 'acme-serve', name: 'Acme Serve', homepage: 'https://acme.example', estimator: 'SERVING' },
    ...{ coefficients: 'vllm', defaultYear: 2026 },
    memory: {
      ...{ reservation: 'FRACTION', fraction: 0.8, perDeviceGB: 1, defaultCache: 'bf16', cachePageTokens: 16 },
      ...{ cacheFollowsFp8Weights: false, source },
    },
    scheduling: { continuousBatching: true, served: true, source },
    execution: { split: 'TENSOR', eager: false, source },
    supports: [{ vendors: ['NVIDIA'], formats: ['int8-weight-only'], preference: 10 }],
  };
  expect(
    await write('runtimeCreate', 'RuntimeCreateInput', 'RuntimeCreatePayload { runtime { name } }', runtime),
  ).toMatchObject({ runtime: { name: 'Acme Serve' } });
  const ask = async (id: string) => {
    const { estimate } = await calculator.answer<{ estimate: UsedFormats }>(
      `{ estimate(model: "llama-3.1-8b", hardware: "L4", options: { runtime: "${id}", weights: "acme-int5" }) ` +
        '{ deployment { runtime { name } weights { name } } assumptions { code text } } }',
    );
    const unmeasured = estimate.assumptions.filter(({ code }) => code === 'UNMEASURED_RUNTIME');
    return { ...estimate.deployment, unmeasured: unmeasured.map(({ text }) => text) };
  };
  const used = { runtime: { name: 'Acme Serve' }, weights: { name: 'Acme 5-bit' } };
  expect(await ask('acme-serve')).toEqual({ ...used, unmeasured: [] });

  // A slip in the name of the coefficients is not refused, new programs are new; it is said.
  const slip = { ...runtime, id: 'acme-slip', coefficients: 'vlm' };
  await write('runtimeCreate', 'RuntimeCreateInput', 'RuntimeCreatePayload { runtime { name } }', slip);
  const text =
    'No measurement with the coefficients vlm (did you mean vllm?) is known: what is fitted more widely, or assumed, ' +
    'stands for Acme Serve.';
  expect(await ask('acme-slip')).toEqual({ ...used, unmeasured: [text] });
});

interface UsedFormats {
  deployment: { runtime: { name: string }; weights: { name: string } };
  assumptions: { code: string; text: string }[];
}

describe('names of other profiles', () => {
  const hour = {
    ...{ provider: 'Acme Cloud', instance: 'x1', devices: 1, usdPerHour: 0.3, pricing: 'ON_DEMAND', region: 'eu' },
    ...{ effectiveFrom: '2026-10-01', source },
  };
  const scenario = {
    ...{ id: 'acme-desk', name: 'Acme desk', description: 'Questions of customers.', mode: 'LOCAL', batch: 8 },
    ...{ promptTokens: 800, outputTokens: 200, scheduling: 'CONTINUOUS', source },
  };
  const createScenario = (input: object) =>
    write('scenarioCreate', 'ScenarioCreateInput', 'ScenarioCreatePayload { scenario { id } }', input);

  test('may be aliases in any case; the facts keep ids', async () => {
    const offer = await createOffer({ hardwareHour: { ...hour, id: 'acme-by-alias', hardware: 'T4' } });
    expect(offer).toMatchObject({ offer: { id: 'acme-by-alias' } });
    await createScenario({ ...scenario, model: '7B', hardware: 'l40s', runtime: 'VLLM', weights: 'FP16' });
    const catalogue = calculator.registry.catalogue();
    expect(catalogue.offer.get('acme-by-alias').facts).toMatchObject({ hardware: 'nvidia-t4-16gb' });
    expect(catalogue.scenario.get('acme-desk').facts).toMatchObject({
      ...{ model: 'llama-2-7b', hardware: 'nvidia-l40s-48gb', runtime: 'vllm', weights: 'fp16' },
    });
  });

  test('that nobody has are refused at their place with the nearest', async () => {
    const problem = { code: 'UNKNOWN_PROFILE', message: expect.stringContaining('nvidia-h100-sxm-80gb') };
    expect(await createOffer({ hardwareHour: { ...hour, hardware: 'H1000' } })).toMatchObject({
      problems: [{ ...problem, path: 'input.hardwareHour.hardware' }],
    });
    expect(await createScenario({ ...scenario, id: 'acme-odd', model: '7B', hardware: 'H1000' })).toMatchObject({
      problems: [{ ...problem, path: 'input.hardware' }],
    });
  });
});
