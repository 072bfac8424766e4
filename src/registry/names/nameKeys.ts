import { type Derivation, type Groups, groupedBy } from '../catalogue/derivation.ts';
import type { HardwareProfile, ModelProfile, OfferProfile, RuntimeProfile } from '../catalogue/profiles.ts';
import type { Profile } from '../kinds/kind.ts';
import { deviceWords } from './hardwareName.ts';
import { unsaidKey } from './modelName.ts';
import { keyOf, modelWords, wordsOf } from './words.ts';

type Index<P> = Derivation<P, Groups<P>>;

/** Everything a profile is called. */
export function spellings({ id, name, aliases }: Pick<Profile, 'id' | 'name' | 'aliases'>): string[] {
  return [...new Set([id, name, ...aliases])];
}

/** Profiles of any kind by their names without spaces, hyphens, slashes and colons. */
export const byKey: Index<Profile> = groupedBy((profile) =>
  distinct(spellings(profile).map((name) => keyOf(wordsOf(name)))),
);

/** Models by the words of their names; the last part of a repository is a name as well. */
export const modelsByKey: Index<ModelProfile> = groupedBy((model) => distinct(modelSpellings(model).map(keyOf)));

/** Models by their names without what people leave out: "preview", "latest", "instruct". */
export const modelsByUnsaidKey: Index<ModelProfile> = groupedBy((model) =>
  distinct(spellings(model).map(lastPart).map(unsaidKey)),
);

/** Models by each word that is theirs: of their names, maker, size and day. */
export const modelsByWord: Index<ModelProfile> = groupedBy((model) => [...wordsOfModel(model)]);

/** Devices by what they are called without maker, memory and form factor. */
export const devicesByCore: Index<HardwareProfile> = groupedBy((device) =>
  distinct(spellings(device).map((name) => deviceWords(name).core)),
);

/** Devices by each word that is theirs. */
export const devicesByWord: Index<HardwareProfile> = groupedBy((device) =>
  distinct(spellings(device).flatMap(wordsOf)),
);

/** Hourly offers by the provider's name of the machine. */
export const offersByMachine: Index<OfferProfile> = groupedBy(({ facts }) =>
  facts.basis === 'hardware-hour' ? [machineKey(facts.instance)] : [],
);

/** Devices by the computers and cloud machines that their profiles say hold them. */
export const devicesByMachine: Index<HardwareProfile> = groupedBy(({ facts }) =>
  distinct((facts.machines ?? []).map(({ name }) => machineKey(name))),
);

/** Runtimes by the programs that run them inside. */
export const runtimesByFrontEnd: Index<RuntimeProfile> = groupedBy(({ facts }) =>
  distinct((facts.frontEnds ?? []).map((name) => keyOf(wordsOf(name)))),
);

/** Offers by the token, by the host's name of the model. */
export const offersByHostedName: Index<OfferProfile> = groupedBy(({ facts }) =>
  facts.basis === 'model-tokens' && facts.model !== null ? distinct(hostedNames(facts.providerModel)) : [],
);

/** Names of machines differ in case, separators, and what SageMaker and Azure put before them. */
export function machineKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^\s*(?:ml\.|standard[_ -]|(?:google[\s-]+)?(?:cloud[\s-]+)?tpu[\s-]+(?=v\d))/, '')
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^-|-$/g, '');
}

function hostedNames(name: string): string[] {
  return [keyOf(modelWords(name)), keyOf(modelWords(lastPart(name)))];
}

/** The words of each of a model's names. */
export function modelSpellings(model: Pick<Profile, 'id' | 'name' | 'aliases'>): string[][] {
  return spellings(model).map((name) => modelWords(lastPart(name)));
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Every word that may be said of a model and still mean it. */
export function wordsOfModel(model: ModelProfile): Set<string> {
  const { developer, family, released, parameters } = model.facts;
  const names = modelSpellings(model).flat();
  const said = [...names, ...modelWords(developer), ...modelWords(family ?? '')];
  // Of a model that is called "7B" and has 7.6, "8B" is another.
  if (names.some((word) => sizeWord.test(word))) return new Set([...said, ...dayWords(released)]);
  const sizes = [parameters?.total, parameters?.statedTotal].flatMap((count) =>
    count === undefined ? [] : sizeWords(count),
  );
  return new Set([...said, ...sizes, ...dayWords(released)]);
}

/** A size as makers write it: 70b, 8x7b, 1.5b, 350m. */
export const sizeWord = /^(?:\d+x)?\d+(?:\.\d+)?[bmt]$/;

/** 671b, 1t, 30.5b, 30b (rounded and cut off). */
function sizeWords(count: number): string[] {
  const [unit, letter] = count >= 0.95e12 ? [1e12, 't'] : count >= 0.95e9 ? [1e9, 'b'] : [1e6, 'm'];
  const value = count / unit;
  return [Math.round(value), Math.floor(value), Number(value.toFixed(1))].map((size) => `${size}${letter}`);
}

/** How makers write the month or day in a name: 2506, 0528, 1124 and 12 2024, 20250514. */
function dayWords(released: string | undefined): string[] {
  const [year, month, day] = (released ?? '').split('-');
  if (year === undefined || month === undefined) return [];
  const short = year.slice(2);
  const ofMonth = [short + month, month + short, month, year];
  return day === undefined ? ofMonth : [...ofMonth, month + day, year + month + day, day];
}

function distinct(keys: readonly (string | null)[]): string[] {
  return [...new Set(keys.filter((key) => key !== null && key !== ''))] as string[];
}
