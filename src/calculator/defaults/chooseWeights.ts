import type { Assumption } from '../../engine/answer.ts';
import { InvalidWorkloadError, MissingFigureError } from '../../engine/errors.ts';
import { weightBytes } from '../../engine/model/weights.ts';
import { readableCount } from '../../engine/readable.ts';
import { remembered } from '../../engine/remembered.ts';
import { arithmeticOn } from '../../engine/roofline.ts';
import type { Hardware, Parallelism } from '../../engine/shapes.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { RuntimeProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { preferenceFor, RARE_PREFERENCE } from '../../registry/kinds/runtime.ts';
import { chooseRuntime, commonOf, holdsWeights, runs, runtimesFor } from '../chooseRuntime.ts';
import type { Asked } from '../question.ts';

/** A format of weights and the runtime that runs it. */
export interface ChosenSoftware {
  weights: WeightFormatProfile;
  runtime: RuntimeProfile;
  /** The format the model is published in, where another stands in for it unasked. */
  insteadOf: WeightFormatProfile | null;
}

/**
 * Weights and runtime of a question. Weights left out are in the format the model is published in; where the runtime or
 * the device cannot read that, or it leaves no room in the memory, in the usual format there: the runtime profiles say
 * which (`usualWeights`). Every default is an assumption.
 *
 * Throws UnknownProfileError, InvalidWorkloadError, UnsupportedError and MissingFigureError as `resolveDeployment` says.
 */
export function chooseSoftware(
  catalogue: Catalogue,
  asked: Asked,
  parallelism: Parallelism,
  assumptions: Assumption[],
): ChosenSoftware {
  const { question, model } = asked;
  const named = question.runtime == null ? null : catalogue.runtime.get(question.runtime, 'runtime');
  const chosen = question.weights == null ? null : weightsNamed(question.weights, catalogue);
  if (chosen !== null) {
    const runtime = chooseRuntime(catalogue, asked, named, chosen, parallelism, assumptions);
    return { weights: chosen, runtime, insteadOf: null };
  }
  const native = model.facts.nativeFormat;
  if (native === undefined) throw new MissingFigureError('native weight format', model.id, 'model');
  const published = catalogue.weightFormat.get(native, 'weights');
  const search: Search = { catalogue, asked, parallelism, published };
  const usual = named === null ? usualThere(search) : usualWith(named, search);
  if (usual === null) {
    const text = `Weights in ${published.name}, the format ${model.name} is published in.`;
    assumptions.push({ code: 'NATIVE_WEIGHTS', text });
    const runtime = chooseRuntime(catalogue, asked, named, published, parallelism, assumptions);
    return { weights: published, runtime, insteadOf: null };
  }
  assumptions.push({ code: 'USUAL_WEIGHTS', text: wordsOf(usual, search) });
  const { weights, runtime } = usual;
  if (named === null) {
    const text = `${runtime.name} runs it: the usual runtime for ${weights.name} weights on ${asked.hardware.name}.`;
    assumptions.push({ code: 'DEFAULT_RUNTIME', text });
  }
  return { weights, runtime, insteadOf: published };
}

function weightsNamed(name: string, { weightFormat }: Catalogue): WeightFormatProfile {
  const chosen = weightFormat.get(name, 'weights');
  if (chosen.engine.forWeights) return chosen;
  throw new InvalidWorkloadError('weights', name, 'a format for weights, not one for KV caches only');
}

interface Search {
  catalogue: Catalogue;
  asked: Asked;
  parallelism: Parallelism;
  published: WeightFormatProfile;
}

/** What stands in for the published format, and what kept that from being used. */
interface Usual {
  weights: WeightFormatProfile;
  runtime: RuntimeProfile;
  because: 'unread' | 'rare' | 'memory';
}

/** With the runtime that was named; null = the published format stays. */
function usualWith(runtime: RuntimeProfile, search: Search): Usual | null {
  const { asked, published } = search;
  const preference = preferenceFor(runtime.facts, asked.hardware.engine, published.engine.efficiencyClass);
  const formats = usualFormats(runtime, search);
  if (preference !== null && (preference > RARE_PREFERENCE || formats.length === 0)) {
    return holds(runtime, published, search) ? null : smaller(runtime, search);
  }
  const weights = formats.find((format) => holds(runtime, format, search)) ?? formats[0];
  if (weights === undefined || weights === published) return null;
  return { weights, runtime, because: preference === null ? 'unread' : 'rare' };
}

/** With whatever runtime people use there; null = the published format stays. */
function usualThere(search: Search): Usual | null {
  const { catalogue, asked, published } = search;
  const able = commonOf(
    runtimesFor(catalogue.runtime, asked.hardware.engine, published.engine),
    asked,
    published.engine,
  );
  const isRead = able.length > 0 && arithmeticOn(asked.hardware.engine, published.engine) !== null;
  if (isRead && able.some((runtime) => holds(runtime, published, search))) return null;
  const pairs = usualPairs(search);
  if (!isRead) return pairs.find(({ runtime, weights }) => holds(runtime, weights, search)) ?? pairs[0] ?? null;
  // Server memory was bought to serve: what serves nobody is no stand-in for what does not fit there.
  const serves = asked.hardware.engine.memoryClass === 'hbm';
  const top = pairs.slice(0, 1).map(({ runtime }) => runtime);
  const candidates = serves ? able.filter(({ engine }) => engine.served) : [...able, ...top];
  for (const runtime of candidates) {
    const found = smaller(runtime, search);
    if (found !== null) return found;
  }
  return null;
}

/** The runtime's usual format that takes less memory than the published one, where that leaves room. */
function smaller(runtime: RuntimeProfile, search: Search): Usual | null {
  const { asked, published } = search;
  const bytes = (format: WeightFormatProfile) => weightBytes(asked.architecture, format.engine).total;
  const weights = usualFormats(runtime, search).find((format) => {
    return bytes(format) < bytes(published) && holds(runtime, format, search);
  });
  return weights === undefined ? null : { weights, runtime, because: 'memory' };
}

/** The runtime's usual formats on the device. */
function usualFormats(runtime: RuntimeProfile, search: Search): readonly WeightFormatProfile[] {
  return usualThereOf(search).formats.get(runtime.id) ?? [];
}

/** Runtimes with their usual formats on the device, the most usual first; of equals, what people run 16 bits with there. */
function usualPairs(search: Search): readonly Usual[] {
  return usualThereOf(search).pairs;
}

function usualThereOf({ catalogue, asked }: Search) {
  return usualOn(catalogue.runtime)(catalogue.weightFormat)(asked.hardware.engine);
}

/** Neither shelves nor devices ever change: what is usual on a device is worked out once. */
const usualOn = remembered((runtimes: Catalogue['runtime']) =>
  remembered((formats: Catalogue['weightFormat']) =>
    remembered((hardware: Hardware) => usualOnDevice(runtimes.all(), formats, hardware)),
  ),
);

function usualOnDevice(
  runtimes: readonly RuntimeProfile[],
  weightFormats: Catalogue['weightFormat'],
  hardware: Hardware,
) {
  const preferenceOf = ({ facts }: RuntimeProfile, efficiencyClass: string) =>
    preferenceFor(facts, hardware, efficiencyClass) ?? 0;
  const known = runtimes.map((runtime) => {
    const there = (runtime.facts.usualWeights ?? [])
      .map((id) => weightFormats.get(id))
      .filter(({ engine }) => preferenceOf(runtime, engine.efficiencyClass) > 0);
    // Those the device multiplies as they are meant to be, else all that it can.
    const native = there.filter(({ engine }) => arithmeticOn(hardware, engine)?.native);
    const possible = there.filter(({ engine }) => arithmeticOn(hardware, engine) !== null);
    return { runtime, formats: native.length > 0 ? native : possible };
  });
  const pairs = known
    .filter(({ runtime }) => runtime.facts.demonstration !== true)
    .flatMap(({ runtime, formats }) => formats.map((weights): Usual => ({ runtime, weights, because: 'unread' })))
    .map((pair) => ({
      pair,
      preference: preferenceOf(pair.runtime, pair.weights.engine.efficiencyClass),
      plain: preferenceOf(pair.runtime, '16-bit'),
    }))
    .toSorted((one, other) => other.preference - one.preference || other.plain - one.plain)
    .map(({ pair }) => pair);
  return { formats: new Map(known.map(({ runtime, formats }) => [runtime.id, formats])), pairs };
}

function holds(runtime: RuntimeProfile, format: WeightFormatProfile, { asked, parallelism }: Search): boolean {
  return runs(runtime, asked, format) && holdsWeights(runtime, asked, format.engine, parallelism);
}

function wordsOf({ weights, runtime, because }: Usual, { asked, parallelism, published }: Search): string {
  const { question, model, hardware } = asked;
  const { tensor, pipeline, data } = parallelism;
  const devices = question.devices ?? tensor * pipeline * data;
  const on = devices === 1 ? `one ${hardware.name}` : `${readableCount(devices)} × ${hardware.name}`;
  const format = `${published.name}, the format ${model.name} is published in,`;
  const reasons: Record<Usual['because'], string> = {
    unread: `${format} is not run ${question.runtime == null ? '' : `by ${runtime.name} `}on ${hardware.name}`,
    rare: `hardly anybody runs ${format} with it`,
    memory: `${format} leaves no room for a cache in the memory of ${on}`,
  };
  return `Weights in ${weights.name}, the usual ones for ${runtime.name} there: ${reasons[because]}.`;
}
