import type { ServerResponse } from 'node:http';

export interface UnreadLimits {
  /** Bytes of answers that wait for their readers, of all connections together. */
  bytes: number;
  /** A connection is dropped when its reader takes nothing for this long, in milliseconds. */
  milliseconds: number;
}

/** How often waiting answers are looked at, in milliseconds. */
const sweepMs = 250;

interface Waiting {
  bytes: number;
  /** `performance.now()` when its reader last took something. */
  since: number;
}

/**
 * Watches answers that their readers do not take: each is dropped when nothing of it was read for a while, and the
 * largest ones when all together pin too much memory. Nothing is done for an answer but to know it while it is open.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits;
  readonly #open = new Map<ServerResponse, Waiting | null>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(limits: UnreadLimits) {
    this.#limits = limits;
  }

  opened(response: ServerResponse): void {
    this.#open.set(response, null);
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs).unref();
  }

  closed(response: ServerResponse): void {
    this.#open.delete(response);
  }

  #sweep(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
      return;
    }
    const now = performance.now();
    let total = 0;
    for (const [response, waiting] of this.#open) {
      const bytes = response.writableLength;
      total += bytes;
      if (waiting !== null && bytes > 0 && bytes === waiting.bytes) {
        if (now - waiting.since > this.#limits.milliseconds) response.destroy();
      } else this.#open.set(response, bytes === 0 ? null : { bytes, since: now });
    }
    if (total > this.#limits.bytes) this.#dropLargest(total);
  }

  #dropLargest(total: number): void {
    const waiting = [...this.#open.keys()].map((response) => ({ response, bytes: response.writableLength }));
    let left = total;
    for (const { response, bytes } of waiting.sort((one, other) => other.bytes - one.bytes)) {
      if (left <= this.#limits.bytes) return;
      response.destroy();
      left -= bytes;
    }
  }
}
