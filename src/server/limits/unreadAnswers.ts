import type { ServerResponse } from 'node:http';

export interface UnreadLimits {
  /** Bytes of answers that wait for their readers, of all connections together. */
  bytes: number;
  /** A connection is dropped when its reader takes nothing for this long, in milliseconds. */
  milliseconds: number;
}

/** How often waiting answers are looked at, in milliseconds. */
const sweepMs = 250;

/**
 * Watches answers that their readers do not take: each is dropped when nothing of it was read for a while, and the
 * largest ones when all together pin too much memory. Nothing is done for an answer but to know it while it is open.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits;
  readonly #open = new Set<ServerResponse>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(limits: UnreadLimits) {
    this.#limits = limits;
  }

  opened(response: ServerResponse): void {
    this.#open.add(response);
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
    let total = 0;
    for (const response of this.#open) {
      const { writableLength: bytes, socket } = response;
      total += bytes;
      // The socket knows how far its reader is within one long write. Set only now: yoga switches timeouts off when it begins.
      if (bytes > 0 && !socket?.timeout) response.setTimeout(this.#limits.milliseconds, () => response.destroy());
    }
    if (total > this.#limits.bytes) this.#dropLargest(total);
  }

  #dropLargest(total: number): void {
    const waiting = [...this.#open].map((response) => ({ response, bytes: response.writableLength }));
    let left = total;
    for (const { response, bytes } of waiting.sort((one, other) => other.bytes - one.bytes)) {
      if (left <= this.#limits.bytes) return;
      response.destroy();
      left -= bytes;
    }
  }
}
