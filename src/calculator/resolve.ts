import type { Assumption } from '../engine/answer.ts';
import { InvalidWorkloadError, MissingFigureError } from '../engine/errors.ts';
import { checkParallelism, tensorSizes } from '../engine/parallelism.ts';
import { readableCount } from '../engine/readable.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type { Deployment, Parallelism, Runtime, WeightFormat, Workload } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type {
  HardwareProfile,
  ModelProfile,
  RuntimeProfile,
  WeightFormatProfile,
} from '../registry/catalogue/profiles.ts';
import { UnsupportedError } from '../registry/errors.ts';
import { runtimeOnDevice } from '../registry/kinds/runtime.ts';
import { pluggedEstimator } from '../registry/pluggedEstimator.ts';
import { chooseSoftware } from './defaults/chooseWeights.ts';
import { memoryAssumptions, sizedHardware } from './defaults/sizedHardware.ts';
import { InvalidQuestionError, NoArchitectureError } from './errors.ts';
import type { Asked, Question } from './question.ts';
import { computingDevice, withRunOptions } from './runOptions.ts';
import { buildOf } from './runtimeBuild.ts';

/** A deployment with every default filled in: the profiles it is put together from, and the engine's shape of it. */
export interface ResolvedDeployment {
  mode: 'local';
  hardware: HardwareProfile;
  runtime: RuntimeProfile;
  weights: WeightFormatProfile;
  /** The format the model is published in, where the weights are in another unasked. */
  insteadOf: WeightFormatProfile | null;
  kvCache: WeightFormatProfile;
  engine: Deployment;
}

/** The format most runtimes keep caches in; used where a runtime's own default is a 16-bit float. */
const FP8_CACHE = 'kv-fp8-e4m3';

/**
 * Turns names and gaps into a deployment: weights in the model's native format or the usual one there, the runtime people
 * use on that hardware and format (the first of them whose memory holds the weights), its usual cache format, one device,
 * tensor parallel.
 * Every default taken is an assumption of the answer.
 *
 * @throws UnknownProfileError
 * @throws InvalidQuestionError no hardware is named
 * @throws InvalidWorkloadError parallelism that does not divide, formats that are not for weights or caches, a runtime
 * that cannot run them there
 * @throws UnsupportedError no runtime runs them there
 * @throws MissingFigureError no architecture, or no peak in any number format the weights could be multiplied in
 */
export function resolveDeployment(question: Question, model: ModelProfile, catalogue: Catalogue) {
  const asked = lookedUp(question, model, catalogue);
  const { hardware, architecture } = asked;
  const assumptions: Assumption[] = memoryAssumptions(question, hardware);
  const parallelism = chooseParallelism(asked);
  const devices = question.devices ?? parallelism.tensor * parallelism.pipeline * parallelism.data;
  const { weights, runtime, insteadOf } = chooseSoftware(catalogue, asked, parallelism, assumptions);
  const kvCache = chooseCache(catalogue, question, runtime, weights, assumptions);
  noteArithmetic(hardware, weights.engine, assumptions);
  const unset: Deployment = {
    model: { ...model.engine, architecture },
    hardware: hardware.engine,
    devices,
    parallelism: question.parallelism == null && runtime.engine.split === 'layers' ? layered(devices) : parallelism,
    runtime: runtimeOnDevice(runtime.engine, runtime.facts, hardware.engine),
    ...buildOf(question, runtime, catalogue),
    weights: weights.engine,
    kvCache: kvCache.engine,
    ...pluggedEstimator(catalogue.estimators, runtime.engine),
  };
  const engine = withRunOptions({ question, runtime, hardware, assumptions }, unset);
  if (engine.estimator !== undefined) {
    const { id, title } = engine.estimator;
    assumptions.push({ code: 'PLUGGED_ESTIMATOR', text: `Estimated by ${id} of a pack: ${title}` });
  }
  checkParallelism(engine);
  if (devices > 1 && question.parallelism == null) noteLayout(engine, assumptions);
  const workload = workloadOf(question, runtime, assumptions);
  const deployment: ResolvedDeployment = {
    ...{ mode: 'local', hardware, runtime, weights, insteadOf, kvCache, engine },
  };
  return { deployment, workload, assumptions };
}

function lookedUp(question: Question, model: ModelProfile, catalogue: Catalogue): Asked {
  if (question.hardware == null) {
    throw new InvalidQuestionError('hardware', null, 'must name a device, unless the deployment is API');
  }
  const sized = sizedHardware(question, catalogue.hardware.get(question.hardware, 'hardware'));
  const hardware = computingDevice(question, sized);
  const { architecture } = model.engine;
  if (architecture === null) {
    throw new NoArchitectureError(model.id, model.name);
  }
  if (model.facts.generates === false) {
    throw new UnsupportedError(
      `${model.name} writes no text: only its parameters and size are known`,
      'model',
      model.id,
    );
  }
  return { question, model, architecture, hardware };
}

/** Axes left out follow from the rest: data 1, pipeline 1, expert 1, and tensor takes the devices that remain. */
function chooseParallelism({ question, architecture }: Asked): Parallelism {
  const { tensor, pipeline, expert, data } = question.parallelism ?? {};
  const replicas = (pipeline ?? 1) * (data ?? 1);
  if (tensor != null) return { tensor, pipeline: pipeline ?? 1, expert: expert ?? 1, data: data ?? 1 };
  const devices = question.devices ?? replicas;
  if (devices % replicas !== 0) {
    const allowed = `a multiple of pipeline × data = ${replicas}`;
    throw new InvalidWorkloadError('devices', devices, allowed);
  }
  const wanted = devices / replicas;
  // Without a stated layout, the largest tensor size that divides the heads is taken and replicas use the rest.
  const possible = tensorSizes(architecture, wanted).filter((size) => wanted % size === 0);
  const largest = possible.at(-1) ?? 1;
  const stated = question.parallelism != null;
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
  { weightFormat }: Catalogue,
  { kvCache }: Question,
  { engine: runtime, name }: RuntimeProfile,
  { engine: weights }: WeightFormatProfile,
  assumptions: Assumption[],
): WeightFormatProfile {
  if (kvCache != null) {
    const chosen = weightFormat.get(kvCache, 'kvCache');
    if (chosen.engine.cacheBitsPerElement === null) {
      throw new InvalidWorkloadError('kvCache', kvCache, 'a format that runtimes keep caches in, such as kv-fp16');
    }
    return chosen;
  }
  const usual = usualCache(runtime, weights);
  const follows = usual !== runtime.defaultCache;
  const chosen = weightFormat.get(usual, 'kvCache');
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
function noteArithmetic(
  { engine: hardware, name }: HardwareProfile,
  format: WeightFormat,
  assumptions: Assumption[],
): void {
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

function workloadOf(question: Question, runtime: RuntimeProfile, assumptions: Assumption[]): Workload {
  const { promptTokens, outputTokens, batch, contextTokens } = question;
  const { continuousBatching } = runtime.engine;
  if (question.scheduling === 'continuous' && !continuousBatching) {
    throw new InvalidWorkloadError('scheduling', 'CONTINUOUS', `STATIC: ${runtime.name} runs static batches only`);
  }
  const scheduling = question.scheduling ?? (continuousBatching ? 'continuous' : 'static');
  if (question.scheduling == null && batch > 1) {
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
