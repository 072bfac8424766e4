import type { Assumption } from '../engine/answer.ts';
import { InvalidWorkloadError, MissingFigureError } from '../engine/errors.ts';
import { checkParallelism, tensorSizes } from '../engine/estimate.ts';
import type { Architecture } from '../engine/model/architecture.ts';
import { readableCount } from '../engine/readable.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type {
  Deployment,
  Hardware,
  Model,
  Parallelism,
  Runtime,
  Scheduling,
  WeightFormat,
  Workload,
} from '../engine/shapes.ts';
import type { Profile } from '../registry/kinds/kind.ts';
import type { ModelFacts } from '../registry/kinds/model.ts';
import { type RuntimeFacts, runtimeOnDevice } from '../registry/kinds/runtime.ts';
import type { WeightFormatFacts } from '../registry/kinds/weightFormat.ts';
import { type Estimators, pluggedEstimator } from '../registry/pluggedEstimator.ts';
import { chooseRuntime } from './chooseRuntime.ts';

/** What a question leaves open, with nulls for what it does not say. */
export interface DeploymentRequest {
  model: Profile<ModelFacts, Model>;
  hardware: Profile<object, Hardware>;
  runtime?: string | null | undefined;
  runtimeYear?: number | null | undefined;
  weights?: string | null | undefined;
  kvCache?: string | null | undefined;
  devices?: number | null | undefined;
  parallelism?: { readonly [Axis in keyof Parallelism]?: number | null | undefined } | null | undefined;
  promptTokens: number;
  outputTokens: number;
  batch: number;
  contextTokens?: number | null | undefined;
  scheduling?: Scheduling | null | undefined;
}

/** The shelves a deployment is put together from. */
export interface DeploymentShelves {
  weightFormat: Lookup<Profile<WeightFormatFacts, WeightFormat>>;
  runtime: Lookup<Profile<RuntimeFacts, Runtime>>;
  estimators: Estimators;
}

interface Lookup<P> {
  get(idOrAlias: string, argument?: string): P;
  all(): readonly P[];
}

/** A deployment with every default filled in, the profiles it came from, and what was taken for granted. */
export interface ResolvedDeployment {
  deployment: Deployment;
  workload: Workload;
  runtime: Profile<RuntimeFacts, Runtime>;
  weights: Profile<WeightFormatFacts, WeightFormat>;
  kvCache: Profile<WeightFormatFacts, WeightFormat>;
  assumptions: readonly Assumption[];
}

/** The format most runtimes keep caches in; used where a runtime's own default is a 16-bit float. */
const FP8_CACHE = 'kv-fp8-e4m3';

/**
 * Turns names and gaps into a deployment: weights in the model's native format, the runtime people use on that hardware
 * and format (the first of them whose memory holds the weights), its usual cache format, one device, tensor parallel.
 * Every default taken is an assumption of the answer.
 *
 * Throws UnknownProfileError, InvalidWorkloadError (parallelism that does not divide, formats that are not for weights
 * or caches, a runtime that cannot run them there), UnsupportedError (no runtime runs them there) and MissingFigureError
 * (no peak in any number format it could use).
 */
export function resolveDeployment(shelves: DeploymentShelves, request: DeploymentRequest): ResolvedDeployment {
  const assumptions: Assumption[] = [];
  const { architecture } = request.model.engine;
  if (architecture === null) {
    throw new MissingFigureError('architecture (the model is only offered behind an API)', request.model.id, 'model');
  }
  const hardware = request.hardware.engine;
  const weights = chooseWeights(shelves, request, assumptions);
  const parallelism = chooseParallelism(request, architecture);
  const devices = request.devices ?? parallelism.tensor * parallelism.pipeline * parallelism.data;
  const runtime = chooseRuntime(shelves, request, weights, parallelism, assumptions);
  const kvCache = chooseCache(shelves, request, runtime, weights, assumptions);
  noteArithmetic(hardware, weights.engine, request.hardware.name, assumptions);
  const deployment: Deployment = {
    model: { ...request.model.engine, architecture },
    hardware,
    devices,
    parallelism: request.parallelism == null && runtime.engine.split === 'layers' ? layered(devices) : parallelism,
    runtime: runtimeOnDevice(runtime.engine, runtime.facts, hardware),
    runtimeYear: request.runtimeYear ?? runtime.engine.defaultYear,
    weights: weights.engine,
    kvCache: kvCache.engine,
    ...pluggedEstimator(shelves.estimators, runtime.engine),
  };
  if (deployment.estimator !== undefined) {
    const { id, title } = deployment.estimator;
    assumptions.push({ code: 'PLUGGED_ESTIMATOR', text: `Estimated by ${id} of a pack: ${title}` });
  }
  checkParallelism(deployment);
  if (devices > 1 && request.parallelism == null) noteLayout(deployment, assumptions);
  return { deployment, workload: workloadOf(request, runtime, assumptions), runtime, weights, kvCache, assumptions };
}

function chooseWeights(
  { weightFormat }: DeploymentShelves,
  { model, weights }: DeploymentRequest,
  assumptions: Assumption[],
): Profile<WeightFormatFacts, WeightFormat> {
  if (weights != null) {
    const chosen = weightFormat.get(weights, 'options.weights');
    if (!chosen.engine.forWeights) {
      throw new InvalidWorkloadError('options.weights', weights, 'a format for weights, not one for KV caches only');
    }
    return chosen;
  }
  const native = model.facts.nativeFormat;
  if (native === undefined) throw new MissingFigureError('native weight format', model.id, 'model');
  const chosen = weightFormat.get(native, 'options.weights');
  assumptions.push({
    code: 'NATIVE_WEIGHTS',
    text: `Weights in ${chosen.name}, the format ${model.name} is published in.`,
  });
  return chosen;
}

/** Axes left out follow from the rest: data 1, pipeline 1, expert 1, and tensor takes the devices that remain. */
function chooseParallelism(request: DeploymentRequest, architecture: Architecture): Parallelism {
  const { tensor, pipeline, expert, data } = request.parallelism ?? {};
  const replicas = (pipeline ?? 1) * (data ?? 1);
  if (tensor != null) return { tensor, pipeline: pipeline ?? 1, expert: expert ?? 1, data: data ?? 1 };
  const devices = request.devices ?? replicas;
  if (devices % replicas !== 0) {
    const allowed = `a multiple of pipeline × data = ${replicas}`;
    throw new InvalidWorkloadError('options.devices', devices, allowed);
  }
  const wanted = devices / replicas;
  // Without a stated layout, the largest tensor size that divides the heads is taken and replicas use the rest.
  const possible = tensorSizes(architecture.blocks, wanted).filter((size) => wanted % size === 0);
  const largest = possible.at(-1) ?? 1;
  const stated = request.parallelism != null;
  const size = stated ? wanted : largest;
  return { tensor: size, pipeline: pipeline ?? 1, expert: expert ?? 1, data: (data ?? 1) * (wanted / size) };
}

/** A runtime that splits by layers puts consecutive layers on each device. */
export function layered(devices: number): Parallelism {
  return { tensor: 1, pipeline: devices, expert: 1, data: 1 };
}

function noteLayout({ devices, parallelism }: Deployment, assumptions: Assumption[]): void {
  const { tensor, pipeline, data } = parallelism;
  const layout = [
    tensor > 1 ? `tensor parallel over ${readableCount(tensor)}` : null,
    pipeline > 1 ? `consecutive layers on ${readableCount(pipeline)}` : null,
    data > 1 ? `${readableCount(data)} copies that share the requests` : null,
  ];
  assumptions.push({
    code: 'DEFAULT_PARALLELISM',
    text: `${readableCount(devices)} devices: ${layout.filter((part) => part !== null).join(', ')}.`,
  });
}

function chooseCache(
  { weightFormat }: DeploymentShelves,
  { kvCache }: DeploymentRequest,
  { engine: runtime, name }: Profile<RuntimeFacts, Runtime>,
  { engine: weights }: Profile<WeightFormatFacts, WeightFormat>,
  assumptions: Assumption[],
): Profile<WeightFormatFacts, WeightFormat> {
  if (kvCache != null) {
    const chosen = weightFormat.get(kvCache, 'options.kvCache');
    if (chosen.engine.cacheBitsPerElement === null) {
      throw new InvalidWorkloadError(
        'options.kvCache',
        kvCache,
        'a format that runtimes keep caches in, such as kv-fp16',
      );
    }
    return chosen;
  }
  const usual = usualCache(runtime, weights);
  const follows = usual !== runtime.defaultCache;
  const chosen = weightFormat.get(usual, 'options.kvCache');
  assumptions.push({
    code: 'DEFAULT_KV_CACHE',
    text: `KV cache in ${chosen.name}, what ${name} uses when nothing is set${follows ? ' for fp8 checkpoints' : ''}.`,
  });
  return chosen;
}

/** Id of the format a runtime keeps the cache in when nothing is set. */
export function usualCache(runtime: Runtime, { efficiencyClass }: WeightFormat): string {
  const narrowFloat = efficiencyClass === 'fp8' || efficiencyClass === 'fp4';
  return runtime.cacheFollowsFp8Weights && narrowFloat ? FP8_CACHE : runtime.defaultCache;
}

/** A device without a peak for the format computes in the next wider one it has; without any, there is no answer. */
function noteArithmetic(hardware: Hardware, format: WeightFormat, name: string, assumptions: Assumption[]): void {
  const arithmetic = arithmeticOn(hardware, format);
  if (arithmetic === null) {
    throw new MissingFigureError(`dense peak rate in ${format.arithmetic.join(', ')}`, hardware.id, 'hardware');
  }
  if (arithmetic.native) return;
  const wanted = format.arithmetic[0]?.toUpperCase();
  assumptions.push({
    code: 'WIDER_ARITHMETIC',
    text: `${name} has no ${wanted} peak: ${format.name} weights are multiplied in ${arithmetic.numberFormat.toUpperCase()}.`,
  });
}

function workloadOf(
  request: DeploymentRequest,
  runtime: Profile<RuntimeFacts, Runtime>,
  assumptions: Assumption[],
): Workload {
  const { promptTokens, outputTokens, batch, contextTokens } = request;
  const { continuousBatching } = runtime.engine;
  if (request.scheduling === 'continuous' && !continuousBatching) {
    throw new InvalidWorkloadError(
      'options.scheduling',
      'CONTINUOUS',
      `STATIC: ${runtime.name} runs static batches only`,
    );
  }
  const scheduling = request.scheduling ?? (continuousBatching ? 'continuous' : 'static');
  if (request.scheduling == null && batch > 1) {
    assumptions.push({
      code: 'DEFAULT_SCHEDULING',
      text:
        scheduling === 'continuous'
          ? `In-flight batching: ${readableCount(batch)} requests at a time, a new one as each ends (closed loop).`
          : `One static batch of ${readableCount(batch)}: all prompts are read together and all answers written together.`,
    });
  }
  return { promptTokens, outputTokens, batch, contextTokens: contextTokens ?? 0, scheduling };
}
