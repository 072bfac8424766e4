import { LRUCache } from 'lru-cache';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Observed } from '../observe/observed.ts';

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
export function costOf({ work, caller, tokens }: Pick<Observed, 'work' | 'caller' | 'tokens'>): number {
  const { estimates, nodes } = work?.done ?? { estimates: 0, nodes: 0 };
  const reading = Math.floor(tokens / points.tokensForOne);
  const keys = (caller?.refusedKeys ?? 0) * points.refusedKey;
  const listing = Math.floor(nodes / points.nodesForOne);
  return points.request + reading + estimates * points.estimate + listing + keys;
}

/** The allowance is counted in minutes. */
const periodSeconds = 60;

/** Clients that are known to have spent everything, a count; one that is forgotten is found out by its next request. */
const mostRefused = 10_000;

/** Keeps the clients' allowances: in this process, or for all of them. */
export type Allowances = Pick<RateLimiterAbstract, 'consume'>;

/** The allowances of a server that is one process. */
export function allowancesInMemory(pointsPerMinute: number): Allowances {
  return new RateLimiterMemory({ points: pointsPerMinute, duration: periodSeconds });
}

/**
 * An allowance of points a minute for each client. What a request costs is known when it is done, and taken then; a client
 * who has spent more than it may is refused until its next minute begins. So no request waits to be let in.
 */
export class RateLimit {
  readonly #allowances: Allowances;
  /** Who has spent everything, until the next minute begins. */
  readonly #refused = new LRUCache<string, true>({ max: mostRefused, ttl: 1000 * periodSeconds });

  constructor(allowances: Allowances) {
    this.#allowances = allowances;
  }

  /** Seconds after which the client may ask again; null when it may now. */
  waitSeconds(client: string): number | null {
    if (!this.#refused.has(client)) return null;
    return Math.max(1, Math.ceil(this.#refused.getRemainingTTL(client) / 1000));
  }

  /** Takes points for what has been done. */
  charge(client: string, cost: number): void {
    this.#allowances.consume(client, cost).catch((refusal: unknown) => {
      // Where allowances cannot be asked for, questions are answered: they cost less than an outage.
      if (!(refusal instanceof RateLimiterRes)) return;
      this.#refused.set(client, true, { ttl: refusal.msBeforeNext });
    });
  }
}
