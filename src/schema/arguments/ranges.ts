import type { ArgumentRange } from './argumentRange.ts';

const whole = (minimum: number, maximum: number): ArgumentRange => ({ minimum, maximum, whole: true });

/** Arguments of `Query.estimate`. */
export const estimateRanges = {
  tokens: whole(1, 1e9),
  batch: whole(1, 1e6),
  promptTokens: whole(0, 1e9),
};

/** Fields of `EstimateOptions`. */
export const optionRanges = {
  runtimeYear: { ...whole(2020, 2027), isYear: true },
  devices: whole(1, 4096),
  contextTokens: whole(0, 1e9),
  usdPerHour: { minimum: 0, aboveMinimum: true, maximum: 1e6, whole: false } satisfies ArgumentRange,
};

/** Fields of `ParallelismInput`. */
export const parallelismRanges = {
  tensor: whole(1, 4096),
  pipeline: whole(1, 4096),
  expert: whole(1, 4096),
  data: whole(1, 4096),
};
