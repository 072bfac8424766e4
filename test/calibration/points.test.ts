import { describe, expect, test } from 'vitest';
import { type Point, pointsOf } from '../../calibration/accuracy/points.ts';
import { readKind, readPoints, readProfiles } from '../../calibration/accuracy/seeds.ts';
import { reportGroups } from '../../calibration/page/reportGroup.ts';
import { kind } from '../../src/registry/kinds/measurement.ts';

const profiles = readProfiles();
const measurements = readKind(kind);
const { points, skipped } = readPoints(profiles);

function pointsOfRow(id: string): Point[] {
  const row = measurements.get(id)?.facts;
  if (row === undefined) throw new Error(`no measurement ${id}`);
  return pointsOf(id, row, profiles).filter((point) => 'deployment' in point);
}

test('every measurement of a group becomes points, but runs of unknown prompt length and peaks that count what nothing needs', () => {
  const left = new Map<string, number>();
  for (const { id, reason } of skipped) {
    const key = `${id.replace(/-?\d+$/, '')}: ${reason}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  expect(Object.fromEntries(left)).toEqual({
    'mlp41: prompt length not published': 5,
    'opt: the peak is what the allocator kept over repeated runs, not what one needs': 168,
  });
  const grouped = [...measurements.values()].filter(({ facts }) => facts.groups.length > 0);
  expect(new Set([...points, ...skipped].map(({ id }) => id)).size).toBe(grouped.length);
  expect(measurements.size - grouped.length).toBeLessThan(10);
});

test('every line of the report has points', () => {
  for (const group of Object.keys(reportGroups)) {
    expect(
      points.some((point) => point.group === group),
      group,
    ).toBe(true);
  }
});

describe('what was run and asked', () => {
  // vLLM or TensorRT-LLM behind HTTP: eight clients in a closed loop, 16-bit weights, cache format not stated.
  test('a served run at concurrency 8 is two questions: time per token and time to first token under load', () => {
    const [decode, first] = pointsOfRow('aic-1681');
    expect(decode).toMatchObject({
      group: 'server-batch',
      metric: 'timePerOutputTokenMs',
      measured: 7.9436,
      workload: { promptTokens: 1024, outputTokens: 128, batch: 8, contextTokens: 0, scheduling: 'continuous' },
      foldKey: 'aiconfigurator-agg|llama-3.1-8b|nvidia-hopper',
    });
    expect(decode?.deployment.runtimeVersion).toBe('1.0');
    expect(decode?.deployment.runtime.served).toBe(true);
    expect(decode?.deployment.kvCache.id).toBe('kv-fp16');
    expect(first).toMatchObject({ group: 'ttft-loaded', metric: 'timeToFirstTokenMs', measured: 190.9545 });
  });

  test('a static batch runs in process, whatever the runtime does otherwise', () => {
    const [point] = pointsOfRow('trt070-0009');
    expect(point?.workload).toEqual({
      promptTokens: 128,
      outputTokens: 128,
      batch: 1024,
      contextTokens: 0,
      scheduling: 'static',
    });
    expect(point?.deployment.runtime.served).toBe(false);
    expect(point?.deployment.kvCache.id).toBe('kv-fp8-e4m3');
  });

  // Mixtral on four A100: everything queued at once counts as dense saturation and as batched experts.
  test('a saturated run asks for what fits', () => {
    const both = pointsOfRow('trt014-0349');
    expect(both.map(({ group }) => group)).toEqual(['moe-batch', 'server-saturated']);
    expect(both[0]?.workload).toMatchObject({ batch: 1, scheduling: 'continuous' });
    expect(both[0]?.deployment.parallelism.tensor).toBe(4);
  });

  test('a decode-only run starts at its depth and has no prompt', () => {
    const [point] = pointsOfRow('github-threads-0002');
    expect(point?.workload).toMatchObject({ promptTokens: 0, outputTokens: 128, batch: 1, contextTokens: 0 });
    expect(point?.deployment.runtime.backends.NVIDIA).toBe('cuda');
  });

  test('a run on two threads of sixteen cores is a run on two cores', () => {
    const point = points.find(({ row }) => row.threads === 2 && row.hardware === 'amd-ryzen-9-7950x');
    const whole = profiles.hardware.get('amd-ryzen-9-7950x');
    expect(point?.deployment.hardware.cpu?.cores).toBe(2);
    expect(point?.deployment.hardware.peaks.fp32).toBeCloseTo((whole?.peaks.fp32 ?? 0) / 8, 0);
  });

  test('a run on the CPU cores of a chip with a GPU is a run on a CPU', () => {
    const point = points.find(({ row }) => row.backend === 'cpu' && row.hardware === 'apple-m2-max');
    expect(point?.deployment.hardware).toMatchObject({ kind: 'cpu', family: 'cpu-apple' });
    expect(point?.deployment.runtime.backends.CPU).toBe('cpu');
  });

  test('memory of a run that allocates up front counts the tokens allocated', () => {
    const point = points.find(({ group, row }) => group === 'memory-kv' && row.set === 'xiongjie-notebooks');
    const { contextTokens, promptTokens, outputTokens } = point?.workload ?? {};
    expect([(contextTokens ?? 0) + (outputTokens ?? 0), promptTokens]).toEqual([point?.row.contextTokens, 0]);
  });
});
