import type { FieldMap } from '@pothos/core';
import { ImportRefusedError } from '../../importers/importRefused.ts';
import type { Refusal } from '../../registry/apiKeys.ts';
import {
  type FactProblem,
  type FigureRange,
  IdempotencyConflictError,
  IdTakenError,
  InvalidFactsError,
  NotApplicableError,
  problemText,
  RevisionConflictError,
  StorageError,
  UnknownProfileError,
} from '../../registry/errors.ts';
import { builder } from '../builder.ts';
import { enumOf } from '../enumOf.ts';

/** A mutation that did not happen; nothing was written. In a box, because GraphQL throws whatever error it is given. */
export class Failed<Cause extends Error = Error> {
  readonly error: Cause;
  readonly typeName: string;
  readonly code: typeof MutationErrorCode.$inferType;

  constructor(error: Cause, { typeName, code }: Member) {
    this.error = error;
    this.typeName = typeName;
    this.code = code;
  }
}

export class NotAuthorizedError extends Error {
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
  expired: 'The API key has expired.',
  scope: 'The API key may not change this kind of profile.',
};

const MutationErrorCode = enumOf('MutationErrorCode', 'Why a mutation did not happen.', {
  NOT_AUTHORIZED: 'The request carries no key that may do this.',
  INVALID_INPUT: 'Something in the input cannot be true, or is missing.',
  ID_TAKEN: 'The id, or an alias, belongs to another profile.',
  UNKNOWN_PROFILE: 'There is no profile of that id.',
  REVISION_CONFLICT: 'Somebody else changed the profile first.',
  IDEMPOTENCY_CONFLICT: 'The idempotency key came with another request before.',
  NOT_APPLICABLE: 'The profile’s state does not allow the change.',
  STORAGE: 'The database cannot be written: disk full, read-only, moved, damaged, or held by another program.',
});

interface Member {
  of: abstract new (...parameters: never[]) => Error;
  typeName: string;
  code: typeof MutationErrorCode.$inferType;
}

/** The errors that are answers, by class; anything else is a bug and stays masked. */
const members: readonly Member[] = [
  { of: NotAuthorizedError, typeName: 'NotAuthorizedError', code: 'NOT_AUTHORIZED' },
  { of: InvalidFactsError, typeName: 'InvalidInputError', code: 'INVALID_INPUT' },
  { of: ImportRefusedError, typeName: 'InvalidInputError', code: 'INVALID_INPUT' },
  { of: IdTakenError, typeName: 'IdTakenError', code: 'ID_TAKEN' },
  { of: UnknownProfileError, typeName: 'UnknownProfileError', code: 'UNKNOWN_PROFILE' },
  { of: RevisionConflictError, typeName: 'RevisionConflictError', code: 'REVISION_CONFLICT' },
  { of: IdempotencyConflictError, typeName: 'IdempotencyConflictError', code: 'IDEMPOTENCY_CONFLICT' },
  { of: NotApplicableError, typeName: 'NotApplicableError', code: 'NOT_APPLICABLE' },
  { of: StorageError, typeName: 'StorageError', code: 'STORAGE' },
];

/** What a mutation answers when it failed with this error; null for a bug. */
export function failedWith(thrown: unknown): Failed | null {
  const member = members.find(({ of }) => thrown instanceof of);
  return member !== undefined && thrown instanceof Error ? new Failed(thrown, member) : null;
}

const ErrorType = builder.interfaceRef<Failed>('Error').implement({
  description: 'A mutation that did not happen. Nothing was written.',
  resolveType: ({ typeName }) => typeName,
  fields: (t) => ({
    message: t.string({
      description: 'What went wrong and what would do, for people.',
      resolve: ({ error }) => messageOf(error),
    }),
    code: t.expose('code', { type: MutationErrorCode, description: 'The same, for programs.' }),
  }),
});

function messageOf(error: Error): string {
  if (error instanceof StorageError) return `${error.message} ${error.hint}`;
  return error instanceof InvalidFactsError ? linesOf(error.problems) : error.message;
}

/** Without the kind and id of the profile, which the client has just sent. */
function linesOf(problems: readonly FactProblem[]): string {
  return problems.map(problemText).join('; ');
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
    range: t.expose('range', {
      type: RangeType,
      nullable: true,
      description: 'The values that would do, in the unit of the field; null = not a matter of range.',
    }),
    suggestion: t.exposeString('suggestion', {
      nullable: true,
      description: 'What may have been meant; null = no guess.',
    }),
  }),
});

type Builder<Cause extends Error> = PothosSchemaTypes.ObjectFieldBuilder<
  (typeof builder)['$inferSchemaTypes'],
  Failed<Cause>
>;

function errorType<Cause extends Error>(
  typeName: string,
  description: string,
  fields?: (t: Builder<Cause>) => FieldMap,
) {
  const interfaces = [ErrorType] as never;
  return builder.objectRef<Failed<Cause>>(typeName).implement({ description, interfaces, ...(fields && { fields }) });
}

const NotAuthorizedType = errorType<NotAuthorizedError>(
  'NotAuthorizedError',
  'The request carries no key that may do this. Reading needs none.',
  (t) => ({
    scope: t.string({
      description: 'The scope that would do, beside `write`, which may do all.',
      resolve: ({ error }) => error.scope,
    }),
  }),
);

const InvalidInputType = errorType<InvalidFactsError | ImportRefusedError>(
  'InvalidInputError',
  'Something in the input cannot be true, or is missing. All problems at once.',
  (t) => ({
    problems: t.field({
      type: [ProblemType],
      description: 'Everything that is wrong.',
      resolve: ({ error }) => [...error.problems],
    }),
  }),
);

const IdTakenType = errorType<IdTakenError>(
  'IdTakenError',
  'The id, or an alias, belongs to another profile; a retired one keeps its names.',
  (t) => ({
    value: t.string({ description: 'The name that is taken.', resolve: ({ error }) => error.value }),
    ownerId: t.id({ description: 'Id of the profile that has it.', resolve: ({ error }) => error.owner }),
  }),
);

const UnknownProfileType = errorType<UnknownProfileError>(
  'UnknownProfileError',
  'There is no profile of that id or alias.',
  (t) => ({
    argument: t.string({
      description: 'The argument that named it.',
      resolve: ({ error }) => error.argument ?? 'id',
    }),
    value: t.string({ description: 'What it said.', resolve: ({ error }) => error.value }),
    suggestions: t.idList({
      description: 'Up to three ids that exist and look alike.',
      resolve: ({ error }) => [...error.suggestions],
    }),
  }),
);

const RevisionConflictType = errorType<RevisionConflictError>(
  'RevisionConflictError',
  'Somebody else changed the profile first: read it again and repeat the change.',
  (t) => ({
    expected: t.int({
      description: 'The revision you named, a count of changes.',
      resolve: ({ error }) => error.expected,
    }),
    actual: t.int({ description: 'The revision it has, a count of changes.', resolve: ({ error }) => error.actual }),
  }),
);

const IdempotencyConflictType = errorType(
  'IdempotencyConflictError',
  'The idempotency key came with another request before: take a new key.',
);

const NotApplicableType = errorType(
  'NotApplicableError',
  'The profile’s state does not allow the change: retiring it twice, restoring what was never changed.',
);

const StorageType = errorType(
  'StorageError',
  'The database cannot be written at the moment: disk full, read-only, moved, damaged, or held by another program.',
);

/** The errors a mutation may answer with, by what it does. */
export const errorTypes = {
  always: [NotAuthorizedType, StorageType],
  input: [InvalidInputType, IdTakenType],
  creation: [IdempotencyConflictType],
  existing: [UnknownProfileType, RevisionConflictType, NotApplicableType],
} as const;
