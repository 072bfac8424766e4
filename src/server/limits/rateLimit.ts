import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Observed } from '../observe/observed.ts';

/** What things cost of a client's allowance, in points. */
export const points = {
  request: 1,
  estimate: 1,
  /** Objects of an answer for one point. */
  nodesForOne: 25,
  /** A key that is none: a guess costs as much as hundreds of questions. */
  refusedKey: 500,
};

/** What a request that was answered has cost beside its own point. */
export function costOf({ work, caller }: Pick<Observed, 'work' | 'caller'>): number {
  const { estimates, nodes } = work?.done ?? { estimates: 0, nodes: 0 };
  const keys = (caller?.refusedKeys ?? 0) * points.refusedKey;
  return estimates * points.estimate + Math.floor(nodes / points.nodesForOne) + keys;
}

/** The allowance is counted in minutes. */
export const periodSeconds = 60;

export interface RateLimit {
  /** Seconds after which the client may ask again; null when it may now. */
  waitSeconds(client: string): Promise<number | null>;
  /** Takes points for work that has been done. */
  charge(client: string, points: number): void;
}

/** An allowance of points a minute for each client; null for none. */
export function rateLimit(pointsPerMinute: number | null): RateLimit | null {
  if (pointsPerMinute === null) return null;
  const limiter = new RateLimiterMemory({ points: pointsPerMinute, duration: periodSeconds });
  return {
    async waitSeconds(client) {
      try {
        await limiter.consume(client, points.request);
        return null;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        throw refusal;
      }
    },
    charge(client, cost) {
      void limiter.penalty(client, cost);
    },
  };
}

/**
 * The address a request comes from. Behind `trustedProxies` proxies it is what the outermost of them wrote down; anybody
 * can write an X-Forwarded-For header, so without trusted proxies it is the connection's own address.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  if (trustedProxies === 0) return request.socket.remoteAddress ?? 'unknown';
  return proxyAddress(request, (_address, hop) => hop < trustedProxies);
}
