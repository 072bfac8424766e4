import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Calculator, openCalculator } from './calculator.ts';

let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator();
});
afterAll(() => calculator.close());

interface Page<Node> {
  totalCount: number;
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function allPages(query: string, field: string): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<{ id: string }> = (
      await calculator.answer<Record<string, Page<{ id: string }>>>(query, { after })
    )[field] as Page<{ id: string }>;
    ids.push(...page.nodes.map(({ id }) => id));
    if (!page.pageInfo.hasNextPage) return ids;
    after = page.pageInfo.endCursor;
  }
}

describe('pages', () => {
  test('models: every one once, in order, over pages of 100', async () => {
    const ids = await allPages(
      `query ($after: String) { models(first: 100, after: $after, orderBy: { field: PARAMETERS, direction: DESC }) {
        nodes { id } pageInfo { hasNextPage endCursor } } }`,
      'models',
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(
      calculator.registry
        .catalogue()
        .model.all()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  test('devices: every one once', async () => {
    const ids = await allPages(
      `query ($after: String) { hardwareList(first: 30, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
      'hardwareList',
    );
    expect(ids).toHaveLength(calculator.registry.catalogue().hardware.all().length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([0, -1, 1001, 1e6])('first: %d is refused', async (first) => {
    const error = await calculator.refusal(`{ models(first: ${first}) { totalCount } }`);
    expect(error.extensions).toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', argument: 'first', allowed: { minimum: 1, maximum: 1000 } },
    });
  });

  test('a cursor of another list is refused', async () => {
    const error = await calculator.refusal('{ models(after: "nonsense") { totalCount } }');
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'after' });
  });
});

describe('filters', () => {
  test('models by developer, size and kind of attention', async () => {
    const { models } = await calculator.answer<{
      models: Page<{
        developer: string;
        parameters: { total: number };
        architecture: { blocks: { attention: { __typename: string } | null }[] };
      }>;
    }>(`{ models(first: 50, filter: { attention: MULTI_HEAD_LATENT, experts: true, parameters: { min: 100000000000 } }) {
      totalCount nodes { developer parameters { total } architecture { blocks { attention { __typename } } } } pageInfo { hasNextPage endCursor } } }`);
    expect(models.totalCount).toBeGreaterThan(3);
    for (const { parameters, architecture } of models.nodes) {
      expect(parameters.total).toBeGreaterThanOrEqual(1e11);
      expect(architecture.blocks.some(({ attention }) => attention?.__typename === 'LatentAttention')).toBe(true);
    }
  });

  test('API-only models have no architecture', async () => {
    const { models } = await calculator.answer<{ models: Page<{ architecture: null }> }>(
      '{ models(filter: { hasArchitecture: false }, first: 100) { totalCount nodes { architecture { layers } } } }',
    );
    expect(models.totalCount).toBeGreaterThan(50);
    expect(models.nodes.every(({ architecture }) => architecture === null)).toBe(true);
  });

  test('devices by vendor and memory, the fastest first', async () => {
    const { hardwareList } = await calculator.answer<{
      hardwareList: Page<{ vendor: string; memoryGiB: number; memoryBandwidthGBPerSecond: number }>;
    }>(`{ hardwareList(filter: { vendor: "nvidia", memoryGiB: { min: 79, max: 100 } }, first: 100,
      orderBy: { field: MEMORY_BANDWIDTH, direction: DESC }) { nodes { vendor memoryGiB memoryBandwidthGBPerSecond } } }`);
    const bandwidths = hardwareList.nodes.map((node) => node.memoryBandwidthGBPerSecond);
    expect(bandwidths.length).toBeGreaterThan(3);
    expect(bandwidths).toEqual(bandwidths.toSorted((one, other) => other - one));
    for (const { vendor, memoryGiB } of hardwareList.nodes) {
      expect(vendor).toBe('NVIDIA');
      expect(memoryGiB).toBeGreaterThanOrEqual(79);
      expect(memoryGiB).toBeLessThanOrEqual(100);
    }
  });

  test('a range the wrong way round is refused', async () => {
    const error = await calculator.refusal(
      '{ hardwareList(filter: { memoryGiB: { min: 80, max: 10 } }) { totalCount } }',
    );
    expect(error.extensions).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'filter.memoryGiB' });
  });

  test('measurements of a model on a device', async () => {
    const { measurements } = await calculator.answer<{
      measurements: Page<{ modelId: string; hardwareId: string; metrics: { timePerOutputTokenMs: number | null } }>;
    }>(`{ measurements(filter: { model: "llama-3.1-70b", hardware: "H100", metric: TIME_PER_OUTPUT_TOKEN }, first: 10) {
      totalCount nodes { modelId hardwareId metrics { timePerOutputTokenMs } } } }`);
    expect(measurements.totalCount).toBeGreaterThan(0);
    for (const { modelId, metrics } of measurements.nodes) {
      expect(modelId).toBe('llama-3.1-70b');
      expect(metrics.timePerOutputTokenMs).toBeGreaterThan(0);
    }
  });
});

test('measurements by how they were driven, by year and trust; each beside the calculator’s answer to the same', async () => {
  const { measurements } = await calculator.answer<{
    measurements: Page<{
      mode: string;
      runtimeYear: number;
      trust: string;
      modelId: string;
      hardwareId: string;
      runtimeId: string;
      weightsId: string;
      model: { id: string };
      hardware: { id: string };
      runtime: { id: string };
      weights: { id: string };
      estimate: { latency: { endToEndMs: number } };
    }>;
  }>(`{ measurements(first: 20, filter: { hardware: "H100", mode: SERVED, year: { min: 2024, max: 2025 }, trust: [HIGH, MEDIUM] }) {
    totalCount nodes { mode runtimeYear trust modelId hardwareId runtimeId weightsId
      model { id } hardware { id } runtime { id } weights { id }
      estimate { latency { endToEndMs } } } } }`);
  expect(measurements.totalCount).toBeGreaterThan(3);
  for (const node of measurements.nodes) {
    expect(node.mode).toBe('SERVED');
    expect(node.runtimeYear).toSatisfy((year: number) => year >= 2024 && year <= 2025);
    expect(['HIGH', 'MEDIUM']).toContain(node.trust);
    expect([node.model.id, node.hardware.id, node.runtime.id, node.weights.id]).toEqual([
      node.modelId,
      node.hardwareId,
      node.runtimeId,
      node.weightsId,
    ]);
    expect(node.estimate.latency.endToEndMs).toBeGreaterThan(0);
  }
});

test('the size of a file has no device and no estimate', async () => {
  const { measurements } = await calculator.answer<{ measurements: Page<{ hardware: null; estimate: null }> }>(
    '{ measurements(filter: { metric: WEIGHTS_SIZE }, first: 100) { nodes { hardwareId hardware { id } estimate { summary } } } }',
  );
  const files = measurements.nodes.filter(({ hardware }) => hardware === null);
  expect(files.length).toBeGreaterThan(0);
  expect(files.every(({ estimate }) => estimate === null)).toBe(true);
});

describe('profiles', () => {
  test('a model shows its blocks, cache and where the figures come from', async () => {
    const { model } = await calculator.answer<{ model: unknown }>(
      '{ model(id: "7B") { id contextTokens countedParameters { total } architecture { layers kvCacheBytesPerToken } nativeFormat { id } } }',
    );
    expect(model).toEqual({
      id: 'llama-2-7b',
      contextTokens: 4096,
      countedParameters: { total: 6_738_415_616 },
      architecture: { layers: 32, kvCacheBytesPerToken: 524_288 },
      nativeFormat: { id: 'fp16' },
    });
  });

  test('an unknown id is null, not an error', async () => {
    expect(
      await calculator.answer('{ model(id: "none") { id } hardware(id: "none") { id } scenario(id: "none") { id } }'),
    ).toEqual({
      ...{ model: null, hardware: null, scenario: null },
    });
  });

  test('a device shows its peaks in the field’s units and its prices as a range', async () => {
    const { hardware } = await calculator.answer<{
      hardware: {
        memoryGiB: number;
        memoryBandwidthGBPerSecond: number;
        peaks: { numberFormat: string; tflops: number }[];
        prices: { usdPerDeviceHour: { low: number; median: number; high: number; count: number } };
        sources: { url: string | null; known: string }[];
      };
    }>(`{ hardware(id: "T4") { memoryGiB memoryBandwidthGBPerSecond peaks { numberFormat tflops }
      prices { usdPerDeviceHour { low median high count } } sources { url known } } }`);
    expect([hardware.memoryGiB, hardware.memoryBandwidthGBPerSecond]).toEqual([16, 320]);
    expect(hardware.peaks).toContainEqual({ numberFormat: 'FP16', tflops: 65 });
    const { low, median, high, count } = hardware.prices.usdPerDeviceHour;
    expect(low <= median && median <= high && count > 1).toBe(true);
    expect(hardware.sources.length).toBeGreaterThan(0);
  });

  test('every kind of profile resolves all of its fields', async () => {
    const data = await calculator.answer<Record<string, unknown>>(`{
      runtimes { id name homepage license estimator defaultYear reservation reservedFraction overheadPerDeviceGiB defaultCacheId
        continuousBatching prefillChunkTokens maximumSequences served notes sources { key title url citation retrieved known } }
      weightFormats { id name bitsPerWeight groupSize scales cacheBitsPerElement arithmetic notes measuredFiles { model bitsPerWeight } }
      models(first: 100) { nodes { name aliases revision origin updatedAt retired released license modalities notes flags
        architecture { stateBytesPerSequence kvCacheBytesPerToken extras { name parameters resident readEachStep } blocks { layers
          attention { __typename ... on StateSpaceMixer { variant stateBytes parameters } } feedForward { __typename } } }
        hostedLatencies { id timeToFirstTokenMs timePerOutputTokenMs outputTokensPerSecond percentile measured atypical }
        offers { id provider date tiers { aboveInputTokens } disagreements { usdPerMillionInputTokens date } } } }
      hardwareList(first: 100) { nodes { name kind vendor family memoryClass usableGiB unifiedMemory hostBandwidthGBPerSecond processors
        powerWatts idleWatts link { kind bandwidthGBPerSecond domainDevices } prices { hourly { id usdPerDeviceHour pricing region }
        purchase { id usd priceKind date } usdPerDevice { low high } } measurements(first: 2) { totalCount nodes { id trust mode } } } }
    }`);
    expect(Object.keys(data)).toHaveLength(4);
  });
});
