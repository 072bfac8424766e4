import type { ServerResponse } from 'node:http';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { tooExpensive } from '../../schema/errors.ts';

interface WithStringify {
  stringify?: (result: object) => string;
}

/** Answers of more than `bytes` are not sent: the request gets an error that says what to ask less of. */
export function answerLimit(bytes: number): Plugin {
  return {
    onExecutionResult({ result }) {
      if (result === undefined || Array.isArray(result) || isAsyncIterable(result)) return;
      const answer: WithStringify = result;
      answer.stringify = (value) => {
        const text = JSON.stringify(value);
        // Characters outside ASCII are rare, and take at most three bytes each.
        if (3 * text.length <= bytes) return text;
        const found = Buffer.byteLength(text);
        return found <= bytes ? text : JSON.stringify({ data: null, errors: [tooExpensive('bytes', found, bytes)] });
      };
    },
  };
}

export interface UnreadLimits {
  /** Bytes of answers that wait for their readers, of all connections together. */
  bytes: number;
  /** A connection is dropped when its reader takes nothing for this long, in milliseconds. */
  milliseconds: number;
}

/**
 * Watches answers that their readers do not take: each is dropped when nothing of it was read for a while, and the oldest
 * ones when all together pin too much memory.
 */
export function unreadAnswers({ bytes: mostBytes, milliseconds }: UnreadLimits): (response: ServerResponse) => void {
  const waiting = new Map<ServerResponse, number>();
  let total = 0;
  return (response) => {
    const pending = response.writableLength;
    if (pending === 0 || response.destroyed) return;
    const forget = () => {
      total -= waiting.get(response) ?? 0;
      waiting.delete(response);
    };
    waiting.set(response, pending);
    total += pending;
    response.once('close', forget);
    response.setTimeout(milliseconds, () => response.destroy());
    for (const [slowest] of waiting) {
      if (total <= mostBytes) break;
      slowest.destroy();
      total -= waiting.get(slowest) ?? 0;
      waiting.delete(slowest);
    }
  };
}
