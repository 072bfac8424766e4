import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveDeployment } from '../../src/calculator/resolve.ts';
import type { Estimate } from '../../src/engine/answer.ts';
import { InvalidWorkloadError, MissingFigureError } from '../../src/engine/errors.ts';
import { estimate } from '../../src/engine/estimate.ts';
import { errorBand } from '../../src/engine/evidence/uncertainty.ts';
import type { Deployment, Workload } from '../../src/engine/shapes.ts';
import { UnsupportedError } from '../../src/registry/errors.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';

let registry: Registry;
beforeAll(async () => {
  registry = await openRegistry({ databasePath: ':memory:' });
});
afterAll(() => registry.close());

interface Asked {
  deployment: Deployment;
  workload: Workload;
}

/** Indexes into the catalogue, taken modulo what it holds, so that a failure can be repeated. */
const anyPick = fc.record({
  model: fc.nat(),
  hardware: fc.nat(),
  weights: fc.nat(),
  native: fc.boolean(),
  runtimeYear: fc.option(fc.integer({ min: 2020, max: 2027 })),
  devices: fc.constantFrom(1, 1, 1, 2, 4, 8),
  batch: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 4096 })),
  promptTokens: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200_000 })),
  outputTokens: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20_000 })),
  contextTokens: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
});

type Pick = typeof anyPick extends fc.Arbitrary<infer Value> ? Value : never;

/** Everything of the catalogue that can be combined; null where the combination has no answer and says so. */
function askedOf(pick: Pick): Asked | null {
  const catalogue = registry.catalogue();
  const models = catalogue.model.all().filter(({ engine }) => engine.architecture !== null);
  const formats = catalogue.weightFormat.all().filter(({ engine }) => engine.forWeights);
  const model = at(models, pick.model);
  try {
    const question = {
      model: model.id,
      hardware: at(catalogue.hardware.all(), pick.hardware).id,
      weights: pick.native ? null : at(formats, pick.weights).id,
      ...{ runtimeYear: pick.runtimeYear, devices: pick.devices, batch: pick.batch },
      ...{ promptTokens: pick.promptTokens, outputTokens: pick.outputTokens, contextTokens: pick.contextTokens },
    };
    const { deployment, workload } = resolveDeployment(question, model, catalogue);
    const asked = { deployment: deployment.engine, workload };
    // Some figures are only missed when the engine asks for them.
    answer(asked);
    return asked;
  } catch (error) {
    const refusals = [InvalidWorkloadError, MissingFigureError, UnsupportedError];
    if (refusals.some((refusal) => error instanceof refusal)) return null;
    throw error;
  }
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place % items.length];
  if (item === undefined) throw new Error('the catalogue is empty');
  return item;
}

function answer({ deployment, workload }: Asked, change: Partial<Workload> = {}): Estimate {
  return estimate(deployment, { ...workload, ...change }, registry.coefficients);
}

/** `check` on valid questions only; `runs` of them. */
function forEvery(runs: number, check: (asked: Asked, pick: Pick) => void): void {
  fc.assert(
    fc.property(anyPick, (pick) => {
      const asked = askedOf(pick);
      fc.pre(asked !== null);
      check(asked, pick);
    }),
    { numRuns: runs, maxSkipsPerRun: 100 },
  );
}

/** Not below, but for the last digits of a sum. */
const tolerance = 1 - 1e-9;

describe('whatever is asked of the catalogue', () => {
  test('ten thousand answers hold finite numbers, and times and sizes above 0', { timeout: 120_000 }, () => {
    forEvery(10_000, (asked) => {
      const { latency, throughput, memory, saturation, decodeStep, prefillStep } = answer(asked);
      const { timeToFirstTokenSeconds, timePerOutputTokenSeconds, endToEndSeconds, perTokenSeconds } = latency;
      const positive = [
        ...[timeToFirstTokenSeconds, timePerOutputTokenSeconds, endToEndSeconds, perTokenSeconds, decodeStep.seconds],
        ...[throughput.outputTokensPerSecond, throughput.requestsPerSecond, memory.weightBytes, memory.totalBytes],
        ...[memory.perDeviceBytes, memory.usablePerDeviceBytes],
      ];
      const atLeastZero = [
        ...[latency.baseSeconds, prefillStep.seconds, throughput.prefillTokensPerSecond, memory.kvCacheBytes],
        ...[memory.stateBytes, memory.activationBytes, memory.overheadBytes, memory.maximumBatch],
        ...[memory.maximumContextTokens, memory.kvCacheBytesPerToken],
        ...[...decodeStep.operations, ...prefillStep.operations].flatMap(({ seconds, flops, bytes }) => [
          seconds,
          flops,
          bytes,
        ]),
      ];
      const rates = saturation === null ? [] : [saturation.outputTokensPerSecond, saturation.timePerOutputTokenSeconds];
      const wrong = [...positive, ...rates].filter((value) => !(Number.isFinite(value) && value > 0));
      expect(wrong).toEqual([]);
      expect(atLeastZero.filter((value) => !(Number.isFinite(value) && value >= -1e-12))).toEqual([]);
    });
  });

  test('more sequences never make a step faster or the memory smaller', () => {
    forEvery(500, (asked, { batch }) => {
      const [few, many] = [answer(asked), answer(asked, { batch: batch * 2 })];
      expect(many.decodeStep.seconds).toBeGreaterThanOrEqual(few.decodeStep.seconds * tolerance);
      expect(many.memory.totalBytes).toBeGreaterThanOrEqual(few.memory.totalBytes * tolerance);
    });
  });

  test('more context never makes a step faster or the memory smaller', () => {
    forEvery(500, (asked, { contextTokens }) => {
      const [short, long] = [answer(asked), answer(asked, { contextTokens: contextTokens * 2 + 100 })];
      // The sequences in flight are as many as fit: with fewer of them a step may well be shorter, and the memory smaller.
      if (long.admittedBatch !== short.admittedBatch) return;
      expect(long.memory.totalBytes).toBeGreaterThanOrEqual(short.memory.totalBytes * tolerance);
      expect(long.decodeStep.seconds).toBeGreaterThanOrEqual(short.decodeStep.seconds * tolerance);
    });
  });

  test('a longer prompt never brings the first token sooner', () => {
    forEvery(500, (asked, { promptTokens }) => {
      const [short, long] = [
        answer(asked, { batch: 1 }),
        answer(asked, { batch: 1, promptTokens: promptTokens * 2 + 1 }),
      ];
      expect(long.latency.timeToFirstTokenSeconds).toBeGreaterThanOrEqual(
        short.latency.timeToFirstTokenSeconds * tolerance,
      );
    });
  });

  test('alone, the time per output token is a decode step, and both schedulings agree', () => {
    forEvery(500, (asked) => {
      const one = { ...asked, workload: { ...asked.workload, batch: 1 } };
      const alone = answer(one, { scheduling: 'static' });
      expect(alone.latency.timePerOutputTokenSeconds).toBeCloseTo(alone.decodeStep.seconds, 12);
      if (!asked.deployment.runtime.continuousBatching) return;
      const continuous = answer(one, { scheduling: 'continuous' });
      expect(continuous.latency.timePerOutputTokenSeconds / alone.latency.timePerOutputTokenSeconds).toBeCloseTo(1, 9);
      expect(continuous.latency.timeToFirstTokenSeconds / alone.latency.timeToFirstTokenSeconds).toBeCloseTo(1, 9);
    });
  });

  test('at fixed work, devices that share every layer hold no more each and calculate no more each', () => {
    forEvery(500, ({ deployment, workload }) => {
      const { tensor, pipeline, data } = deployment.parallelism;
      fc.pre(tensor % 2 === 0 && pipeline === 1 && data === 1 && deployment.parallelism.expert === 1);
      const half = {
        ...deployment,
        devices: tensor / 2,
        parallelism: { ...deployment.parallelism, tensor: tensor / 2 },
      };
      const [fewer, more] = [answer({ deployment: half, workload }), answer({ deployment, workload })];
      expect(more.memory.weightBytes / tensor).toBeLessThanOrEqual(fewer.memory.weightBytes / (tensor / 2) / tolerance);
      if (more.admittedBatch !== fewer.admittedBatch) return;
      const work = ({ decodeStep }: Estimate) =>
        decodeStep.operations
          .filter(({ bound }) => bound !== 'interconnect')
          .reduce((sum, { flops }) => sum + flops, 0);
      expect(work(more)).toBeLessThanOrEqual(work(fewer) / tolerance);
    });
  });

  test('the interval of a wider inheritance is never narrower', () => {
    forEvery(500, ({ deployment, workload }) => {
      const result = answer({ deployment, workload });
      const widths = [0, 1, 2, 3].map((steps) => {
        const coefficients = result.coefficients.map((use) => ({ ...use, inheritance: use.inheritance + steps }));
        return errorBand(deployment, workload, { ...result, coefficients }, registry.coefficients);
      });
      for (const [place, width] of widths.slice(1).entries()) {
        const before = widths[place];
        expect(width.timePerOutputToken).toBeGreaterThanOrEqual(before?.timePerOutputToken ?? 0);
        expect(width.timeToFirstToken).toBeGreaterThanOrEqual(before?.timeToFirstToken ?? 0);
        expect(width.endToEnd).toBeGreaterThanOrEqual(before?.endToEnd ?? 0);
      }
    });
  });
});
