import type {
  Assumption,
  Bottleneck,
  CoefficientUse,
  EngineStep,
  LatencyEstimate,
  MemoryEstimate,
  Phase,
  Roofline,
  Saturation,
  ThroughputEstimate,
} from '../engine/answer.ts';
import type { OwnMeasurementFactors } from '../engine/evidence/ownMeasurements.ts';
import type { ErrorScope, EvidenceMethod } from '../engine/evidence/uncertainty.ts';
import type { Interval } from '../engine/hosted.ts';
import type { CostEstimate } from '../engine/money/cost.ts';
import type { EnergyEstimate } from '../engine/money/energy.ts';
import type { Workload } from '../engine/shapes.ts';
import type { HostedLatencyProfile, MeasurementProfile, ModelProfile } from '../registry/catalogue/profiles.ts';
import type { Rest } from './evidence/rests.ts';
import type { ResolvedDeployment } from './resolve.ts';

/** What a question is answered with, in SI units. Parts that cost time beyond the estimate itself are functions. */
export interface Answer {
  catalogueRevision: number;
  model: ModelProfile;
  deployment: ResolvedDeployment | HostedDeployment;
  workload: Workload;
  /** Null, as its intervals and the throughput are, for an API that nobody is known to have measured. */
  latency: LatencyEstimate | null;
  arrivals: Arrivals;
  intervals(): Intervals | null;
  throughput: ThroughputEstimate | null;
  /** Null, as the next three are, for an API. */
  memory: MemoryEstimate | null;
  /** Null also where not even one sequence fits. */
  saturation: Saturation | null;
  bottleneck: Bottleneck | null;
  steps: Readonly<Record<Phase, EngineStep>> | null;
  /** Null where all sequences run at once or not even one fits, and for an API. */
  queue: Queue | null;
  /** Null for an API, and where an estimator of a pack does not tell. */
  roofline: Roofline | null;
  warnings: readonly string[];
  assumptions(): readonly Assumption[];
  /** Null where no price is known. */
  cost(): CostEstimate | null;
  /** Null for an API, and where the device's power is not known. */
  energy(): EnergyEstimate | null;
  basis(): Basis;
  /** Empty when it fits. */
  suggestions(): readonly Suggestion[];
}

/** An answer whose latency is known. */
export interface TimedAnswer extends Answer {
  latency: LatencyEstimate;
  throughput: ThroughputEstimate;
  intervals(): Intervals;
}

export function isTimed(answer: Answer): answer is TimedAnswer {
  return answer.latency !== null;
}

/** A batch of which not all run at once. */
export interface Queue {
  atOnce: number;
  waiting: number;
}

/** A model behind a provider's API. */
export interface HostedDeployment {
  mode: 'api';
  /** Whose measured latency answers, else whose price; null where neither is known. */
  provider: string | null;
}

/** How requests reach the engine: what a time to first token assumes. */
export type Arrivals = 'alone' | 'together' | 'closed-loop' | 'provider';

/** 80 % intervals, in SI units. */
export interface Intervals {
  timeToFirstTokenSeconds: Interval;
  timePerOutputTokenSeconds: Interval;
  endToEndSeconds: Interval;
  outputTokensPerSecond: Interval;
  /** Null where there is no saturation. */
  saturatedTokensPerSecond: Interval | null;
  /** Null for an API. */
  totalMemoryBytes: Interval | null;
}

/** How much an answer can be trusted, and why. */
export interface Basis {
  /** `prices`: no latency is known, only what it costs. */
  method: EvidenceMethod | 'prices';
  evidence: string;
  /** Looked for when it is asked. */
  nearestMeasurement(): NearestMeasurement | null;
  /** Null where none moved the answer. */
  ownMeasurements: AppliedMeasurements | null;
  expectedErrorPercent: number | null;
  /** What carries the answer, in plain words. */
  rests(): readonly Rest[];
  /** Whose machine the intervals of the phase asked about are for; null behind an API. */
  intervalScope: ErrorScope | null;
  coefficients: readonly CoefficientUse[];
  hostedMeasurements: readonly HostedLatencyProfile[];
}

/** The closest published point, and what is different there; empty when nothing is. */
export interface NearestMeasurement {
  measurement: MeasurementProfile;
  differs: readonly string[];
}

/** Your own measurements, and how far they moved an answer. */
export interface AppliedMeasurements extends OwnMeasurementFactors {
  measurements: readonly MeasurementProfile[];
}

/** Changes that make the deployment fit with room to spare, verified by estimating them. */
export interface Suggestion {
  text: string;
  /** Fields of the question to change, the one it is about first, and their new values; null = leave it out. */
  changes: readonly { field: string; value: string | null }[];
  /** What else becomes another, in sentences. */
  alsoChanges: readonly string[];
  /** The answer to the changed question. */
  estimate(): Answer;
}
