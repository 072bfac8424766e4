// What the engine answers, in SI base units.

import type { NumberFormat } from './model/numberFormat.ts';

export type Bottleneck = 'compute' | 'memory-bandwidth' | 'interconnect' | 'overhead' | 'memory-capacity';
export type Phase = 'prefill' | 'decode';

/** One operator of one engine step, over all layers, on one device. */
export interface Operation {
  name: string;
  seconds: number;
  flops: number;
  bytes: number;
  bound: Bottleneck;
}

export interface EngineStep {
  seconds: number;
  operations: readonly Operation[];
}

export interface MemoryParts {
  weightBytes: number;
  kvCacheBytes: number;
  stateBytes: number;
  activationBytes: number;
  overheadBytes: number;
}

/** What the sequences that run at once need; those beyond wait and need nothing. */
export interface MemoryEstimate extends MemoryParts {
  fits: boolean;
  /** Needed over all devices: the sum of the five parts. */
  totalBytes: number;
  perDeviceBytes: number;
  /** What that is made of. Left out by an estimator of a pack that does not tell. */
  perDeviceParts?: MemoryParts | undefined;
  usablePerDeviceBytes: number;
  /** What the device's monitor shows: more than needed for runtimes that reserve up front. */
  reservedPerDeviceBytes: number;
  /** Added by one token of one sequence over all devices' layers, replication over ranks excluded. */
  kvCacheBytesPerToken: number;
  /** Most sequences of this workload's length that memory holds at once; 0 when not even one fits. */
  maximumBatch: number;
  /** Longest sequence (context + prompt + output) that fits with as many at once as now. */
  maximumContextTokens: number;
}

/** endToEnd = timeToFirstToken + (output − 1) × timePerOutputToken = base + perToken × output. */
export interface LatencyEstimate {
  timeToFirstTokenSeconds: number;
  /** Mean time of an output token after the first. */
  timePerOutputTokenSeconds: number;
  endToEndSeconds: number;
  baseSeconds: number;
  perTokenSeconds: number;
}

export interface ThroughputEstimate {
  outputTokensPerSecond: number;
  outputTokensPerSecondPerSequence: number;
  prefillTokensPerSecond: number;
  requestsPerSecond: number;
}

export interface Saturation {
  batch: number;
  outputTokensPerSecond: number;
  timePerOutputTokenSeconds: number;
  limitedBy: Bottleneck;
}

/** Something taken for granted in the answer: a default, an inherited coefficient, an assumed figure. */
export interface Assumption {
  /** Stable, UPPER_SNAKE: for programs. */
  code: string;
  /** One sentence: for people. */
  text: string;
}

/** A coefficient as it was used: its value, the row it came from and how many steps of inheritance that took. */
export interface CoefficientUse {
  name: string;
  value: number;
  /** Row of the coefficient table, e.g. nvidia-hopper|fp8. */
  row: string;
  /** 0 = the most specific row that could exist; each fallback adds one. */
  inheritance: number;
  /** fitted, source or assumed. */
  known: 'fitted' | 'source' | 'assumed';
  /** Points it was fitted on, a count; 0 when it was not fitted. */
  points: number;
  data: string;
}

/** What one device can do and what this deployment reaches of it. */
export interface Roofline {
  /** What matrices are multiplied in. */
  numberFormat: NumberFormat;
  /** Of the datasheet. */
  peakFlopsPerSecond: number;
  peakBytesPerSecond: number;
  /** Of long prompts and large batches. */
  reachableFlopsPerSecond: number;
  /** Of reading weights. */
  reachableBytesPerSecond: number;
}

export interface Estimate {
  memory: MemoryEstimate;
  latency: LatencyEstimate;
  throughput: ThroughputEstimate;
  saturation: Saturation | null;
  /** Left out by an estimator of a pack that does not tell. */
  roofline?: Roofline | undefined;
  bottleneck: Bottleneck;
  /** Mean sequences in flight that memory and scheduler admit. */
  admittedBatch: number;
  prefillStep: EngineStep;
  decodeStep: EngineStep;
  coefficients: readonly CoefficientUse[];
  assumptions: readonly Assumption[];
  warnings: readonly string[];
}
