import type { Assumption } from '../../engine/answer.ts';
import { readableCount, readableGib } from '../../engine/readable.ts';
import { remembered } from '../../engine/remembered.ts';
import type { Hardware } from '../../engine/shapes.ts';
import type { HardwareProfile } from '../../registry/catalogue/profiles.ts';
import { gpuShareOf, memoryOptionsGiB } from '../../registry/kinds/hardware/gpuShare.ts';
import { hardwareWithMemory } from '../../registry/kinds/hardware/hardware.ts';
import { InvalidQuestionError } from '../errors.ts';
import type { Question } from '../question.ts';

/**
 * The device with the memory asked for: of the sizes it is sold with the one named, else the largest; of that, what the
 * question says may be used, else what the system lets a process take.
 *
 * Throws InvalidQuestionError for a size it is not sold with, or more usable memory than there is.
 */
export function sizedHardware(
  { memoryGiB, usableGiB }: Pick<Question, 'memoryGiB' | 'usableGiB'>,
  profile: HardwareProfile,
): HardwareProfile {
  if (memoryGiB == null && usableGiB == null) return profile;
  const options = memoryOptionsGiB(profile.facts);
  if (memoryGiB != null && !options.includes(memoryGiB)) {
    const allowed = options.map(String);
    throw new InvalidQuestionError(
      'memoryGiB',
      memoryGiB,
      `must be a size that ${profile.name} is sold with (${allowed.join(', ')})`,
      allowed,
    );
  }
  const size = memoryGiB ?? profile.engine.memoryBytes / gibibyte;
  if (usableGiB != null && usableGiB > size) {
    throw new InvalidQuestionError('usableGiB', usableGiB, `must be at most the memory, ${size} GiB`);
  }
  const sizes = sizesOf(profile);
  const key = `${size} ${usableGiB ?? ''}`;
  const known =
    sizes.get(key) ?? withEngine(profile, hardwareWithMemory(profile.engine, profile.facts, size, usableGiB));
  // A client can ask for any usable memory: only so many are kept.
  if (sizes.size < 16) sizes.set(key, known);
  return known;
}

/** Facts of a stored profile are read when they are asked for, so a copy has to ask. */
export function withEngine(profile: HardwareProfile, engine: Hardware): HardwareProfile {
  const { facts } = profile;
  return { ...profile, facts, engine };
}

/** The same device for the same question, so that what is remembered of a device is found again. */
const sizesOf = remembered((_profile: HardwareProfile) => new Map<string, HardwareProfile>());

/** Which size was taken where none was named, and how much of shared memory the system lets the GPU take. */
export function memoryAssumptions(
  { memoryGiB, usableGiB }: Question,
  { engine, facts, name }: HardwareProfile,
): Assumption[] {
  const lines: Assumption[] = [];
  const options = memoryOptionsGiB(facts);
  if (memoryGiB == null && options.length > 1) {
    const sizes = options.map(readableCount).join(', ');
    const text = `${name} with ${readableGib(engine.memoryBytes)} GiB of memory, the largest it is sold with (${sizes}).`;
    lines.push({ code: 'DEFAULT_MEMORY', text });
  }
  if (facts.kind === 'cpu' && usableGiB == null && options.length <= 1) {
    const text = `${name} with ${readableGib(engine.memoryBytes)} GiB of memory in all its channels, the most it takes (options.usableGiB says what yours has).`;
    lines.push({ code: 'DEFAULT_MEMORY', text });
  }
  // The system's limit is one for GPUs: the cores of the same chip may take all.
  const share = engine.kind === 'cpu' ? null : gpuShareOf(facts, engine.memoryBytes / gibibyte);
  if (usableGiB == null && share !== null) {
    const [usable, all] = [engine.usableMemoryBytes, engine.memoryBytes].map(readableGib);
    const text = `${share.system} lets the GPU take ${usable} of ${all} GiB of shared memory, unless ${share.setting} (options.usableGiB).`;
    lines.push({ code: 'SHARED_MEMORY', text });
  }
  return lines;
}

const gibibyte = 2 ** 30;
