import { weightBytes } from '../../engine/model/weights.ts';
import { remembered } from '../../engine/remembered.ts';
import { arithmeticOn } from '../../engine/roofline.ts';
import type { WeightFormat } from '../../engine/shapes.ts';
import type { HardwareProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { preferenceFor, RARE_PREFERENCE } from '../../registry/kinds/runtime.ts';
import { headroomBytes } from '../judgement/headroom.ts';
import { hourOffersOfHardware, purchaseOffersOfHardware } from '../prices.ts';
import { bitsOf, NARROWER } from '../requirements/usualFormats.ts';
import type { Search } from './trial.ts';

/** Whether the weights alone, spread evenly, would leave headroom: what this excludes need not be estimated. */
export function mayHold(
  { deployment: { engine } }: Search,
  format: WeightFormat,
  devices: number,
  { engine: { usableMemoryBytes } }: HardwareProfile,
): boolean {
  const perDevice = weightBytes(engine.model.architecture, format).total / devices;
  return perDevice + headroomBytes(usableMemoryBytes) <= usableMemoryBytes;
}

/** What people reach for when a model is too big, widest first; other formats are tried after these. */
const usualFormats = [
  ...['fp8-e4m3-per-tensor', 'int8-w8a8', 'gguf-q8_0', 'mlx-8bit-g64', 'gguf-q6_k', 'gguf-q5_k_m', 'gguf-q4_k_m'],
  ...['mlx-4bit-g64', 'awq-int4-g128', 'gptq-int4-g128-sym', 'gguf-q3_k_m', 'gguf-q2_k'],
];

/** Below so many bits a weight, answers get visibly worse: a last resort (llama.cpp, tools/quantize/README.md). */
const FEWEST_GOOD_BITS = 4;

/** Narrower formats of at least four bits that the device calculates with as they are meant to be. */
export function narrowerFormats(search: Search): WeightFormatProfile[] {
  return allNarrower(search).filter((format) => bitsOf(format) >= FEWEST_GOOD_BITS);
}

/** The same of fewer bits. */
export function coarseFormats(search: Search): WeightFormatProfile[] {
  return allNarrower(search).filter((format) => bitsOf(format) < FEWEST_GOOD_BITS);
}

/**
 * The usual ones, then the rest. Only those of the present runtime where somebody named it, and on servers, CPUs and shared
 * memory, whose runtimes nobody leaves for a format.
 */
const allNarrower = remembered((search: Search): readonly WeightFormatProfile[] => {
  const { question, deployment, catalogue } = search;
  const { weights, hardware, runtime } = deployment;
  const current = bitsOf(weights);
  const keepsRuntime = question.runtime != null || hardware.engine.memoryClass !== 'gddr';
  const isOfOther = ({ engine }: WeightFormatProfile) =>
    keepsRuntime && (preferenceFor(runtime.facts, hardware.engine, engine.efficiencyClass) ?? 0) <= RARE_PREFERENCE;
  const place = ({ id }: WeightFormatProfile) => {
    const usual = usualFormats.indexOf(id);
    return usual === -1 ? usualFormats.length : usual;
  };
  return catalogue.weightFormat
    .all()
    .filter(
      (format) => bitsOf(format) < NARROWER * current && arithmeticOn(hardware.engine, format.engine)?.native === true,
    )
    .filter((format) => !isOfOther(format))
    .toSorted((one, other) => place(one) - place(other) || bitsOf(other) - bitsOf(one));
});

/** The usual ones among them. */
export function isUsual({ id }: WeightFormatProfile): boolean {
  return usualFormats.includes(id);
}

/** Powers of two divide the attention heads of nearly every model. */
const deviceCounts = [2, 4, 8, 16, 32, 64];

/** Cards in the slots of one computer: more than eight are a cluster, which cards without stacked memory seldom are. */
export const CARDS_PER_HOST = 8;
const SOCKETS_PER_HOST = 2;
/** Memory channels of processors for servers, which come in pairs; those for desktops have two or four. */
const SERVER_CHANNELS = 8;

/** The same, more than are asked about. */
export function largerCounts({ deployment: { hardware, engine } }: Search): number[] {
  return countsOf(hardware).filter((count) => count > engine.devices);
}

/** How many of a device people put together. */
export function countsOf(hardware: HardwareProfile): number[] {
  const { kind, memoryClass, link, unifiedMemory } = hardware.engine;
  let most = Number.POSITIVE_INFINITY;
  // A computer of its own grows only where it has a link to others, and a laptop does not.
  if (unifiedMemory) most = link?.domainDevices ?? 1;
  else if (isLaptop(hardware)) most = 1;
  else if (kind === 'cpu') most = (hardware.facts.cpu?.memoryChannels ?? 0) < SERVER_CHANNELS ? 1 : SOCKETS_PER_HOST;
  else if (memoryClass === 'gddr') most = CARDS_PER_HOST;
  return deviceCounts.filter((count) => count <= most);
}

/** What fewer than these ask a price for is hardly for sale. */
const OFFERS_OF_USUAL = 3;

/** Years by which a device may be older than the one it takes the place of. */
const OLDER_YEARS = 3;

/**
 * What somebody with this device could move to, the smallest that is widely sold first: of the same sort and maker, for
 * sale or for rent, known well, not made for a laptop and not of a much older generation.
 */
export const largerDevices = remembered(
  ({ deployment: { hardware }, catalogue }: Search): readonly HardwareProfile[] => {
    const { kind, vendor, usableMemoryBytes } = hardware.engine;
    const oldest = yearOf(hardware) - OLDER_YEARS;
    const larger = catalogue.hardware.all().filter((other) => {
      const { engine } = other;
      const isSame = engine.kind === kind && engine.vendor === vendor && engine.usableMemoryBytes > usableMemoryBytes;
      return isSame && other.id !== hardware.id && isOrdinary(other) && yearOf(other) >= oldest;
    });
    return larger
      .map((device) => ({
        device,
        offers:
          hourOffersOfHardware(catalogue, device.id).length + purchaseOffersOfHardware(catalogue, device.id).length,
      }))
      .filter(({ offers }) => offers > 0)
      .toSorted(
        (one, other) =>
          Number(one.offers < OFFERS_OF_USUAL) - Number(other.offers < OFFERS_OF_USUAL) ||
          one.device.engine.usableMemoryBytes - other.device.engine.usableMemoryBytes ||
          other.offers - one.offers ||
          yearOf(other.device) - yearOf(one.device),
      )
      .map(({ device }) => device);
  },
);

/** Known well, and no part of a laptop: what one would buy or rent for a model. */
export function isOrdinary(hardware: HardwareProfile): boolean {
  return hardware.facts.confidence !== 'low' && !isLaptop(hardware);
}

function isLaptop({ facts }: HardwareProfile): boolean {
  return facts.formFactor === 'mobile';
}

/** Of the announcement; a device without one is taken for a new one. */
function yearOf({ facts }: HardwareProfile): number {
  return facts.released === undefined ? Number.POSITIVE_INFINITY : Number(facts.released.slice(0, 4));
}
