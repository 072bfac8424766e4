import { onThreads } from '../../engine/cpuSide.ts';
import { withBackend } from '../../engine/rows.ts';
import type { Deployment, Hardware, Model, Parallelism, Runtime, WeightFormat, Workload } from '../../engine/shapes.ts';
import type { Measurement, MetricName } from '../../registry/kinds/measurement.ts';
import { type RuntimeFacts, runtimeOnDevice } from '../../registry/kinds/runtime.ts';
import type { Estimators } from '../../registry/pluggedEstimator.ts';
import { layered, usualCache } from '../resolve.ts';
import { majorMinor } from '../runtimeBuild.ts';

/** The profiles a measurement names, by id; null where there is none. */
export interface MeasuredProfiles {
  model(id: string): Model | null;
  weightFormat(id: string): WeightFormat | null;
  runtime(id: string): { facts: RuntimeFacts; engine: Runtime } | null;
  /** What packs bring to estimate with. */
  estimators?: Estimators;
}

/** TinyChat's tables compare with an unquantised model in the same lean loop: kernels of Transformers, not TinyChat's. */
const LEAN_LOOP = 'fp16 baseline';

/**
 * What ran, on `device`. Not stated: the cache format is the runtime's default, parallelism is tensor = devices. The
 * settings that a source does state (backend, build, flash attention, prompt chunk, threads) override the runtime's.
 * In words where a profile is missing.
 */
export function measuredDeployment(
  row: Measurement,
  device: Hardware,
  profiles: MeasuredProfiles,
): Deployment | string {
  const model = profiles.model(row.model);
  const weights = profiles.weightFormat(row.weights);
  const runtime = profiles.runtime(row.runtime);
  if (model === null || model.architecture === null) return `no architecture for ${row.model}`;
  if (weights === null) return `no weight format ${row.weights}`;
  if (runtime === null) return `no runtime ${row.runtime}`;
  const cacheId = row.kvCache ?? usualCache(runtime.engine, weights);
  const kvCache = profiles.weightFormat(cacheId);
  if (kvCache === null) return `no cache format ${cacheId}`;
  const { estimatedBy } = runtime.engine;
  const estimator = estimatedBy === undefined ? undefined : profiles.estimators?.get(estimatedBy);
  if (estimatedBy !== undefined && estimator === undefined) return `no estimator ${estimatedBy}`;
  const devices = row.devices ?? 1;
  const hardware = onThreads(device, row.threads);
  return {
    model: { ...model, architecture: model.architecture },
    hardware,
    devices,
    parallelism: row.parallelism ?? unstatedParallelism(runtime.engine, devices),
    runtime: runtimeAsRun(runtimeOnDevice(runtime.engine, runtime.facts, device), hardware, row),
    runtimeYear: row.runtimeYear,
    ...majorMinor(row.runtimeVersion),
    weights,
    kvCache,
    ...(row.flashAttention !== null && { flashAttention: row.flashAttention }),
    ...(estimator !== undefined && { estimator }),
  };
}

/**
 * What was asked. Prefill-only runs generate one token, decode-only runs have no prompt. A length nobody states is
 * short: nothing before, 128 tokens out. Memory figures state the tokens allocated: prompt and output are part of them.
 */
export function measuredWorkload(row: Measurement, metric: MetricName): Workload {
  const allocated = isMemoryMetric(metric) ? row.contextTokens : null;
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

function isMemoryMetric(metric: MetricName): boolean {
  return metric.endsWith('GiB') || metric.endsWith('MiB');
}

function unstatedParallelism({ split }: Runtime, devices: number): Parallelism {
  return split === 'layers' ? layered(devices) : { tensor: devices, pipeline: 1, expert: 1, data: 1 };
}

function runtimeAsRun(runtime: Runtime, hardware: Hardware, row: Measurement): Runtime {
  const { backend, prefillChunkTokens, mode } = row;
  if (backend === null && prefillChunkTokens === null && mode === 'served') return runtime;
  return {
    ...(backend === null ? runtime : withBackend(runtime, hardware, backend)),
    // Only runs over HTTP pay for requests and streaming; the rest call the library.
    served: runtime.served && mode === 'served',
    ...(row.runtimeVersion === LEAN_LOOP && { coefficients: 'hf-lean', promptSums: 'fp32' }),
    ...(prefillChunkTokens !== null && { prefillChunkTokens }),
  };
}
