import type { Catalogue } from '../catalogue/catalogue.ts';
import type { HardwareProfile } from '../catalogue/profiles.ts';
import { type DeviceWords, deviceWords, readHardware } from './hardwareName.ts';
import {
  byKey,
  devicesByCore,
  devicesByMachine,
  devicesByWord,
  machineKey,
  offersByMachine,
  spellings,
} from './nameKeys.ts';
import type { Found } from './resolveModel.ts';
import { theOne } from './theOne.ts';
import { keyOf, wordsOf } from './words.ts';

/** What a name says beside which device. */
export interface Machine {
  /** null = it does not say. */
  devices: number | null;
  /** Memory of the computer named, in GiB; null = it does not say. */
  memoryGiB: number | null;
  /** The machine that a cloud sells under that name and nobody calls a device so, as a key of its offers. */
  soldAs?: string;
}

/** The device that a name no profile has literally means: a folded name, a count, a computer, a cloud machine. */
export function findHardware(catalogue: Catalogue, typed: string): Found<HardwareProfile> & Machine {
  const { name, count, device, computer } = readHardware(typed);
  if (computer !== null) return { ...inComputer(catalogue, device, computer), devices: count };
  const found = byNameOf(catalogue, name, device);
  // "HGX H100" is a machine in one cloud's list and a device with a count to everybody.
  const isCounted = count !== null && 'profile' in found;
  const machine = isCounted ? null : (machineNamed(catalogue, typed) ?? machineNamed(catalogue, name, count ?? 1));
  if (machine !== null) {
    return 'profile' in found ? machine : { ...machine, soldAs: machineKey(count === null ? typed : name) };
  }
  if (count !== null && !('profile' in found) && /\ds$/i.test(name)) {
    // "two 4090s", after "4x L40S" has been looked for.
    const one = name.slice(0, -1);
    return { ...byNameOf(catalogue, one, deviceWords(one)), devices: count, memoryGiB: null };
  }
  const memoryGiB = 'profile' in found ? chosenMemory(found.profile, device) : null;
  return { ...found, devices: count, memoryGiB };
}

function byNameOf({ hardware }: Catalogue, name: string, device: DeviceWords): Found<HardwareProfile> {
  const literal = hardware.find(name);
  if (literal !== null) return { profile: literal };
  const key = keyOf(wordsOf(name));
  const called = theOne((hardware.derived(byKey).get(key) ?? []) as HardwareProfile[], key, name);
  if (called !== null) return { profile: called };
  const found = byDevice(hardware.derived(devicesByCore).get(device.core) ?? [], device);
  if ('profile' in found || found.candidates.length > 0) return found;
  return onlyOneWith(hardware, name);
}

/** The one whose name has exactly these variants, else the one they fit, else the one that is called so without any. */
function byDevice(group: readonly HardwareProfile[], device: DeviceWords): Found<HardwareProfile> {
  const named = group.filter((profile) => spelledAs(profile, device));
  const [exact, ...more] = named;
  if (exact !== undefined && more.length === 0) return { profile: exact };
  const fitting = (named.length > 0 ? named : group).filter((profile) => fits(profile, device));
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return { profile: only };
  const plain = fitting.filter((profile) => spelledAs(profile, { ...noVariant, core: device.core }));
  const [usual, ...rivals] = plain;
  if (usual !== undefined && rivals.length === 0) return { profile: usual };
  return { candidates: fitting };
}

const noVariant = { memoryGB: null, cores: null, form: null };

function spelledAs(profile: HardwareProfile, { core, memoryGB, cores, form }: DeviceWords): boolean {
  return spellings(profile)
    .map(deviceWords)
    .some(
      (words) => words.core === core && words.memoryGB === memoryGB && words.cores === cores && words.form === form,
    );
}

/** Makers round: "192 GB" of a device that has 180 GiB. Variants of one device differ by more. */
const memoryTolerance = 0.08;

function fits(profile: HardwareProfile, { core, memoryGB, cores, form }: DeviceWords): boolean {
  const { memory, formFactor, processors, cpu } = profile.facts;
  const sizes = [memory.memoryGiB ?? 0, ...(memory.optionsGiB ?? [])];
  if (memoryGB !== null && memory.sharedWithCpu === true && !sizes.includes(memoryGB)) return false;
  if (memoryGB !== null && !sizes.some((size) => Math.abs(size / memoryGB - 1) <= memoryTolerance)) {
    if (
      !spellings(profile)
        .map(deviceWords)
        .some((words) => words.core === core && words.memoryGB === memoryGB)
    )
      return false;
  }
  if (cores !== null && processors?.count !== cores && cpu?.cores !== cores) return false;
  return form === null || new RegExp(`\\b${form}`, 'i').test(`${formFactor} ${profile.name}`);
}

/** Words for a sort of device, which are no device's name even where one alone has them. */
const sorts = new Set([
  'cpu',
  'gpu',
  'server',
  'workstation',
  'laptop',
  'desktop',
  'dgx',
  'hgx',
  'cloud',
  'edition',
  'super',
  'per',
]);

/** The words of a search, when they leave one device; where figures are typed, the name alone must hold them all. */
function onlyOneWith(hardware: Catalogue['hardware'], name: string): Found<HardwareProfile> {
  const words = wordsOf(name);
  if (words.every((word) => sorts.has(word)) || words.some((word) => /\d/.test(word))) return { candidates: [] };
  const index = hardware.derived(devicesByWord);
  const [first = [], ...rest] = words.map((word) => index.get(word) ?? []);
  const having = first.filter((profile) => rest.every((group) => group.includes(profile)));
  const [only, ...others] = having;
  return only !== undefined && others.length === 0 ? { profile: only } : { candidates: having };
}

/** A device sold with several sizes of memory has the one that was named. */
function chosenMemory({ facts: { memory } }: HardwareProfile, { memoryGB }: DeviceWords): number | null {
  return memoryGB !== null && memory.optionsGiB?.includes(memoryGB) === true ? memoryGB : null;
}

/** The chip of a computer: one that comes in it, with that memory. */
function inComputer(
  catalogue: Catalogue,
  device: DeviceWords,
  computer: string,
): Found<HardwareProfile> & Pick<Machine, 'memoryGiB'> {
  const holding = (catalogue.hardware.derived(devicesByCore).get(device.core) ?? []).filter((profile) => {
    const { machines, memory } = profile.facts;
    // Of a chip whose computers are not recorded, any may be meant.
    if (machines === undefined) return memory.sharedWithCpu === true;
    const machine = machines.find(({ name }) => machineKey(name) === machineKey(computer));
    const sizes = machine?.memoryOptionsGiB ?? memory.optionsGiB;
    return machine !== undefined && (device.memoryGB === null || sizes?.includes(device.memoryGB) === true);
  });
  const found = byDevice(holding, device);
  return { ...found, memoryGiB: 'profile' in found ? device.memoryGB : null };
}

/** A machine of a cloud, or a computer, by the name it is sold under. */
function machineNamed(catalogue: Catalogue, typed: string, times = 1): (Found<HardwareProfile> & Machine) | null {
  const key = machineKey(typed);
  const sized = /^(.+?)[\s,(]+(\d+)\s*gi?b\)?$/i.exec(typed);
  const size = Number(sized?.[2]);
  const holds = catalogue.hardware.derived(devicesByMachine);
  const [computer] = holds.get(machineKey(sized?.[1] ?? '')) ?? [];
  const options = computer?.facts.machines?.find(({ name }) => machineKey(name) === machineKey(sized?.[1] ?? ''));
  if (computer !== undefined && options?.memoryOptionsGiB?.includes(size) === true) {
    return { profile: computer, devices: null, memoryGiB: size };
  }
  const [known, ...rivals] = holds.get(key) ?? [];
  if (known !== undefined && rivals.length === 0) {
    const machine = known.facts.machines?.find(({ name }) => machineKey(name) === key);
    // A computer is no count of devices; a cloud's machine with one of them is.
    const isComputer = machine?.memoryOptionsGiB !== undefined;
    return {
      profile: known,
      devices: isComputer && times === 1 ? null : (machine?.devices ?? 1) * times,
      memoryGiB: null,
    };
  }
  const offers = catalogue.offer.derived(offersByMachine).get(key) ?? [];
  const prices = offers.flatMap(({ engine }) => (engine.basis === 'hardware-hour' ? [engine] : []));
  const [id, ...other] = new Set(prices.map(({ hardware }) => hardware));
  if (id === undefined || other.length > 0) return null;
  const profile = catalogue.hardware.find(id);
  if (profile === null) return null;
  // Some clouds price one device of a machine whose name says how many it has.
  const counts = prices.map(({ devices }) => devices);
  const devices = (countInName(typed) ?? Math.max(...counts)) * times;
  return { profile, devices, memoryGiB: null };
}

/** BM.GPU.H100.8, gpu_8x_h100. */
function countInName(name: string): number | null {
  const count = /^(?:bm|vm)\.gpu[\w.-]*\.(\d+)$/i.exec(name)?.[1] ?? /^gpu_(\d+)x_/i.exec(name)?.[1];
  return count === undefined ? null : Number(count);
}
