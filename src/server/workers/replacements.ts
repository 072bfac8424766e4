/** A worker that has answered for so long was well, in milliseconds. */
const soundMs = 10_000;

const firstPauseMs = 100;
const longestPauseMs = 30_000;

/** After so many in a row that never answered, with nobody else answering, the next one would not either. */
const mostNeverServed = 5;

/** How a worker that died is replaced: at once after a long life, after growing pauses when it dies again and again. */
export class Replacements {
  #shortLives = 0;
  #neverServed = 0;

  served(): void {
    this.#neverServed = 0;
  }

  /**
   * Milliseconds to wait before starting another; null when it is hopeless.
   *
   * @param servedMs how long the dead one had answered; null when it never did
   * @param othersServe whether requests are answered meanwhile
   */
  pauseAfter(servedMs: number | null, othersServe: boolean): number | null {
    if (servedMs !== null && servedMs >= soundMs) this.#shortLives = 0;
    else this.#shortLives += 1;
    if (servedMs === null) this.#neverServed += 1;
    if (this.#neverServed >= mostNeverServed && !othersServe) return null;
    return this.#shortLives === 0 ? 0 : Math.min(firstPauseMs * 2 ** (this.#shortLives - 1), longestPauseMs);
  }
}
