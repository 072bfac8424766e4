import { cpuSideOf } from '../engine/cpuSide.ts';
import { remembered } from '../engine/remembered.ts';
import { backendOn, vendorKey, withBackend } from '../engine/rows.ts';
import type { Deployment } from '../engine/shapes.ts';
import type { HardwareProfile, RuntimeProfile } from '../registry/catalogue/profiles.ts';
import { withEngine } from './defaults/sizedHardware.ts';
import { InvalidQuestionError } from './errors.ts';
import type { Question } from './question.ts';

// What people set on the command line of a runtime. Each setting reaches the engine as the same setting of a
// measurement does (`measuredDeployment`), so that what was fitted to one answers the other.

const CPU = 'cpu';

/**
 * The device that computes: of a chip described by its GPU the CPU cores, where those are asked for.
 *
 * @throws InvalidQuestionError the profile says nothing about them
 */
export function computingDevice({ backend, usableGiB }: Question, profile: HardwareProfile): HardwareProfile {
  if (backend == null || named(backend) !== CPU || profile.engine.kind === CPU) return profile;
  const side = onItsCores(profile);
  if (side === null) {
    const reason =
      `must be one of its GPU: nothing is known of CPU cores of ${profile.name}; ` +
      'the processor beside a card is a device of its own, to be named as hardware';
    throw new InvalidQuestionError('backend', backend, reason);
  }
  const { usableMemoryBytes } = profile.engine;
  return usableGiB == null ? side : withEngine(side, { ...side.engine, usableMemoryBytes });
}

/** One object for one profile, so that what is remembered of a device is found again. */
const onItsCores = remembered((profile: HardwareProfile): HardwareProfile | null => {
  const side = cpuSideOf(profile.engine);
  return side && withEngine(profile, side);
});

/** A deployment as it is set up, from one that leaves everything to the runtime. */
export function withRunOptions(
  question: Question,
  profiles: { runtime: RuntimeProfile; hardware: HardwareProfile },
  deployment: Deployment,
): Deployment {
  return withAskedBackend(question, profiles, deployment);
}

function withAskedBackend(
  { backend }: Question,
  { runtime, hardware }: { runtime: RuntimeProfile; hardware: HardwareProfile },
  deployment: Deployment,
): Deployment {
  if (backend == null) return deployment;
  const allowed = backendsOn(runtime, hardware);
  if (!allowed.includes(named(backend))) {
    const reason =
      allowed.length === 0
        ? `must be left out: ${runtime.name} has no choice of backends on ${hardware.name}`
        : `must be one that ${runtime.name} has on ${hardware.name}: ${allowed.join(', ')}`;
    throw new InvalidQuestionError('backend', backend, reason, allowed);
  }
  return { ...deployment, runtime: withBackend(deployment.runtime, hardware.engine, named(backend)) };
}

/** The runtime's own on the device first. */
function backendsOn({ engine, facts }: RuntimeProfile, { engine: hardware }: HardwareProfile): string[] {
  const own = backendOn(engine, hardware);
  const others = facts.execution.otherBackends?.[vendorKey(hardware)] ?? [];
  const cores = engine.backends.CPU !== undefined && cpuSideOf(hardware) !== null ? [CPU] : [];
  return [...new Set([...(own === undefined ? [] : [own]), ...others, ...cores])];
}

/** As profiles write it: Vulkan, ROCm and CPU in small letters. */
function named(backend: string): string {
  return backend.trim().toLowerCase();
}
