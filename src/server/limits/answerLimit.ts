import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { tooExpensive } from '../../schema/errors.ts';

/** What yoga writes an answer with, where the answer brings it. */
export interface WithStringify {
  stringify?: (result: object) => string;
}

/** Answers of more than `bytes` are not sent: the request gets an error that says what to ask less of. */
export function answerLimit(bytes: number): Plugin {
  return {
    onExecutionResult({ result }) {
      if (result === undefined || Array.isArray(result) || isAsyncIterable(result)) return;
      const answer: WithStringify = result;
      answer.stringify = (value) => textWithin(bytes, value);
    },
  };
}

/** An answer as JSON, or the error that says it is too long. */
export function textWithin(bytes: number, answer: object): string {
  const text = JSON.stringify(answer);
  // Characters outside ASCII are rare, and take at most three bytes each.
  if (3 * text.length <= bytes) return text;
  const found = Buffer.byteLength(text);
  return found <= bytes ? text : JSON.stringify({ data: null, errors: [tooExpensive('bytes', found, bytes)] });
}
