import type { Assumption } from '../engine/answer.ts';
import { usesFlashAttention } from '../engine/builds.ts';
import { cpuSideOf, onThreads } from '../engine/cpuSide.ts';
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

/** What a question is about, and where its assumptions go. */
interface Asked {
  question: Question;
  runtime: RuntimeProfile;
  hardware: HardwareProfile;
  assumptions: Assumption[];
}

/**
 * A deployment as it is set up, from one that leaves everything to the runtime. What is known to have no effect there, and
 * what nothing was measured of, is an assumption.
 *
 * @throws InvalidQuestionError a setting that the runtime does not have on the device
 */
export function withRunOptions(asked: Asked, deployment: Deployment): Deployment {
  const settings = [withAskedBackend, withAskedAttention, withAskedMicroBatch, withAskedThreads];
  return settings.reduce((set, setting) => setting(asked, set), deployment);
}

function withAskedBackend({ question: { backend }, runtime, hardware }: Asked, deployment: Deployment): Deployment {
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

function withAskedAttention({ question, runtime, assumptions }: Asked, deployment: Deployment): Deployment {
  const { flashAttention } = question;
  if (flashAttention == null) return deployment;
  const usual = usesFlashAttention(deployment);
  if (flashAttention !== usual && runtime.facts.execution.flashAttentionSwitch === undefined) {
    const reason = `must be ${usual} or left out: ${runtime.name} of ${deployment.runtimeYear} has no switch for it`;
    throw new InvalidQuestionError('flashAttention', flashAttention, reason, [String(usual)]);
  }
  if (runtime.engine.estimator === 'local') return { ...deployment, flashAttention };
  if (flashAttention !== usual) {
    const text = `No measurement tells ${runtime.name} with flash attention ${word(flashAttention)} from ${word(usual)}: the answer is for ${word(usual)}.`;
    assumptions.push({ code: 'FLASH_ATTENTION_NO_EFFECT', text });
  }
  return deployment;
}

const word = (isOn: boolean) => (isOn ? 'on' : 'off');

function withAskedMicroBatch({ question: { microBatch }, runtime }: Asked, deployment: Deployment): Deployment {
  if (microBatch == null) return deployment;
  if (deployment.runtime.prefillChunkTokens === null) {
    const reason = `must be left out: ${runtime.name} reads a whole prompt in one step`;
    throw new InvalidQuestionError('microBatch', microBatch, reason, []);
  }
  return { ...deployment, runtime: { ...deployment.runtime, prefillChunkTokens: microBatch } };
}

function withAskedThreads({ question, runtime, hardware, assumptions }: Asked, deployment: Deployment): Deployment {
  const { threads } = question;
  if (threads == null) return deployment;
  const note = (text: string) => assumptions.push({ code: 'THREADS_NO_EFFECT', text });
  const { cpu, kind } = hardware.engine;
  if (kind !== CPU || cpu === null) {
    if (runtime.engine.backends.CPU === undefined) {
      const reason = `must be left out: ${runtime.name} on ${hardware.name} computes with no CPU threads`;
      throw new InvalidQuestionError('threads', threads, reason, []);
    }
    note(`All layers run on ${hardware.name}: no effect of CPU threads is known there.`);
    return deployment;
  }
  if (runtime.engine.estimator !== 'local') {
    note(`No measurement of ${runtime.name} on few threads is known: the answer is for all ${cpu.cores} cores.`);
    return deployment;
  }
  if (threads > cpu.cores) {
    note(`More threads than the ${cpu.cores} cores of ${hardware.name} are taken to gain nothing.`);
  }
  return { ...deployment, threads, hardware: onThreads(deployment.hardware, threads) };
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
