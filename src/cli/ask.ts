import type { Api } from '../server/api.ts';

/** What GraphQL answers, over HTTP or in process. */
export interface Reply<Data> {
  data?: Data | null;
  errors?: readonly ReplyError[];
}

export interface ReplyError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: string; argument?: string; suggestions?: readonly string[] };
}

/** An answer, and what of it was refused: one scenario of a list, for example. */
export interface Answered<Data> {
  data: Data;
  refusals: readonly ReplyError[];
}

/** One question to the API. */
export type Ask = <Data>(query: string, variables: Readonly<Record<string, unknown>>) => Promise<Answered<Data>>;

/** The question was refused: bad input, which the person can mend. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  /** As the API words them, with their codes; empty where the terminal itself refused. */
  readonly errors: readonly ReplyError[];

  constructor(message: string, errors: readonly ReplyError[] = []) {
    super(message);
    this.errors = errors;
  }
}

/** There is no answer because the server is not there, or is not this one. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';
}

/** Asks a running server, with a key where something is to be written. A URL without a path means its /graphql. */
export function askServer(url: string, key?: string): Ask {
  const endpoint = endpointOf(url);
  return async (query, variables) => {
    let response: Response;
    try {
      response = await fetch(endpoint, { ...post(query, variables, key), signal: AbortSignal.timeout(30_000) });
    } catch (error) {
      throw new NoAnswerError(`No server answers at ${endpoint.href}: ${reasonOf(error)}`);
    }
    return readReply(response, endpoint.href);
  };
}

/** Asks the API in this process, with a key where something is to be written. */
export function askInProcess(api: Api, key?: string): Ask {
  return async (query, variables) => {
    const response = await api.fetch('http://calculator.invalid/graphql', post(query, variables, key));
    return readReply(response, 'the calculator');
  };
}

function post(query: string, variables: Readonly<Record<string, unknown>>, key: string | undefined) {
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization },
    body: JSON.stringify({ query, variables }),
  };
}

async function readReply<Data>(
  response: { status: number; text(): Promise<string> },
  from: string,
): Promise<Answered<Data>> {
  const reply = parseReply<Data>(await response.text());
  if (reply === undefined) throw new NoAnswerError(`${from} answered ${response.status}, but not with GraphQL`);
  const { data, errors = [] } = reply;
  // Errors without a code of ours are a bug here or a server of another version: not the person's input.
  if (errors.some(({ extensions }) => !refusalCodes.has(extensions?.code ?? '')))
    throw new NoAnswerError(inWords(errors));
  // A root field that cannot be answered is null, and takes nothing with it: where nothing else was asked, nothing is left.
  if (data && Object.values(data).some((root) => root !== null)) return { data, refusals: errors };
  throw errors.length > 0
    ? new RefusedError(inWords(errors), errors)
    : new NoAnswerError(`${from} answered without data`);
}

export function inWords(errors: readonly ReplyError[]): string {
  return errors.map(({ message }) => message).join('; ');
}

const refusalCodes = new Set(['UNKNOWN_PROFILE', 'INVALID_ARGUMENT', 'MISSING_FIGURE', 'UNSUPPORTED']);

function parseReply<Data>(text: string): Reply<Data> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isReply = typeof parsed === 'object' && parsed !== null && ('data' in parsed || 'errors' in parsed);
    return isReply ? (parsed as Reply<Data>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function endpointOf(url: string): URL {
  const endpoint = URL.parse(/^https?:\/\//i.test(url) ? url : `http://${url}`);
  if (endpoint === null) throw new RefusedError(`--url ${url} is not a URL; write for example http://127.0.0.1:4000`);
  if (endpoint.pathname === '/') endpoint.pathname = '/graphql';
  return endpoint;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
