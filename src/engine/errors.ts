/** A figure the answer cannot do without is published nowhere the catalogue knows. */
export class MissingFigureError extends Error {
  override readonly name = 'MissingFigureError';
  readonly figure: string;
  readonly profileId: string;
  /** What names the profile in a question. */
  readonly argument: 'model' | 'hardware';

  constructor(figure: string, profileId: string, argument: 'model' | 'hardware') {
    super(`No ${figure} is known for ${profileId}.`);
    this.figure = figure;
    this.profileId = profileId;
    this.argument = argument;
  }
}

/** An argument outside what it may be. `allowed` says what it may be, in words or as the values themselves. */
export class InvalidWorkloadError extends Error {
  override readonly name = 'InvalidWorkloadError';
  readonly argument: string;
  readonly value: unknown;
  readonly allowed: string;

  constructor(argument: string, value: unknown, allowed: string) {
    super(`${argument} is ${String(value)}; it must be ${allowed}.`);
    this.argument = argument;
    this.value = value;
    this.allowed = allowed;
  }
}
