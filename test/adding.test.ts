import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedsFolder } from '../src/registry/registry.ts';
import { writePack } from './registry/packs/smallPack.ts';
import { type Calculator, openCalculator } from './schema/calculator.ts';
import { temporaryFolder } from './server/serverProcess.ts';

const sources = { own: { title: 'Made up for this test', known: 'assumed' } };

/** One file each, as CONTRIBUTING.md says: nothing else is written to add these. */
const added = {
  'hardware/added-card-48gb.json': {
    name: 'Added Card 48 GB',
    aliases: ['added-card'],
    vendor: 'NVIDIA',
    kind: 'gpu',
    family: 'nvidia-ada',
    architecture: 'Ada Lovelace',
    formFactor: 'PCIe',
    memory: { memoryGiB: 48, memoryKind: 'GDDR6', memoryGigabytesPerSecond: 900, source: 'own' },
    compute: { denseFp16Teraflops: 200, denseBf16Teraflops: 200, denseFp8Teraflops: 400, source: 'own' },
    confidence: 'low',
    sources,
  },
  'runtimes/added-engine.json': {
    name: 'Added Engine',
    aliases: [],
    homepage: 'https://example.com/added-engine',
    estimator: 'serving',
    coefficients: 'vllm',
    defaultYear: 2026,
    memory: {
      reservation: 'fraction',
      fraction: 0.9,
      perDeviceGB: 2,
      defaultCache: 'kv-fp16',
      cachePageTokens: 16,
      cacheFollowsFp8Weights: false,
      source: 'own',
    },
    scheduling: {
      continuousBatching: true,
      prefillChunkTokens: 8192,
      maximumSequences: 256,
      served: true,
      source: 'own',
    },
    execution: { split: 'tensor', eager: false, flashAttentionSince: 2026, backends: {}, source: 'own' },
    supports: [{ families: ['nvidia-ada'], formats: ['16-bit', 'int8-weight-only'], preference: 1 }],
    sources,
  },
  'prices/added-cloud.json': {
    title: 'Added Cloud, list prices',
    basis: 'hardware-hour',
    defaults: { provider: 'Added Cloud', pricing: 'on-demand', region: 'eu', source: 'own' },
    offers: [{ hardware: 'added-card-48gb', instance: 'x1', devices: 1, usdPerHour: 0.9, effectiveFrom: '2026-10-01' }],
    sources,
  },
  'scenarios/added-scenario.json': {
    name: 'Added scenario',
    description: 'A question that nobody has asked yet.',
    order: 1000,
    model: 'llama-3.1-8b',
    deployment: 'local',
    hardware: 'added-card-48gb',
    devices: 1,
    promptTokens: 500,
    outputTokens: 100,
    batch: 1,
    scheduling: 'continuous',
    source: 'own',
    sources,
  },
  'weight-formats/added-int6.json': {
    name: 'Added 6-bit integers, groups of 64',
    aliases: ['added-6-bit'],
    weights: { bitsPerWeight: 6.25, groupSize: 64, scales: 'fp16 scale per group', source: 'own' },
    packing: { kind: 'uniform', keeps16Bit: ['embedding', 'head', 'router', 'extra'], source: 'own' },
    arithmetic: ['fp16', 'bf16'],
    efficiencyClass: 'int8-weight-only',
    sources,
  },
};

interface Estimated {
  deployment: { runtime: { id: string }; weights: { id: string } };
  memory: { fits: boolean };
  latency: { endToEndMs: number };
  cost: { basis: { provider: string } } | null;
}

let calculator: Calculator;

beforeAll(async () => {
  const seeds = join(temporaryFolder(), 'seeds');
  cpSync(seedsFolder, seeds, { recursive: true });
  for (const path of Object.keys(added)) {
    if (existsSync(join(seeds, path))) throw new Error(`${path} is no addition: it exists`);
  }
  calculator = await openCalculator([], writePack(seeds, added));
});

afterAll(() => calculator?.close());

function estimate(options: string): Promise<{ estimate: Estimated }> {
  return calculator.answer(`{
    estimate(model: "llama-3.1-8b", ${options}) {
      deployment { runtime { id } weights { id } }
      memory { fits }
      latency { endToEndMs }
      cost { basis { provider } }
    }
  }`);
}

describe('one file under seeds adds', () => {
  test('a device: it is found by its alias and estimated with its family’s efficiencies', async () => {
    const { estimate: answer } = await estimate('hardware: "added-card", tokens: 100');
    expect(answer.memory.fits).toBe(true);
    expect(answer.latency.endToEndMs).toBeGreaterThan(0);
  });

  test('a runtime: it can be asked for, and takes nothing from the ones that are preferred', async () => {
    const { estimate: answer } = await estimate('hardware: "added-card", options: { runtime: "added-engine" }');
    expect(answer.deployment.runtime.id).toBe('added-engine');
    const { estimate: unasked } = await estimate('hardware: "added-card"');
    expect(unasked.deployment.runtime.id).not.toBe('added-engine');
  });

  test('a price: answers on the device name its provider', async () => {
    const { estimate: answer } = await estimate('hardware: "added-card"');
    expect(answer.cost?.basis.provider).toBe('Added Cloud');
  });

  test('a scenario: it is listed last and answered', async () => {
    const { scenarios } = await calculator.answer<{ scenarios: { id: string; estimate: Estimated }[] }>(
      '{ scenarios { id estimate { latency { endToEndMs } } } }',
    );
    expect(scenarios.at(-1)?.id).toBe('added-scenario');
    expect(scenarios.at(-1)?.estimate.latency.endToEndMs).toBeGreaterThan(0);
  });

  test('a weight format: a model is sized with it', async () => {
    const { estimate: answer } = await estimate(
      'hardware: "added-card", options: { weights: "added-6-bit", runtime: "added-engine" }',
    );
    expect(answer.deployment.weights.id).toBe('added-int6');
  });
});
