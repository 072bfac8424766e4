import { weightBytes } from '../../engine/model/weights.ts';
import { tensorSizes } from '../../engine/parallelism.ts';
import { readableCount, readableGib } from '../../engine/readable.ts';
import { arithmeticOn } from '../../engine/roofline.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type {
  HardwareProfile,
  ModelProfile,
  RuntimeProfile,
  WeightFormatProfile,
} from '../../registry/catalogue/profiles.ts';
import { preferenceFor } from '../../registry/kinds/runtime.ts';
import { runtimesFor } from '../chooseRuntime.ts';
import { bitsOf, isUsualFormat } from './usualFormats.ts';
import { isUsualThere } from './usualRuntime.ts';

/** What is already chosen. */
export interface Chosen {
  hardware: HardwareProfile;
  /** Null = any model. */
  model: ModelProfile | null;
  /** Null = any format. */
  weights: WeightFormatProfile | null;
  devices: number;
}

/** One thing that may be chosen, or why not. */
export interface Choice<Thing> {
  choice: Thing;
  /** An estimate with it answers, and the weights go into the memory. */
  valid: boolean;
  /** And people do choose it. */
  usual: boolean;
  /** Why it is not valid, or not usual; null = it is both. */
  reason: string | null;
}

/** Every format of weights. */
export function weightsChoices(chosen: Chosen, catalogue: Catalogue): Choice<WeightFormatProfile>[] {
  const formats = catalogue.weightFormat.all().filter(({ engine }) => engine.forWeights);
  const widestFirst = formats.toSorted((one, other) => bitsOf(other) - bitsOf(one));
  return inOrder(widestFirst.map((format) => weightsChoice(format, chosen, catalogue)));
}

function weightsChoice(
  format: WeightFormatProfile,
  { hardware, model, devices }: Chosen,
  catalogue: Catalogue,
): Choice<WeightFormatProfile> {
  const refused = (reason: string) => ({ choice: format, valid: false, usual: false, reason });
  const unknown = model === null ? null : whyNot(model);
  if (unknown !== null) return refused(unknown);
  const able = runtimesFor(catalogue.runtime, hardware.engine, format.engine);
  if (able.length === 0) return refused(`No runtime of the catalogue runs it on ${hardware.name}.`);
  const arithmetic = arithmeticOn(hardware.engine, format.engine);
  if (arithmetic === null) {
    return refused(`No rate of ${hardware.name} is known in ${format.engine.arithmetic.join(', ')}.`);
  }
  const neededBytes = model === null ? 0 : weightsOf(model, format);
  const roomBytes = devices * hardware.engine.usableMemoryBytes;
  if (neededBytes > roomBytes) {
    const room = `${devices === 1 ? 'one' : readableCount(devices)} ${hardware.name} ${devices === 1 ? 'has' : 'have'}`;
    return refused(`The weights alone take ${readableGib(neededBytes)} GiB, and ${room} ${readableGib(roomBytes)}.`);
  }
  const native = model?.facts.nativeFormat;
  const isNative = native !== undefined && catalogue.weightFormat.find(native) === format;
  const runUsually = able.some((runtime) => isUsualThere(runtime, hardware.engine, format.engine.efficiencyClass));
  const valid = (reason: string | null) => ({ choice: format, valid: true, usual: reason === null, reason });
  if (!runUsually)
    return valid(`Only ${namesOf(able)} ${able.length === 1 ? 'runs' : 'run'} it there, which few people do.`);
  if (!isNative && !isUsualFormat(format, hardware.engine, catalogue))
    return valid('Runs there; it is not among the formats most people take.');
  if (arithmetic.native) return valid(null);
  return valid(`Runs there, calculated in ${arithmetic.numberFormat}: narrower only in memory.`);
}

/** Why nothing can be estimated of a model on hardware; null = it can. */
function whyNot({ name, engine, facts }: ModelProfile): string | null {
  if (engine.architecture === null) return `No architecture of ${name} is published: it exists behind an API alone.`;
  return facts.generates === false ? `${name} writes no text: only its parameters and size are known.` : null;
}

function weightsOf({ engine: { architecture } }: ModelProfile, format: WeightFormatProfile): number {
  return architecture === null ? 0 : weightBytes(architecture, format.engine).total;
}

/** Every runtime, for the weights chosen. */
export function runtimeChoices({ hardware, weights }: Chosen, catalogue: Catalogue): Choice<RuntimeProfile>[] {
  const runtimes = catalogue.runtime.all();
  const classes = new Set(
    catalogue.weightFormat.all().flatMap(({ engine }) => (engine.forWeights ? [engine.efficiencyClass] : [])),
  );
  const choices = runtimes.map((runtime) => {
    const able = [...classes].filter((each) => preferenceFor(runtime.facts, hardware.engine, each) !== null);
    const wanted = weights === null ? able : able.filter((each) => each === weights.engine.efficiencyClass);
    const refused = (reason: string) => ({ choice: runtime, valid: false, usual: false, reason });
    if (able.length === 0) return refused(`${runtime.name} does not run on ${hardware.name}.`);
    if (wanted.length === 0) {
      const other = `there it runs ${able.join(', ')}`;
      return refused(`${runtime.name} does not run weights in ${weights?.name ?? ''} on ${hardware.name}; ${other}.`);
    }
    const usual = wanted.some((each) => isUsualThere(runtime, hardware.engine, each));
    const reason = usual ? null : `${runtime.name} runs there; people use others for it.`;
    return { choice: runtime, valid: true, usual, reason };
  });
  const preference = ({ choice }: Choice<RuntimeProfile>) =>
    Math.max(
      ...Array.from(weights === null ? classes : [weights.engine.efficiencyClass], (each) => {
        return preferenceFor(choice.facts, hardware.engine, each) ?? 0;
      }),
    );
  return inOrder(choices.toSorted((one, other) => preference(other) - preference(one)));
}

/** Numbers of devices that people try. */
const counts = [1, 2, 4, 8, 16, 32, 64];

/** How many devices; of any model every number is valid. */
export function deviceChoices({ model, hardware: { engine, name } }: Chosen): Choice<number>[] {
  const architecture = model?.engine.architecture ?? null;
  const sizes = architecture === null ? counts : tensorSizes(architecture, Math.max(...counts));
  return counts.map((count) => {
    const domain = engine.link?.domainDevices ?? 1;
    if (!sizes.includes(count)) {
      const reason = `${readableCount(count)} do not divide the attention heads of ${model?.name ?? ''}: copies of it share the requests.`;
      return { choice: count, valid: true, usual: false, reason };
    }
    if (count === 1 || count <= domain) return { choice: count, valid: true, usual: true, reason: null };
    const reach =
      domain === 1 ? 'only reach each other through the host' : `are linked in groups of ${readableCount(domain)}`;
    return {
      choice: count,
      valid: true,
      usual: false,
      reason: `${name} ${reach}: more of them are slower than they seem.`,
    };
  });
}

/** The usual first, then the valid. */
function inOrder<Thing>(choices: readonly Choice<Thing>[]): Choice<Thing>[] {
  const place = ({ usual, valid }: Choice<Thing>) => (usual ? 0 : valid ? 1 : 2);
  return choices.toSorted((one, other) => place(one) - place(other));
}

function namesOf(profiles: readonly { name: string }[]): string {
  const names = profiles.map(({ name }) => name);
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
