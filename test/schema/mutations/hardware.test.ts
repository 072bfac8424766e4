import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HardwareFacts } from '../../../src/registry/kinds/hardware/facts.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

const guess = { title: 'Made up for this test', known: 'ASSUMED' };
const datasheet = { title: 'Acme datasheet', url: 'https://acme.example/x1', retrieved: '2027-01-05', known: 'VENDOR' };

function card(id: string, more: object = {}) {
  return {
    id,
    name: `Acme ${id}`,
    vendor: 'NVIDIA',
    kind: 'GPU',
    family: 'nvidia-ada',
    architecture: 'Ada Lovelace',
    formFactor: 'PCIe',
    memory: { memoryGiB: 48, memoryKind: 'GDDR6', memoryBandwidthGBPerSecond: 900, source: datasheet },
    compute: { denseFp16Tflops: 200, denseBf16Tflops: 200, denseFp8Tflops: 400, source: [datasheet, guess] },
    power: { tdpWatts: 300, source: guess },
    ...more,
  };
}

const failed = '__typename ... on Error { message code }';
const refusedInput = `
  ... on InvalidInputError { problems { path code message range { minimum maximum } suggestion } }
  ... on IdTakenError { value ownerId }`;
const refusedChange = `
  ... on RevisionConflictError { expected actual }
  ... on UnknownProfileError { argument value suggestions }`;

const profile = `{
  dryRun
  hardware {
    id name revision origin retired replacedById memoryGiB memoryBandwidthGBPerSecond powerWatts
    peaks { numberFormat tflops } sources { key title known }
  }
}`;

function create(input: object, more: { dryRun?: boolean; idempotencyKey?: string } = {}) {
  return calculator.write(
    `mutation ($input: HardwareCreateInput!, $dryRun: Boolean, $idempotencyKey: String) {
      hardwareCreate(input: $input, dryRun: $dryRun, idempotencyKey: $idempotencyKey) {
        ${failed} ${refusedInput} ... on HardwareCreatePayload ${profile}
      }
    }`,
    { input, ...more },
  );
}

function update(id: string, input: object, expectedRevision?: number) {
  return calculator.write(
    `mutation ($id: ID!, $input: HardwareUpdateInput!, $expectedRevision: Int) {
      hardwareUpdate(id: $id, input: $input, expectedRevision: $expectedRevision) {
        ${failed} ${refusedInput} ${refusedChange} ... on HardwareUpdatePayload ${profile}
      }
    }`,
    { id, input, expectedRevision },
  );
}

const retire = (id: string, more = '') =>
  calculator.write(
    `mutation { hardwareRetire(id: "${id}"${more}) { ${failed} ${refusedChange} ... on HardwareRetirePayload ${profile} } }`,
  );
const restore = (id: string) =>
  calculator.write(
    `mutation { hardwareRestore(id: "${id}") { ${failed} ${refusedChange} ... on HardwareRestorePayload ${profile} } }`,
  );

const memoryGiB = async (id: string) =>
  (await calculator.answer<{ hardware: { memoryGiB: number } }>(`{ hardware(id: "${id}") { memoryGiB } }`)).hardware
    .memoryGiB;

describe('hardwareCreate', () => {
  test('adds a card that can be asked about at once', async () => {
    expect(await create(card('acme-48gb'))).toMatchObject({
      dryRun: false,
      hardware: { id: 'acme-48gb', revision: 1, origin: 'USER', memoryBandwidthGBPerSecond: 900, powerWatts: 300 },
    });
    const { estimate } = await calculator.answer<{ estimate: object }>(
      '{ estimate(model: "llama-3.1-8b", hardware: "acme-48gb") { memory { fits } basis { method } hardware { name } } }',
    );
    expect(estimate).toMatchObject({ memory: { fits: true }, hardware: { name: 'Acme acme-48gb' } });
  });

  test('stores what a file would: the same facts, each group with its sources', async () => {
    await create(card('acme-facts'));
    expect(calculator.registry.catalogue().hardware.get('acme-facts').facts).toEqual({
      name: 'Acme acme-facts',
      aliases: [],
      vendor: 'NVIDIA',
      kind: 'gpu',
      family: 'nvidia-ada',
      architecture: 'Ada Lovelace',
      formFactor: 'PCIe',
      memory: { memoryGiB: 48, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 900, source: ['acme-datasheet'] },
      compute: {
        denseFp16Teraflops: 200,
        denseBf16Teraflops: 200,
        denseFp8Teraflops: 400,
        source: ['acme-datasheet', 'made-up-for-this-test'],
      },
      power: { tdpWatts: 300, source: ['made-up-for-this-test'] },
      confidence: 'low',
      sources: {
        'acme-datasheet': { ...datasheet, known: 'vendor' },
        'made-up-for-this-test': { title: 'Made up for this test', known: 'assumed' },
      },
    } satisfies HardwareFacts);
  });

  test('names every problem at once, with its place in the input and what would do', async () => {
    const memory = { ...card('x').memory, memoryGiB: 0.1, source: { title: 'No address', known: 'VENDOR' } };
    const power = { tdpWatts: 40_000, source: guess };
    const answer = await create(card('Bad Id', { memory, power }));
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', code: 'INVALID_INPUT' });
    const problems = answer.problems as { path: string }[];
    expect(problems.map(({ path }) => path)).toEqual([
      'input.id',
      'input.memory.memoryGiB',
      'input.power.tdpWatts',
      'input.memory.source[0]',
    ]);
    expect(problems[2]).toMatchObject({ code: 'OUT_OF_RANGE', range: { minimum: 2, maximum: 30_000 } });
  });

  test('says in plain words what a field may be, and what it was', async () => {
    const { memory, ...rest } = card('acme-words');
    const odd = {
      ...{ vendor: 'A', released: '2027-13-01', computeCapability: 'nine', devicesPerBoard: 1 },
      memory: { ...memory, memoryKind: 'fast', source: { title: 'Datasheet', url: 'acme.example/x', known: 'VENDOR' } },
    };
    const answer = await create({ ...rest, ...odd });
    const problems = answer.problems as { path: string; message: string }[];
    expect(Object.fromEntries(problems.map(({ path, message }) => [path, message]))).toEqual({
      'input.vendor': 'needs at least 2 letters; got 1',
      'input.released': 'must be a date: YYYY, YYYY-MM or YYYY-MM-DD; got "2027-13-01"',
      'input.computeCapability': 'must be major.minor, as 9.0; got "nine"',
      'input.devicesPerBoard': 'must be from 2 to 16; got 1',
      'input.memory.memoryKind': 'must begin with HBM, GDDR, LPDDR, DDR or SRAM; got "fast"',
      'input.memory.source[0].url': 'must be an address that begins with https://; got "acme.example/x"',
    });
  });

  test('of figures that cannot be true says what was meant', async () => {
    const { memory, compute, ...rest } = card('acme-typo');
    const slip = { memory: { ...memory, memoryBandwidthGBPerSecond: 9000 } };
    expect(await create({ ...rest, compute, ...slip })).toMatchObject({
      problems: [{ path: 'input.memory.memoryBandwidthGBPerSecond', code: 'CONTRADICTION', suggestion: '900' }],
    });
    const sparse = { compute: { ...compute, denseFp8Tflops: 800 } };
    expect(await create({ ...rest, memory, ...sparse })).toMatchObject({
      problems: [{ path: 'input.compute.denseFp8Tflops', range: { maximum: 420 }, suggestion: '400' }],
    });
    const processors = { count: 75, unit: 'STREAMING_MULTIPROCESSOR', source: guess };
    const doubled = { denseFp16Tflops: 400, denseBf16Tflops: 400, denseFp8Tflops: 800, source: guess };
    expect(await create({ ...rest, memory, processors, compute: doubled })).toMatchObject({
      problems: [{ path: 'input.compute.denseBf16Tflops', code: 'OUT_OF_RANGE', suggestion: '200' }],
    });
    expect(await create({ ...rest, memory, compute, id: 'acme-sxm' })).toMatchObject({
      problems: [{ path: 'input.id', code: 'CONTRADICTION' }],
    });
  });

  test('of a taken id or alias says whose it is', async () => {
    expect(await create(card('nvidia-t4-16gb'))).toMatchObject({ code: 'ID_TAKEN', ownerId: 'nvidia-t4-16gb' });
    expect(await create(card('my-t4', { aliases: ['t4'] }))).toMatchObject({
      __typename: 'IdTakenError',
      value: 't4',
      ownerId: 'nvidia-t4-16gb',
    });
  });

  test('as a dry run answers the same and writes nothing', async () => {
    const before = calculator.registry.catalogue().revision;
    expect(await create(card('acme-dry'), { dryRun: true })).toMatchObject({
      dryRun: true,
      hardware: { id: 'acme-dry', revision: 1 },
    });
    expect(await create(card('acme-dry', { power: { tdpWatts: 1, source: guess } }), { dryRun: true })).toMatchObject({
      code: 'INVALID_INPUT',
    });
    const { revision, hardware } = calculator.registry.catalogue();
    expect([revision, hardware.has('acme-dry')]).toEqual([before, false]);
  });

  test('of a figure in another unit says which it is in', async () => {
    const { memory, ...rest } = card('acme-units');
    const inOtherUnits = { ...memory, memoryBandwidthGBPerSecond: 2.6, memoryGiB: 49152 };
    expect(await create({ ...rest, memory: inOtherUnits })).toMatchObject({
      problems: [
        { path: 'input.memory.memoryGiB', suggestion: '48', message: expect.stringMatching(/49152 MiB is 48 GiB$/) },
        { suggestion: '2600', message: expect.stringMatching(/2.6 TB\/s is 2600 GB\/s$/) },
      ],
    });
  });

  test('warns of a maker and a family nobody else has, and where nothing can be estimated', async () => {
    const warningsOf = async (more: object) => {
      const answer = await calculator.write<{ warnings: string[] }>(
        `mutation ($input: HardwareCreateInput!) { hardwareCreate(dryRun: true, input: $input) {
          ... on HardwareCreatePayload { warnings } ... on Error { message } } }`,
        { input: card('acme-warned', more) },
      );
      return answer.warnings;
    };
    expect(await warningsOf({})).toEqual([]);
    expect(await warningsOf({ vendor: 'Nvidia', family: 'nvidia-adda' })).toEqual([
      expect.stringMatching(/vendor Nvidia: .* Did you mean NVIDIA\?$/),
      expect.stringMatching(/family nvidia-adda: .* Did you mean nvidia-ada\?$/),
      expect.stringMatching(/^Nothing can be estimated on it yet: no runtime/),
    ]);
  });

  test('repeated with its idempotency key adds nothing and shows what it has become; another request is refused', async () => {
    await create(card('acme-once'), { idempotencyKey: 'once' });
    await update('acme-once', { notes: 'Changed since.' });
    const before = calculator.registry.catalogue().revision;
    expect(await create(card('acme-once'), { idempotencyKey: 'once' })).toMatchObject({
      hardware: { id: 'acme-once', revision: 2 },
    });
    expect(calculator.registry.catalogue().revision).toBe(before);
    expect(await create(card('acme-twice'), { idempotencyKey: 'once' })).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await create(card('acme-once'), { idempotencyKey: 'x'.repeat(201) })).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

describe('hardwareUpdate', () => {
  test('keeps what is left out, clears what is null, and adds sources before those of figures that stay', async () => {
    await create(card('acme-update'));
    const announcement = { title: 'Acme announcement', url: 'https://acme.example/news', known: 'PUBLISHED' };
    const memory = { memoryBandwidthGBPerSecond: 960, source: announcement };
    expect(await update('acme-update', { memory, power: null, notes: 'Faster.' }, 1)).toMatchObject({
      hardware: { revision: 2, memoryGiB: 48, memoryBandwidthGBPerSecond: 960, powerWatts: null },
    });
    const { facts } = calculator.registry.catalogue().hardware.get('acme-update');
    expect(facts.memory).toEqual({
      memoryGiB: 48,
      memoryKind: 'GDDR6',
      memoryGigabytesPerSecond: 960,
      source: ['acme-announcement', 'acme-datasheet'],
    });
    expect([facts.notes, facts.power]).toEqual(['Faster.', undefined]);
    expect(Object.keys(facts.sources)).toEqual(['acme-datasheet', 'made-up-for-this-test', 'acme-announcement']);
  });

  test('drops sources that no figure rests on any more', async () => {
    await create(card('acme-sources'));
    await update('acme-sources', { compute: null, power: null });
    const { facts } = calculator.registry.catalogue().hardware.get('acme-sources');
    expect(Object.keys(facts.sources)).toEqual(['acme-datasheet']);
  });

  test('of nothing, or of what it says already, leaves the revision and the pack in charge', async () => {
    const { name } = calculator.registry.catalogue().hardware.get('nvidia-a2-16gb');
    for (const change of [{}, { name }]) {
      expect(await update('nvidia-a2-16gb', change)).toMatchObject({ hardware: { id: 'nvidia-a2-16gb', revision: 1 } });
    }
    const { origin, revision } = calculator.registry.catalogue().hardware.get('nvidia-a2-16gb');
    expect([origin, revision]).toEqual(['seed', 1]);
  });

  test('of a required figure with null is refused at its place', async () => {
    expect(await update('T4', { vendor: null })).toMatchObject({
      code: 'INVALID_INPUT',
      problems: [{ path: 'input.vendor', code: 'MISSING', message: 'is required and is missing' }],
    });
  });

  test('of a revision that has moved on is refused', async () => {
    await create(card('acme-race'));
    await update('acme-race', { notes: 'Somebody else.' }, 1);
    expect(await update('acme-race', { notes: 'Too late.' }, 1)).toMatchObject({
      __typename: 'RevisionConflictError',
      expected: 1,
      actual: 2,
    });
  });

  test('of nothing known is refused with suggestions', async () => {
    expect(await update('acme-48gbb', { notes: 'Whose?' })).toMatchObject({
      code: 'UNKNOWN_PROFILE',
      argument: 'id',
      suggestions: expect.arrayContaining(['acme-48gb']),
    });
  });

  test('overrides a built-in card, and hardwareRestore brings the built-in facts back', async () => {
    const before = calculator.registry.catalogue().hardware.get('L4').facts;
    const memory = { memoryGiB: 23, source: guess };
    expect(await update('L4', { memory })).toMatchObject({ hardware: { id: 'nvidia-l4-24gb', origin: 'USER' } });
    expect(await memoryGiB('L4')).toBe(23);
    expect(await restore('L4')).toMatchObject({ hardware: { origin: 'SEED', memoryGiB: 24 } });
    expect(calculator.registry.catalogue().hardware.get('L4').facts).toEqual(before);
  });
});

describe('hardwareRetire', () => {
  test('takes a card off the lists, says what replaces it, and can be undone', async () => {
    await create(card('acme-old'));
    const listed = async () =>
      (
        await calculator.answer<{ hardwareList: { nodes: { id: string }[] } }>(
          '{ hardwareList(search: "acme-old") { nodes { id } } }',
        )
      ).hardwareList.nodes.length;
    expect(await listed()).toBe(1);
    expect(await retire('acme-old', ', replacedBy: "L40S"')).toMatchObject({
      hardware: { retired: true, revision: 2 },
    });
    expect(await listed()).toBe(0);
    expect(await memoryGiB('acme-old')).toBe(48);
    const warnings = async () =>
      (
        await calculator.answer<{ estimate: { warnings: string[] } }>(
          '{ estimate(hardware: "acme-old", tokens: 10) { warnings } }',
        )
      ).estimate.warnings;
    expect(await warnings()).toEqual([
      expect.stringMatching(/^Acme acme-old was retired on \d{4}-\d\d-\d\d; use nvidia-l40s-48gb instead\.$/),
    ]);
    expect(await retire('acme-old')).toMatchObject({ code: 'NOT_APPLICABLE' });
    expect(await restore('acme-old')).toMatchObject({ hardware: { retired: false, revision: 3 } });
    expect(await listed()).toBe(1);
    expect(await warnings()).toEqual([]);
  });

  test('refuses a replacement that does not exist', async () => {
    expect(await retire('acme-48gb', ', replacedBy: "L400"')).toMatchObject({
      code: 'UNKNOWN_PROFILE',
      argument: 'replacedBy',
    });
  });
});
