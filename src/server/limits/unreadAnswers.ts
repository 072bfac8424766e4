import type { ServerResponse } from 'node:http';

export interface UnreadLimits {
  /** Bytes of answers that wait for their readers, of all connections together. */
  bytes: number;
  /** A connection is dropped when its reader takes nothing for this long, in milliseconds. */
  milliseconds: number;
}

/** How often waiting answers are added up, in milliseconds. */
const sweepMs = 250;

/**
 * Watches answers that their readers do not take: each is dropped when nothing of it was read for a while, and the
 * largest ones when all together pin too much memory.
 */
export function unreadAnswers(limits: UnreadLimits): (response: ServerResponse) => void {
  const open = new Set<ServerResponse>();
  let sweeping: NodeJS.Timeout | undefined;
  return (response) => {
    open.add(response);
    sweeping ??= setInterval(() => {
      keepTimeouts(open, limits.milliseconds);
      dropLargest(open, limits.bytes);
    }, sweepMs).unref();
    response.setTimeout(limits.milliseconds, () => response.destroy());
    response.once('close', () => {
      open.delete(response);
      if (open.size > 0) return;
      clearInterval(sweeping);
      sweeping = undefined;
    });
  };
}

/**
 * yoga switches the timeout of every request off, for the sake of its streams. A stream that is read shows life by its
 * beats; nothing is written to one that is not.
 */
function keepTimeouts(open: ReadonlySet<ServerResponse>, milliseconds: number): void {
  for (const response of open) if (response.socket?.timeout === 0) response.setTimeout(milliseconds);
}

function dropLargest(open: ReadonlySet<ServerResponse>, mostBytes: number): void {
  const waiting = [...open].map((response) => ({ response, bytes: response.writableLength }));
  let total = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { response, bytes } of waiting.sort((one, other) => other.bytes - one.bytes)) {
    if (total <= mostBytes) return;
    response.destroy();
    total -= bytes;
  }
}
