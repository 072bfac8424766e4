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

/** Nothing can be estimated on hardware: the model's architecture is published nowhere the catalogue knows. */
export class NoArchitectureError extends MissingFigureError {
  constructor(modelId: string, modelName: string) {
    super('architecture', modelId, 'model');
    this.message =
      `No architecture is known for ${modelName}, so nothing can be estimated on hardware. Leave hardware out, or say ` +
      'deployment: API, for what it costs behind an API; if you have its config.json or GGUF file, the mutations ' +
      'modelImport and modelImportGguf add it.';
  }
}
