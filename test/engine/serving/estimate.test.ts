import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../../src/engine/answer.ts';
import { estimateServing } from '../../../src/engine/serving/estimate.ts';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import {
  anyDeployment,
  anyWorkload,
  coefficients,
  deploymentOf,
  llama70b,
  transformers,
  vllm,
  workloadOf,
} from '../deployments.ts';

const answer = (deployment: Deployment, workload: Workload): Estimate =>
  estimateServing(deployment, workload, coefficients);

describe('physics that holds for every deployment', () => {
  test('no step outruns the datasheet roofline', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const { decodeStep, prefillStep } = answer(deployment, workload);
        for (const { seconds, operations } of [decodeStep, prefillStep]) {
          const device = operations.filter(({ bound }) => bound !== 'interconnect');
          const bytes = device.reduce((sum, operation) => sum + operation.bytes, 0);
          expect(seconds).toBeGreaterThanOrEqual((bytes / deployment.hardware.memoryBytesPerSecond) * (1 - 1e-12));
        }
      }),
    );
  });

  test('operators sum to the step', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const { decodeStep } = answer(deployment, workload);
        const sum = decodeStep.operations.reduce((total, { seconds }) => total + seconds, 0);
        expect(sum).toBeCloseTo(decodeStep.seconds, 12);
      }),
    );
  });

  test('every figure is a finite number, and times are positive', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const { latency, throughput, memory, saturation } = answer(deployment, workload);
        for (const value of Object.values(latency)) expect(value).toBeGreaterThanOrEqual(0);
        expect(latency.timePerOutputTokenSeconds).toBeGreaterThan(0);
        const { fits, perDeviceParts, ...bytes } = memory;
        expect(typeof fits).toBe('boolean');
        for (const value of [
          ...Object.values(latency),
          ...Object.values(throughput),
          ...Object.values({ ...bytes, ...perDeviceParts }),
        ]) {
          expect(Number.isFinite(value)).toBe(true);
        }
        if (saturation !== null) expect(saturation.outputTokensPerSecond).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('latency is base + perToken × output, and first token + the others', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const { latency } = answer(deployment, workload);
        const { outputTokens } = workload;
        const law = latency.baseSeconds + latency.perTokenSeconds * outputTokens;
        const tokens = latency.timeToFirstTokenSeconds + (outputTokens - 1) * latency.timePerOutputTokenSeconds;
        expect(law / latency.endToEndSeconds).toBeCloseTo(1, 9);
        expect(tokens / latency.endToEndSeconds).toBeCloseTo(1, 9);
      }),
    );
  });

  test('memory parts sum to the whole', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const { memory } = answer(deployment, workload);
        const parts =
          memory.weightBytes + memory.kvCacheBytes + memory.stateBytes + memory.activationBytes + memory.overheadBytes;
        expect(parts / memory.totalBytes).toBeCloseTo(1, 9);
        // The fullest device: the last stage has the head, and replicas differ where they do not divide the batch.
        const { data, pipeline } = deployment.parallelism;
        const all = (memory.perDeviceBytes * deployment.devices) / memory.totalBytes;
        if (workload.batch % data === 0 && pipeline === 1) expect(all).toBeCloseTo(1, 9);
        else expect(all).toBeGreaterThanOrEqual(1 - 1e-9);
      }),
    );
  });

  test('a longer context never costs less, in time or memory', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, fc.integer({ min: 1, max: 30_000 }), (deployment, anyShape, more) => {
        // A static batch is not cut down when memory runs out, so the two are alike but for the context.
        const workload = { ...anyShape, scheduling: 'static' as const };
        const short = answer(deployment, workload);
        const long = answer(deployment, { ...workload, contextTokens: workload.contextTokens + more });
        expect(long.decodeStep.seconds).toBeGreaterThanOrEqual(short.decodeStep.seconds * (1 - 1e-9));
        expect(long.memory.totalBytes).toBeGreaterThanOrEqual(short.memory.totalBytes * (1 - 1e-12));
      }),
    );
  });

  test('a larger static batch never answers sooner', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const one = { ...workload, scheduling: 'static' as const };
        const two = { ...one, batch: one.batch * 2 };
        const small = answer(deployment, one);
        const large = answer(deployment, two);
        expect(large.latency.endToEndSeconds).toBeGreaterThanOrEqual(small.latency.endToEndSeconds * (1 - 1e-9));
      }),
    );
  });

  test('more bandwidth is never slower', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, anyShape) => {
        const workload = { ...anyShape, scheduling: 'static' as const };
        const { hardware } = deployment;
        const faster = { ...hardware, memoryBytesPerSecond: hardware.memoryBytesPerSecond * 1.5 };
        const before = answer(deployment, workload);
        const after = answer({ ...deployment, hardware: faster }, workload);
        expect(after.decodeStep.seconds).toBeLessThanOrEqual(before.decodeStep.seconds * (1 + 1e-9));
        expect(after.prefillStep.seconds).toBeLessThanOrEqual(before.prefillStep.seconds * (1 + 1e-9));
        expect(after.latency.endToEndSeconds).toBeLessThanOrEqual(before.latency.endToEndSeconds * (1 + 1e-9));
      }),
    );
  });

  test('in flight, neither more bandwidth nor more compute makes a token take longer', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, anyShape) => {
        const workload = { ...anyShape, scheduling: 'continuous' as const };
        const { hardware } = deployment;
        const peaks = Object.fromEntries(Object.entries(hardware.peaks).map(([format, peak]) => [format, peak * 1.5]));
        const before = answer(deployment, workload).latency.timePerOutputTokenSeconds;
        for (const better of [{ memoryBytesPerSecond: hardware.memoryBytesPerSecond * 1.5 }, { peaks }]) {
          const after = answer({ ...deployment, hardware: { ...hardware, ...better } }, workload).latency;
          expect(after.timePerOutputTokenSeconds).toBeLessThanOrEqual(before * (1 + 1e-9));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('prompts that come faster than steps can read them wait, and tokens keep their pace', () => {
    const flood = (batch: number) =>
      answer(deploymentOf(llama70b, 8), workloadOf({ batch, promptTokens: 8000, outputTokens: 16 }));
    const some = flood(24);
    const many = flood(48);
    const { timePerOutputTokenSeconds: pace } = some.latency;
    expect(many.latency.timePerOutputTokenSeconds / pace).toBeCloseTo(1, 2);
    expect(many.latency.timeToFirstTokenSeconds).toBeGreaterThan(1.5 * some.latency.timeToFirstTokenSeconds);
    expect(many.throughput.requestsPerSecond / some.throughput.requestsPerSecond).toBeCloseTo(1, 1);
  });

  test('static and continuous agree at batch 1, and TPOT is then a decode step', () => {
    fc.assert(
      fc.property(anyDeployment, anyWorkload, (deployment, workload) => {
        const alone = { ...workload, batch: 1 };
        const single = { ...deployment, devices: 1, parallelism: { tensor: 1, pipeline: 1, data: 1, expert: 1 } };
        const continuous = answer(single, { ...alone, scheduling: 'continuous' });
        const batch = answer(single, { ...alone, scheduling: 'static' });
        expect(continuous.latency.timePerOutputTokenSeconds).toBe(continuous.decodeStep.seconds);
        expect(batch.latency.timePerOutputTokenSeconds).toBe(continuous.latency.timePerOutputTokenSeconds);
        expect(batch.latency.timeToFirstTokenSeconds).toBeCloseTo(continuous.latency.timeToFirstTokenSeconds, 12);
      }),
    );
  });

  test('the time to first token of a lone request does not depend on how much it writes', () => {
    const short = answer(deploymentOf(llama70b, 4), workloadOf({ outputTokens: 10 }));
    const long = answer(deploymentOf(llama70b, 4), workloadOf({ outputTokens: 4000 }));
    expect(long.latency.timeToFirstTokenSeconds).toBe(short.latency.timeToFirstTokenSeconds);
  });

  test('throughput rises with the sequences in flight while they fit', () => {
    let before = 0;
    for (const batch of [1, 2, 4, 8, 16, 32, 64, 128, 256]) {
      const { throughput } = answer(deploymentOf(llama70b, 8), workloadOf({ batch }));
      expect(throughput.outputTokensPerSecond).toBeGreaterThan(before);
      before = throughput.outputTokensPerSecond;
    }
  });
});

describe('scheduling and memory', () => {
  test('prefill interference slows the decoding of others', () => {
    const reading = answer(deploymentOf(llama70b, 8), workloadOf({ batch: 64, promptTokens: 8000 }));
    const little = answer(deploymentOf(llama70b, 8), workloadOf({ batch: 64, promptTokens: 1, contextTokens: 7999 }));
    expect(reading.latency.timePerOutputTokenSeconds).toBeGreaterThan(1.5 * little.latency.timePerOutputTokenSeconds);
  });

  test('requests that memory does not admit wait, and the answer says so', () => {
    const shape = workloadOf({ promptTokens: 30_000, batch: 500 });
    const crowded = answer(deploymentOf(llama70b, 4), shape);
    expect(crowded.admittedBatch).toBeLessThan(500);
    expect(crowded.warnings.join(' ')).toMatch(/admits about \d+ of 500/);
    const admitted = answer(deploymentOf(llama70b, 4), { ...shape, batch: crowded.admittedBatch });
    expect(crowded.throughput.outputTokensPerSecond / admitted.throughput.outputTokensPerSecond).toBeLessThan(1.01);
  });

  test('70B at 16 bits does not fit one 80 GB device, and is still answered', () => {
    const { memory, latency, bottleneck } = answer(deploymentOf(llama70b, 1), workloadOf());
    expect(memory.fits).toBe(false);
    expect(memory.maximumBatch).toBe(0);
    expect(bottleneck).toBe('memory-capacity');
    expect(latency.timePerOutputTokenSeconds).toBeGreaterThan(0.04);
  });

  test('kernels launched one by one bound a small step from below', () => {
    const eager = { runtime: transformers, runtimeYear: 2023 };
    const { decodeStep } = answer(deploymentOf(llama70b, 8, eager), workloadOf());
    // 346 µs a layer, fit on published eager Transformers measurements.
    expect(decodeStep.seconds).toBeGreaterThan(80 * 346e-6);
  });

  test('only what a step pays for counts as inherited: launches of eager builds, graphs of the others', () => {
    const uses = (deployment: Deployment, workload = workloadOf()) =>
      answer(deployment, workload).coefficients.map(({ name }) => name);
    const eager = uses(deploymentOf(llama70b, 8, { runtime: transformers, runtimeYear: 2023 }));
    expect(eager).toContain('serving.launchSeconds');
    expect(eager).not.toContain('serving.layerSeconds');
    const limit = { tokens: 8192, before: { version: '0.6', year: 2024 } };
    const old = deploymentOf(llama70b, 8, { runtime: { ...vllm, graphContextLimit: limit }, runtimeYear: 2023 });
    expect(uses(old)).not.toContain('serving.launchSeconds');
    const long = uses(old, workloadOf({ promptTokens: 9000 }));
    expect(long).toEqual(expect.arrayContaining(['serving.launchSeconds', 'serving.layerSeconds']));
  });

  test('saturation is limited by memory when the cache is what runs out', () => {
    const { saturation } = answer(deploymentOf(llama70b, 4), workloadOf({ promptTokens: 500, outputTokens: 3500 }));
    expect(saturation?.limitedBy).toBe('memory-capacity');
    const more = answer(
      deploymentOf(llama70b, 8, { runtime: vllm }),
      workloadOf({ promptTokens: 500, outputTokens: 3500 }),
    );
    expect(more.saturation?.batch).toBeGreaterThan(saturation?.batch ?? 0);
  });
});
