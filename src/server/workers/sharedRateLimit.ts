import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { periodSeconds, points, type RateLimit } from '../limits/rateLimit.ts';

/** Points that clients have spent. */
export type Spent = readonly (readonly [client: string, points: number])[];

/** What clients have spent in all, and until when it counts. */
export type Balances = readonly (readonly [client: string, points: number, remainingMs: number])[];

/**
 * How long a worker keeps what was spent before it tells, in milliseconds: so much later the others know. Asking before
 * each request (the cluster limiter of rate-limiter-flexible) takes longer than answering a small one.
 */
const tellingMs = 10;

/** Clients whose balance a worker remembers, a count; one it has forgotten is told again. */
const mostRemembered = 50_000;

/** The books of all workers, kept by the primary. */
export function allowances(pointsPerMinute: number): (spent: Spent) => Promise<Balances> {
  const limiter = new RateLimiterMemory({ points: pointsPerMinute, duration: periodSeconds });
  return (spent) =>
    Promise.all(
      spent.map(async ([client, cost]) => {
        const { consumedPoints, msBeforeNext } = await limiter.penalty(client, cost);
        return [client, consumedPoints, msBeforeNext] as const;
      }),
    );
}

/**
 * One allowance for each client over all workers. Each decides by what it knows, tells what was spent, and is told what
 * that makes with the others'.
 */
export function sharedRateLimit(pointsPerMinute: number, tell: (spent: Spent) => Promise<Balances>): RateLimit {
  const balances = new LRUCache<string, { points: number }>({ max: mostRemembered, ttl: 1000 * periodSeconds });
  let untold = new Map<string, number>();
  let telling = false;

  async function tellAll(): Promise<void> {
    const spent = [...untold];
    untold = new Map();
    for (const [client, total, remainingMs] of await tell(spent)) {
      balances.set(client, { points: total + (untold.get(client) ?? 0) }, { ttl: remainingMs });
    }
    telling = untold.size > 0;
    if (telling) setTimeout(tellAll, tellingMs);
  }

  function charge(client: string, cost: number): void {
    untold.set(client, (untold.get(client) ?? 0) + cost);
    const balance = balances.get(client);
    if (balance === undefined) balances.set(client, { points: cost });
    else balance.points += cost;
    if (telling) return;
    telling = true;
    setTimeout(tellAll, tellingMs);
  }

  return {
    async waitSeconds(client) {
      const spent = balances.get(client)?.points ?? 0;
      if (spent + points.request > pointsPerMinute) {
        return Math.max(1, Math.ceil(balances.getRemainingTTL(client) / 1000));
      }
      charge(client, points.request);
      return null;
    },
    charge,
  };
}
