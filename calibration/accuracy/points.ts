import { measuredDeployment, measuredWorkload } from '../../src/calculator/evidence/measuredDeployment.ts';
import { sourceOf } from '../../src/calculator/evidence/sourceOf.ts';
import { cpuSideOf } from '../../src/engine/cpuSide.ts';
import type { Deployment, Hardware, Model, Runtime, WeightFormat, Workload } from '../../src/engine/shapes.ts';
import type { Measurement, MetricName } from '../../src/registry/kinds/measurement.ts';
import type { RuntimeFacts } from '../../src/registry/kinds/runtime.ts';
import { type ReportGroup, reportGroup } from '../page/reportGroup.ts';

/** One figure to predict: what was run, what was asked of it, and what was measured. */
export interface Point {
  /** Of the measurement; a measurement scored in several groups is several points. */
  id: string;
  group: ReportGroup;
  metric: MetricName;
  /** In the metric's own unit. */
  measured: number;
  deployment: Deployment;
  workload: Workload;
  /** Source set, model and device family: what cross-validation leaves out together. */
  foldKey: string;
  /** Who published it: what errors by source leave out together. */
  source: string;
  row: Measurement;
}

/** One of a kind among all points. */
export function nameOf({ id, group }: Pick<Point, 'id' | 'group'>): string {
  return `${id} ${group}`;
}

/** A figure the engine cannot be asked for, and why. */
export interface SkippedPoint {
  id: string;
  group: ReportGroup;
  reason: string;
}

/** Engine profiles by id. */
export interface Profiles {
  models: ReadonlyMap<string, Model>;
  hardware: ReadonlyMap<string, Hardware>;
  weightFormats: ReadonlyMap<string, WeightFormat>;
  runtimes: ReadonlyMap<string, { facts: RuntimeFacts; engine: Runtime }>;
}

/** Stands in where nothing ran (the size of a file): weight bytes do not depend on it. */
const ANY_HARDWARE = 'nvidia-h100-sxm-80gb';

/** The points of one measurement, or why a figure of it is left out. */
export function pointsOf(id: string, row: Measurement, profiles: Profiles): (Point | SkippedPoint)[] {
  return row.groups.map(({ group: measuredGroup, scoredMetric }) => {
    const group = reportGroup(measuredGroup, row);
    const measured = row.metrics[scoredMetric];
    if (measured === undefined) return { id, group, reason: `${scoredMetric} was not measured` };
    if (row.memoryScope === 'pool' && scoredMetric === 'peakMemoryGiB') {
      return { id, group, reason: 'the peak is what the allocator kept over repeated runs, not what one needs' };
    }
    if (row.mode === 'saturated' && row.promptTokens === null)
      return { id, group, reason: 'prompt length not published' };
    const deployment = deploymentOf(row, scoredMetric, profiles);
    if (typeof deployment === 'string') return { id, group, reason: deployment };
    return {
      id,
      group,
      metric: scoredMetric,
      measured,
      deployment,
      workload: measuredWorkload(row, scoredMetric),
      foldKey: [row.set, row.model, row.hardware === null ? 'file' : deployment.hardware.family].join('|'),
      source: sourceOf(row),
      row,
    };
  });
}

/** What ran. A run on the CPU cores of a chip with a GPU ran on a CPU; the size of a printed file counts but for sizes. */
function deploymentOf(row: Measurement, metric: MetricName, profiles: Profiles): Deployment | string {
  const hardware = profiles.hardware.get(row.hardware ?? ANY_HARDWARE);
  if (hardware === undefined) return `no hardware ${row.hardware}`;
  const onCores = row.backend === 'cpu' && hardware.kind !== 'cpu';
  const device = onCores ? (cpuSideOf(hardware) ?? hardware) : hardware;
  const deployment = measuredDeployment(row, device, {
    model: (id) => profiles.models.get(id) ?? null,
    weightFormat: (id) => profiles.weightFormats.get(id) ?? null,
    runtime: (id) => profiles.runtimes.get(id) ?? null,
  });
  if (typeof deployment === 'string' || row.weightsFileGiB === null || metric === 'weightsGiB') return deployment;
  return { ...deployment, weightFileBytes: row.weightsFileGiB * 2 ** 30 };
}
