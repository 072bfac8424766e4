import { MissingFigureError } from '../engine/errors.ts';

/** A question says something that it may not. */
export class InvalidQuestionError extends Error {
  override readonly name = 'InvalidQuestionError';
  /** The field of `Question` at fault, dotted where it is inside another: `parallelism.tensor`. */
  readonly field: string;
  readonly value: unknown;
  /** Completes the sentence "offer …": "must be an hourly offer of NVIDIA L4". */
  readonly reason: string;
  /** The values that would do, where they can be listed. */
  readonly allowed: readonly string[] | { minimum: number; maximum: number } | undefined;

  constructor(field: string, value: unknown, reason: string, allowed?: InvalidQuestionError['allowed']) {
    super(`${field} ${reason}; got ${JSON.stringify(value)}`);
    this.field = field;
    this.value = value;
    this.reason = reason;
    this.allowed = allowed;
  }
}

/** Nobody published how fast a hosted model answers; what it costs may be known all the same. */
export class MissingLatencyError extends MissingFigureError {
  readonly hasPrices: boolean;

  constructor(figure: string, modelId: string, hasPrices: boolean) {
    super(figure, modelId, 'model');
    this.hasPrices = hasPrices;
  }
}
