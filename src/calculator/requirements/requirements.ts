import type { Coefficients } from '../../engine/coefficients.ts';
import { cachedBytesOfSequence, stateBytesPerSequence } from '../../engine/model/kvCache.ts';
import { weightBytes } from '../../engine/model/weights.ts';
import type { Catalogue } from '../../registry/catalogue/catalogue.ts';
import type { HardwareProfile, ModelProfile, WeightFormatProfile } from '../../registry/catalogue/profiles.ts';
import { hasHeadroom, headroomBytes } from '../judgement/headroom.ts';
import { CARDS_PER_HOST } from '../suggestions/candidates.ts';
import { type FittingAnswer, type Load, loadQuestion, tried } from './trial.ts';
import { isUsualCount, usualCounts, usualDevices } from './usualDevices.ts';
import { usualFormats } from './usualFormats.ts';
import { isUsualThere } from './usualRuntime.ts';

/** What a model needs in one format, whatever it runs on. */
export interface FormatRequirement extends Load {
  model: ModelProfile;
  format: WeightFormatProfile;
  weightBytes: number;
  kvCacheBytes: number;
  stateBytes: number;
  totalBytes: number;
}

/** Tokens of a sequence when nobody says: what most people's chats and documents stay under. */
const usualContextTokens = 8192;

/** Elements of the cache that memory is counted with: 16 bits, what nearly every runtime starts with. */
const cacheBytesPerElement = 2;

/** The tokens asked for; left out, 8,192 or what the model can at most. */
export function requiredContext({ facts }: ModelProfile, contextTokens: number | null | undefined): number {
  return contextTokens ?? Math.min(usualContextTokens, facts.contextTokens ?? usualContextTokens);
}

/** What a model needs in each usual format, the widest first. Empty for a model without a published architecture. */
export function requirementsOf(model: ModelProfile, load: Load, catalogue: Catalogue): FormatRequirement[] {
  const formats = usualFormats(catalogue, model).flatMap((format) => requirementIn(model, format, load) ?? []);
  // Which of two is smaller hangs on what a format leaves wide: the published one stays in front of its equals.
  return formats.toSorted((one, other) => other.weightBytes - one.weightBytes);
}

function requirementIn(model: ModelProfile, format: WeightFormatProfile, load: Load): FormatRequirement | null {
  const { architecture } = model.engine;
  if (architecture === null) return null;
  const cachedBytes = cachedBytesOfSequence(architecture, load.contextTokens, cacheBytesPerElement, { windowed: true });
  const parts = {
    weightBytes: weightBytes(architecture, format.engine).total,
    kvCacheBytes: load.batch * cachedBytes,
    stateBytes: load.batch * stateBytesPerSequence(architecture),
  };
  return { ...load, model, format, ...parts, totalBytes: parts.weightBytes + parts.kvCacheBytes + parts.stateBytes };
}

/** Sizes of one maker's devices that are tried for one count. */
const sizesTried = 3;

/**
 * The smallest usual devices that hold it and leave headroom: of each maker's devices of a sort, for one, two, four and
 * eight of them. Every one is estimated with the runtime people use there. The least memory in all comes first, and
 * processors last: they are slow.
 */
export function smallestDevices(
  required: FormatRequirement,
  catalogue: Catalogue,
  coefficients: Coefficients,
  where: (hardware: HardwareProfile) => boolean = () => true,
): FittingAnswer[] {
  const attempt = (hardware: HardwareProfile, devices: number) =>
    tried(loadQuestion(required, hardware.id, devices, required.format.id), catalogue, coefficients);
  const found = usualDevices(catalogue).flatMap((smallestFirst) => {
    const devices = smallestFirst.filter(where);
    const usual = smallerEach(
      usualCounts.flatMap((count) => smallestOf(devices, count, required.totalBytes, attempt) ?? []),
    );
    if (usual.length > 0) return usual;
    return smallestOf(devices, 2 * CARDS_PER_HOST, required.totalBytes, attempt) ?? [];
  });
  return found.toSorted((one, other) => slowness(one) - slowness(other) || totalMemory(one) - totalMemory(other));
}

/** More devices are worth saying only where they are smaller ones. */
function smallerEach(fewestFirst: readonly FittingAnswer[]): FittingAnswer[] {
  let least = Number.POSITIVE_INFINITY;
  return fewestFirst.filter(({ deployment: { hardware } }) => {
    const { memoryBytes } = hardware.engine;
    if (memoryBytes >= least) return false;
    least = memoryBytes;
    return true;
  });
}

function slowness({ deployment: { hardware } }: FittingAnswer): number {
  return Number(hardware.engine.kind === 'cpu');
}

function totalMemory({ deployment: { hardware, engine } }: FittingAnswer): number {
  return engine.devices * hardware.engine.memoryBytes;
}

/** Cards smaller than this are hardly ever put together, in bytes. */
const leastSharedBytes = 16 * 2 ** 30;

function smallestOf(
  smallestFirst: readonly HardwareProfile[],
  count: number,
  totalBytes: number,
  attempt: (hardware: HardwareProfile, devices: number) => FittingAnswer | null,
): FittingAnswer | null {
  const least = count === 1 ? 0 : leastSharedBytes;
  const large = smallestFirst.filter((hardware) => {
    const { memoryBytes, usableMemoryBytes } = hardware.engine;
    if (memoryBytes < least || !isUsualCount(hardware, count)) return false;
    return totalBytes / count + headroomBytes(usableMemoryBytes) <= usableMemoryBytes;
  });
  let tries = 0;
  let failedBytes = 0;
  for (const hardware of large) {
    // What one does not hold, another of that size does not either.
    if (hardware.engine.memoryBytes <= failedBytes) continue;
    if (tries === sizesTried) return null;
    tries += 1;
    const answer = attempt(hardware, count);
    if (answer !== null && isAdvisable(answer)) return answer;
    if (answer !== null && !hasHeadroom(answer.memory)) failedBytes = hardware.engine.memoryBytes;
  }
  return null;
}

function isAdvisable({ memory, deployment: { runtime, hardware, weights } }: FittingAnswer): boolean {
  return isUsualThere(runtime, hardware.engine, weights.engine.efficiencyClass) && hasHeadroom(memory);
}

/** The widest usual format in which a model fits on so many devices and leaves headroom; null where none does. */
export function widestFitting(
  model: ModelProfile,
  hardware: HardwareProfile,
  load: Load & { devices: number },
  catalogue: Catalogue,
  coefficients: Coefficients,
): FittingAnswer | null {
  const { usableMemoryBytes } = hardware.engine;
  const roomBytes = load.devices * (usableMemoryBytes - headroomBytes(usableMemoryBytes));
  for (const required of requirementsOf(model, load, catalogue)) {
    if (required.totalBytes > roomBytes) continue;
    const question = loadQuestion(required, hardware.id, load.devices, required.format.id);
    const answer = tried(question, catalogue, coefficients);
    if (answer !== null && isAdvisable(answer)) return answer;
  }
  return null;
}
