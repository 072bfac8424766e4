import { buildYears } from '../engine/builds.ts';
import type { Architecture } from '../engine/model/architecture.ts';
import type { Ownership } from '../engine/money/ownedCost.ts';
import type { Parallelism, Scheduling } from '../engine/shapes.ts';
import type { HardwareProfile, ModelProfile } from '../registry/catalogue/profiles.ts';
import type { ScenarioFacts } from '../registry/kinds/scenario.ts';
import { InvalidQuestionError } from './errors.ts';
import { isInRange, type NumberRange, rangeText } from './numberRange.ts';

/** A question: profiles by id or alias; what is left out, absent or null, has a default. */
export interface Question {
  model: string;
  /** Needed on own hardware, ignored (and said so) behind an API. */
  hardware?: string | null | undefined;
  /** The cloud's machine that `hardware` was named by, as a key of its offers: its own price is meant. */
  machine?: string | null | undefined;
  /** Generated per sequence. */
  outputTokens: number;
  /** Sequences in flight. */
  batch: number;
  /** Read before the first token is generated, per sequence. */
  promptTokens: number;
  /** On own hardware or behind an API. Default: API for a model without a published architecture. */
  mode?: 'local' | 'api' | null | undefined;
  runtime?: string | null | undefined;
  /** Year of the runtime's build. */
  runtimeYear?: number | null | undefined;
  /** Of the build, as the runtime prints it. */
  runtimeVersion?: string | null | undefined;
  /** What the runtime computes with on the device: vulkan, rocm, cpu. */
  backend?: string | null | undefined;
  /** Fused attention kernels, where the runtime has a switch for them. */
  flashAttention?: boolean | null | undefined;
  /** Prompt tokens read in one step at most (llama.cpp: ubatch). */
  microBatch?: number | null | undefined;
  /** Of a CPU, on each device. */
  threads?: number | null | undefined;
  /** Format of the weights. */
  weights?: string | null | undefined;
  /** Format of the KV cache. */
  kvCache?: string | null | undefined;
  devices?: number | null | undefined;
  /** Memory of one device, among the sizes it is sold with. */
  memoryGiB?: number | null | undefined;
  /** What a process may take of it. */
  usableGiB?: number | null | undefined;
  parallelism?: { readonly [Axis in keyof Parallelism]?: number | null | undefined } | null | undefined;
  /** Already in each sequence's cache before the prompt. */
  contextTokens?: number | null | undefined;
  scheduling?: Scheduling | null | undefined;
  /** Id of the price to use. */
  offer?: string | null | undefined;
  /** Your own price of all devices together. */
  usdPerHour?: number | null | undefined;
  /** For what owning the devices comes to. */
  owned?: (Ownership & { usdPerDevice?: number | null | undefined }) | null | undefined;
  /** Which of its values nobody gave: the documented example's stand there, and the answer says so. */
  defaulted?: readonly DefaultedField[];
}

/** Fields of a question that have a value of their own when left out. */
export const defaultedFields = ['model', 'hardware', 'outputTokens', 'batch', 'promptTokens'] as const;
export type DefaultedField = (typeof defaultedFields)[number];

/** A question about hardware, what it names looked up. */
export interface Asked {
  question: Question;
  model: ModelProfile;
  architecture: Architecture;
  hardware: HardwareProfile;
}

const whole = (minimum: number, maximum: number): NumberRange => ({ minimum, maximum, whole: true });

/** What the numbers of a question may be. */
export const questionRanges = {
  outputTokens: whole(1, 1e9),
  batch: whole(1, 1e6),
  promptTokens: whole(0, 1e9),
  runtimeYear: { ...buildYears, whole: true, isYear: true },
  devices: whole(1, 4096),
  memoryGiB: { minimum: 0, aboveMinimum: true, maximum: 8192, whole: false },
  usableGiB: { minimum: 0, aboveMinimum: true, maximum: 8192, whole: false },
  contextTokens: whole(0, 1e9),
  microBatch: whole(1, 1e6),
  threads: whole(1, 4096),
  usdPerHour: { minimum: 0, aboveMinimum: true, maximum: 1e6, whole: false },
} satisfies { [Field in keyof Question]?: NumberRange };

/** The same of each axis of its parallelism. */
export const parallelismRanges = {
  tensor: whole(1, 4096),
  pipeline: whole(1, 4096),
  expert: whole(1, 4096),
  data: whole(1, 4096),
} satisfies { [Axis in keyof Parallelism]: NumberRange };

/** The same of what an owner states. */
export const ownedRanges = {
  years: { minimum: 0, aboveMinimum: true, maximum: 30, whole: false },
  usdPerKilowattHour: { minimum: 0, maximum: 10, whole: false },
  usdPerDevice: { minimum: 0, aboveMinimum: true, maximum: 1e7, whole: false },
} satisfies { [Field in keyof NonNullable<Question['owned']>]-?: NumberRange };

/** @throws InvalidQuestionError the first number outside its range */
export function checkRanges(question: Question): void {
  requireAllInRange(question, questionRanges, '');
  if (question.parallelism) requireAllInRange(question.parallelism, parallelismRanges, 'parallelism.');
  if (question.owned) requireAllInRange(question.owned, ownedRanges, 'owned.');
}

function requireAllInRange<Field extends string>(
  values: { readonly [Name in NoInfer<Field>]?: number | null | undefined },
  ranges: Readonly<Record<Field, NumberRange>>,
  within: string,
): void {
  for (const field in ranges) {
    const value = values[field];
    const range = ranges[field];
    if (isInRange(value, range)) continue;
    const { minimum, maximum } = range;
    throw new InvalidQuestionError(within + field, value, `must be ${rangeText(range)}`, { minimum, maximum });
  }
}

/** The question a scenario stands for. */
export function scenarioQuestion(scenario: ScenarioFacts): Question {
  const { model, hardware, deployment: mode, outputTokens, batch, promptTokens } = scenario;
  const { devices, runtime, weights, contextTokens, scheduling } = scenario;
  return {
    ...{ model, hardware, mode, outputTokens, batch, promptTokens },
    ...{ devices, runtime, weights, contextTokens, scheduling },
  };
}
