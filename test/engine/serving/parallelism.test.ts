import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../../src/engine/answer.ts';
import { distinctExpertFraction } from '../../../src/engine/model/parameters.ts';
import { estimateServing } from '../../../src/engine/serving/estimate.ts';
import type { Deployment, Workload } from '../../../src/engine/shapes.ts';
import { coefficients, deepseekV3, deploymentOf, fp8, llama70b, pcieCard, workloadOf } from '../deployments.ts';

const answer = (deployment: Deployment, workload: Workload): Estimate =>
  estimateServing(deployment, workload, coefficients);

describe('parallelism', () => {
  test('tensor parallelism on one link moves the same weight bytes in all', () => {
    const bytes = (devices: number) => {
      const { operations } = answer(deploymentOf(llama70b, devices), workloadOf()).decodeStep;
      const heads = operations.filter(({ name }) => name === 'output head');
      return heads.reduce((sum, operation) => sum + operation.bytes, 0) * devices;
    };
    expect(bytes(8)).toBeCloseTo(bytes(2), 0);
  });

  test('eight devices decode faster than two, but not four times', () => {
    const two = answer(deploymentOf(llama70b, 2), workloadOf()).decodeStep.seconds;
    const eight = answer(deploymentOf(llama70b, 8), workloadOf()).decodeStep.seconds;
    expect(eight).toBeLessThan(two);
    expect(eight).toBeGreaterThan(two / 4);
  });

  test('collectives know NVLink from PCIe', () => {
    const shape = workloadOf({ batch: 32 });
    const nvlink = answer(deploymentOf(llama70b, 8), shape);
    const pcie = answer(deploymentOf(llama70b, 8, { hardware: pcieCard }), shape);
    const allReduce = (estimate: Estimate) =>
      estimate.prefillStep.operations.find(({ name }) => name === 'all-reduce')?.seconds ?? 0;
    expect(allReduce(pcie)).toBeGreaterThan(3 * allReduce(nvlink));
    expect(pcie.prefillStep.operations.find(({ name }) => name === 'all-reduce')?.bound).toBe('interconnect');
  });

  test('a latent cache is replicated over tensor ranks and split by data parallelism', () => {
    const tensor = answer(deploymentOf(deepseekV3, 16, { weights: fp8 }), workloadOf({ batch: 16 })).memory;
    const data = answer(
      deploymentOf(deepseekV3, 16, {
        weights: fp8,
        parallelism: { tensor: 1, pipeline: 1, data: 16, expert: 16 },
      }),
      workloadOf({ batch: 16 }),
    ).memory;
    expect(tensor.kvCacheBytes / data.kvCacheBytes).toBeCloseTo(16, 6);
  });

  test('kv heads are replicated beyond one a rank, so cache per device stops falling', () => {
    const perDevice = (devices: number) =>
      answer(deploymentOf(llama70b, devices), workloadOf()).memory.kvCacheBytes / devices;
    expect(perDevice(4) / perDevice(8)).toBeCloseTo(2, 6);
    expect(perDevice(8) / perDevice(16)).toBeCloseTo(1, 6);
  });

  test('expert parallelism pays an all-to-all and reads fewer experts a device', () => {
    const layout = (expert: number, data: number) =>
      answer(
        deploymentOf(deepseekV3, 32, { weights: fp8, parallelism: { tensor: 32 / data, pipeline: 1, data, expert } }),
        workloadOf({ batch: 256 }),
      );
    const wide = layout(32, 4).decodeStep.operations;
    expect(wide.some(({ name }) => name === 'expert all-to-all')).toBe(true);
    expect(layout(1, 1).decodeStep.operations.some(({ name }) => name === 'expert all-to-all')).toBe(false);
  });
});

describe('mixture of experts', () => {
  // E (1 − (1 − k/E)^m): Mixtral (8 experts, 2 a token) reads a quarter alone, nearly all at batch 16.
  test.each([
    { experts: 8, active: 2, tokens: 1, fraction: 0.25 },
    { experts: 8, active: 2, tokens: 4, fraction: 1 - 0.75 ** 4 },
    { experts: 256, active: 8, tokens: 1, fraction: 8 / 256 },
    { experts: 256, active: 8, tokens: 64, fraction: 1 - (1 - 8 / 256) ** 64 },
  ])(
    '$tokens tokens with $active of $experts experts touch $fraction of them',
    ({ experts, active, tokens, fraction }) => {
      expect(distinctExpertFraction(experts, active, tokens)).toBeCloseTo(fraction, 12);
    },
  );

  test('a lone token reads active experts only: DeepSeek-V3 decodes far faster than its size suggests', () => {
    const { operations } = answer(deploymentOf(deepseekV3, 8, { weights: fp8 }), workloadOf()).decodeStep;
    const experts = operations.find(({ name }) => name === 'experts');
    // 58 layers × 8 of 256 experts × 3 × 7168 × 2048 bytes over 8 devices.
    expect(experts?.bytes).toBeCloseTo((58 * 8 * 3 * 7168 * 2048) / 8, -3);
  });
});
