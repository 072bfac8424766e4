import { ImportRefusedError } from '../../importers/importRefused.ts';
import {
  type FactProblem,
  type FigureRange,
  IdempotencyConflictError,
  IdTakenError,
  InvalidFactsError,
  NotApplicableError,
  RevisionConflictError,
  UnknownProfileError,
} from '../../registry/errors.ts';
import type { Refusal } from '../../registry/storage/apiKeys.ts';
import { storageFailure } from '../../registry/storage/database.ts';
import { builder } from '../builder.ts';

/** A mutation that did not happen, in the form that clients read; nothing was written. */
export abstract class MutationError {
  abstract readonly typeName: string;
  abstract readonly code: typeof MutationErrorCode.$inferType;
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

const MutationErrorCode = builder.enumType('MutationErrorCode', {
  description: 'Why a mutation did not happen.',
  values: {
    NOT_AUTHORIZED: { description: 'The request carries no key that may do this.' },
    INVALID_INPUT: { description: 'Something in the input cannot be true, or is missing.' },
    ID_TAKEN: { description: 'The id, or an alias, belongs to another profile.' },
    UNKNOWN_PROFILE: { description: 'There is no profile of that id.' },
    REVISION_CONFLICT: { description: 'Somebody else changed the profile first.' },
    IDEMPOTENCY_CONFLICT: { description: 'The idempotency key came with another request before.' },
    NOT_APPLICABLE: { description: 'The profile’s state does not allow the change.' },
    STORAGE: { description: 'The database cannot be written: disk full, read-only, or held by another program.' },
  } as const,
});

const ErrorType = builder.interfaceRef<MutationError>('Error').implement({
  description: 'A mutation that did not happen. Nothing was written.',
  resolveType: ({ typeName }) => typeName,
  fields: (t) => ({
    message: t.exposeString('message', { description: 'What went wrong and what would do, for people.' }),
    code: t.expose('code', { type: MutationErrorCode, description: 'The same, for programs.' }),
  }),
});

class NotAuthorized extends MutationError {
  readonly typeName = 'NotAuthorizedError';
  readonly code = 'NOT_AUTHORIZED';
  readonly scope: string;

  constructor(refused: Refusal, scope: string) {
    super(`${refusals[refused]} Send \`Authorization: Bearer <key>\` with a key of the scope write or ${scope}.`);
    this.scope = scope;
  }
}

const refusals: Readonly<Record<Refusal, string>> = {
  missing: 'Writing needs an API key, and the request carries none.',
  unknown: 'The API key is not one of this server.',
  revoked: 'The API key has been revoked.',
  scope: 'The API key may not change this kind of profile.',
};

class InvalidInput extends MutationError {
  readonly typeName = 'InvalidInputError';
  readonly code = 'INVALID_INPUT';
  readonly problems: readonly FactProblem[];

  constructor(problems: readonly FactProblem[]) {
    const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(lines.join('; '));
    this.problems = problems;
  }
}

class IdTaken extends MutationError {
  readonly typeName = 'IdTakenError';
  readonly code = 'ID_TAKEN';
  readonly value: string;
  readonly ownerId: string;

  constructor({ message, value, owner }: IdTakenError) {
    super(message);
    this.value = value;
    this.ownerId = owner;
  }
}

class UnknownProfile extends MutationError {
  readonly typeName = 'UnknownProfileError';
  readonly code = 'UNKNOWN_PROFILE';
  readonly argument: string;
  readonly value: string;
  readonly suggestions: readonly string[];

  constructor({ message, argument, value, suggestions }: UnknownProfileError) {
    super(message);
    this.argument = argument ?? 'id';
    this.value = value;
    this.suggestions = suggestions;
  }
}

class RevisionConflict extends MutationError {
  readonly typeName = 'RevisionConflictError';
  readonly code = 'REVISION_CONFLICT';
  readonly expected: number;
  readonly actual: number;

  constructor({ message, expected, actual }: RevisionConflictError) {
    super(message);
    this.expected = expected;
    this.actual = actual;
  }
}

class IdempotencyConflict extends MutationError {
  readonly typeName = 'IdempotencyConflictError';
  readonly code = 'IDEMPOTENCY_CONFLICT';
}

class NotApplicable extends MutationError {
  readonly typeName = 'NotApplicableError';
  readonly code = 'NOT_APPLICABLE';
}

class Storage extends MutationError {
  readonly typeName = 'StorageError';
  readonly code = 'STORAGE';
}

export const notAuthorized = (refused: Refusal, scope: string): MutationError => new NotAuthorized(refused, scope);

/** The one place where the registry's errors become members of a result; anything else is a bug and stays masked. */
export function asMutationError(error: unknown): MutationError | null {
  if (error instanceof MutationError) return error;
  if (error instanceof InvalidFactsError) return new InvalidInput(error.problems);
  if (error instanceof ImportRefusedError) return new InvalidInput(error.problems);
  if (error instanceof IdTakenError) return new IdTaken(error);
  if (error instanceof UnknownProfileError) return new UnknownProfile(error);
  if (error instanceof RevisionConflictError) return new RevisionConflict(error);
  if (error instanceof IdempotencyConflictError) return new IdempotencyConflict(error.message);
  if (error instanceof NotApplicableError) return new NotApplicable(error.message);
  const failure = storageFailure(error);
  if (failure !== null) return new Storage(`The database ${failure.what}. ${failure.hint}`);
  return null;
}

const RangeType = builder.objectRef<FigureRange>('AllowedRange').implement({
  description: 'The values a figure may take, both ends included.',
  fields: (t) => ({
    minimum: t.exposeFloat('minimum', { description: 'Lowest value, in the unit of the field.' }),
    maximum: t.exposeFloat('maximum', { description: 'Highest value, in the unit of the field.' }),
  }),
});

const ProblemType = builder.objectRef<FactProblem>('InputProblem').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where, as in input.memory.memoryGiB; empty for the whole.' }),
    code: t.string({
      description:
        'What sort of problem: OUT_OF_RANGE, CONTRADICTION (with another figure), MISSING, UNKNOWN_PROFILE, UNKNOWN_FIELD ' +
        'or INVALID_VALUE. Of an imported file also TOO_LARGE, TOO_DEEP, NOT_READABLE, TRUNCATED, FORBIDDEN_KEY, ' +
        'MISSING_KEY or UNKNOWN_KIND.',
      resolve: ({ code }) => code ?? 'INVALID_VALUE',
    }),
    message: t.exposeString('message', { description: 'What is wrong and what would do, for people.' }),
    range: t.field({
      type: RangeType,
      nullable: true,
      description: 'The values that would do, in the unit of the field; null = not a matter of range.',
      resolve: ({ range }) => range,
    }),
    suggestion: t.string({
      nullable: true,
      description: 'What may have been meant; null = no guess.',
      resolve: ({ suggestion }) => suggestion,
    }),
  }),
});

const NotAuthorizedType = builder.objectRef<NotAuthorized>('NotAuthorizedError').implement({
  description: 'The request carries no key that may do this. Reading needs none.',
  interfaces: [ErrorType],
  fields: (t) => ({
    scope: t.exposeString('scope', { description: 'The scope that would do, beside `write`, which may do all.' }),
  }),
});

const InvalidInputType = builder.objectRef<InvalidInput>('InvalidInputError').implement({
  description: 'Something in the input cannot be true, or is missing. All problems at once.',
  interfaces: [ErrorType],
  fields: (t) => ({
    problems: t.field({
      type: [ProblemType],
      description: 'Everything that is wrong.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

const IdTakenType = builder.objectRef<IdTaken>('IdTakenError').implement({
  description: 'The id, or an alias, belongs to another profile; a retired one keeps its names.',
  interfaces: [ErrorType],
  fields: (t) => ({
    value: t.exposeString('value', { description: 'The name that is taken.' }),
    ownerId: t.exposeID('ownerId', { description: 'Id of the profile that has it.' }),
  }),
});

const UnknownProfileType = builder.objectRef<UnknownProfile>('UnknownProfileError').implement({
  description: 'There is no profile of that id or alias.',
  interfaces: [ErrorType],
  fields: (t) => ({
    argument: t.exposeString('argument', { description: 'The argument that named it.' }),
    value: t.exposeString('value', { description: 'What it said.' }),
    suggestions: t.field({
      type: ['ID'],
      description: 'Up to three ids that exist and look alike.',
      resolve: ({ suggestions }) => [...suggestions],
    }),
  }),
});

const RevisionConflictType = builder.objectRef<RevisionConflict>('RevisionConflictError').implement({
  description: 'Somebody else changed the profile first: read it again and repeat the change.',
  interfaces: [ErrorType],
  fields: (t) => ({
    expected: t.exposeInt('expected', { description: 'The revision you named, a count of changes.' }),
    actual: t.exposeInt('actual', { description: 'The revision it has, a count of changes.' }),
  }),
});

const IdempotencyConflictType = builder.objectRef<IdempotencyConflict>('IdempotencyConflictError').implement({
  description: 'The idempotency key came with another request before: take a new key.',
  interfaces: [ErrorType],
});

const NotApplicableType = builder.objectRef<NotApplicable>('NotApplicableError').implement({
  description: 'The profile’s state does not allow the change: retiring it twice, restoring what was never changed.',
  interfaces: [ErrorType],
});

const StorageType = builder.objectRef<Storage>('StorageError').implement({
  description: 'The database cannot be written at the moment: disk full, read-only, or held by another program.',
  interfaces: [ErrorType],
});

/** The errors a mutation may answer with, by what it does. */
export const errorTypes = {
  always: [NotAuthorizedType, StorageType],
  input: [InvalidInputType, IdTakenType],
  creation: [IdempotencyConflictType],
  existing: [UnknownProfileType, RevisionConflictType, NotApplicableType],
} as const;
