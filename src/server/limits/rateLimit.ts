import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { End, Observed } from '../observe/observed.ts';

/** What things cost of a client's allowance, in points. */
const points = {
  request: 1,
  estimate: 1,
  /** Objects of an answer for one point. */
  nodesForOne: 25,
  /** Words and signs for one point, of a document that was not known: reading one takes longer than most answers. */
  tokensForOne: 50,
  /** A key that is none: a guess costs as much as hundreds of questions. */
  refusedKey: 500,
};

/** What a request has cost. */
export function costOf({ caller, tokens }: Observed, { estimates, nodes }: End): number {
  const reading = Math.floor(tokens / points.tokensForOne);
  const keys = (caller?.refusedKeys ?? 0) * points.refusedKey;
  const listing = Math.floor(nodes / points.nodesForOne);
  return points.request + reading + estimates * points.estimate + listing + keys;
}

/** The allowance is counted in minutes. */
const periodSeconds = 60;

/** Points that clients have spent. */
export type Spent = readonly (readonly [client: string, points: number])[];

/** What clients have spent in all, and until when it counts. */
export type Balances = readonly (readonly [client: string, points: number, remainingMs: number])[];

/** Adds up what clients spend, for all processes that answer on one port. */
export type Books = (spent: Spent) => Promise<Balances>;

export function allowanceBooks(): Books {
  // The points are compared where they are spent.
  const limiter = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: periodSeconds });
  return (spent) =>
    Promise.all(
      spent.map(async ([client, cost]) => {
        const { consumedPoints, msBeforeNext } = await limiter.penalty(client, cost);
        return [client, consumedPoints, msBeforeNext] as const;
      }),
    );
}

/**
 * How long a process keeps what was spent before it is booked, in milliseconds. Asking the books before each request (the
 * cluster limiter of rate-limiter-flexible) takes longer than answering a small one.
 */
const bookingMs = 10;

/** Clients whose balance a process remembers, a count; one it has forgotten is told again. */
const mostRemembered = 50_000;

interface Balance {
  /** Spent in the client's minute. */
  points: number;
  /** When the minute is over, as `performance.now()`. */
  endsAt: number;
}

/**
 * An allowance of points a minute for each client. What a request costs is known when it is done, and taken then; a client
 * who has spent more than it may is refused until its next minute begins. So no request waits to be let in: each process
 * decides by what it knows, books what was spent, and is told what that makes with the others'.
 */
export class RateLimit {
  readonly #pointsPerMinute: number;
  readonly #books: Books;
  // It ends balances by itself, but starts a timer for each millisecond in which it is asked: a wake-up a request.
  readonly #balances = new LRUCache<string, Balance>({ max: mostRemembered });
  #unbooked = new Map<string, number>();
  #isBooking = false;

  constructor(pointsPerMinute: number, books: Books) {
    this.#pointsPerMinute = pointsPerMinute;
    this.#books = books;
  }

  /** Seconds after which the client may ask again; null when it may now. */
  waitSeconds(client: string): number | null {
    const balance = this.#balances.get(client);
    if (balance === undefined || balance.points <= this.#pointsPerMinute) return null;
    const remainingMs = balance.endsAt - performance.now();
    return remainingMs > 0 ? Math.ceil(remainingMs / 1000) : null;
  }

  /** Takes points for what has been done. */
  charge(client: string, points: number): void {
    this.#unbooked.set(client, (this.#unbooked.get(client) ?? 0) + points);
    const balance = this.#balances.get(client);
    const now = performance.now();
    if (balance !== undefined && now < balance.endsAt) balance.points += points;
    else this.#balances.set(client, { points, endsAt: now + 1000 * periodSeconds });
    if (this.#isBooking) return;
    this.#isBooking = true;
    setTimeout(() => void this.#book(), bookingMs);
  }

  async #book(): Promise<void> {
    const spent = [...this.#unbooked];
    this.#unbooked = new Map();
    for (const [client, total, remainingMs] of await this.#books(spent)) {
      const points = total + (this.#unbooked.get(client) ?? 0);
      this.#balances.set(client, { points, endsAt: performance.now() + remainingMs });
    }
    this.#isBooking = this.#unbooked.size > 0;
    if (this.#isBooking) setTimeout(() => void this.#book(), bookingMs);
  }
}
