import type { ServerResponse } from 'node:http';

export interface UnreadLimits {
  /** Bytes of answers that wait for their readers, of all connections together. */
  bytes: number;
  /** A connection is dropped when its reader takes nothing for this long, in milliseconds. */
  milliseconds: number;
}

/** How often waiting answers are looked at, in milliseconds. */
const sweepMs = 250;

/** Most answers are shorter, in bytes. */
const longAnswer = 1_000_000;

/**
 * Watches answers that their readers do not take: each is dropped when nothing of it was read for a while, and the
 * largest ones when all together pin too much memory. Nothing is done for an answer but to know it while it is open.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits;
  readonly #open = new Set<ServerResponse>();
  /** Answers that waited at the last sweep, with the bytes that waited. */
  #waited = new Map<ServerResponse, number>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(limits: UnreadLimits) {
    this.#limits = limits;
  }

  opened(response: ServerResponse): void {
    this.#open.add(response);
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs).unref();
  }

  /** Many long answers may be written before the next sweep: each counts at once. */
  written(response: ServerResponse): void {
    if (response.writableLength > longAnswer) this.#keepWithin(this.#limits.bytes);
  }

  closed(response: ServerResponse): void {
    this.#open.delete(response);
  }

  #sweep(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
    }
    this.#keepWithin(this.#limits.bytes);
    this.#waited = new Map();
    for (const response of this.#open) {
      const { writableLength: bytes, socket } = response;
      if (bytes === 0) continue;
      this.#waited.set(response, bytes);
      // The socket knows how far its reader is within one long write. Set only now: yoga switches timeouts off when it begins.
      if (!socket?.timeout) response.setTimeout(this.#limits.milliseconds, () => dropUnread(response));
    }
  }

  /** Drops answers until the others hold no more: those first that nobody has read of since the last sweep, the largest first. */
  #keepWithin(mostBytes: number): void {
    const waiting = [...this.#open].map((response) => ({ response, bytes: response.writableLength }));
    let left = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    if (left <= mostBytes) return;
    const isStuck = ({ response, bytes }: (typeof waiting)[number]) => this.#waited.get(response) === bytes;
    waiting.sort((one, other) => Number(isStuck(other)) - Number(isStuck(one)) || other.bytes - one.bytes);
    for (const { response, bytes } of waiting) {
      if (left <= mostBytes) return;
      response.destroy();
      left -= bytes;
    }
  }
}

/** An event stream that has been read to its end may have nothing to say for longer. */
function dropUnread(response: ServerResponse): void {
  if (response.writableLength > 0) response.destroy();
}
