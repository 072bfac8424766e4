/** A class of errors that bear its name and, beside the message, these fields. */
function errorWith<Fields extends object>(): new (
  message: string,
  fields: Fields,
  options?: ErrorOptions,
) => Error & Readonly<Fields> {
  return class extends Error {
    constructor(message: string, fields: Fields, options?: ErrorOptions) {
      super(message, options);
      Object.assign(this, fields, { name: new.target.name });
    }
  } as never;
}

/** The registry cannot be opened or loaded; the message is one line, `hint` says what the person can do. */
export class RegistryError extends errorWith<{ hint: string }>() {
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, { hint }, options);
  }
}

/** The database cannot be read or written at the moment; nothing was changed. */
export class StorageError extends RegistryError {
  /** What is wrong, to follow "The database ...". */
  readonly what: string;

  constructor(what: string, hint: string, options?: ErrorOptions) {
    super(`The database ${what}.`, hint, options);
    this.what = what;
  }

  /** The same, saying of which database: for its operator, not for clients. */
  naming(database: string): RegistryError {
    return new RegistryError(`The database ${database} ${this.what}.`, this.hint, { cause: this.cause });
  }
}

/** Both ends included, in the unit of the figure. */
export interface FigureRange {
  minimum: number;
  maximum: number;
}

/** One thing that is wrong with a profile's facts. */
export interface FactProblem {
  /** Where, as in `memory.memoryGiB` or `offers[3].usdPerHour`; empty for the whole. */
  path: string;
  message: string;
  /** What sort of problem, for programs: OUT_OF_RANGE, CONTRADICTION, MISSING, UNKNOWN_FIELD, UNKNOWN_PROFILE, INVALID_VALUE. */
  code?: string;
  /** The values that would do. */
  range?: FigureRange;
  /** What may have been meant. */
  suggestion?: string;
}

/** A problem with its place, as messages say it. */
export function problemText({ path, message }: FactProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** A pack holds something that cannot be used; nothing of it was loaded. */
export class PackError extends RegistryError {
  readonly file: string;
  /** 1-based line in `file`, where known. */
  readonly line: number | null;
  readonly problems: readonly FactProblem[];

  constructor(file: string, line: number | null, problems: readonly FactProblem[]) {
    const place = line === null ? file : `${file}:${line}`;
    const reasons = problems.slice(0, 3).map(problemText);
    const more = problems.length > 3 ? ` (and ${problems.length - 3} more)` : '';
    super(
      `${place}: ${reasons.join('; ')}${more}`,
      'Nothing was loaded. Correct the file, or take it out of the pack.',
    );
    this.file = file;
    this.line = line;
    this.problems = problems;
  }
}

/** Nothing of this kind is called that. */
export class UnknownProfileError extends errorWith<{
  kind: string;
  value: string;
  /** The argument that named it, where the caller said so. */
  argument: string | null;
  /** Up to three ids, the likeliest first. */
  suggestions: readonly string[];
}>() {
  constructor(
    kind: string,
    value: string,
    suggestions: readonly string[],
    argument: string | null = null,
    what = `No ${kind} is called ${shown(value)}.`,
  ) {
    super(what + didYouMean(suggestions), { kind, value, argument, suggestions });
  }
}

/** A name that several profiles may be meant by, none more than another; `suggestions` are up to five, the best known first. */
export class AmbiguousNameError extends UnknownProfileError {
  constructor(kind: string, value: string, candidates: readonly string[], argument: string | null = null) {
    super(kind, value, candidates, argument, `${shown(value)} may be more than one ${kind}.`);
  }
}

/** A name as a message repeats it. */
function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

/** The catalogue knows no way to do this; `argument` is what would have to be another. */
export class UnsupportedError extends errorWith<{
  argument: string;
  value: string;
  /** Ids that would do; null where the list would say nothing. */
  allowed: readonly string[] | null;
}>() {
  constructor(message: string, argument: string, value: string, allowed: readonly string[] | null = null) {
    super(message, { argument, value, allowed });
  }
}

/** `after` is not a cursor of this list in this order. */
export class InvalidCursorError extends errorWith<{ argument: string; value: string }>() {
  constructor(value: string, reason: string) {
    const message = `after: ${reason}. Pass the endCursor of the page before, or nothing for the first page.`;
    super(message, { argument: 'after', value });
  }
}

/** The facts of a change are not valid; all problems at once. */
export class InvalidFactsError extends errorWith<{ kind: string; id: string; problems: readonly FactProblem[] }>() {
  constructor(kind: string, id: string, problems: readonly FactProblem[]) {
    super(`${kind} ${id}: ${problems.map(problemText).join('; ')}`, { kind, id, problems });
  }
}

/** The id, or an alias, belongs to another profile of the kind (a retired one included: ids are never reused). */
export class IdTakenError extends errorWith<{ value: string; owner: string }>() {
  constructor(kind: string, value: string, owner: string) {
    super(`${JSON.stringify(value)} is already a name of the ${kind} ${owner}.`, { value, owner });
  }
}

/** Somebody else changed the profile first. */
export class RevisionConflictError extends errorWith<{ expected: number; actual: number }>() {
  constructor(kind: string, id: string, expected: number, actual: number) {
    const message = `${kind} ${id} is at revision ${actual}, not ${expected}: read it again and repeat the change.`;
    super(message, { expected, actual });
  }
}

/** The same idempotency key came with another request before. */
export class IdempotencyConflictError extends Error {
  override name = 'IdempotencyConflictError';

  constructor(key: string) {
    super(`The idempotency key ${JSON.stringify(key)} was used for another request: take a new key.`);
  }
}

/** The profile's state does not allow the change: retiring it twice, restoring what was never overridden. */
export class NotApplicableError extends Error {
  override name = 'NotApplicableError';
}

function didYouMean(suggestions: readonly string[]): string {
  const [last, ...others] = [...suggestions].reverse();
  if (last === undefined) return '';
  return others.length === 0 ? ` Did you mean ${last}?` : ` Did you mean ${others.reverse().join(', ')} or ${last}?`;
}
