import type { Observed } from './observed.ts';

/** Requests that have ended are told of together: at most so late, in milliseconds, or so many. */
const latestMs = 50;
const most = 100;

/** Requests that have ended, in the order of their ends. */
export type Observer = (ended: readonly Observed[]) => void;

/**
 * Tells observers of requests that have ended, many at a time: a line of a log and a few counters cost a tenth of what they
 * would right behind each answer, when nothing of them is in the processor's caches.
 */
export class Batches {
  readonly #observers: readonly Observer[];
  #ended: Observed[] = [];
  #latest: NodeJS.Timeout | undefined;

  constructor(observers: readonly Observer[]) {
    this.#observers = observers;
    // Whatever ends the process, its last requests are told.
    process.on('exit', () => this.tell());
  }

  add(observed: Observed): void {
    this.#latest ??= setTimeout(() => this.tell(), latestMs).unref();
    this.#ended.push(observed);
    if (this.#ended.length >= most) this.tell();
  }

  tell(): void {
    // A timer left from a batch that was full early would cut the next one short.
    clearTimeout(this.#latest);
    this.#latest = undefined;
    const ended = this.#ended;
    if (ended.length === 0) return;
    this.#ended = [];
    for (const observer of this.#observers) observer(ended);
  }
}
