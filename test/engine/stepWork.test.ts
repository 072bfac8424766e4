import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookUpCoefficient } from '../../src/engine/coefficients.ts';
import { estimateDesktop } from '../../src/engine/desktop/estimate.ts';
import type { Architecture } from '../../src/engine/model/architecture.ts';
import { cachedBytesOfSequence, stateBytesPerSequence } from '../../src/engine/model/kvCache.ts';
import { weightBytes } from '../../src/engine/model/weights.ts';
import { estimateServing } from '../../src/engine/serving/estimate.ts';
import type { Deployment, Workload } from '../../src/engine/shapes.ts';
import {
  anyArchitecture,
  anyWorkload,
  bf16,
  coefficients,
  deepseekV3,
  deploymentOf,
  llama70b,
  workloadOf,
} from './deployments.ts';
import { desktopDeployment, desktopWorkload, seedArchitecture } from './desktop/machines.ts';
import { bytesNamed, decodeFlops, flopsNamed, flopsOf, multiplied, promptFlops, recurrence, sum } from './stepFlops.ts';

/**
 * What a step has to calculate and to read, written down here from the architecture alone: 2 FLOPs a weight a token
 * passes through, 2 FLOPs a pair of query and key elements and as many for values. Both families of physics must agree.
 */

/** Architectures with one kind of expert layer at most, as every published model has. */
const anyModel = anyArchitecture.filter(
  ({ blocks }) =>
    new Set(
      blocks.flatMap(({ feedForward: f }) => (f?.kind === 'experts' ? [`${f.activeExperts} of ${f.experts}`] : [])),
    ).size < 2,
);
const anyPublishedModel = fc
  .constantFrom(
    ...['deepseek-v3', 'qwen1.5-moe-a2.7b', 'mixtral-8x7b', 'llama-3.1-8b', 'gemma-3-27b', 'deepseek-v2-lite'],
  )
  .map(seedArchitecture);
const anyOfBoth = fc.oneof(anyModel, anyPublishedModel);

const server = (architecture: Architecture) =>
  deploymentOf(architecture, 1, { parallelism: { tensor: 1, pipeline: 1, data: 1, expert: 1 } });
const desktop = (architecture: Architecture) =>
  desktopDeployment('llama-3.1-8b', 'apple-m2-ultra', 'gguf-f16', 'llama.cpp', {
    model: { id: 'model', name: 'Model', contextTokens: 131_072, architecture },
  });

const onServer = (deployment: Deployment, workload: Workload) => estimateServing(deployment, workload, coefficients);
const onDesktop = (deployment: Deployment, workload: Workload) => estimateDesktop(deployment, workload, coefficients);

describe('the FLOPs of a decode step are 2 × active parameters × batch + attention', () => {
  test('on a server', () => {
    fc.assert(
      fc.property(anyOfBoth, anyWorkload, (architecture, anyShape) => {
        const workload = { ...anyShape, scheduling: 'static' as const };
        const { decodeStep } = onServer(server(architecture), workload);
        const context = workload.contextTokens + Math.max(1, workload.promptTokens) + workload.outputTokens / 2;
        const weights = 2 * multiplied(architecture).decode;
        const attention = sum(architecture, (mixer) => decodeFlops(mixer, context));
        expect(flopsOf(decodeStep) / (workload.batch * (weights + attention))).toBeCloseTo(1, 3);
      }),
    );
  });

  test('on a desktop', () => {
    fc.assert(
      fc.property(anyOfBoth, anyWorkload, (architecture, anyShape) => {
        const workload = { ...anyShape, scheduling: 'static' as const };
        const { decodeStep } = onDesktop(desktop(architecture), workload);
        const context = workload.contextTokens + workload.promptTokens + workload.outputTokens / 2;
        const weights = 2 * multiplied(architecture).decode;
        const attention = sum(architecture, (mixer) => decodeFlops(mixer, context) + recurrence(mixer));
        expect(flopsOf(decodeStep) / (workload.batch * (weights + attention))).toBeCloseTo(1, 3);
      }),
    );
  });
});

describe('the FLOPs of a prompt are 2 × active parameters × tokens + half of the square of attention', () => {
  test('on a server', () => {
    fc.assert(
      fc.property(anyOfBoth, fc.integer({ min: 1, max: 8000 }), (architecture, promptTokens) => {
        const { prefillStep } = onServer(server(architecture), workloadOf({ promptTokens }));
        const { blocks, decode } = multiplied(architecture);
        const weights = 2 * (blocks * (promptTokens - 1) + decode);
        const attention = sum(architecture, (mixer) => {
          return promptFlops(mixer, promptTokens, 'expanded') + recurrence(mixer) * promptTokens;
        });
        expect(flopsOf(prefillStep) / (weights + attention)).toBeCloseTo(1, 3);
      }),
    );
  });

  test('on a desktop', () => {
    fc.assert(
      fc.property(anyOfBoth, fc.integer({ min: 1, max: 8000 }), (architecture, promptTokens) => {
        const { prefillStep } = onDesktop(desktop(architecture), desktopWorkload({ promptTokens }));
        const weights = 2 * multiplied(architecture).blocks * promptTokens;
        const attention = sum(architecture, (mixer) => {
          return promptFlops(mixer, promptTokens, 'absorbed') + recurrence(mixer) * promptTokens;
        });
        expect(flopsOf(prefillStep) / (weights + attention)).toBeCloseTo(1, 3);
      }),
    );
  });

  test('over two cards that work on chunks at once, together as many as on one', () => {
    // Four chunks of 512 through two cards: 5 slots for 8, of which the fitted part of the gain is reached.
    const alone = desktopDeployment('mixtral-8x7b', 'apple-m2-ultra', 'gguf-f16', 'llama.cpp');
    const one = onDesktop(alone, desktopWorkload({ promptTokens: 2048 })).prefillStep;
    const two = onDesktop(
      desktopDeployment('mixtral-8x7b', 'apple-m2-ultra', 'gguf-f16', 'llama.cpp', { devices: 2 }),
      desktopWorkload({ promptTokens: 2048 }),
    ).prefillStep;
    const gains = two.operations
      .filter(({ flops }) => flops > 0)
      .map((operation) => flopsNamed(one, operation.name) / operation.flops);
    for (const gain of gains) expect(gain).toBeCloseTo(gains[0] ?? 0, 9);
    expect(gains[0]).toBeGreaterThan(1);
    expect(gains[0]).toBeLessThanOrEqual(8 / 5);
  });
});

test.each([1, 200, 511, 512])(
  'cards that take turns gain nothing on a prompt of %i tokens: it is one chunk',
  (tokens) => {
    const load = desktopWorkload({ promptTokens: tokens });
    const on = (devices: number) =>
      onDesktop(desktopDeployment('mixtral-8x7b', 'apple-m2-ultra', 'gguf-f16', 'llama.cpp', { devices }), load);
    expect(flopsOf(on(2).prefillStep)).toBe(flopsOf(on(1).prefillStep));
  },
);

describe('a decode step reads', () => {
  test('all weights once that every sequence needs, however many sequences, on a server', () => {
    fc.assert(
      fc.property(anyOfBoth, anyWorkload, (architecture, anyShape) => {
        const workload = { ...anyShape, scheduling: 'static' as const };
        const { decodeStep } = onServer(server(architecture), workload);
        const { head, embedding, experts } = weightBytes(architecture, bf16);
        expect(bytesNamed(decodeStep, 'output head')).toBe(architecture.tiedEmbeddings ? embedding : head);
        const routed = architecture.blocks.flatMap(({ feedForward: f }) => (f?.kind === 'experts' ? [f] : []))[0];
        if (routed === undefined) return;
        const idle = (1 - routed.activeExperts / routed.experts) ** workload.batch;
        expect(bytesNamed(decodeStep, 'experts') / (experts * (1 - idle))).toBeCloseTo(1, 9);
      }),
    );
  });

  test('every cached token that each layer can see, and nothing that it cannot', () => {
    fc.assert(
      fc.property(anyModel, anyWorkload, (architecture, anyShape) => {
        const workload = { ...anyShape, scheduling: 'static' as const };
        const shared = architecture.blocks.some((group) => {
          return group.attention?.kind === 'grouped-query' && group.attention.sharesKeyValue === true;
        });
        fc.pre(!shared);
        const { decodeStep } = onServer(server(architecture), workload);
        const context = workload.contextTokens + Math.max(1, workload.promptTokens) + workload.outputTokens / 2;
        const cached = cachedBytesOfSequence(architecture, context, 2, { windowed: true });
        const read = bytesNamed(decodeStep, 'attention over the cache');
        expect(Math.abs(read - workload.batch * cached)).toBeLessThanOrEqual(1e-9 * read);
      }),
    );
  });

  test('and writes every recurrent state once', () => {
    fc.assert(
      fc.property(anyModel, anyWorkload, (architecture, anyShape) => {
        const workload = { ...anyShape, scheduling: 'static' as const };
        const state = 2 * workload.batch * stateBytesPerSequence(architecture);
        for (const { decodeStep } of [
          onServer(server(architecture), workload),
          onDesktop(desktop(architecture), workload),
        ]) {
          expect(bytesNamed(decodeStep, 'recurrent state')).toBe(state);
        }
      }),
    );
  });
});

describe('values that pass between the matrices', () => {
  // arXiv:2412.19437, DeepSeek-V3: 8 routed and 1 shared expert of width 2,048 a token; dense layers of width 18,432.
  test('are as many through nine experts of DeepSeek-V3 as through one of its dense layers', () => {
    const [dense] = deepseekV3.blocks;
    if (dense === undefined) throw new Error('no dense layers');
    const allDense = { ...deepseekV3, blocks: [{ ...dense, layers: 61 }] };
    const server = ['norms and activations', onServer] as const;
    const desk = ['activations', onDesktop] as const;
    for (const [name, answer] of [server, desk]) {
      const passed = (architecture: Architecture) => {
        const runs = answer === onServer ? deploymentOf(architecture, 1) : desktop(architecture);
        return bytesNamed(answer(runs, workloadOf({ promptTokens: 512 })).prefillStep, name);
      };
      expect(passed(deepseekV3)).toBeGreaterThan(0);
      expect(passed(deepseekV3)).toBe(passed(allDense));
    }
  });
});

describe('cards that share every layer of a desktop model', () => {
  // Megatron-LM, arXiv:1909.08053: two all-reduces of the activations a layer, here at 16 bits.
  test.each([2, 4])('%i of them sum its activations twice a layer, and each calculates its share', (tensor) => {
    const deployment = desktopDeployment('llama-3.1-8b', 'apple-m2-ultra', 'mlx-4bit-g64', 'mlx', {
      devices: tensor,
      parallelism: { tensor, pipeline: 1, data: 1, expert: 1 },
    });
    const alone = desktopDeployment('llama-3.1-8b', 'apple-m2-ultra', 'mlx-4bit-g64', 'mlx');
    const load = desktopWorkload({ batch: 3, promptTokens: 100 });
    const [shared, single] = [onDesktop(deployment, load), onDesktop(alone, load)];
    expect(bytesNamed(shared.decodeStep, 'all-reduce')).toBe(2 * 32 * 3 * 4096 * 2);
    expect(bytesNamed(shared.prefillStep, 'all-reduce')).toBe(2 * 32 * 3 * 100 * 4096 * 2);
    expect(bytesNamed(single.decodeStep, 'all-reduce')).toBe(0);
    expect(flopsOf(shared.decodeStep) * tensor).toBeCloseTo(flopsOf(single.decodeStep), 0);
  });

  test('take longer for the sums the more there are: log₂ of the cards in messages, and what each must pass on', () => {
    const sums = (tensor: number) =>
      onDesktop(
        desktopDeployment('llama-3.1-8b', 'apple-m2-ultra', 'mlx-4bit-g64', 'mlx', {
          devices: tensor,
          parallelism: { tensor, pipeline: 1, data: 1, expert: 1 },
        }),
        desktopWorkload(),
      ).decodeStep.operations.find(({ name }) => name === 'all-reduce')?.seconds ?? 0;
    const value = (table: string) => lookUpCoefficient(coefficients, table, ['mlx', 'metal', 'all'], []);
    const bytes = 2 * 32 * 4096 * 2;
    for (const tensor of [2, 4]) {
      const messages = 64 * Math.log2(tensor) * value('local.allReduceSeconds');
      const passed = (2 * (tensor - 1) * bytes) / tensor / value('local.allReduceBytesPerSecond');
      expect(sums(tensor) / (messages + passed)).toBeCloseTo(1, 9);
    }
  });
});

describe('a layer split', () => {
  // Llama 2 70B has 80 layers (its config.json): 80 on one card, 40 + 40 on two, 27 + 27 + 26 on three.
  test.each([
    [1, 80],
    [2, 40],
    [3, 27],
    [4, 20],
    [6, 14],
    [7, 12],
  ])('over %i cards puts %i of 80 layers on the fullest, and all of them somewhere', (devices, layers) => {
    const perCard = (weightFileBytes: number) => {
      const deployment = desktopDeployment('llama-2-70b', 'nvidia-rtx-3090-24gb', 'gguf-q4_0', 'llama.cpp', {
        devices,
        weightFileBytes,
      });
      return onDesktop(deployment, desktopWorkload()).memory;
    };
    const [small, large] = [perCard(40e9), perCard(48e9)];
    const share = (large.perDeviceBytes - small.perDeviceBytes) / (large.weightBytes - small.weightBytes);
    expect(share).toBeCloseTo(layers / 80, 9);
    expect(share * devices).toBeGreaterThanOrEqual(1 - 1e-9);
  });

  test('never leaves the fullest of more cards with more', () => {
    const share = (devices: number) => {
      const memory = (weightFileBytes: number) =>
        onDesktop(
          desktopDeployment('llama-3.1-8b', 'nvidia-rtx-3090-24gb', 'gguf-q4_0', 'llama.cpp', {
            devices,
            weightFileBytes,
          }),
          desktopWorkload(),
        ).memory;
      return memory(8e9).perDeviceBytes - memory(4e9).perDeviceBytes;
    };
    for (let devices = 1; devices < 32; devices++) expect(share(devices + 1)).toBeLessThanOrEqual(share(devices) + 1);
  });
});

describe('a prompt that takes several steps', () => {
  // Σ over chunks of the pairs each sees, past and itself, is half of the square, however it is cut.
  test.each(['llama-3.1-8b', 'deepseek-v3'])('calculates as much as one read at once: %s', (model) => {
    const architecture = seedArchitecture(model);
    const deployment = { ...server(architecture), model: { ...server(architecture).model, contextTokens: 1e6 } };
    fc.assert(
      fc.property(fc.integer({ min: 8193, max: 100_000 }), (promptTokens) => {
        const { prefillStep } = onServer(deployment, workloadOf({ promptTokens }));
        const chunks = Math.ceil(promptTokens / 8192);
        const { blocks, decode } = multiplied(architecture);
        const attention = sum(architecture, (mixer) => promptFlops(mixer, promptTokens, 'expanded'));
        const flops = 2 * (blocks * (promptTokens - chunks) + decode * chunks) + attention;
        expect((chunks * flopsOf(prefillStep)) / flops).toBeCloseTo(1, 5);
      }),
    );
  });

  test('takes the same steps when prompts come faster than they are read: two for twice the budget', () => {
    // Attention alone, so that what a token sees decides how long a step takes.
    const attention = { kind: 'grouped-query' as const, heads: 64, kvHeads: 8, headDim: 128 };
    const blocks = [{ layers: 80, attention, feedForward: null }];
    const deployment = deploymentOf({ ...llama70b, hidden: 512, vocabulary: 1000, blocks }, 1);
    const load = { promptTokens: 2 * 8192, outputTokens: 2 };
    const flood = onServer(deployment, workloadOf({ ...load, batch: 32 }));
    const alone = onServer(deployment, workloadOf({ ...load, batch: 1 }));
    const promptSeconds = load.promptTokens / alone.throughput.prefillTokensPerSecond;
    expect((2 * flood.latency.timePerOutputTokenSeconds) / promptSeconds).toBeCloseTo(1, 2);
  });
});
