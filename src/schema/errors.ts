import { type ASTNode, GraphQLError } from 'graphql';
import { InvalidQuestionError } from '../calculator/errors.ts';
import type { Question } from '../calculator/question.ts';
import { InvalidWorkloadError, MissingFigureError } from '../engine/errors.ts';
import {
  type FactProblem,
  IdTakenError,
  InvalidCursorError,
  InvalidFactsError,
  problemText,
  StorageError,
  UnknownProfileError,
  UnsupportedError,
} from '../registry/errors.ts';

/** Codes of requests that cannot be answered, in `extensions.code`. */
type ErrorCode =
  | 'UNKNOWN_PROFILE'
  | 'INVALID_ARGUMENT'
  | 'MISSING_FIGURE'
  | 'UNSUPPORTED'
  | 'INVALID_INPUT'
  | 'ID_TAKEN'
  | 'QUERY_TOO_EXPENSIVE'
  | 'STORAGE';

/** What a client can act on, beside the message. */
interface ErrorDetail {
  /** The argument at fault, dotted for fields of inputs: options.devices. */
  argument?: string | undefined;
  /** The value as it was received; of a longer one the beginning, as text. */
  value?: unknown;
  /** Ids that exist and look alike. */
  suggestions?: readonly string[] | undefined;
  /** The values that would do: a list, or the ends of a range. */
  allowed?: readonly (string | number)[] | { minimum: number; maximum: number } | undefined;
  /** Everything that is wrong with a profile that comes with the question, as `InvalidInputError.problems` has it. */
  problems?: readonly FactProblem[] | undefined;
}

export function codedError(code: ErrorCode, message: string, detail: ErrorDetail, node?: ASTNode): GraphQLError {
  const { value } = detail;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const short = text.length > longestShown ? { value: shortened(text) } : {};
  return new GraphQLError(message, { extensions: { code, ...detail, ...short }, nodes: node ?? null });
}

/** Characters of a refused value that an error repeats. */
const longestShown = 200;

export function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** @param reason completes the sentence "tokens …": "must be a whole number from 1 to 10" */
export function invalidArgument(
  argument: string,
  value: unknown,
  reason: string,
  allowed?: ErrorDetail['allowed'],
  node?: ASTNode,
): GraphQLError {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  const message = `${argument} ${reason}; got ${shortened(text)}`;
  return codedError('INVALID_ARGUMENT', message, { argument, value, allowed }, node);
}

/** What a request may ask for, and what to do about a request that asks for more. */
const workWords = {
  nodes: 'objects; ask for shorter pages (first), fewer lists inside lists, or in several queries',
  estimates: 'estimates, or work that takes as long; ask for fewer at a time, in several queries',
  introspection: 'objects of the schema’s description; read schema.graphql, or ask for it once',
  milliseconds: 'milliseconds of work; ask for less at a time, in several queries',
  bytes: 'bytes of answer; ask for fewer fields, shorter pages (first), or in several queries',
};

/** A request for more work than one request may cause. `found` is what it asks for, or what it had reached when it was stopped. */
export function tooExpensive(what: keyof typeof workWords, found: number, allowed: number): GraphQLError {
  const [unit, ...advice] = workWords[what].split(';');
  const count = (value: number) => value.toLocaleString('en-US');
  const message = `The query asks for ${count(found)} ${unit}, and one request may have ${count(allowed)}:${advice.join(';')}.`;
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_EXPENSIVE', unit: what, found, allowed } });
}

/** A resolver whose known errors reach the client with their code; anything else is a bug and stays masked. */
export function resolving<Parameters extends unknown[], Result>(
  resolve: (...parameters: Parameters) => Result,
): (...parameters: Parameters) => Result {
  return (...parameters) => {
    try {
      const result = resolve(...parameters);
      return result instanceof Promise ? (result.catch(refuse) as Result) : result;
    } catch (error) {
      return refuse(error);
    }
  };
}

function refuse(error: unknown): never {
  throw asCodedError(error);
}

/** The one place where the error classes of the floors below become codes. */
function asCodedError(error: unknown): unknown {
  if (error instanceof InvalidQuestionError) {
    return invalidArgument(argumentOf(error.field), error.value, error.reason, error.allowed);
  }
  if (error instanceof InvalidWorkloadError) {
    const { argument, value, allowed } = error;
    return invalidArgument(argumentOf(argument), value, `must be ${allowed}`);
  }
  if (error instanceof MissingFigureError) {
    const { argument, profileId: value } = error;
    return codedError('MISSING_FIGURE', error.message, { argument, value });
  }
  if (error instanceof UnknownProfileError) {
    const { argument, kind, value, suggestions } = error;
    return codedError('UNKNOWN_PROFILE', error.message, { argument: argumentOf(argument ?? kind), value, suggestions });
  }
  if (error instanceof UnsupportedError) {
    const { argument, value, allowed } = error;
    return codedError('UNSUPPORTED', error.message, {
      argument: argumentOf(argument),
      value,
      allowed: allowed ?? undefined,
    });
  }
  if (error instanceof InvalidCursorError) {
    return codedError('INVALID_ARGUMENT', error.message, { argument: error.argument, value: error.value });
  }
  if (error instanceof InvalidFactsError) {
    const { problems } = error;
    return codedError('INVALID_INPUT', problems.map(problemText).join('; '), { argument: problems[0]?.path, problems });
  }
  if (error instanceof IdTakenError) {
    return codedError('ID_TAKEN', error.message, { value: error.value, suggestions: [error.owner] });
  }
  if (error instanceof StorageError) return codedError('STORAGE', `${error.message} ${error.hint}`, {});
  return error;
}

/** The argument of `estimate` for a field of a question; one that only the API has keeps its name. */
export function argumentOf(field: string): string {
  if (field === 'outputTokens') return 'tokens';
  if (field === 'weight-format') return 'options.weights';
  return optionNames.has(field.split('.', 1)[0] ?? '') ? `options.${field}` : field;
}

const optionNames = new Set<string>([
  'runtime',
  'runtimeYear',
  'runtimeVersion',
  'backend',
  'flashAttention',
  'microBatch',
  'threads',
  'weights',
  'kvCache',
  'devices',
  'memoryGiB',
  'usableGiB',
  'parallelism',
  'contextTokens',
  'scheduling',
  'offer',
  'usdPerHour',
  'owned',
] satisfies (keyof Question)[]);
