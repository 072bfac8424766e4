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
    sweeping ??= setInterval(() => dropLargest(open, limits.bytes), sweepMs).unref();
    response.setTimeout(limits.milliseconds, () => response.destroy());
    response.once('close', () => {
      open.delete(response);
      if (open.size > 0) return;
      clearInterval(sweeping);
      sweeping = undefined;
    });
  };
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
