import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePack } from '../../registry/packs/smallPack.ts';
import { temporaryFolder } from '../../server/serverProcess.ts';
import { type Calculator, openCalculator } from '../calculator.ts';

const folder = temporaryFolder();
let calculator: Calculator;
beforeAll(async () => {
  calculator = await openCalculator([ownPack(folder)]);
});
afterAll(() => {
  calculator.close();
  rmSync(folder, { recursive: true });
});

interface Assumed {
  estimate: { assumptions: { code: string; text: string }[] };
}

/** The lines about figures that nobody can look up, of an answer. */
async function assumedIn(asked: string): Promise<string[]> {
  const { estimate } = await calculator.answer<Assumed>(`{ estimate(${asked}) { assumptions { code text } } }`);
  return estimate.assumptions.filter(({ code }) => code === 'ASSUMED_FIGURES').map(({ text }) => text);
}

/** What an estimate on one device of a GPU server reads; links only matter between devices. */
const groupsRead = ['memory', 'usableMemory', 'compute', 'cpu', 'power'] as const;

describe('figures without a public source', () => {
  test('are named by profile and group, with what they are taken from', async () => {
    const lines = await assumedIn('hardware: "apple-m1-max"');
    expect(lines).toContain(
      'Apple M1 Max (32-core GPU), memory: partly assumed, no public page is recorded ' +
        '(Apple newsroom and technical specifications, recalled).',
    );
  });

  test('of a device are in its answers, group for group, on every device of the catalogue', async () => {
    let answered = 0;
    for (const { id, name, facts } of calculator.registry.catalogue().hardware.all()) {
      const {
        data: { estimate },
      } = await calculator.ask<{ estimate: Assumed['estimate'] | null }>(
        'query ($id: ID!) { estimate(hardware: $id) { assumptions { code text } } }',
        { id },
      );
      if (estimate === null) continue;
      answered++;
      const isAssumed = (key: string) => facts.sources[key]?.known === 'assumed';
      const assumed = groupsRead.filter((group) => [facts[group]?.source ?? []].flat().some(isAssumed));
      const said = groupsRead.filter((group) =>
        estimate.assumptions.some(({ text }) =>
          text.startsWith(`${name}, ${group === 'usableMemory' ? 'usable memory' : group}: `),
        ),
      );
      expect(said, id).toEqual(assumed);
    }
    expect(answered).toBeGreaterThan(150);
  });

  test('there are none to report where every figure has its page', async () => {
    const lines = await assumedIn('model: "llama-3.1-8b", hardware: "nvidia-rtx-3080-10gb"');
    expect(lines.filter((line) => /^(NVIDIA|Llama|BF16)/.test(line))).toEqual([]);
  });

  test('of a link are said where devices talk to each other, and only there', async () => {
    const oneDevice = await assumedIn('hardware: "amd-mi210-64gb"');
    const two = await assumedIn('hardware: "amd-mi210-64gb", options: { devices: 2 }');
    expect(oneDevice.filter((line) => line.includes(', link: '))).toEqual([]);
    expect(two.filter((line) => line.includes(', link: '))).toHaveLength(1);
  });

  test('of a price, a weight format and a model of one’s own pack are said too', async () => {
    const lines = await assumedIn(
      'model: "recalled-8b", hardware: "L40S", options: { offer: "recalled-cloud-x1-on-demand-eu-2026-10-01" }',
    );
    const recalled = lines.filter((line) => line.endsWith('(Written down from memory).'));
    expect(recalled.map((line) => line.split(':', 1)[0])).toEqual([
      'Recalled 8B',
      'Recalled 8B, parameters',
      'Recalled 8B, architecture',
      'Recalled 6-bit, weights',
      'Recalled 6-bit, packing',
      'Recalled Cloud x1, on-demand, eu',
    ]);
  });
});

/** A model, a format and a price that somebody wrote down from memory. */
function ownPack(folder: string): string {
  const sources = { recalled: { title: 'Written down from memory', known: 'assumed' } };
  return writePack(folder, {
    'models/recalled-8b.json': {
      name: 'Recalled 8B',
      aliases: [],
      developer: 'Example',
      contextTokens: 32768,
      nativeFormat: 'recalled-int6',
      source: 'recalled',
      parameters: { total: 8030261248, active: 8030261248, source: 'recalled' },
      architecture: {
        hidden: 4096,
        vocabulary: 128256,
        tiedEmbeddings: false,
        blocks: [
          {
            layers: 32,
            attention: { kind: 'grouped-query', heads: 32, kvHeads: 8, headDim: 128 },
            feedForward: { kind: 'gated', intermediate: 14336 },
          },
        ],
        source: 'recalled',
      },
      sources,
    },
    'weight-formats/recalled-int6.json': {
      name: 'Recalled 6-bit',
      aliases: [],
      weights: { bitsPerWeight: 6.25, groupSize: 64, scales: 'fp16 scale per group', source: 'recalled' },
      packing: { kind: 'uniform', keeps16Bit: ['embedding', 'head'], source: 'recalled' },
      arithmetic: ['fp16', 'bf16'],
      efficiencyClass: 'int8-weight-only',
      sources,
    },
    'prices/recalled-cloud.json': {
      title: 'Recalled Cloud',
      basis: 'hardware-hour',
      defaults: { provider: 'Recalled Cloud', pricing: 'on-demand', region: 'eu', source: 'recalled' },
      offers: [
        { hardware: 'nvidia-l40s-48gb', instance: 'x1', devices: 1, usdPerHour: 1, effectiveFrom: '2026-10-01' },
      ],
      sources,
    },
  });
}
