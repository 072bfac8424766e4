import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  kind,
  type Measurement,
  type MeasurementGroup,
  measurementFileSchema,
  measurementGroups,
} from '../../../src/registry/kinds/measurement.ts';

const files = readdirSync('seeds/measurements').map((file) => file.replace(/\.json$/, ''));

function rowsOf(set: string): { id: string; row: Measurement }[] {
  const file = measurementFileSchema.parse(JSON.parse(readFileSync(`seeds/measurements/${set}.json`, 'utf8')));
  return (kind.expand?.(set, file) ?? []).map(({ id, facts }) => ({ id, row: kind.schema.parse(facts) }));
}

const all = files.flatMap((set) => rowsOf(set));

function measured(id: string): Measurement {
  const found = all.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`no measurement ${id}`);
  return found.row;
}

function pointsIn(group: MeasurementGroup): number {
  return all.filter(({ row }) => row.groups.some((scored) => scored.group === group)).length;
}

describe('the published measurements', () => {
  test('every set expands to valid rows with unique ids', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test('every group of the accuracy report has points', () => {
    for (const group of measurementGroups) expect(pointsIn(group), group).toBeGreaterThan(0);
  });

  test('every row names where it was published', () => {
    for (const { id, row } of all) {
      const source = row.sources[row.source];
      expect(source?.url ?? source?.citation, id).toBeTruthy();
    }
  });

  test('the two sets under CC BY-ND are quoted, not redistributed', () => {
    for (const set of ['guruswami-mlx', 'guruswami-nvidia']) expect(rowsOf(set).length).toBeLessThanOrEqual(10);
  });
});

describe('rows against their pages', () => {
  // TensorRT-LLM 1.0.0rc3 in NVIDIA aiconfigurator's silicon_sample.csv, Llama-3.1-8B, concurrency 8, 1,024 in, 128 out.
  test('a served run', () => {
    expect(measured('aic-1681')).toMatchObject({
      set: 'aiconfigurator-agg',
      runtime: 'tensorrt-llm',
      runtimeYear: 2026,
      model: 'llama-3.1-8b',
      hardware: 'nvidia-h100-sxm-80gb',
      mode: 'served',
      concurrency: 8,
      promptTokens: 1024,
      outputTokens: 128,
      kvCache: null,
      metrics: { timeToFirstTokenMs: 190.9545, timePerOutputTokenMs: 7.9436 },
    });
  });

  // TensorRT-LLM 0.7 performance page, Llama 2 70B FP8, two H100, batch 1,024, 128 in, 128 out: 5,314 tokens/s.
  test('a static batch', () => {
    expect(measured('trt070-0009')).toMatchObject({
      devices: 2,
      parallelism: { tensor: 2, pipeline: 1, expert: 1, data: 1 },
      kvCache: 'kv-fp8-e4m3',
      mode: 'static-batch',
      concurrency: 1024,
      metrics: { outputTokensPerSecond: 5314 },
      groups: [{ group: 'server-batch', scoredMetric: 'outputTokensPerSecond' }],
    });
  });

  // FasterTransformer GPT guide, Megatron-Turing 530B on 24 A100: tensor 8 × pipeline 3.
  test('a run over several nodes', () => {
    expect(measured('ftgpt-0024')).toMatchObject({
      devices: 24,
      parallelism: { tensor: 8, pipeline: 3, expert: 1, data: 1 },
      metrics: { endToEndMs: 2124 },
    });
  });
});

describe('what a row must state', () => {
  const row = measured('trt070-0009');

  test('parallelism that does not multiply to the devices is refused', () => {
    const wrong = kind.schema.safeParse({ ...row, devices: 4 });
    expect(wrong.error?.issues[0]?.path).toEqual(['parallelism']);
  });

  test('a scored metric must have been measured', () => {
    const groups = [{ group: 'server-ttft', scoredMetric: 'timeToFirstTokenMs' }];
    expect(kind.schema.safeParse({ ...row, groups }).error?.issues[0]?.message).toMatch(/was not measured/);
  });

  test('unknown keys and unlisted sources are refused', () => {
    expect(kind.schema.safeParse({ ...row, speed: 3 }).success).toBe(false);
    expect(kind.schema.safeParse({ ...row, source: 'elsewhere' }).success).toBe(false);
  });
});
