import type { Assumption } from '../engine/answer.ts';
import { compareText } from '../engine/compareText.ts';
import { InvalidWorkloadError } from '../engine/errors.ts';
import { weightBytes } from '../engine/model/weights.ts';
import { remembered } from '../engine/remembered.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type { Hardware, Parallelism, Runtime, WeightFormat } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { RuntimeProfile, WeightFormatProfile } from '../registry/catalogue/profiles.ts';
import { UnsupportedError } from '../registry/errors.ts';
import { preferenceFor } from '../registry/kinds/runtime.ts';
import type { Asked } from './question.ts';

/**
 * The runtime named, else the one people use for these weights on this hardware: the first whose memory holds them.
 *
 * Throws UnknownProfileError, InvalidWorkloadError (the one named cannot run them there) and UnsupportedError (none can).
 */
export function chooseRuntime(
  catalogue: Catalogue,
  asked: Asked,
  weights: WeightFormatProfile,
  parallelism: Parallelism,
  assumptions: Assumption[],
): RuntimeProfile {
  const { question, hardware } = asked;
  const named = question.runtime == null ? null : catalogue.runtime.get(question.runtime, 'runtime');
  const able = runtimesFor(catalogue.runtime, hardware.engine, weights.engine);
  const [usual] = able;
  if (usual === undefined) throw noRuntime(catalogue, asked, weights);
  if (named !== null) {
    if (!able.includes(named)) throw cannotRun(named, asked, weights, able);
    return named;
  }
  const chosen = able.find(({ engine }) => holdsWeights(engine, asked, weights.engine, parallelism)) ?? usual;
  assumptions.push({
    code: 'DEFAULT_RUNTIME',
    text:
      chosen === usual
        ? `${chosen.name} runs it: the usual runtime for ${weights.name} weights on ${hardware.name}.`
        : `${chosen.name} runs it: with what ${usual.name} reserves by default on ${hardware.name}, the weights leave no room for a cache.`,
  });
  return chosen;
}

/** Runtimes that run the weights on the device, the most usual first; ranked once for each class of weights. */
function runtimesFor(
  shelf: Catalogue['runtime'],
  hardware: Hardware,
  { efficiencyClass }: WeightFormat,
): readonly RuntimeProfile[] {
  const rankings = rankingsOn(shelf)(hardware);
  const ranking = rankings.get(efficiencyClass) ?? rank(shelf.all(), hardware, efficiencyClass);
  rankings.set(efficiencyClass, ranking);
  return ranking;
}

/** Neither shelf nor device ever changes: a changed catalogue has new ones. */
const rankingsOn = remembered((_shelf: Catalogue['runtime']) =>
  remembered((_hardware: Hardware) => new Map<string, readonly RuntimeProfile[]>()),
);

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
  { architecture, hardware: { engine: hardware } }: Asked,
  format: WeightFormat,
  { tensor, pipeline }: Parallelism,
): boolean {
  const perDevice = weightBytes(architecture, format).total / (tensor * pipeline);
  const fraction = reservation.kind === 'fraction' ? reservation.fraction : 1;
  return perDevice + reservation.perDeviceBytes < fraction * hardware.usableMemoryBytes;
}

function cannotRun(
  { id }: RuntimeProfile,
  { hardware }: Asked,
  weights: WeightFormatProfile,
  able: readonly RuntimeProfile[],
): InvalidWorkloadError {
  const allowed = `one that runs ${weights.name} weights on ${hardware.name}: ${able.map(({ id }) => id).join(', ')}`;
  return new InvalidWorkloadError('runtime', id, allowed);
}

/** The device is at fault when no runtime knows it at all, else the weights, and the formats that do run there are named. */
function noRuntime(
  { weightFormat, runtime }: Catalogue,
  { hardware: { engine: hardware } }: Asked,
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
  return new UnsupportedError(message, 'weights', weights.id, usable);
}
