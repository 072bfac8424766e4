import type { Assumption } from '../engine/answer.ts';
import { compareText } from '../engine/compareText.ts';
import { InvalidWorkloadError } from '../engine/errors.ts';
import { weightBytes } from '../engine/model/weights.ts';
import { remembered } from '../engine/remembered.ts';
import { arithmeticOn } from '../engine/roofline.ts';
import type { Hardware, Parallelism, WeightFormat } from '../engine/shapes.ts';
import type { Catalogue } from '../registry/catalogue/catalogue.ts';
import type { RuntimeProfile, WeightFormatProfile } from '../registry/catalogue/profiles.ts';
import { UnsupportedError } from '../registry/errors.ts';
import { preferenceFor, RARE_PREFERENCE } from '../registry/kinds/runtime.ts';
import type { Asked } from './question.ts';

/**
 * The runtime named, else the one people use for these weights on this hardware: the first whose memory holds them.
 *
 * Throws InvalidWorkloadError (the one named cannot run them there) and UnsupportedError (none can).
 */
export function chooseRuntime(
  catalogue: Catalogue,
  asked: Asked,
  named: RuntimeProfile | null,
  weights: WeightFormatProfile,
  parallelism: Parallelism,
  assumptions: Assumption[],
): RuntimeProfile {
  const { hardware } = asked;
  if (named !== null) {
    if (!runs(named, asked, weights)) throw cannotRun(catalogue, named, asked, weights);
    return named;
  }
  const able = runtimesFor(catalogue.runtime, hardware.engine, weights.engine);
  const common = commonOf(able, asked, weights.engine);
  const [usual] = common.length > 0 ? common : able;
  if (usual === undefined) throw noRuntime(catalogue, asked, weights);
  const chosen = common.find((runtime) => holdsWeights(runtime, asked, weights.engine, parallelism)) ?? usual;
  assumptions.push({
    code: 'DEFAULT_RUNTIME',
    text:
      chosen === usual
        ? `${chosen.name} runs it: the usual runtime for ${weights.name} weights on ${hardware.name}.`
        : `${chosen.name} runs it: with what ${usual.name} reserves by default on ${hardware.name}, the weights leave no room for a cache.`,
  });
  return chosen;
}

/** Runtimes that run the weights on the device and are no demonstrations, the most usual first; ranked once for each class of weights. */
export function runtimesFor(
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
    .filter(({ facts }) => facts.demonstration !== true)
    .map((runtime) => ({ runtime, preference: preferenceFor(runtime.facts, hardware, efficiencyClass) ?? 0 }))
    .filter(({ preference }) => preference > 0)
    .sort((one, other) => other.preference - one.preference || compareText(one.runtime.id, other.runtime.id))
    .map(({ runtime }) => runtime);
}

/** Those of them that people really use for the weights on the device. */
export function commonOf(
  runtimes: readonly RuntimeProfile[],
  { hardware }: Asked,
  { efficiencyClass }: WeightFormat,
): RuntimeProfile[] {
  const preference = ({ facts }: RuntimeProfile) => preferenceFor(facts, hardware.engine, efficiencyClass) ?? 0;
  return runtimes.filter((runtime) => preference(runtime) > RARE_PREFERENCE);
}

/** Whether it runs the weights on the device asked about, demonstration or not. */
export function runs({ facts }: RuntimeProfile, { hardware }: Asked, { engine }: WeightFormatProfile): boolean {
  return preferenceFor(facts, hardware.engine, engine.efficiencyClass) !== null;
}

/** Weights and the runtime's own needs leave room for a cache on each device. */
export function holdsWeights(
  { engine: { reservation, split } }: RuntimeProfile,
  { architecture, hardware: { engine: hardware }, question }: Asked,
  format: WeightFormat,
  { tensor, pipeline, data }: Parallelism,
): boolean {
  const shares = split === 'layers' && question.parallelism == null ? tensor * pipeline * data : tensor * pipeline;
  const perDevice = weightBytes(architecture, format).total / shares;
  const fraction = reservation.kind === 'fraction' ? reservation.fraction : 1;
  return perDevice + reservation.perDeviceBytes < fraction * hardware.usableMemoryBytes;
}

function cannotRun(
  catalogue: Catalogue,
  { id }: RuntimeProfile,
  asked: Asked,
  weights: WeightFormatProfile,
): InvalidWorkloadError | UnsupportedError {
  const { hardware } = asked;
  const able = runtimesFor(catalogue.runtime, hardware.engine, weights.engine).map((runtime) => runtime.id);
  if (able.length === 0) return noRuntime(catalogue, asked, weights);
  const allowed = `one that runs ${weights.name} weights on ${hardware.name}: ${able.join(', ')}`;
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
    const listed = runtime.all().filter(({ facts }) => facts.demonstration !== true);
    const runtimes = listed.map(({ id }) => id);
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
