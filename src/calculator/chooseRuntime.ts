import type { Assumption } from '../engine/answer.ts';
import { InvalidWorkloadError } from '../engine/errors.ts';
import { weightBytes } from '../engine/model/weights.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type { Hardware, Parallelism, Runtime, WeightFormat } from '../engine/shapes.ts';
import { UnsupportedError } from '../registry/errors.ts';
import type { Profile } from '../registry/kinds/kind.ts';
import { preferenceFor, type RuntimeFacts } from '../registry/kinds/runtime.ts';
import type { WeightFormatFacts } from '../registry/kinds/weightFormat.ts';
import { compareText } from '../registry/name.ts';
import type { DeploymentRequest, DeploymentShelves } from './resolve.ts';

type RuntimeProfile = Profile<RuntimeFacts, Runtime>;
type WeightFormatProfile = Profile<WeightFormatFacts, WeightFormat>;

/**
 * The runtime named, else the one people use for these weights on this hardware: the first whose memory holds them.
 *
 * Throws UnknownProfileError, InvalidWorkloadError (the one named cannot run them there) and UnsupportedError (none can).
 */
export function chooseRuntime(
  shelves: DeploymentShelves,
  request: DeploymentRequest,
  weights: WeightFormatProfile,
  parallelism: Parallelism,
  assumptions: Assumption[],
): RuntimeProfile {
  const named = request.runtime == null ? null : shelves.runtime.get(request.runtime, 'options.runtime');
  const able = runtimesFor(shelves.runtime, request.hardware.engine, weights.engine);
  const [usual] = able;
  if (usual === undefined) throw noRuntime(shelves, request, weights);
  if (named !== null) {
    if (!able.includes(named)) throw cannotRun(named, request, weights, able);
    return named;
  }
  const chosen = able.find(({ engine }) => holdsWeights(engine, request, weights.engine, parallelism)) ?? usual;
  assumptions.push({
    code: 'DEFAULT_RUNTIME',
    text:
      chosen === usual
        ? `${chosen.name} runs it: the usual runtime for ${weights.name} weights on ${request.hardware.name}.`
        : `${chosen.name} runs it: with what ${usual.name} reserves by default on ${request.hardware.name}, the weights leave no room for a cache.`,
  });
  return chosen;
}

/** By shelf, device and class of weights. Neither shelf nor device ever changes: a changed catalogue has new ones. */
const ranked = new WeakMap<object, WeakMap<Hardware, Map<string, readonly RuntimeProfile[]>>>();

/** Runtimes that run weights of that class on that device, the most usual first; ranked once. */
function runtimesFor(
  shelf: DeploymentShelves['runtime'],
  hardware: Hardware,
  { efficiencyClass }: WeightFormat,
): readonly RuntimeProfile[] {
  const ofShelf = ranked.get(shelf) ?? new WeakMap<Hardware, Map<string, readonly RuntimeProfile[]>>();
  const ofDevice = ofShelf.get(hardware) ?? new Map<string, readonly RuntimeProfile[]>();
  const able = ofDevice.get(efficiencyClass) ?? rank(shelf.all(), hardware, efficiencyClass);
  ranked.set(shelf, ofShelf.set(hardware, ofDevice.set(efficiencyClass, able)));
  return able;
}

function rank(runtimes: readonly RuntimeProfile[], hardware: Hardware, efficiencyClass: string): RuntimeProfile[] {
  return runtimes
    .map((runtime) => ({ runtime, preference: preferenceFor(runtime.facts, hardware, efficiencyClass) ?? 0 }))
    .filter(({ preference }) => preference > 0)
    .sort((one, other) => other.preference - one.preference || compareText(one.runtime.id, other.runtime.id))
    .map(({ runtime }) => runtime);
}

/** Weights and the runtime's own needs leave room for a cache on each device. */
function holdsWeights(
  { reservation }: Runtime,
  { model, hardware: { engine: hardware } }: DeploymentRequest,
  format: WeightFormat,
  { tensor, pipeline }: Parallelism,
): boolean {
  if (model.engine.architecture === null) return false;
  const perDevice = weightBytes(model.engine.architecture, format).total / (tensor * pipeline);
  const fraction = reservation.kind === 'fraction' ? reservation.fraction : 1;
  return perDevice + reservation.perDeviceBytes < fraction * hardware.usableMemoryBytes;
}

function cannotRun(
  { id }: RuntimeProfile,
  { hardware }: DeploymentRequest,
  weights: WeightFormatProfile,
  able: readonly RuntimeProfile[],
): InvalidWorkloadError {
  const allowed = `one that runs ${weights.name} weights on ${hardware.name}: ${able.map(({ id }) => id).join(', ')}`;
  return new InvalidWorkloadError('options.runtime', id, allowed);
}

/** The device is at fault when no runtime knows it at all, else the weights, and the formats that do run there are named. */
function noRuntime(
  { weightFormat, runtime }: DeploymentShelves,
  { hardware: { engine: hardware } }: DeploymentRequest,
  weights: WeightFormatProfile,
): UnsupportedError {
  const formats = weightFormat
    .all()
    .filter(({ engine }) => engine.forWeights && runtimesFor(runtime, hardware, engine).length > 0);
  if (formats.length === 0) {
    const runtimes = runtime.all().map(({ id }) => id);
    const message =
      `No runtime of the catalogue runs on ${hardware.name}, so nothing can be estimated on it; ` +
      `there are ${runtimes.join(', ')}. A runtime profile that names "${hardware.family}" in supports.families would add it.`;
    return new UnsupportedError(message, 'hardware', hardware.id);
  }
  const able = new Set(formats.flatMap(({ engine }) => runtimesFor(runtime, hardware, engine).map(({ id }) => id)));
  const usable = formats.filter(({ engine }) => arithmeticOn(hardware, engine) !== null).map(({ id }) => id);
  const few = usable.length > 8 ? `${usable.slice(0, 8).join(', ')} and ${usable.length - 8} more` : usable.join(', ');
  const message =
    `No runtime of the catalogue runs ${weights.name} weights on ${hardware.name}; ` +
    `there, ${[...able].join(', ')} run weights in ${few}.`;
  return new UnsupportedError(message, 'options.weights', weights.id, usable);
}
