import type {
  Deployment,
  Hardware,
  Model,
  Parallelism,
  Runtime,
  WeightFormat,
  Workload,
} from '../../src/engine/profile.ts';
import type { Measurement, MetricName } from '../../src/registry/kinds/measurement.ts';
import { type RuntimeFacts, runtimeOnDevice } from '../../src/registry/kinds/runtime.ts';
import { cpuSideOf } from './cpuSide.ts';
import { type ReportGroup, reportGroup } from './reportGroup.ts';

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
  row: Measurement;
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

/** TinyChat's tables compare with an unquantised model in the same lean loop: kernels of Transformers, not TinyChat's. */
const LEAN_LOOP = 'fp16 baseline';

/** The points of one measurement, or why a figure of it is left out. */
export function pointsOf(id: string, row: Measurement, profiles: Profiles): (Point | SkippedPoint)[] {
  return row.groups.map(({ group: measuredGroup, scoredMetric }) => {
    const group = reportGroup(measuredGroup, row);
    const measured = row.metrics[scoredMetric];
    if (measured === undefined) return { id, group, reason: `${scoredMetric} was not measured` };
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
      workload: workloadOf(row, scoredMetric),
      foldKey: [row.set, row.model, row.hardware === null ? 'file' : deployment.hardware.family].join('|'),
      row,
    };
  });
}

/**
 * What ran. Not stated: the cache format is the runtime's default, parallelism is tensor = devices. The settings that a
 * source does state (backend, build year, flash attention, prompt chunk, threads, file size) override the runtime's.
 */
function deploymentOf(row: Measurement, metric: MetricName, profiles: Profiles): Deployment | string {
  const model = profiles.models.get(row.model);
  const hardware = profiles.hardware.get(row.hardware ?? ANY_HARDWARE);
  const weights = profiles.weightFormats.get(row.weights);
  const runtime = profiles.runtimes.get(row.runtime);
  if (model === undefined || model.architecture === null) return `no architecture for ${row.model}`;
  if (hardware === undefined) return `no hardware ${row.hardware}`;
  if (weights === undefined) return `no weight format ${row.weights}`;
  if (runtime === undefined) return `no runtime ${row.runtime}`;
  const cacheId = row.kvCache ?? defaultCache(runtime.engine, weights);
  const kvCache = profiles.weightFormats.get(cacheId);
  if (kvCache === undefined) return `no cache format ${cacheId}`;
  const devices = row.devices ?? 1;
  const device = deviceAsRun(hardware, row);
  return {
    model: { ...model, architecture: model.architecture },
    hardware: device,
    devices,
    parallelism: row.parallelism ?? unstatedParallelism(runtime.engine, devices),
    runtime: runtimeAsRun(runtimeOnDevice(runtime.engine, runtime.facts, hardware), device, row),
    runtimeYear: row.runtimeYear,
    ...majorMinor(row.runtimeVersion),
    weights,
    kvCache,
    ...(row.weightsFileGiB !== null && metric !== 'weightsGiB' && { weightFileBytes: row.weightsFileGiB * 2 ** 30 }),
    ...(row.flashAttention !== null && { flashAttention: row.flashAttention }),
  };
}

/**
 * What was asked. Prefill-only runs generate one token, decode-only runs have no prompt. A length nobody states is
 * short: nothing before, 128 tokens out. Memory figures state the tokens allocated: prompt and output are part of them.
 */
function workloadOf(row: Measurement, metric: MetricName): Workload {
  const allocated = isMemory(metric) ? row.contextTokens : null;
  const promptTokens = row.promptTokens ?? 0;
  const stated = row.outputTokens ?? (row.promptTokens === null && allocated === null ? 128 : 1);
  const outputTokens = Math.max(1, stated);
  return {
    promptTokens,
    outputTokens,
    batch: row.concurrency ?? 1,
    contextTokens: allocated === null ? (row.contextTokens ?? 0) : Math.max(0, allocated - promptTokens - outputTokens),
    scheduling: row.mode === 'served' || row.mode === 'saturated' ? 'continuous' : 'static',
  };
}

export function isMemory(metric: MetricName): boolean {
  return metric.endsWith('GiB') || metric.endsWith('MiB');
}

function defaultCache(runtime: Runtime, weights: WeightFormat): string {
  const narrowFloats = weights.efficiencyClass === 'fp8' || weights.efficiencyClass === 'fp4';
  return runtime.cacheFollowsFp8Weights && narrowFloats ? 'kv-fp8-e4m3' : runtime.defaultCache;
}

function unstatedParallelism(runtime: Runtime, devices: number): Parallelism {
  const tensor = runtime.split === 'tensor' ? devices : 1;
  return { tensor, pipeline: devices / tensor, expert: 1, data: 1 };
}

function runtimeAsRun(runtime: Runtime, hardware: Hardware, row: Measurement): Runtime {
  const { backend, prefillChunkTokens, mode } = row;
  if (backend === null && prefillChunkTokens === null && mode === 'served') return runtime;
  return {
    ...runtime,
    // Only runs over HTTP pay for requests and streaming; the rest call the library.
    served: runtime.served && mode === 'served',
    ...(row.runtimeVersion === LEAN_LOOP && { coefficients: 'hf-lean' }),
    ...(backend !== null && {
      backends: { ...runtime.backends, [hardware.kind === 'cpu' ? 'CPU' : hardware.vendor]: backend },
    }),
    ...(prefillChunkTokens !== null && { prefillChunkTokens }),
  };
}

/** The build as major.minor, where its version has that form (0.14.0, 1.0.0rc3, Neuron 2.18.1; not b6077). */
function majorMinor(version: string | null): { runtimeVersion?: string } {
  const found = /(?:^|\s)(\d+\.\d+)/.exec(version ?? '')?.[1];
  return found === undefined ? {} : { runtimeVersion: found };
}

/** A run on fewer threads than cores is a run on a processor with that many cores. */
function deviceAsRun(hardware: Hardware, { threads, backend }: Measurement): Hardware {
  const device = backend === 'cpu' && hardware.kind !== 'cpu' ? (cpuSideOf(hardware) ?? hardware) : hardware;
  const { cpu } = device;
  if (device.kind !== 'cpu' || threads === null || cpu === null || threads >= cpu.cores) return device;
  const peaks = Object.entries(device.peaks).map(([format, peak]) => [format, (peak * threads) / cpu.cores]);
  return { ...device, cpu: { ...cpu, cores: threads }, peaks: Object.fromEntries(peaks) };
}
